"""The project's own format: what docs/reference/import-formats.md promises is taken, all else is refused by name."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.imports.readers.own_format import statement_of
from factcheck.imports.readers.results import Notes, Record, Refusal
from factcheck.record.statements.checks import with_defaults
from tests.imports.reading import records

FULL: dict[str, Any] = {
    "id": "3f0e2a52-6a33-4c5e-9b56-0c5fd9a4a111",
    "original_url": "https://www.example.org/review",
    "language": "vi-VN",
    "headline": "Không, mặt trăng không làm bằng phô mai",
    "summary": "Đá, không phải phô mai.",
    "body": "**Đá.**\n\nKhông phải phô mai.",
    "claim": {
        "id": "3f0e2a52-6a33-4c5e-9b56-0c5fd9a4a222",
        "text": "Mặt trăng làm bằng phô mai.",
        "language": "vi",
        "claimed_on": "2024-05-01",
        "location": "Hà Nội",
        "claimant": {
            "id": "3f0e2a52-6a33-4c5e-9b56-0c5fd9a4a333",
            "type": "organization",
            "name": "Hội Phô mai",
            "description": "Một hội",
            "job_title": None,
            "same_as": ["https://example.org/hoi"],
            "confirmed": True,
            "is_public_figure": False,
        },
        "appearances": [
            {
                "url": "https://example.org/video",
                "medium": "video",
                "media_sha256": "ab" * 32,
                "archive_url": "https://archive.example/video",
                "first": True,
            }
        ],
    },
    "verdict": {
        "scale": "default",
        "slug": "false",
        "label": "Sai",
        "labels": {"vi": "Sai", "en": "False"},
        "value": 1,
        "best": 5,
        "worst": 1,
        "explanation": "Trái với bằng chứng.",
        "original": {
            "label": "SAI",
            "value": "1.50",
            "best": "5",
            "worst": "1",
            "explanation": "Vì sao",
            "image_url": "https://example.org/sai.png",
        },
    },
    "sources": [
        {
            "title": "Đá mặt trăng",
            "url": "https://example.org/rocks",
            "publisher": "NASA",
            "stance": "refutes",
            "quote": "Rock.",
            "archive_url": "https://archive.example/rocks",
            "accessed_on": "2024-05-02",
            "primary": True,
        }
    ],
    "selection": {"reason": "harm", "note": "Ai cũng hỏi."},
    "publisher": {
        "type": "organization",
        "name": "Nhà kiểm chứng",
        "site": "example.org",
        "url": "https://example.org/",
        "logo_url": "https://example.org/logo.png",
        "same_as": [],
        "description": "Hai người, do bạn đọc nuôi.",
        "codes": ["ifcn"],
        "methodology_url": "https://example.org/1",
        "corrections_url": "https://example.org/2",
        "principles_url": "https://example.org/3",
        "unnamed_sources_url": "https://example.org/4",
        "feedback_url": "https://example.org/5",
    },
    "authors": [{"name": "Phóng viên"}],
    "topics": [{"slug": "moon", "labels": {"vi": "Mặt trăng"}}],
    "reviewed_on": "2024-05-03",
    "archive_url": "https://archive.example/review",
    "license": "https://creativecommons.org/licenses/by/4.0/",
}
MINIMAL = {
    "original_url": "https://example.org/review",
    "claim": {"text": "Cheese."},
    "verdict": {"original": {"label": "False"}},
}


def read(tmp_path: Path, record: object) -> Record | Refusal:
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(record))
    (found,) = records(path)
    return found


def changed(pointer: str, value: Any, record: dict[str, Any] = FULL) -> dict[str, Any]:
    """The record with another value at the JSON pointer; `...` takes the key away."""
    result = copy.deepcopy(record)
    *path, last = pointer.strip("/").split("/")
    place: Any = result
    for step in path:
        place = place[int(step) if step.isdigit() else step]
    key = int(last) if last.isdigit() else last
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return result


def test_full_record_arrives_as_it_is(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    assert isinstance(found, Record)
    assert found.data.to_json_object() == with_defaults(FULL, ImportedReview)  # a key that it does not have is null


def test_minimal_record_is_filled_with_null(tmp_path: Path) -> None:
    found = read(tmp_path, MINIMAL)
    assert isinstance(found, Record)
    assert (found.data.to_json_object()["language"], found.data.to_json_object()["claim"]["language"]) == ("und", "und")
    assert found.data.to_json_object()["publisher"]["site"] == "example.org"
    assert found.data.to_json_object()["publisher"]["type"] == "organization"
    assert found.data.to_json_object()["publisher"]["name"] is None
    assert (
        found.data.to_json_object()["sources"]
        == found.data.to_json_object()["authors"]
        == found.data.to_json_object()["topics"]
        == []
    )
    assert found.data.to_json_object()["claim"]["claimant"] is None


def test_null_is_the_same_as_absent(tmp_path: Path) -> None:
    nulls = dict.fromkeys(FULL) | MINIMAL
    absent, null = read(tmp_path, MINIMAL), read(tmp_path, nulls)
    assert isinstance(absent, Record)
    assert isinstance(null, Record)
    assert absent.data.to_json_object() == null.data.to_json_object()
    assert absent.key == null.key


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/headline", " A  head\nline ", "A head line"),
        ("/summary", "e\u0301\r\n x ", "\u00e9\n x"),
        ("/summary", "&amp; stays", "&amp; stays"),
        ("/summary", " ", None),
        ("/language", "VI_vn", "vi-VN"),
        ("/original_url", " HTTPS://example.org/A ", "https://example.org/A"),
        ("/id", "3F0E2A52-6A33-4C5E-9B56-0C5FD9A4A111", "3f0e2a52-6a33-4c5e-9b56-0c5fd9a4a111"),
        ("/sources", None, []),
    ],
)
def test_values_are_normalised(tmp_path: Path, pointer: str, value: object, expected: object) -> None:
    found = read(tmp_path, changed(pointer, value))
    assert isinstance(found, Record)
    data: Any = found.data.to_json_object()
    assert data[pointer.strip("/")] == expected


@pytest.mark.parametrize(
    ("pointer", "value", "reason"),
    [
        ("/original_url", ..., "/original_url: missing"),
        ("/original_url", "example.org", "/original_url: wrong_form"),
        ("/claim/text", ..., "/claim/text: missing"),
        ("/claim/text", " \u200b", "/claim/text: missing"),
        ("/claim/text", "x" * 10_001, "/claim/text: too_long"),
        ("/claim/text", 7, "/claim/text: wrong_type"),
        ("/claim/text", "\u0000", "/claim/text: forbidden_character"),
        ("/claim", "text", "/claim: wrong_type"),
        ("/verdict", ..., "/verdict: missing"),
        ("/verdict", {}, "/verdict: no_verdict"),
        ("/verdict", {"label": "Sai"}, "/verdict: no_verdict"),
        ("/verdict", {"slug": "false"}, "/verdict: no_verdict"),
        ("/verdict/original", {"value": "1"}, "/verdict/original/label: missing"),
        ("/verdict/original/value", 1, "/verdict/original/value: wrong_type"),
        ("/verdict/value", "1", "/verdict/value: wrong_type"),
        ("/verdict/value", 1.5, "/verdict/value: wrong_type"),
        ("/verdict/value", True, "/verdict/value: wrong_type"),
        ("/verdict/labels", {"english": "x"}, "/verdict/labels/english: unknown_key"),
        ("/verdict/labels", {"en": ""}, "/verdict/labels/en: missing"),
        ("/verdict/labels", [], "/verdict/labels: wrong_type"),
        ("/verdict/slug", "Half True", "/verdict/slug: wrong_form"),
        ("/language", "Vietnamese", "/language: wrong_form"),
        ("/reviewed_on", "2024-5-3", "/reviewed_on: wrong_form"),
        ("/reviewed_on", "2024-05-03T00:00:00Z", "/reviewed_on: wrong_form"),
        ("/reviewed_on", "2024-02-30", "/reviewed_on: wrong_form"),
        ("/id", "42", "/id: wrong_form"),
        ("/id", "z" * 36, "/id: wrong_form"),
        ("/id", "{3f0e2a52-6a33-4c5e-9b560c5fd9a4a111}", "/id: wrong_form"),
        ("/claim/claimant/type", "robot", "/claim/claimant/type: wrong_form"),
        ("/claim/claimant/type", ..., "/claim/claimant/type: missing"),
        ("/claim/claimant/name", None,
         "/claim/claimant: wrong_claimant"),
        ("/claim/claimant/type", "unnamed",
         "/claim/claimant: wrong_claimant"),
        ("/claim/claimant", {"type": "unnamed"}, "/claim/claimant: wrong_claimant"),
        ("/claim/claimant/confirmed", "yes", "/claim/claimant/confirmed: wrong_type"),
        ("/claim/appearances/0/url", ..., "/claim/appearances/0/url: missing"),
        ("/claim/appearances/0/medium", "film", "/claim/appearances/0/medium: wrong_form"),
        ("/claim/appearances/0/media_sha256", "AB" * 32,
         "/claim/appearances/0/media_sha256: wrong_form"),
        ("/claim/appearances", {}, "/claim/appearances: wrong_type"),
        ("/sources/0", None, "/sources/0: wrong_type"),
        ("/sources/0", {"quote": "x"}, "/sources/0: missing"),
        ("/sources/0/stance", "against", "/sources/0/stance: wrong_form"),
        ("/sources/0/quote", "x" * 10_001, "/sources/0/quote: too_long"),
        ("/sources", [{"url": "https://example.org/"}] * 1_001, "/sources: too_long"),
        ("/publisher/site", "www.example.org", "/publisher/site: wrong_form"),
        ("/publisher/site", "Example.org", "/publisher/site: wrong_form"),
        ("/publisher/same_as", ["https://e.org"] * 51, "/publisher/same_as: too_long"),
        ("/authors", [{"name": ""}], "/authors/0/name: missing"),
        ("/topics/0/slug", ..., "/topics/0/slug: missing"),
        ("/headline", "x" * 1_001, "/headline: too_long"),
        ("/published_at", "2024-05-03T00:00:00Z", "/published_at: unknown_key"),
        ("/published_at", None, "/published_at: unknown_key"),
        ("/verdict/labels", {"en": None}, "/verdict/labels/en: missing"),
        ("/claim/claimed", "2024-05-03", "/claim/claimed: unknown_key"),
        ("/verdict/original/text", "x", "/verdict/original/text: unknown_key"),
        ("/sources/0/a~b", "x", "/sources/0/a~0b: unknown_key"),
    ],
)  # fmt: skip
def test_refused_with_its_place(tmp_path: Path, pointer: str, value: object, reason: str) -> None:
    found = read(tmp_path, changed(pointer, value))
    assert isinstance(found, Refusal)
    assert [f"{problem.pointer}: {problem.code}" for problem in found.problems] == [reason]


def test_key_with_a_slash_is_escaped(tmp_path: Path) -> None:
    found = read(tmp_path, {**MINIMAL, "a/b": 1})
    assert isinstance(found, Refusal)
    assert found.problems[0].pointer == "/a~1b"
    assert found.problems[0].detail.startswith("This object can't contain this key. Known keys: id, original_url, ")
    assert found.address == "https://example.org/review"


def test_numbers_of_python_are_taken_like_those_of_json() -> None:
    notes = Notes()
    statement: Any = statement_of(copy.deepcopy(FULL), notes)
    assert notes.refused == []
    assert statement["verdict"]["value"] == 1


def test_every_problem_is_told_up_to_twenty(tmp_path: Path) -> None:
    found = read(tmp_path, {"claim": {}, "original_url": "x", **{f"key{number}": 1 for number in range(30)}})
    assert isinstance(found, Refusal)
    assert len(found.problems) == 20
