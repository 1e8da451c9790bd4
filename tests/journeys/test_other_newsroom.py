"""A person of another newsroom is refused at every step, and so is a superuser without a role."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.test import Client

from factcheck.editorial.desk.deciding import proposal_actions
from factcheck.editorial.desk.deciding.review_actions import ACTIONS
from factcheck.editorial.desk.readers.demands import ACTIONS as DEMAND_ACTIONS
from factcheck.editorial.models import (
    Claim,
    Claimant,
    Demand,
    EditorialEvent,
    ImportBatch,
    Proposal,
    Review,
    Source,
    User,
)
from factcheck.editorial.proposals import import_policy, review_policy, workflow
from factcheck.record.models import LogEntry
from tests.editorial.desk.addresses import decision
from tests.journeys.browser import client_of
from tests.support.databases import Ground, ground_fixture
from tests.support.drafts import Newsroom, give_role, make_newsroom, make_user, waiting
from tests.support.refusals import refused


@dataclass
class Story:
    """One review and one demand in each state of the first newsroom, and somebody who is not of it."""

    ours: Newsroom
    theirs: Newsroom
    superuser: User
    draft: Review
    submitted: Review
    approved: Review
    published: Review
    withdrawn: Review
    batch: ImportBatch

    @property
    def reviews(self) -> list[Review]:
        return [self.draft, self.submitted, self.approved, self.published, self.withdrawn]


def prepare_story(newsroom: Newsroom) -> Story:
    ours, theirs = newsroom, make_newsroom("checkpoint.example")
    draft, submitted, approved, published, withdrawn = (ours.make_review() for _ in range(5))
    workflow.submit(subject=submitted, by=ours.reporter)
    approval = workflow.submit(subject=approved, by=ours.reporter)
    workflow.approve(proposal=approval, by=ours.editor, digest=approval.digest)
    ours.publish_review(published)
    ours.publish_review(withdrawn)
    ours.withdraw_review(withdrawn)
    _draft, sent, waits, register = (ours.make_demand(asked="Bí mật") for _ in range(4))
    workflow.submit(subject=sent, by=ours.reporter)
    ours.approve_demand(waits)
    ours.publish_demand(register)
    Claimant.objects.filter(pk=draft.claim.claimant_id).update(
        type="person", name="Nguyễn Văn Mẫu", description="", confirmed=False
    )
    batch = ImportBatch.objects.create(newsroom=ours.publisher, files="a.json", imported_by=ours.editor)
    import_policy.close_import(batch=batch, by=ours.editor)
    superuser = make_user("root", is_superuser=True)
    return Story(ours, theirs, superuser, draft, submitted, approved, published, withdrawn, batch)


story_ground = ground_fixture(prepare_story, after="newsroom_ground")


@pytest.fixture
def story(story_ground: Ground, database: str) -> Story:
    return deepcopy(story_ground.made)


def addresses(story: Story) -> list[str]:
    """Every page of the desk about something of the first newsroom."""
    claim, source = story.draft.claim, story.draft.sources.all()[0]
    found = []
    for review in story.reviews:
        base = f"/admin/editorial/review/{review.pk}"
        found += [f"{base}/change/", f"{base}/delete/", f"{base}/history/", f"{base}/preview/"]
        found += [f"{base}/do/{name}/" for name in ACTIONS]
    for demand in Demand.objects.all():
        base = f"/admin/editorial/demand/{demand.pk}"
        found += [f"{base}/change/", f"{base}/delete/", f"{base}/history/"]
        found += [f"{base}/do/{name}/" for name in DEMAND_ACTIONS]
    for name in ("change", "delete", "history"):
        found.append(f"/admin/editorial/claim/{claim.pk}/{name}/")
        found.append(f"/admin/editorial/claimant/{claim.claimant_id}/{name}/")
        found.append(f"/admin/editorial/importbatch/{story.batch.pk}/{name}/")
    found += [f"/admin/editorial/claimant/{claim.claimant_id}/do/{name}/" for name in ("confirm", "redact")]
    found += [decision(proposal, name) for proposal in Proposal.objects.all() for name in proposal_actions.ACTIONS]
    found.append(f"/admin/editorial/source/{source.pk}/change/")
    return found


TYPED = {
    "headline": "Chiếm", "asked": "Chiếm", "reason": "Chiếm", "note": "Chiếm", "change_class": "substantive", "digest": "0" * 64,
    "description": "Chiếm", "post": "yes", "text": "Chiếm", "language": "vi", "type": "unnamed",
    "sources-TOTAL_FORMS": "0", "sources-INITIAL_FORMS": "0", "authorships-TOTAL_FORMS": "0",
    "authorships-INITIAL_FORMS": "0", "appearances-TOTAL_FORMS": "0", "appearances-INITIAL_FORMS": "0",
    "replies-TOTAL_FORMS": "0", "replies-INITIAL_FORMS": "0",
}  # fmt: skip


def snapshot() -> list[object]:
    """Everything that a stranger's request could have touched."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Review, Claim, Claimant, Demand, Source, ImportBatch, Proposal, LogEntry, EditorialEvent)
    ]


