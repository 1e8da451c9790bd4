"""A field of what a review says reaches everything: desk, import, programs, comparison, site, API and dumps."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client

from factcheck.editorial.drafts import review_statements, translations
from factcheck.editorial.models import Demand, Review
from factcheck.editorial.models.kinds import Decision
from factcheck.editorial.proposals import demand_policy, workflow
from factcheck.record.statements.checks import without_empty
from factcheck.record.statements.demand import Demand as DemandStatement
from factcheck.record.statements.output import construct
from factcheck.record.statements.review import Review as ReviewStatement
from factcheck.record.statements.statement_changes import compare
from tests.api.unpacking import lines_of
from tests.editorial.proposal_kinds import written
from tests.imports.own_records import bodies, publish, record, take
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom
from tests.support.refusals import refused
from tests.support.tokens import CLAIM, make_program

UNKNOWN = "11111111-1111-4111-8111-111111111111"
SOURCES = [{"title": "The law", "primary": True}, {"title": "A newspaper", "primary": False}, {"title": "A blog"}]
ASKED = {
    "type": "unnamed", "name": None, "description": "chủ tiệm vàng", "asked_on": "2026-10-03", "channel": "telephone",
    "answer_until": "2026-10-03", "no_answer": True, "answer": None, "answer_language": None,
    "answer_translation": None, "answered_on": None,
}  # fmt: skip
ANSWERED = ASKED | {
    "type": "organization", "name": "Sở Y tế", "description": None, "no_answer": False, "answer": "No such\n\nletter.",
    "answer_language": "en", "answer_translation": "Không có thư nào như vậy.", "answered_on": "2026-10-04",
}  # fmt: skip
# For each field: what a program or file sends, and where it can be read in a statement.
CHOICE = {"reason": "reach", "note": "The video was shared 40,000 times."}
SENT: dict[str, tuple[dict[str, Any], Any]] = {
    "replies": ({"replies": [ASKED, ANSWERED]}, lambda said: said["replies"]),
    "selection": ({"selection": CHOICE}, lambda said: said["selection"]),
    "sources.primary": (
        {"sources": SOURCES},
        lambda said: [(source["title"], source["primary"]) for source in said["sources"]],
    ),
    "sources.published_on": (
        {"sources": [{"title": "The law", "published_on": "2020-10-11"}, {"title": "A blog"}]},
        lambda said: [source["published_on"] for source in said["sources"]],
    ),
    "sources.quote_translation": (
        {"sources": [{"title": "The law", "quote": "Điều 1", "quote_translation": "Article 1"}]},
        lambda said: [source["quote_translation"] for source in said["sources"]],
    ),
    "sources.no_capture_reason": (
        {"sources": [{"title": "The law", "no_capture_reason": "The page forbids copies."}]},
        lambda said: [source["no_capture_reason"] for source in said["sources"]],
    ),
}
READ: dict[str, Any] = {
    "replies": [ASKED, ANSWERED],
    "selection": CHOICE,
    "sources.published_on": ["2020-10-11", None],
    "sources.quote_translation": ["Article 1"],
    "sources.no_capture_reason": ["The page forbids copies."],
    "sources.primary": [("The law", True), ("A newspaper", False), ("A blog", None)],
}
# The values in the desk's form, and what readers see of it then.
FORMS: dict[str, tuple[dict[str, str], str]] = {
    "selection": ({"selection_reason": "harm", "selection_note": "Ai cũng hỏi."}, "it can do harm."),
    "replies": (
        {
            "replies-0-type": "unnamed",
            "replies-0-description": "chủ tiệm vàng",
            "replies-0-asked_on": "2026-10-03",
            "replies-0-answer": "Đã\n\nđóng cửa.",
            "replies-0-answer_language": "vi",
            "replies-0-channel": "email",
            "replies-0-answer_until": "2026-10-05",
        },
        '<blockquote lang="vi" dir="auto">Đã\n\nđóng cửa.</blockquote>',
    ),
    "sources.quote_translation": ({"sources-0-quote_translation": "Article 1"}, "Translated. The original:"),
    "sources.published_on": ({"sources-0-published_on": "2020-10-11"}, "11\xa0October\xa02020"),
    "sources.no_capture_reason": ({"sources-0-no_capture_reason": "Trang đã mất."}, "Trang đã mất."),
    "sources.primary": ({"sources-0-primary": "true", "sources-1-primary": "false"}, "first-hand evidence"),
}


@pytest.mark.parametrize("field", SENT)
def test_field_comes_in_with_an_import(newsroom: Newsroom, tmp_path: Path, field: str) -> None:
    sent, read = SENT[field]
    take(tmp_path / "reviews.jsonl", record(1, **sent))
    publish()
    assert read(bodies()[0]) == READ[field]
    assert take(tmp_path / "again.jsonl", record(1, **sent)).startswith("0 new, 1 unchanged")


def test_capture_stays_with_its_newsroom(newsroom: Newsroom, tmp_path: Path) -> None:
    """A dump of another site contains captures, but not their files."""
    capture = {
        "sha256": "ab" * 32, "captured_at": "2026-10-04T08:30:00.000000Z", "size": 1, "media_type": "image/png",
        "final_url": None,
    }  # fmt: skip
    sent = {"sources": [{"title": "The law", "capture": capture}]}
    take(tmp_path / "reviews.jsonl", record(1, **sent))
    publish()
    assert bodies()[0]["sources"][0]["capture"] is None
    assert take(tmp_path / "again.jsonl", record(1, **sent)).startswith("0 new, 1 unchanged")


@pytest.mark.parametrize("field", SENT)
def test_field_comes_in_from_a_program(newsroom: Newsroom, field: str) -> None:
    sent, read = SENT[field]
    program = make_program(newsroom)
    claim = program.post("claims/", CLAIM)
    made = program.post("reviews/", {"claim": {"id": claim}, "language": "vi", **sent})
    assert read(review_statements.build_statement(Review.objects.get(pk=made)).to_json_object()) == READ[field]
    assert read(program.get(f"reviews/{made}/")) == READ[field]


@pytest.mark.parametrize("field", FORMS)
def test_field_is_written_at_the_desk_and_read_by_everybody(newsroom, tmp_path, monkeypatch, field):
    monkeypatch.setattr(settings, "DUMPS_FOLDER", tmp_path / "dumps")
    filled, words = FORMS[field]
    review = newsroom.make_review()
    before = review_statements.build_statement(review).to_json_object()
    signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/").fill(**filled).press(
        "Save and go on"
    )
    after = review_statements.build_statement(Review.objects.get(pk=review.pk)).to_json_object()
    assert compare(before, after)
    newsroom.publish_review(review)
    assert words in Client().get(f"/reviews/{review.pk}/", headers={"accept-language": "en"}).content.decode()
    answer = json.loads(Client().get(f"/api/v1/reviews/{review.pk}/").content)
    key = field.partition(".")[0]
    assert answer[key] == after[key]
    call_command("make_dumps", verbosity=0)
    (row,) = lines_of(tmp_path / "dumps" / "0" / "reviews.jsonl.zst")
    assert row[key] == after[key]


@pytest.mark.parametrize("field", ["selection", "sources.published_on", "sources.no_capture_reason", "sources.primary"])
def test_older_document_without_the_field_says_the_same(newsroom: Newsroom, field: str) -> None:
    review = newsroom.make_review()
    review.sources.update(no_capture_reason="")
    now = review_statements.build_statement(review).to_json_object()
    outer, _, inner = field.partition(".")
    older = {key: value for key, value in now.items() if key != outer or inner}
    if inner:
        older[outer] = [{key: value for key, value in each.items() if key != inner} for each in now[outer]]
    assert older != now
    assert construct(ReviewStatement, older) == construct(ReviewStatement, now)
    assert compare(older, now) == []


def test_translation_names_the_revision_that_it_translates(newsroom: Newsroom, live: Review) -> None:
    translation = newsroom.make_review(live.claim, language="en")
    page = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{translation.pk}/change/")
    page.fill(
        translation_of=str(live.pk), translation_of_revision="2", claim_wording="Water has reached the roof."
    ).press("Save and go on")
    translation.refresh_from_db()
    with refused("incomplete", "have this revision"):
        workflow.submit(subject=translation, by=newsroom.reporter)
    Review.objects.filter(pk=translation.pk).update(translation_of_revision=1)
    newsroom.publish_review(translation)
    said = {"id": str(live.pk), "revision": 1}
    assert json.loads(Client().get(f"/api/v1/reviews/{translation.pk}/").content)["translation_of"] == said
    page = Client().get(f"/reviews/{translation.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "a translation of revision 1 of another review" in page
    assert f'href="/en/reviews/{live.pk}/"' in page
    node = json.loads(Client().get(f"/api/v1/reviews/{translation.pk}/claimreview/").content)
    assert node["translationOfWork"]["@id"] == f"{settings.SITE_URL}/reviews/{live.pk}/"


def test_database_refuses_a_translation_of_what_was_never_published(newsroom, live, monkeypatch):
    translation = newsroom.make_review(translation_of=live, translation_of_revision=7)
    proposal = written(translation, review_statements.build_statement(translation).to_json_object(), newsroom.reporter)
    proposal.decide(Decision.APPROVED, newsroom.editor)
    monkeypatch.setattr(translations, "find_lost_original", lambda _review: None)
    with pytest.raises(IntegrityError, match="what it translates was never published"):
        workflow.publish(proposal=proposal, by=newsroom.editor)


def test_translation_comes_in_with_an_import_and_from_a_program(newsroom, live, tmp_path):
    said = {"id": str(live.pk), "revision": 1}
    take(tmp_path / "reviews.jsonl", record(1, translation_of=said), record(2, translation_of=said | {"id": UNKNOWN}))
    publish()
    assert [body["translation_of"] for body in bodies()] == [None, said]  # the other one is refused
    program = make_program(newsroom)
    content = {"claim": {"id": str(live.claim_id)}, "language": "en", "translation_of": said}
    made = program.post("reviews/", content)
    assert program.get(f"reviews/{made}/")["translation_of"] == said
    program.refused("POST", "reviews/", content | {"translation_of": said | {"id": UNKNOWN}}, 422)


def test_wording_of_the_claim_comes_in_with_an_import(newsroom: Newsroom, tmp_path: Path) -> None:
    words = {"text": "Water has reached the roof.", "language": "en", "by": "Example Check"}
    claim = {"text": "Nước đã lên tới mái.", "language": "vi"}
    sent = {"language": "en", "claim": {**claim, "wordings": [words]}, "publisher": {"name": "Example Check"}}
    take(tmp_path / "reviews.jsonl", record(1, **sent))
    publish()
    (body,) = bodies()
    assert body["claim"]["wordings"] == [words]
    assert take(tmp_path / "again.jsonl", record(1, **sent)).startswith("0 new, 1 unchanged")
    node = json.loads(Client().get(f"/api/v1/reviews/{body['id']}/claimreview/").content)
    assert (node["claimReviewed"], node["itemReviewed"]["text"]) == (words["text"], claim["text"])
    take(tmp_path / "claimreview.jsonl", {**node, "url": "https://check.example/again"})
    publish()
    assert {each["claim"]["wordings"][0]["text"] for each in bodies()} == {words["text"]}
    (found,) = Client().get("/v1alpha1/claims:search?query=mái&pageSize=1").json()["claims"]
    assert found["text"] == claim["text"]


def test_demand_says_when_and_how_it_came_and_by_which_law(newsroom: Newsroom) -> None:
    """A telephone call that gives hours, as Law 116/2025/QH15 of Vietnam allows since July 2026."""
    demand = newsroom.make_demand()
    before = demand_policy.build_statement(demand).to_json_object()
    page = signed_in(newsroom.reporter).open(f"/admin/editorial/demand/{demand.pk}/change/")
    page.fill(
        received_at="2026-10-20 09:30 +07:00", channel="telephone", kinds=["remove", "users_data"], hours_given="6",
        law_country="vn", law_act="116/2025/QH15", law_article="Điều 25",
    ).press("Save and go on")  # fmt: skip
    demand.refresh_from_db()
    said = {
        "received_at": "2026-10-20T09:30:00+07:00",
        "channel": "telephone",
        "kinds": ["remove", "users_data"],
        "hours_given": 6,
        "law": {"country": "VN", "act": "116/2025/QH15", "article": "Điều 25"},
    }
    assert without_empty(before) | said == without_empty(demand_policy.build_statement(demand).to_json_object())
    assert {
        str(change.label) for change in compare(before, demand_policy.build_statement(demand).to_json_object())
    } >= {
        "channel",
        "hours given",
    }
    newsroom.publish_demand(demand)
    body = json.loads(Client().get(f"/api/v1/demands/{demand.pk}/").content)
    assert {key: body[key] for key in said} == said
    page = Client().get(f"/demands/{demand.pk}/", headers={"accept-language": "en"}).content.decode()
    for words in (
        "20\xa0October\xa02026, 02:30\xa0UTC",
        "telephone",
        "hand over users’ data",
        "6 hours",
        "116/2025/QH15",
    ):
        assert words in page
    older = {key: value for key, value in before.items() if key not in said}
    assert construct(DemandStatement, older) == construct(DemandStatement, before)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("received_at", "2026-13-20T09:30+07:00"), ("received_at", "last week"),
        ("law_country", "Vietnam"), ("law_article", "25"), ("hours_given", "-1"), ("hours_given", "10001"),
    ],
)  # fmt: skip
def test_demand_is_refused_with_what_nobody_can_read(module_newsroom: Newsroom, field: str, value: str) -> None:
    demand = module_newsroom.make_demand()
    page = signed_in(module_newsroom.reporter).open(f"/admin/editorial/demand/{demand.pk}/change/")
    assert "Error:" in page.fill(**{field: value}).press("Save and go on").text
    assert (
        demand_policy.build_statement(Demand.objects.get(pk=demand.pk)).to_json_object()
        == demand_policy.build_statement(demand).to_json_object()
    )
