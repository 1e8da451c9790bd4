"""Invented files in the shapes of real ones, with their faults: records taken in or refused, each as its line says.

`tests/imports/importer/test_import_real_files.py` reads the 8,018 real records, where they are.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from factcheck.imports.readers.results import Record, Refusal
from tests.imports.reading import records
from tests.imports.spelled import told, why

DATA = Path(__file__).parents[2] / "data"
FILES = ("averitec_candidates", "ten_publishers", "publishers_pages")
Rows = dict[tuple[str, int], Record | Refusal]


@pytest.fixture(scope="module")
def found() -> Rows:
    """All records by file and line."""
    return {
        (name, record.position.line): record
        for name in FILES
        for record in records(DATA / "claimreview" / f"{name}.jsonl")
    }


def test_counts(found: Rows) -> None:
    taken = [record for record in found.values() if isinstance(record, Record)]
    assert (len(found), len(taken), len({record.key for record in taken})) == (23, 19, 18)
    # No file states a language.
    languages = Counter(record.data.to_json_object()["language"] for record in taken)
    assert languages == {"en": 8, "und": 5, "es": 2, "ar": 1, "hi": 1, "te": 1, "fr": 1}


def test_refusals_by_cause(found: Rows) -> None:
    causes = Counter((name, why(record)) for (name, _), record in found.items() if isinstance(record, Refusal))
    assert causes == {
        ("ten_publishers", "/claimReviewed: the claim's text is missing"): 2,
        ("publishers_pages", "/claimReviewed: the claim's text is empty, or not a single text"): 1,
        ("publishers_pages", "/reviewRating: the verdict in words is missing (reviewRating.alternateName)"): 1,
    }


def test_values_left_out(found: Rows) -> None:
    """Field by field, all that the files say and the records do not."""
    notes = Counter(
        (name, re.sub("/[0-9]+(?=/|$)", "", each.pointer), each.code)
        for (name, _), record in found.items()
        if isinstance(record, Record)
        for each in record.dropped
    )
    assert notes == {
        ("ten_publishers", "/keywords", "not_carried"): 2,
        ("publishers_pages", "/itemReviewed/appearance", "no_address"): 2,
        ("publishers_pages", "/itemReviewed/author/sameAs", "no_address"): 1,
        ("publishers_pages", "/itemReviewed/author/image", "not_carried"): 2,
        ("publishers_pages", "/itemReviewed/author/url", "not_carried"): 1,
        ("publishers_pages", "/itemReviewed/keywords", "not_carried"): 1,
        ("publishers_pages", "/retrieved_by", "not_carried"): 1,
    }
    page = found["publishers_pages", 8]
    assert isinstance(page, Record)
    assert [told(each) for each in page.dropped[:2]] == [
        "/itemReviewed/appearance: '1' isn't an absolute URL (http or https)",
        "/itemReviewed/appearance: 'glem-piller-drik-en-l.html' isn't an absolute URL (http or https)",
    ]


@pytest.mark.parametrize("file", ["averitec/dev.jsonl", "vietnamese/vifactcheck_dev.jsonl"])
def test_rows_of_another_format_are_refused(file: str) -> None:
    assert {type(record) for record in records(DATA / file)} == {Refusal}
