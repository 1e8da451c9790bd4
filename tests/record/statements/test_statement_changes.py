"""The differences between two statements, in words."""

import time
from collections.abc import Iterator
from typing import Any

from django.utils import translation

from factcheck.editorial.drafts import review_statements, rows
from factcheck.editorial.proposals import demand_policy
from factcheck.record.statements.statement_changes import ON_SCALE, SHOWN, compare
from tests.support.drafts import Newsroom


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


def listed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    """Each change as text, with [removed] and {added} words."""
    marks = {"same": "%s", "removed": "[%s]", "added": "{%s}"}
    changes = compare(before, after)
    return [(str(each.label), "".join(marks[kind] % text for kind, text in each.pieces)) for each in changes]


def test_changes_nothing() -> None:
    assert listed(said(), said()) == []


def test_changes_of_text_are_shown_word_by_word() -> None:
    assert listed(said(), said(body="Đầu.\n\nGiữa, sửa.\n\nCuối.")) == [("text", "Đầu.\n\nGiữa{, sửa}.\n\nCuối.")]
    assert listed(said(), said(body="Đầu.\n\nCuối.")) == [("text", "Đầu.\n\n[Giữa.\n\n]Cuối.")]
    assert listed(said(), said(body=None)) == [("text", "[Đầu.\n\nGiữa.\n\nCuối.]")]
    spaces = compare(said(), said(body="Đầu.\nGiữa.\n\nCuối."))
    assert [(str(change.label), change.is_space) for change in spaces] == [("text", True)]


def test_markdown_is_compared_as_readers_see_it() -> None:
    before, after = "Một *đoạn* [phim](https://a.example/).", "Hai **đoạn** [phim](https://b.example/).\n\n- Mục"
    assert listed(said(body=before), said(body=after)) == [
        ("text", "[Một]{Hai} đoạn phim.{\n\nMục}"),
        ("links and pictures in the text", "https://[a]{b}.example/"),
    ]
    picture = f"/pictures/{'ab' * 32}.png"
    assert listed(said(body=""), said(body=f"![Cầu]({picture})")) == [
        ("text", "{Cầu}"),
        ("links and pictures in the text", f"{{{picture}}}"),
    ]
    # Nothing changes in silence: if only marks differ, they are shown.
    assert listed(said(body="Một đoạn"), said(body="Một *đoạn*")) == [("text", "Một [đoạn]{*đoạn*}")]
    # Another change doesn't hide that a quotation becomes the newsroom's own words.
    assert listed(said(body="> Họ sẽ trả.\n\nSai."), said(body="Họ sẽ trả.\n\nĐúng.")) == [
        ("text", "[> ]Họ sẽ trả.\n\n[Sai]{Đúng}.")
    ]


def test_long_text_shows_the_words_around_a_change() -> None:
    many = "Một câu dài. " * 1000
    ((_label, text),) = listed(said(body=f"{many}Sai. {many}"), said(body=f"{many}Đúng. {many}"))
    assert text.startswith("… ")
    assert text.endswith("…")
    assert "dài. [Sai]{Đúng}. Một" in text
    assert len(text) < 400


def test_change_of_verdict_is_shown_once_in_words() -> None:
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
        ("verdict", "[Sai]{Đúng}"),
        ("headline", "[Một]{Hai}"),
    ]
    (change,) = compare(said(), said(verdict=verdict))
    assert change.is_replaced
    # If the words don't tell what changed, the values on the scale do.
    other = said()["verdict"] | {"value": 2}
    assert [label for label, _text in listed(said(), said(verdict=other))] == ["verdict on the scale"]
    elsewhere = verdict | {"scale": "other", "best": 10}
    assert [label for label, _text in listed(said(), said(verdict=elsewhere))] == ["verdict", "verdict on the scale"]
    explained = verdict | {"explanation": "Vì thế."}
    assert listed(said(), said(verdict=explained))[1][1] == "{Vì thế.}"


