"""What differs between two statements, in words."""

from typing import Any

from factcheck.editorial.admin.preview import changes


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
    return [(str(change.label), change.removed, change.added) for change in changes(before, after)]


def test_changes_nothing() -> None:
    assert listed(said(), said()) == []


def test_changes_of_text_show_the_paragraphs_that_differ() -> None:
    assert listed(said(), said(body="Đầu.\n\nGiữa, sửa.\n\nCuối.")) == [("text", ["Giữa."], ["Giữa, sửa."])]
    assert listed(said(), said(body="Đầu.\nGiữa.\n\nCuối.")) == [("text", [], ["in other paragraphs"])]
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
    assert listed(said(), said(sources=[b, a])) == [("sources", [], ["in another order"])]
    assert listed(said(), said(sources=[{**a, "title": "C"}, b])) == [
        ("sources", ["A · https://a.example/"], ["C · https://a.example/"])
    ]


def test_changes_of_what_has_no_label_are_shown_all_the_same() -> None:
    assert listed(said(), said(same_as=["x"], license=True)) == [
        ("license", [], ["yes"]),
        ("same_as", [], ["x"]),
    ]
    claimant = {"name": "Lan", "confirmed": True}
    assert listed(said(), said(claim={"text": "Câu", "claimant": claimant})) == [("claimant", [], ["Lan · yes"])]
