"""What differs between two statements, in words."""

from collections.abc import Iterator
from typing import Any

from django.utils import translation

from factcheck.editorial import review_statements
from factcheck.editorial.desk.preview import ON_SCALE, PLACES, compare
from factcheck.editorial.proposals import demand_policy
from tests.drafts import make_claim, make_demand, make_newsroom, make_review


def said(**fields: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "headline": "Một",
        "body": "Đầu.\n\nGiữa.\n\nCuối.",
        "claim": {"text": "Câu", "claimant": None},
        "verdict": {
            "scale": "truth",
            "slug": "false",
            "value": 1,
            "worst": 1,
            "best": 5,
            "labels": {"vi": "Sai"},
            "label": "Sai",
        },
        "sources": [{"title": "A", "url": "https://a.example/"}, {"title": "B", "url": None}],
        "same_as": [],
    }
    return {**statement, **fields}


def listed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    return [(str(change.label), change.removed, change.added) for change in compare(before, after)]


def test_changes_nothing() -> None:
    assert listed(said(), said()) == []


def test_changes_of_text_show_the_paragraphs_that_differ() -> None:
    assert listed(said(), said(body="Đầu.\n\nGiữa, sửa.\n\nCuối.")) == [("text", ["Giữa."], ["Giữa, sửa."])]
    assert listed(said(), said(body="Đầu.\nGiữa.\n\nCuối.")) == [("text", [], ["paragraph breaks changed"])]
    assert listed(said(), said(body="Đầu.\n\nCuối.")) == [("text", ["Giữa."], [])]
    assert listed(said(), said(body=None)) == [("text", ["Đầu.\n\nGiữa.\n\nCuối."], [])]


def test_changes_of_verdict_stand_in_two_lines() -> None:
    verdict = {
        "scale": "truth",
        "slug": "true",
        "value": 5,
        "worst": 1,
        "best": 5,
        "labels": {"vi": "Đúng"},
        "label": "Đúng",
    }
    assert listed(said(), said(headline="Hai", verdict=verdict)) == [
        ("headline", ["Một"], ["Hai"]),
        ("verdict on the scale", ["truth · false · 1 · 1 · 5 · Sai"], ["truth · true · 5 · 1 · 5 · Đúng"]),
        ("verdict", ["Sai"], ["Đúng"]),
    ]


def test_changes_of_lists_show_what_came_and_went() -> None:
    a, b = said()["sources"]
    assert listed(said(), said(sources=[a])) == [("sources", ["B"], [])]
    assert listed(said(), said(sources=[b, a])) == [("sources", [], ["order changed"])]
    assert listed(said(), said(sources=[{**a, "title": "C"}, b])) == [
        ("sources", ["A · https://a.example/"], ["C · https://a.example/"])
    ]


def test_changes_of_what_has_no_label_are_shown_all_the_same() -> None:
    assert listed(said(), said(same_as=["x"], novel=True)) == [
        ("novel", [], ["yes"]),
        ("same_as", [], ["x"]),
    ]
    claimant = {"name": "Lan", "confirmed": True}
    assert listed(said(), said(claim={"text": "Câu", "claimant": claimant})) == [
        ("claimant", [], ["Lan · name confirmed: yes"])
    ]


