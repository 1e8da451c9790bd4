"""Invented files in the shapes of real ones, with their faults: records taken in or refused, each as its line says.

`tests/imports/importer/test_import_real_files.py` reads the 8,018 real records, where they are.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from factcheck.imports.readers.results import Record, Refusal
from factcheck.record.statements.review import Appearance
from tests.imports import averitec
from tests.imports.reading import records
from tests.imports.spelled import told, why
from tests.support.whole import whole

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


@pytest.fixture(scope="module")
def taken(found: Rows) -> dict[tuple[str, int], Any]:
    return {place: record.data for place, record in found.items() if isinstance(record, Record)}


def test_counts(found: Rows) -> None:
    taken = [record for record in found.values() if isinstance(record, Record)]
    assert (len(found), len(taken), len({record.key for record in taken})) == (23, 19, 18)
    # No file states a language.
    languages = Counter(record.data["language"] for record in taken)
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


def test_repeated_records_are_equal(found: Rows) -> None:
    one, other = (found["averitec_candidates", number] for number in (6, 7))
    assert isinstance(one, Record)
    assert one == other or (one.key, one.data) == (other.key, other.data)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("place", "pointer", "expected"),
    [
        (("publishers_pages", 1), "publisher/name", None),
        (("publishers_pages", 1), "publisher/site", "meter.example"),
        (("publishers_pages", 1), "publisher/logo_url", "http://static.meter.example/logo-big.jpg"),
        (("publishers_pages", 1), "publisher/same_as", ["https://social.example/meter"]),
        (("publishers_pages", 1), "claim/location", "The Lake Times interview [...]"),
        (("publishers_pages", 1), "claim/claimed_on", "2014-07-17"),
        (("publishers_pages", 1), "claim/claimant/same_as", ["https://encyclopedia.example/Max_Muster", "https://muster.example/"]),
        (("publishers_pages", 1), "claim/claimant/confirmed", False),
        (("publishers_pages", 1), "verdict/original/value", "1"),
        (("publishers_pages", 1), "verdict/original/worst", None),
        (("publishers_pages", 3), "reviewed_on", "2020-10-07"),
        (("publishers_pages", 3), "claim/appearances/0/url", "https://social.example/zoilo/posts/3638"),
        (("publishers_pages", 3), "verdict/original/best", "1"),
        (("publishers_pages", 4), "claim/claimed_on", None),
        (("publishers_pages", 4), "claim/location", None),
        (("publishers_pages", 4), "claim/appearances", []),
        (("publishers_pages", 4), "claim/claimant/same_as", []),
        (("publishers_pages", 4), "publisher/logo_url",
         "https://factual.example/img/Logo.svg"),
        (("publishers_pages", 5), "claim/text", "Did the mayor inherit an economic mess?"),
        (("publishers_pages", 5), "reviewed_on", "2017-03-01"),
        (("publishers_pages", 5), "verdict/original/value", "-1"),
        (("publishers_pages", 6), "reviewed_on", "2020-03-10"),
        (("publishers_pages", 6), "claim/claimed_on", "2020-02-03"),
        (("publishers_pages", 6), "verdict/original/label", "C’est plus compliqué"),
        (("publishers_pages", 8), "reviewed_on", "2019-01-23"),
        (("publishers_pages", 8), "publisher/type", "person"),
        (("publishers_pages", 8), "claim/claimant/name", "Del.example"),
        (("publishers_pages", 8), "claim/claimant/same_as", []),
        (("publishers_pages", 8), "claim/appearances",
         [whole({"url": "https://del.example/post/5967", "medium": None, "media_sha256": None, "archive_url": None, "first": False},
                Appearance)]),
        (("ten_publishers", 3), "headline",
         '"వాస్తవ తనిఖీ: నకిలీ స్క్రీన్ షాట్ వైరల్ అయ్యింది"'),
        (("averitec_candidates", 5), "claim/claimant/name", "Facebook page Làng Mẫu ki Kahani"),
    ],
)  # fmt: skip
def test_hard_records(taken, place, pointer, expected):
    value = taken[place]
    for step in pointer.split("/"):
        value = value[int(step) if step.isdigit() else step]
    assert value == expected


def test_verdict_of_a_thousand_characters_is_kept(taken: dict[tuple[str, int], Any]) -> None:
    assert len(taken["averitec_candidates", 4]["verdict"]["original"]["label"]) == 1045


@pytest.fixture(scope="module")
def evidence() -> list[dict[str, Any]]:
    return averitec.converted(DATA / "averitec" / "dev.jsonl")


def own_format(tmp_path: Path, rows: list[dict[str, Any]]) -> list[Record]:
    path = tmp_path / "averitec.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    found = list(records(path))
    assert all(isinstance(record, Record) for record in found)
    return [record for record in found if isinstance(record, Record)]


def test_averitec_claims_and_evidence(tmp_path: Path, evidence: list[dict[str, Any]]) -> None:
    """Words that aren't addresses arrive as titles. Two rows about one claim of a page become one record."""
    taken = own_format(tmp_path, evidence)
    sources = [source for record in taken for source in record.data["sources"]]
    assert [source["url"] is not None for source in sources] == [True, True, True, False, False, True]
    assert [source["title"] for source in sources if source["url"] is None] == [
        "Metadata",
        "news.example/2018-12-11/water",
    ]
    assert [source["quote"] for source in sources[:2]] == [None, "Fruit News is an imaginary news organization"]
    assert [len(record.data["claim"]["appearances"]) for record in taken] == [0, 0, 1, 1, 0]
    data = taken[0].data
    page = "https://web.archive.org/web/20201130144023/https://checkthis.example/2020/11/03/letter-1998/"
    assert (data["original_url"], data["archive_url"], data["publisher"]["site"]) == (page, page, "checkthis.example")
    assert data["claim"]["claimed_on"] == "2020-10-31"
    joined = own_format(tmp_path, averitec.merged(evidence))
    assert len(joined) == len({record.key for record in joined}) == len({record.key for record in taken}) == 4
    assert sum(len(record.data["sources"]) for record in joined) == 6


@pytest.mark.parametrize("file", ["averitec/dev.jsonl", "vietnamese/vifactcheck_dev.jsonl"])
def test_rows_of_another_format_are_refused(file: str) -> None:
    assert {type(record) for record in records(DATA / file)} == {Refusal}