def test_changes_of_lists_show_what_came_and_went() -> None:
    a, b = said()["sources"]
    assert listed(said(), said(sources=[a])) == [("sources", "A · https://a.example/[\nB]")]
    ((_label, moved),) = listed(said(), said(sources=[b, a]))
    assert "{B\n}A" in moved
    assert listed(said(), said(sources=[{**a, "title": "C"}, b])) == [("sources", "[A]{C} · https://a.example/\nB")]


def test_changes_of_what_has_no_label_are_shown_all_the_same() -> None:
    assert listed(said(), said(same_as=["x"], novel=True)) == [("novel", "{yes}"), ("same_as", "{x}")]
    claimant = {"name": "Lan", "confirmed": True}
    assert listed(said(), said(claim={"text": "Câu", "claimant": claimant})) == [
        ("claimant", "{Lan · name confirmed: yes}")
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
        ("said on", "{1\xa0October\xa02026}"),
        ("claimant", "{person · Lan}"),
        ("appearances", "{https://a.example/ · video · first: yes}"),
        ("sources", "A · [context]{refutes the claim} · 3\xa0October\xa02026"),
    ]
    with translation.override("vi"):
        assert listed(before, after)[-1] == ("nguồn", "A · [bối cảnh]{bác bỏ nội dung} · 3/10/2026")
    confirmed = {**after["claim"]["claimant"], "confirmed": True}
    assert listed(after, {**after, "claim": {**after["claim"], "claimant": confirmed}}) == [
        ("claimant: name confirmed", "[no]{yes}")
    ]
    with translation.override("vi"):
        assert listed(after, {**after, "claim": {**after["claim"], "claimant": confirmed}}) == [
            ("người nói: tên đã xác nhận", "[không]{có}")
        ]


def places(said: dict[str, Any], above: str = "") -> Iterator[str]:
    """Where two statements may differ: all that isn't an object with parts of its own."""
    for key, value in said.items():
        place = f"{above}{key}"
        if above == "verdict." and key in ON_SCALE:
            yield "verdict.scale"
        elif isinstance(value, dict):
            yield from places(value, f"{place}.")
        else:
            yield place


def test_whatever_may_differ_has_a_label(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    bare = newsroom.make_review(newsroom.make_claim(claimant=None), verdict=None)
    whole = newsroom.make_review(claim)
    drafts = rows.drafts_of([bare.pk, whole.pk])
    drafts[whole.pk].review = drafts[whole.pk].review._replace(original_label="Falsch")  # as of one that was imported
    said = [review_statements.build_draft_statement(draft).to_json_object() for draft in drafts.values()]
    said += [demand_policy.build_statement(newsroom.make_demand(review)).to_json_object() for review in (None, whole)]
    found = {place for statement in said for place in places(statement)}
    assert {"claim.claimant", "claim.claimant.same_as", "verdict.original.image_url", "review.id"} <= found
    assert sorted(found - {"id"} - SHOWN.keys()) == []  # of one review the id is the same


def test_changes_of_a_demand_are_shown_in_words() -> None:
    before = {"from": {"type": "person"}, "outcome": "open", "done_on": None, "received_on": "2026-10-20"}
    after = {"from": {"type": "court"}, "outcome": "complied", "done_on": "2026-10-22", "received_on": "2026-10-19"}
    assert listed(before, after) == [
        ("from", "[private person]{court}"),
        ("received on", "[20]{19}\xa0October\xa02026"),
        ("done on", "{22\xa0October\xa02026}"),
        ("outcome", "[not decided yet]{done as demanded}"),
    ]


def test_changes_of_many_paragraphs_are_found_at_once() -> None:
    many = [f"Đoạn {number}." for number in range(5000)]
    start = time.thread_time()
    ((label, _text),) = listed(said(body="\n\n".join(many)), said(body="\n\n".join(f"{line}!" for line in many)))
    assert label == "text"
    assert time.thread_time() - start < 3


def test_changes_of_an_older_statement_leave_out_what_says_nothing() -> None:
    assert listed(said(), said(archive_url=None, topics=[])) == []
    assert listed(said(), said(archive_url="https://archive.example/1")) == [
        ("archive link", "{https://archive.example/1}")
    ]
