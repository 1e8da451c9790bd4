"""Statements: what their models take, what is told of each fault, and how an older one compares with a newer one."""

import copy
from typing import Any

import pytest

from factcheck.record.statements.checks import check, parse, with_defaults
from factcheck.record.statements.demand import Demand
from factcheck.record.statements.faults import MESSAGES, Fault
from factcheck.record.statements.output import construct
from factcheck.record.statements.parts import max_length, omit, partial, pick
from factcheck.record.statements.review import Review, Source
from factcheck.record.statements.schema import published_schemas, request_schemas
from factcheck.record.statements.tombstone import Tombstone

ID = "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a"
REVIEW: dict[str, Any] = with_defaults(
    {
        "id": ID,
        "language": "vi",
        "claim": {"id": ID, "text": "Nước lũ đã lên tới mái chùa.", "language": "vi"},
        "verdict": {"scale": "truth", "slug": "false", "label": "Sai", "labels": {"vi": "Sai"}, "value": 1},
        "sources": [{"title": "Đoạn phim", "stance": "refutes"}],
        "publisher": {"name": "Toà soạn", "site": "kiemchung.example"},
        "license": "https://creativecommons.org/licenses/by/4.0/",
    },
    Review,
)


def changed(change: dict[str, Any], of: dict[str, Any] = REVIEW) -> dict[str, Any]:
    return copy.deepcopy(of) | change


def told(said: Any, model: Any = Review) -> list[tuple[str, str, str]]:
    return [(fault.pointer, fault.code, fault.message()) for fault in check(said, model)]


def test_absent_key_stands_for_its_default() -> None:
    source = {"title": "Đoạn phim", "url": None, "publisher": None, "stance": "refutes"}
    source |= {"quote": None, "archive_url": None, "accessed_on": None}
    [found] = REVIEW["sources"]
    assert {key: found[key] for key in source} == source
    assert found.keys() == Source.model_fields.keys() - {"quote_translation"}  # absent if empty
    assert (REVIEW["publisher"]["type"], REVIEW["publisher"]["same_as"], REVIEW["topics"]) == ("organization", [], [])
    assert check(REVIEW, Review) == []


def test_older_statement_says_the_same_without_the_newer_key() -> None:
    older = copy.deepcopy(REVIEW)
    del older["archive_url"], older["sources"][0]["accessed_on"], older["publisher"]["same_as"]
    assert construct(Review, older) == construct(Review, REVIEW)
    for change in ({"archive_url": "https://archive.example/1"}, {"sources": []}):
        assert construct(Review, older) != construct(Review, changed(change))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"headline": 7}, ("/headline", "wrong_type", "Give a JSON value of this type: string or null.")),
        ({"headline": " A  line"}, ("/headline", "wrong_form", "Write this value as A line.")),
        ({"headline": "x" * 1001}, ("/headline", "too_long", "Write at most 1000 characters. This text has 1001.")),
        ({"language": "VI"}, ("/language", "wrong_form", "Write this value as vi.")),
        ({"license": None}, ("/license", "missing", "This field cannot be blank.")),
        ({"reviewed_on": "2026-02-30"}, ("/reviewed_on", "wrong_form", "Give a date such as 2026-10-05.")),
        ({"sources": [None]}, ("/sources/0", "wrong_type", "Give a JSON value of this type: object.")),
        ({"authors": [{"name": "A", "a/b~c": 1}]},
         ("/authors/0/a~1b~0c", "unknown_key", "This object can't contain this key. Known keys: name.")),
        ({"topics": [{"slug": "lũ"}]},
         ("/topics/0/slug", "wrong_form", "Use 1 to 60 characters from a–z, digits, hyphens and underscores.")),
    ],
)  # fmt: skip
def test_fault_is_told_with_its_place(change: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert told(changed(change)) == [expected]


def test_every_fault_is_told_at_once() -> None:
    assert [place for place, _code, _text in told({"claim": {}, "x": 1})] == [
        "/id", "/language", "/claim/id", "/claim/text", "/claim/language", "/verdict", "/publisher", "/license", "/x",
    ]  # fmt: skip


def test_statement_has_every_key() -> None:
    said = copy.deepcopy(REVIEW)
    del said["summary"], said["claim"]["location"]
    assert told(said) == [
        ("/summary", "missing", "This value is missing."),
        ("/claim/location", "missing", "This value is missing."),
    ]


def test_every_text_of_a_fault_can_be_translated() -> None:
    for kind in MESSAGES:
        assert (
            Fault(
                "", kind, dict.fromkeys(("keys", "types", "limit", "count", "character", "words", "most", "value"), "")
            )
            .message(lambda text: f"¿{text}")
            .startswith("¿")
        )


def test_new_field_reaches_what_is_derived() -> None:
    class PrimarySource(Source):
        primary: bool | None = None

    draft = omit(PrimarySource, "quote", model_name="DraftSource")
    assert "primary" in draft.model_fields
    assert "quote" not in draft.model_fields
    assert request_schemas(draft)["DraftSource"]["properties"]["primary"] == {"type": ["boolean", "null"]}
    assert request_schemas(draft)["DraftSource"]["additionalProperties"] is False
    assert "primary" in published_schemas(PrimarySource)["PrimarySource"]["required"]
    assert with_defaults({"title": "A"}, draft)["primary"] is None


def test_change_may_leave_out_every_key_and_clear_none_that_is_needed() -> None:
    changes = partial(pick(Review, "language", "headline", model_name="Draft"), model_name="Changes", doc="Changes.")
    assert parse({"headline": None}, changes) == ({"language": None, "headline": None}, [])
    assert [fault.message() for fault in parse({}, changes)[1]] == ["Name at least one field to change."]
    assert [fault.pointer for fault in parse({"language": None}, changes)[1]] == ["/language"]
    assert "required" not in request_schemas(changes)["Changes"]


def test_limits_are_those_of_the_fields() -> None:
    assert (max_length(Review, "headline"), max_length(Review, "body"), max_length(Source, "url")) == (
        1000,
        200_000,
        2000,
    )


def test_key_that_is_a_word_of_python_keeps_its_name() -> None:
    assert "from" in published_schemas(Demand)["Demand"]["properties"]
    assert "from" in [fault.pointer.strip("/") for fault in check({}, Demand)]


def test_tombstone_says_less_than_the_review() -> None:
    said = {key: REVIEW[key] for key in ("id", "original_url", "language", "headline", "publisher", "license")}
    assert check(said | {"claim": {"id": ID}}, Tombstone) == []
    assert [fault.code for fault in check(REVIEW, Tombstone)] != []
