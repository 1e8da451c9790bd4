"""The project's own format: what docs/import.md promises is taken, all else is refused by name."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from factcheck.exchange.jsonld import Notes
from factcheck.exchange.own_format import statement_of
from factcheck.exchange.shapes import Record, Refusal
from tests.exchange.reading import records
from tests.exchange.spelled import why

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
        }
    ],
    "publisher": {
        "type": "organization",
        "name": "Nhà kiểm chứng",
        "site": "example.org",
        "url": "https://example.org/",
        "logo_url": "https://example.org/logo.png",
        "same_as": [],
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
    assert found.data == FULL


def test_minimal_record_is_filled_with_null(tmp_path: Path) -> None:
    found = read(tmp_path, MINIMAL)
    assert isinstance(found, Record)
    assert (found.data["language"], found.data["claim"]["language"]) == ("und", "und")
    assert found.data["publisher"]["site"] == "example.org"
    assert found.data["publisher"]["type"] == "organization"
    assert found.data["publisher"]["name"] is None
    assert found.data["sources"] == found.data["authors"] == found.data["topics"] == []
    assert found.data["claim"]["claimant"] is None


def test_null_is_the_same_as_absent(tmp_path: Path) -> None:
    nulls = dict.fromkeys(FULL) | MINIMAL
    absent, null = read(tmp_path, MINIMAL), read(tmp_path, nulls)
    assert isinstance(absent, Record)
    assert isinstance(null, Record)
    assert absent.data == null.data
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
    data: Any = found.data
    assert data[pointer.strip("/")] == expected


@pytest.mark.parametrize(
    ("pointer", "value", "reason"),
    [
        ("/original_url", ..., "/original_url: is missing or empty"),
        ("/original_url", "example.org", "/original_url: 'example.org' is not an absolute web address (http or https)"),
        ("/claim/text", ..., "/claim/text: is missing or empty"),
        ("/claim/text", " \u200b", "/claim/text: is missing or empty"),
        ("/claim/text", "x" * 10_001, "/claim/text: has 10001 characters; 10000 are allowed"),
        ("/claim/text", 7, "/claim/text: a number stands where text is expected"),
        ("/claim/text", "\u0000", "/claim/text: contains U+0000, which is no character (or the file is not UTF-8 there)"),
        ("/claim", "text", "/claim: a text stands where an object is expected"),
        ("/verdict", ..., "/verdict: is missing or empty"),
        ("/verdict", {}, "/verdict: needs scale and slug, or original with the verdict in words"),
        ("/verdict", {"label": "Sai"}, "/verdict: needs scale and slug, or original with the verdict in words"),
        ("/verdict", {"slug": "false"}, "/verdict: needs scale and slug, or original with the verdict in words"),
        ("/verdict/original", {"value": "1"}, "/verdict/original/label: is missing or empty"),
        ("/verdict/original/value", 1, "/verdict/original/value: a number stands where text is expected"),
        ("/verdict/value", "1", "/verdict/value: a text stands where a whole number is expected"),
        ("/verdict/value", 1.5, "/verdict/value: a number stands where a whole number is expected"),
        ("/verdict/value", True, "/verdict/value: a truth value stands where a whole number is expected"),
        ("/verdict/labels", {"english": "x"}, "/verdict/labels/english: is no language tag (BCP 47)"),
        ("/verdict/labels", {"en": ""}, "/verdict/labels/en: is missing or empty"),
        ("/verdict/labels", [], "/verdict/labels: a list stands where an object is expected"),
        ("/verdict/slug", "Half True", "/verdict/slug: 'Half True' is not a slug (a-z, 0-9 and hyphens, at most 60)"),
        ("/language", "Vietnamese", "/language: 'Vietnamese' is not a language tag (BCP 47)"),
        ("/reviewed_on", "2024-5-3", "/reviewed_on: '2024-5-3' is not a day as YYYY-MM-DD"),
        ("/reviewed_on", "2024-05-03T00:00:00Z", "/reviewed_on: '2024-05-03T00:00:00Z' is not a day as YYYY-MM-DD"),
        ("/reviewed_on", "2024-02-30", "/reviewed_on: '2024-02-30' is not a day as YYYY-MM-DD"),
        ("/id", "42", "/id: '42' is not a UUID"),
        ("/id", "z" * 36, f"/id: {'z' * 36!r} is not a UUID"),
        ("/id", "{3f0e2a52-6a33-4c5e-9b560c5fd9a4a111}", "/id: '{3f0e2a52-6a33-4c5e-9b560c5fd9a4a111}' is not a UUID"),
        ("/claim/claimant/type", "robot", "/claim/claimant/type: 'robot' is not one of person, organization, unnamed"),
        ("/claim/claimant/type", ..., "/claim/claimant/type: is missing or empty"),
        ("/claim/claimant/name", None,
         "/claim/claimant: a person or organization has a name; who is unnamed has none but a description"),
        ("/claim/claimant/type", "unnamed",
         "/claim/claimant: a person or organization has a name; who is unnamed has none but a description"),
        ("/claim/claimant", {"type": "unnamed"}, "/claim/claimant: who is unnamed needs a description"),
        ("/claim/claimant/confirmed", "yes", "/claim/claimant/confirmed: a text stands where true or false is expected"),
        ("/claim/appearances/0/url", ..., "/claim/appearances/0/url: is missing or empty"),
        ("/claim/appearances/0/medium", "film", "/claim/appearances/0/medium: 'film' is not one of text, image, video, audio"),
        ("/claim/appearances/0/media_sha256", "AB" * 32,
         f"/claim/appearances/0/media_sha256: {'AB' * 32!r} is not 64 hexadecimal digits in lower case"),
        ("/claim/appearances", {}, "/claim/appearances: an object stands where a list is expected"),
        ("/sources/0", None, "/sources/0: null stands where a member is expected"),
        ("/sources/0", {"quote": "x"}, "/sources/0: needs a title or a url"),
        ("/sources/0/stance", "against", "/sources/0/stance: 'against' is not one of supports, refutes, context"),
        ("/sources/0/quote", "x" * 10_001, "/sources/0/quote: has 10001 characters; 10000 are allowed"),
        ("/sources", [{"url": "https://example.org/"}] * 1_001, "/sources: has 1001 members; 1000 are allowed"),
        ("/publisher/site", "www.example.org", "/publisher/site: 'www.example.org' is not a host in lower case without www."),
        ("/publisher/site", "Example.org", "/publisher/site: 'Example.org' is not a host in lower case without www."),
        ("/publisher/same_as", ["https://e.org"] * 51, "/publisher/same_as: has 51 members; 50 are allowed"),
        ("/authors", [{"name": ""}], "/authors/0/name: is missing or empty"),
        ("/topics/0/slug", ..., "/topics/0/slug: is missing or empty"),
        ("/headline", "x" * 1_001, "/headline: has 1001 characters; 1000 are allowed"),
        ("/published_at", "2024-05-03T00:00:00Z", "/published_at: is no key of this format"),
        ("/claim/claimed", "2024-05-03", "/claim/claimed: is no key of this format"),
        ("/verdict/original/text", "x", "/verdict/original/text: is no key of this format"),
        ("/sources/0/a~b", "x", "/sources/0/a~0b: is no key of this format"),
    ],
)  # fmt: skip
def test_refused_with_its_place(tmp_path: Path, pointer: str, value: object, reason: str) -> None:
    found = read(tmp_path, changed(pointer, value))
    assert isinstance(found, Refusal)
    assert why(found) == reason


def test_key_with_a_slash_is_escaped(tmp_path: Path) -> None:
    found = read(tmp_path, {**MINIMAL, "a/b": 1})
    assert isinstance(found, Refusal)
    assert why(found) == "/a~1b: is no key of this format"
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