def test_changes_of_codes_and_days_are_shown_in_words() -> None:
    source = {"title": "A", "stance": "context", "accessed_on": "2026-10-03"}
    claim = {"text": "Câu", "claimed_on": None, "claimant": None, "appearances": []}
    before, after = said(sources=[source], claim=claim), said(sources=[{**source, "stance": "refutes"}])
    after["claim"] = {
        **claim,
        "claimed_on": "2026-10-01",
        "claimant": {"type": "person", "name": "Lan", "confirmed": False},
        "appearances": [{"url": "https://a.example/", "medium": "video", "first": True}],
    }
    assert listed(before, after) == [
        ("said on", [], ["1 October 2026"]),
        ("claimant", [], ["person · Lan"]),
        ("appearances", [], ["https://a.example/ · video · first: yes"]),
        ("sources", ["A · context · 3 October 2026"], ["A · refutes the claim · 3 October 2026"]),
    ]
    with translation.override("vi"):
        assert listed(before, after)[-1] == (
            "nguồn",
            ["A · bối cảnh · 3/10/2026"],
            ["A · bác bỏ tuyên bố · 3/10/2026"],
        )
    confirmed = {**after["claim"]["claimant"], "confirmed": True}
    assert listed(after, {**after, "claim": {**after["claim"], "claimant": confirmed}}) == [
        ("claimant: name confirmed", ["no"], ["yes"])
    ]
    with translation.override("vi"):
        assert listed(after, {**after, "claim": {**after["claim"], "claimant": confirmed}}) == [
            ("người tuyên bố: tên đã xác nhận", ["không"], ["có"])
        ]


def places(said: dict[str, Any], above: str = "") -> Iterator[str]:
    """Where two statements may differ: all that is no object with parts of its own."""
    for key, value in said.items():
        place = f"{above}{key}"
        if above == "verdict." and key in ON_SCALE:
            yield "verdict.scale"
        elif isinstance(value, dict):
            yield from places(value, f"{place}.")
        else:
            yield place


def test_whatever_may_differ_has_a_label(database: str) -> None:
    newsroom = make_newsroom()
    claim = make_claim(newsroom)
    bare = make_review(newsroom, make_claim(newsroom, claimant=None), verdict=None)
    whole = make_review(newsroom, claim)
    whole.original_label = "Falsch"  # as of one that was imported
    said = [review_statements.build_statement(review) for review in (bare, whole)]
    said += [demand_policy.build_statement(make_demand(newsroom, review)) for review in (None, whole)]
    found = {place for statement in said for place in places(statement)}
    assert {"claim.claimant", "claim.claimant.same_as", "verdict.original.image_url", "review.id"} <= found
    assert sorted(found - {"id"} - PLACES.keys()) == []  # of one review the id is the same


def test_changes_of_a_demand_are_shown_in_words() -> None:
    before = {"from": {"type": "person"}, "outcome": "open", "done_on": None, "received_on": "2026-10-20"}
    after = {"from": {"type": "court"}, "outcome": "complied", "done_on": "2026-10-22", "received_on": "2026-10-19"}
    assert listed(before, after) == [
        ("from", ["private person"], ["court"]),
        ("received on", ["20 October 2026"], ["19 October 2026"]),
        ("done on", [], ["22 October 2026"]),
        ("outcome", ["not decided yet"], ["done as demanded"]),
    ]


def test_changes_of_many_paragraphs_are_found_at_once() -> None:
    """difflib alone took the cube of the paragraphs: 42 seconds for a thousand."""
    many = [f"Đoạn {number}." for number in range(5000)]
    label, removed, added = listed(said(body="\n\n".join(many)), said(body="\n\n".join(f"{line}!" for line in many)))[0]
    assert (label, len(removed), len(added)) == ("text", 5000, 5000)
    alternating = ["một", "hai"] * 1000
    doubled = ["một", "một", "hai", "hai"] * 500
    assert listed(said(body="\n".join(alternating)), said(body="\n".join(doubled))) == [("text", [], ["order changed"])]
    assert listed(said(body="\n".join([*many, "Cuối."])), said(body="\n".join([*many[::-1], "Hết."]))) == [
        ("text", ["Cuối."], ["Hết.", "order changed"])
    ]


def test_changes_of_an_older_statement_leave_out_what_says_nothing() -> None:
    assert listed(said(), said(archive_url=None, topics=[])) == []
    assert listed(said(), said(archive_url="https://archive.example/1")) == [
        ("archive link", [], ["https://archive.example/1"])
    ]
