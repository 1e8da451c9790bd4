"""The desk shows another newsroom's claim as readers see it."""

from copy import deepcopy
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone

from factcheck.editorial.models import Claim, ReaderMessage, Review
from factcheck.editorial.proposals import workflow
from tests.journeys.browser import client_of, signed_in
from tests.support.databases import Ground, ground_fixture
from tests.support.drafts import FLOOD, Newsroom, make_newsroom

DRAFT = "Nháp chưa ai duyệt."


def share_claim(newsroom: Newsroom) -> tuple[Newsroom, Review]:
    """Return another newsroom, and its draft of a claim that this one is changing."""
    other, claim = make_newsroom("khac.example"), newsroom.publish_claim()
    Claim.objects.filter(pk=claim.pk).update(text=DRAFT)
    return other, other.make_review(claim, headline="")


shared_ground = ground_fixture(share_claim, after="newsroom_ground")


@pytest.fixture
def other(shared_ground: Ground, database: str) -> Newsroom:
    return deepcopy(shared_ground.made[0])


@pytest.fixture
def shared(shared_ground: Ground, database: str) -> Review:
    return deepcopy(shared_ground.made[1])


@pytest.mark.parametrize(
    "page",
    [
        "/admin/",
        "/admin/editorial/review/",
        "/admin/editorial/review/{review}/change/",
        "/admin/editorial/review/{review}/preview/",
        "/admin/editorial/review/{review}/do/submit/",
        "/admin/editorial/review/add/?claim={claim}",
    ],
)
def test_pages_of_a_review(shared: Review, other: Newsroom, page: str) -> None:
    browser = signed_in(other.reporter).open(page.format(review=shared.pk, claim=shared.claim_id))
    assert FLOOD in browser.html
    assert DRAFT not in browser.html


def test_first_page_and_events_of_what_waits(shared: Review, other: Newsroom) -> None:
    workflow.submit(subject=shared, by=other.reporter)
    for person in (other.reporter, other.editor, other.chief):
        for page in ("/admin/", "/admin/editorial/editorialevent/"):
            assert DRAFT not in signed_in(person).open(page).html
    assert FLOOD in signed_in(other.editor).open("/admin/").html


def suggested(client: Client, words: str = "") -> list[str]:
    where = "/admin/autocomplete/?app_label=editorial&model_name=review&field_name=claim&term="
    return [row["text"] for row in client.get(where + words).json()["results"]]


def test_suggestions(newsroom: Newsroom, shared: Review, other: Newsroom) -> None:
    assert suggested(client_of(other.reporter)) == [FLOOD]
    assert suggested(client_of(newsroom.reporter)) == [DRAFT]  # its own newsroom


@pytest.mark.parametrize(("words", "found"), [("Nháp", 0), ("duyệt.", 0), ("mái chùa", 1)])
def test_search_tells_nothing_of_the_draft(shared: Review, other: Newsroom, words: str, found: int) -> None:
    Claim.objects.filter(pk=shared.claim_id).update(text=f"{DRAFT} {FLOOD}")
    client = client_of(other.reporter)
    assert len(suggested(client, words)) == found
    listed = client.get(f"/admin/editorial/review/?q={words}").content.decode()
    assert listed.count('<th class="field-__str__">') == found


def test_search_finds_what_is_public_whatever_is_drafted(shared: Review, other: Newsroom) -> None:
    client = client_of(other.reporter)
    cases = {"mái chùa": 1, "MÁI chù": 1, "chùa.": 1, "lũ ở": 1, "mai chua": 1, "hùa": 0, "mái đình": 0}
    for draft, (words, found) in product((FLOOD, DRAFT), cases.items()):
        Claim.objects.filter(pk=shared.claim_id).update(text=draft)
        assert suggested(client, words) == [FLOOD] * found
        listed = client.get(f"/admin/editorial/review/?q={words}").content.decode()
        assert listed.count('<th class="field-__str__">') == found


def test_search_finds_a_claim_that_was_merged(newsroom: Newsroom, shared: Review, other: Newsroom) -> None:
    newsroom.merge_claims(shared.claim, newsroom.publish_claim("Lũ ngập chùa."))
    listed = signed_in(other.reporter).open("/admin/editorial/review/?q=mái chùa").html
    assert listed.count('<th class="field-__str__">') == 1


def test_search_that_takes_too_long_finds_what_is_ones_own(shared, other, monkeypatch):
    other.make_review(headline="Mái chùa")
    monkeypatch.setattr("factcheck.editorial.desk.deciding.public_text.SEARCH_SECONDS", 0)
    listed = signed_in(other.reporter).open("/admin/editorial/review/?q=mái chùa").html
    assert listed.count('<th class="field-__str__">') == 1


def test_its_own_newsroom_finds_its_draft(newsroom: Newsroom, shared: Review) -> None:
    assert DRAFT in signed_in(newsroom.reporter).open("/admin/editorial/claim/?q=nháp").html


def test_what_is_said_of_a_review_that_was_saved(shared: Review, other: Newsroom) -> None:
    browser = signed_in(other.reporter)
    for page in (f"add/?claim={shared.claim_id}", f"{shared.pk}/change/"):
        browser.open(f"/admin/editorial/review/{page}").press("Save and go on")
        assert FLOOD in browser.html
        assert DRAFT not in browser.html
    browser.fill(language="!").press("Save and go on")
    assert "Please correct the error below" in browser.text
    assert DRAFT not in browser.html


def test_demand_about_a_review_of_it(shared: Review, other: Newsroom) -> None:
    other.publish_review(shared)
    demand = other.make_demand(shared)
    browser = signed_in(other.reporter).open(f"/admin/editorial/demand/{demand.pk}/change/")
    assert FLOOD in browser.html
    assert DRAFT not in browser.html


def test_message_of_a_reader_that_was_answered_with_it(shared: Review, other: Newsroom) -> None:
    message = ReaderMessage.objects.create(
        kind="tip",
        text="Lũ tới mái chùa?",
        language="vi",
        claim=shared.claim,
        newsroom=other.publisher,
        state="taken_up",
        decided_by=other.reporter,
        decided_at=timezone.now(),
        receipt="0" * 64,
        fingerprint="0" * 64,
    )
    browser = signed_in(other.reporter).open(f"/admin/editorial/readermessage/{message.pk}/change/")
    assert FLOOD in browser.html
    assert DRAFT not in browser.html


def test_saving_a_review_leaves_the_claim_as_it_is(shared: Review, other: Newsroom) -> None:
    browser = signed_in(other.reporter).open(f"/admin/editorial/review/{shared.pk}/change/")
    browser.press("Save and go on")
    shared.refresh_from_db()
    assert shared.claim.text == DRAFT
