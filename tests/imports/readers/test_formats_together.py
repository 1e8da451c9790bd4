"""The same review in another format is known again, and what that format cannot say is not taken for gone."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from factcheck.editorial.models import RatingScale, Review
from factcheck.record.statements import review as said
from tests.imports.own_records import IMPORTER, bodies, publish, record, run, take
from tests.support.drafts import Newsroom
from tests.support.whole import whole

RICH = record(
    summary="Short.",
    body="Long.",
    claim={
        "text": "Nước lũ ở Huế đã lên tới mái chùa.",
        "language": "vi",
        "claimed_on": "2024-05-01",
        "location": "Huế",
        "claimant": {"type": "organization", "name": "Radio", "description": "A station", "same_as": ["https://p.example/1"]},
        "appearances": [{"url": "https://s.example/1", "medium": "video", "first": True}],
    },
    verdict={"explanation": "Ours.", "original": {"label": "Falso", "value": "1", "best": "5", "worst": "1", "explanation": "So."}},
    sources=[
        {"title": "T", "url": "https://b.example/", "stance": "refutes", "quote": "Q", "accessed_on": "2024-05-02", "primary": True},
        {"title": "U", "stance": "context"},
    ],
    replies=[{"type": "person", "name": "A minister", "asked_on": "2024-05-02", "answer": "No."}],
    selection={"reason": "harm", "note": "Floods."},
    publisher={"name": "Other", "site": "fact.other.example", "url": "https://other.example/"},
    authors=[{"name": "Bo"}],
    topics=[{"slug": "rain", "labels": {"en": "Rain"}}],
    reviewed_on="2024-05-03",
    license="https://licence.example/",
)  # fmt: skip
SAME = "0 new, 1 unchanged, 0 changed, 0 refused."
ADDED = whole(
    {"url": "https://s.example/2", "medium": None, "media_sha256": None, "archive_url": None, "first": False},
    said.Appearance,
)
CHANGED = "0 new, 0 unchanged, 1 changed, 0 refused."


@pytest.fixture
def public(newsroom: Newsroom, tmp_path: Path) -> dict[str, Any]:
    """The body of the rich review."""
    take(tmp_path / "own.jsonl", RICH)
    publish()
    return bodies()[0]


def take_as(folder: Path, name: str, content: object) -> str:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return run("import_reviews", file, by=IMPORTER)[0]


def claim_review() -> dict[str, Any]:
    review = Review.objects.get()
    answer: dict[str, Any] = Client().get(f"/api/v1/reviews/{review.pk}/claimreview/").json()
    return answer


def search_answer() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(Client().get("/v1alpha1/claims:search", {"query": "mái chùa"}).content)
    return answer


def table(**cells: str) -> str:
    given = {"original_url": "https://other.example/1", "language": "en", "claim.text": RICH["claim"]["text"],
             "verdict.original.label": "Falso", **cells}  # fmt: skip
    return ";".join(given) + "\n" + ";".join(given.values()) + "\n"


def test_other_formats_of_a_review_change_nothing(public, tmp_path):
    full = {key for key, value in public.items() if value not in (None, [])}
    assert said.Review.model_fields.keys() - full == {"archive_url", "translation_of"}  # add a new key to RICH
    assert take_as(tmp_path, "one.json", claim_review()) == SAME
    assert take_as(tmp_path, "answer.json", search_answer()) == SAME
    assert take_as(tmp_path, "few.csv", table(headline="Headline 1")) == SAME
    assert take(tmp_path / "own.jsonl", RICH) == SAME
    assert bodies() == [public]


def test_other_format_finds_a_review_that_waits(newsroom, tmp_path):
    take(tmp_path / "own.jsonl", RICH)
    assert take_as(tmp_path, "few.csv", table(reviewed_on="2024-05-03")) == SAME
    assert (
        take_as(tmp_path, "few.csv", table(headline="Another"))
        == "0 new, 0 unchanged, 0 changed, 1 refused (in_hand 1)."
    )


def changed_only(public: dict[str, Any], **expected: Any) -> None:
    publish()
    (body,) = bodies()
    for key in said.Review.model_fields:
        assert body[key] == expected.get(key, public[key]), key


def test_search_answer_changes_what_it_says_alone(public, tmp_path):
    answer = search_answer()
    answer["claims"][0]["claimReview"][0]["title"] = "New title"
    del answer["claims"][0]["claimDate"]
    assert take_as(tmp_path, "answer.json", answer) == CHANGED
    changed_only(public, headline="New title")


def test_row_changes_what_it_says_alone(public, tmp_path):
    assert take_as(tmp_path, "few.csv", table(summary="New.", headline="")) == CHANGED
    changed_only(public, summary="New.")


def test_row_of_addresses_alone_keeps_what_is_known_of_them(public, tmp_path):
    sources = '[{"url": "https://b.example/"}, {"title": "U", "stance": ""}]'
    assert take_as(tmp_path, "few.csv", table(sources=sources, **{"claim.appearances": "https://s.example/1"})) == SAME


def test_list_of_a_row_says_which_members_there_are(public, tmp_path):
    cells = {"sources": "https://b.example/", "claim.appearances": '"https://s.example/2\nhttps://s.example/1"'}
    assert take_as(tmp_path, "few.csv", table(**cells)) == CHANGED
    appearances = [*public["claim"]["appearances"], ADDED]
    changed_only(public, sources=public["sources"][:1], claim=public["claim"] | {"appearances": appearances})


def test_row_that_names_an_appearance_twice_keeps_which_is_the_first(public, tmp_path):
    cell = '"https://s.example/1\nhttps://s.example/1"'
    assert take_as(tmp_path, "few.csv", table(**{"claim.appearances": cell})) == CHANGED
    (known,) = public["claim"]["appearances"]
    again = known | {"medium": None, "first": False}
    changed_only(public, claim=public["claim"] | {"appearances": [known, again]})


def test_row_says_which_appearance_is_the_first(public, tmp_path):
    cell = '[{"url": "https://s.example/1"}, {"url": "https://s.example/2", "first": true}]'
    assert take_as(tmp_path, "few.csv", table(**{"claim.appearances": cell})) == CHANGED
    appearances = [ADDED | {"first": True}, public["claim"]["appearances"][0] | {"first": False}]
    changed_only(public, claim=public["claim"] | {"appearances": appearances})


def test_row_that_names_an_address_twice_keeps_both_sources_of_it(newsroom, tmp_path):
    sources = [
        {"title": title, "url": "https://b.example/", "quote": quote} for title, quote in (("T", "Q"), ("U", "R"))
    ]
    take(tmp_path / "own.jsonl", record(sources=sources))
    text = table(**{"claim.text": "Claim 1.", "sources": '"https://b.example/\nhttps://b.example/"'})
    assert take_as(tmp_path, "few.csv", text) == SAME


def test_claim_review_changes_what_it_can_say(public, tmp_path):
    """A title that is gone is gone; stances, days of reading and topics have no place in a ClaimReview."""
    changed = claim_review()
    changed["citation"][1]["name"] = "V"
    del changed["headline"]
    assert take_as(tmp_path, "one.json", changed) == CHANGED
    sources = [public["sources"][0], public["sources"][1] | {"title": "V", "stance": None}]
    changed_only(public, headline=None, sources=sources)


def test_claim_of_another_speaker_is_not_given_the_first_ones_office(public, tmp_path):
    answer = search_answer()
    answer["claims"][0]["claimant"] = "Someone else"
    assert take_as(tmp_path, "answer.json", answer) == CHANGED
    publish()
    claimant = bodies()[0]["claim"]["claimant"]
    assert (claimant["type"], claimant["name"], claimant["same_as"], claimant["description"]) == (
        "person", "Someone else", [], None,
    )  # fmt: skip


def test_other_words_are_another_verdict(public, newsroom, tmp_path):
    """Neither the number beside the old words nor what they meant to an editor holds for the new ones."""
    verdict = RatingScale.objects.get().verdicts.get(slug="false")
    Review.objects.update(verdict=verdict)
    answer = search_answer()
    answer["claims"][0]["claimReview"][0] |= {"textualRating": "Vero", "title": "New title"}
    assert take_as(tmp_path, "answer.json", answer) == CHANGED
    publish()
    said = bodies()[0]["verdict"]
    assert (said["slug"], said["label"], said["original"]) == (
        None, "Vero",
        {"label": "Vero", "value": None, "best": None, "worst": None, "explanation": None, "image_url": None},
    )  # fmt: skip


def test_verdict_of_ours_stays_with_the_same_words(public, newsroom, tmp_path):
    verdict = RatingScale.objects.get().verdicts.get(slug="false")
    Review.objects.update(verdict=verdict)
    assert take_as(tmp_path, "few.csv", table(headline="New title")) == CHANGED
    publish()
    said = bodies()[0]["verdict"]
    assert (said["slug"], said["explanation"], said["original"]) == ("false", "Ours.", public["verdict"]["original"])


def test_verdict_of_ours_leaves_the_publishers_words(public, tmp_path):
    content = (
        table(**{"verdict.scale": RatingScale.objects.get().slug, "verdict.slug": "false"})
        .replace("verdict.original.label;", "")
        .replace("Falso;", "")
    )
    assert take_as(tmp_path, "few.csv", content) == CHANGED
    publish()
    said = bodies()[0]["verdict"]
    assert (said["slug"], said["original"]) == ("false", public["verdict"]["original"])


def test_words_come_to_a_verdict_that_was_given_without(newsroom, tmp_path):
    scale = RatingScale.objects.get().slug
    own = RICH | {"verdict": {"scale": scale, "slug": "false", "explanation": "Ours."}}
    take(tmp_path / "own.jsonl", own)
    publish()
    assert take_as(tmp_path, "few.csv", table()) == CHANGED
    publish()
    said = bodies()[0]["verdict"]
    assert (said["slug"], said["explanation"], said["original"]["label"]) == ("false", "Ours.", "Falso")


def test_another_text_language_or_address_is_another_review(public, tmp_path):
    rows = [
        table(**{"claim.text": "Another claim."}),
        table(language="vi"),
        table(original_url="https://other.example/1?page=2"),
    ]
    content = rows[0] + "".join(row.split("\n")[1] + "\n" for row in rows[1:])
    assert take_as(tmp_path, "others.csv", content) == "3 new, 0 unchanged, 0 changed, 0 refused."