@pytest.mark.parametrize(
    "stranger",
    [*(pytest.param(role, marks=pytest.mark.prove) for role in ("reporter", "editor", "chief")), "superuser"],
)
def test_stranger_sees_and_changes_nothing(story: Story, stranger: str) -> None:
    person = story.superuser if stranger == "superuser" else getattr(story.theirs, stranger)
    client = client_of(person)
    before = snapshot()
    secrets = ("Nước lũ ở Huế", "Video nước lũ là của năm 2020", "Nguyễn Văn Mẫu", "a.json", "Bí mật", "Sở Thông tin")
    for address in addresses(story):
        for response in (client.get(address), client.post(address, TYPED)):
            # Django's own pages redirect requests for missing rows to the home page, ours say 404.
            assert response.status_code in (302, 403, 404), address
            if response.status_code == 302:
                assert response["Location"] == "/admin/", address
            assert not any(secret in response.content.decode() for secret in secrets), address
    for model in ("review", "claim", "claimant", "demand", "importbatch", "editorialevent"):
        response = client.get(f"/admin/editorial/{model}/")
        assert response.status_code in ((403,) if stranger == "superuser" and model != "editorialevent" else (200, 403))
        assert not any(secret in response.content.decode() for secret in secrets), model
    home = client.get("/admin/").content.decode()
    assert not any(secret in home for secret in secrets)
    assert snapshot() == before


def test_suggestions_offer_own_and_published_claims_only(story: Story) -> None:
    client = client_of(story.theirs.reporter)
    where = "/admin/autocomplete/?app_label=editorial&model_name=review&field_name=claim&term=nước lũ"
    offered = {row["id"] for row in client.get(where).json()["results"]}
    assert offered == {str(story.published.claim_id)}
    where = "/admin/autocomplete/?app_label=editorial&model_name=claim&field_name=claimant&term=mạng xã hội"
    assert client.get(where).json()["results"] == []
    client.force_login(story.superuser)
    assert client.get(where).status_code == 403


def test_review_of_unpublished_foreign_claim_is_refused(story: Story) -> None:
    client = client_of(story.theirs.reporter)
    response = client.post("/admin/editorial/review/add/", {**TYPED, "claim": str(story.draft.claim_id)})
    assert response.status_code == 200
    assert "Select a valid choice" in response.content.decode()
    assert not Review.objects.filter(newsroom=story.theirs.publisher).exists()
    client.post("/admin/editorial/review/add/", {**TYPED, "claim": str(story.published.claim_id)})
    review = Review.objects.get(newsroom=story.theirs.publisher)
    assert review.claim_id == story.published.claim_id
    assert review.publisher == story.theirs.publisher


def test_published_foreign_claim_is_read_where_readers_read_it(story: Story) -> None:
    client = client_of(story.theirs.reporter)
    client.post("/admin/editorial/review/add/", {**TYPED, "claim": str(story.published.claim_id)})
    asked = f"/admin/editorial/claim/{story.published.claim_id}/change/?_to_field=id&_popup=1"  # the pencil beside it
    assert client.get(asked)["Location"] == f"/claims/{story.published.claim_id}/"
    assert client.get(f"/admin/editorial/claim/{story.draft.claim_id}/change/")["Location"] == "/admin/"
    assert client.get("/admin/editorial/claim/none/change/")["Location"] == "/admin/"


@pytest.mark.parametrize("stranger", ["reporter", "editor", "chief", "superuser", "closed account"])
def test_verbs_refuse_stranger(story: Story, stranger: str) -> None:
    by = story.superuser if stranger in ("superuser", "closed account") else getattr(story.theirs, stranger)
    if stranger == "closed account":
        by = make_user("closed")
        give_role(by, story.ours.publisher, "chief_editor")
        User.objects.using("owner").filter(pk=by.pk).update(is_active=False)
        by.refresh_from_db()
    digest = story.submitted.proposals.get().digest
    attempts: list[Callable[[], object]] = [
        lambda: workflow.submit(subject=story.draft, by=by),
        lambda: workflow.return_(proposal=waiting(story.submitted), by=by, reason="x"),
        lambda: workflow.approve(proposal=waiting(story.submitted), by=by, digest=digest),
        lambda: workflow.publish(proposal=waiting(story.approved), by=by),
        lambda: review_policy.open_correction(review=story.published, by=by, change_class="typo", note="x"),
        lambda: review_policy.withdraw(review=story.published, by=by, reason="x"),
        lambda: review_policy.reinstate(review=story.withdrawn, by=by, reason="x"),
    ]
    before = snapshot()
    for attempt in attempts:
        with refused("not_allowed"):
            attempt()
    assert snapshot() == before


@pytest.mark.prove
def test_somebody_without_login_is_sent_to_it(story: Story) -> None:
    for address in addresses(story):
        response = Client().get(address)
        assert response.status_code == 302, address
        assert response["Location"].startswith("/admin/login/?next="), address
        response = Client().post(address, TYPED)
        assert (response.status_code, response["Location"][:13]) == (302, "/admin/login/"), address
