"""The register of demands: from the draft to the public entry, and what each verb refuses."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from factcheck.editorial.models import Demand, EditorialEvent, Membership, Review
from factcheck.editorial.proposals import demand_policy, workflow
from factcheck.record.models import LogEntry, PublishedDemand, PublishedReview, RevisionDocument
from factcheck.record.statements.demand import Demand as DemandStatement
from tests.support.drafts import DEMAND, Newsroom, make_newsroom, waiting
from tests.support.refusals import refused
from tests.support.whole import whole

pytestmark = pytest.mark.one_database


def tomorrow() -> date:
    return demand_policy.utc_today() + timedelta(days=1)


def test_story_from_draft_to_update(newsroom: Newsroom, live: Review) -> None:
    demand = newsroom.make_demand(live, outcome="open", done="", done_on=None)
    newsroom.publish_demand(demand)
    newsroom.update_demand(demand, outcome="refused", done="Đã từ chối.", done_on=date(2026, 10, 30))

    assert list(LogEntry.objects.values_list("sequence", "kind", "number")) == [
        (0, "review.original", 1),
        (1, "demand.published", 1),
        (2, "demand.updated", 2),
    ]
    document = json.loads(bytes(RevisionDocument.objects.get(entry=2).document))
    at = [entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for entry in LogEntry.objects.all()]
    expected = {
        "id": str(demand.pk),
        **DEMAND,
        "review": {"id": str(live.pk)},
        "published_at": at[1],
        "updated_at": at[2],
        "revision": {"number": 2, "kind": "updated", "class": None, "note": "Tòa đã bác yêu cầu."},
    }  # fmt: skip
    assert document == whole(expected, DemandStatement)
    row = PublishedDemand.objects.using("public").get()
    assert (row.publisher, row.review, row.from_type, row.outcome, row.received_on, row.sequence) == (
        "kiemchung.example", live.pk, "state_body", "refused", date(2026, 10, 20), 2,
    )  # fmt: skip
    body = json.loads(row.body)
    assert body["url"] == f"http://127.0.0.1:8000/demands/{demand.pk}/"
    assert body["revision"] == document["revision"] | {"sequence": 2, "digest": LogEntry.objects.get(pk=2).digest}
    assert PublishedReview.objects.count() == 1
    events = EditorialEvent.objects.filter(subject=str(demand.pk)).order_by("pk")
    assert list(events.values_list("action", flat=True)) == [
        "demand.submitted", "demand.approved", "demand.published",
        "demand.reopened", "demand.submitted", "demand.approved", "demand.updated",
    ]  # fmt: skip
    demand.refresh_from_db()
    assert (demand.state, demand.change_note) == ("published", "")


def test_register_is_made_anew_and_verified(
    newsroom: Newsroom, live: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    newsroom.update_demand(demand, outcome="dropped")
    newsroom.publish_demand(newsroom.make_demand())
    before = list(PublishedDemand.objects.order_by("id").values())
    call_command("rebuild_record")
    assert "2 demands" in capsys.readouterr().out
    assert list(PublishedDemand.objects.order_by("id").values()) == before
    call_command("verify_record")
    PublishedDemand.objects.filter(pk=demand.pk).update(outcome="complied")
    with pytest.raises(CommandError, match="published demand .* is not what the log's documents give"):
        call_command("verify_record")
    PublishedDemand.objects.filter(pk=demand.pk).delete()
    with pytest.raises(CommandError, match="published demand .* is not what the log's documents give"):
        call_command("verify_record")


def test_withheld_entry_says_so(newsroom: Newsroom, database: str) -> None:
    demand = newsroom.make_demand(
        from_type="court", from_name="", asked="", legal_basis="",
        withheld_reason="Luật cấm nhắc lại nội dung yêu cầu.",
    )  # fmt: skip
    newsroom.publish_demand(demand)
    body = json.loads(PublishedDemand.objects.get().body)
    assert body["withheld"] == "Luật cấm nhắc lại nội dung yêu cầu."
    assert (body["from"], body["asked"], body["legal_basis"]) == (
        {"type": "court", "name": None, "description": None}, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"from_type": "person", "from_description": "người trong ảnh"}, "Private persons must not be named"),
        ({"from_name": ""}, "Name the sender"),
        ({"from_type": "person", "from_name": "", "from_description": ""}, "Name the sender"),
        ({"from_name": "", "from_description": "một cơ quan"}, "Name the sender"),
        ({"asked": ""}, "Describe what the demand asks for"),
        ({"done": ""}, "Describe what you did"),
        ({"done_on": None}, "Describe what you did"),
        ({"done_on": date(2026, 10, 19)}, "earlier than the date of receipt"),
        ({"from_type": "lawyer"}, "is not a valid choice"),
    ],
)
def test_demand_that_lacks_something_is_refused(
    module_newsroom: Newsroom, fields: dict[str, Any], message: str
) -> None:
    demand = module_newsroom.make_demand()
    for name, value in fields.items():
        setattr(demand, name, value)
    with pytest.raises(ValidationError, match=message):
        demand.full_clean()


def test_review_must_be_public_and_the_newsrooms_own(newsroom: Newsroom) -> None:
    draft = newsroom.make_demand(newsroom.make_review())
    with refused("incomplete", "has not been published"):
        workflow.submit(subject=draft, by=newsroom.reporter)
    other = make_newsroom("other.example")
    theirs = other.publish_new()
    with refused("incomplete", "another newsroom"):
        workflow.submit(subject=newsroom.make_demand(theirs), by=newsroom.reporter)


def test_verbs_refuse_the_wrong_state(newsroom: Newsroom, database: str) -> None:
    demand = newsroom.make_demand()
    with refused("wrong_state"):
        demand_policy.reopen_demand(demand=demand, by=newsroom.editor, note="x")
    approval = workflow.submit(subject=demand, by=newsroom.reporter)
    with refused("wrong_state"):
        workflow.publish(proposal=approval, by=newsroom.editor)
    with refused("wrong_state"):
        workflow.submit(subject=demand, by=newsroom.reporter)
    with refused("changed_since"):
        workflow.approve(proposal=waiting(demand), by=newsroom.editor, digest="0" * 64)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    with refused("already_decided"):
        workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest)
    workflow.publish(proposal=waiting(demand), by=newsroom.editor)
    with refused("incomplete"):
        demand_policy.reopen_demand(demand=demand, by=newsroom.reporter, note="  ")
    demand_policy.reopen_demand(demand=demand, by=newsroom.reporter, note="Có kết quả.")
    with refused("incomplete", "Nothing has changed since the published revision"):
        workflow.submit(subject=demand, by=newsroom.reporter)
    Demand.objects.update(change_note="", legal_basis="")
    with refused("incomplete", "Describe what changed"):
        workflow.submit(subject=demand, by=newsroom.reporter)


def test_change_after_approval_is_found(newsroom: Newsroom, database: str) -> None:
    demand = newsroom.make_demand()
    newsroom.approve_demand(demand)
    Demand.objects.update(asked="Gỡ toàn bộ trang.")
    with refused("changed_since"):
        workflow.publish(proposal=waiting(demand), by=newsroom.editor)


def test_delayed_demand_waits_for_its_day(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str], database: str
) -> None:
    later, due = (newsroom.make_demand(publish_after=day) for day in (tomorrow(), demand_policy.utc_today()))
    undated = newsroom.make_demand()
    for demand in (later, due, undated):
        newsroom.approve_demand(demand)
    with refused("too_soon"):
        workflow.publish(proposal=waiting(later), by=newsroom.editor)
    call_command("publish_due_demands")
    assert capsys.readouterr().out == f"{due.pk} is entry 0 of the log.\n"
    assert json.loads(PublishedDemand.objects.get().body)["delayed_until"] == demand_policy.utc_today().isoformat()
    event = EditorialEvent.objects.get(action="demand.published")
    assert event.actor == newsroom.editor
    call_command("publish_due_demands")
    assert capsys.readouterr().out == ""


def test_due_demand_of_a_former_editor_is_left_and_told(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str], database: str
) -> None:
    left, kept = (newsroom.make_demand(publish_after=demand_policy.utc_today()) for _ in range(2))
    approval = workflow.submit(subject=left, by=newsroom.reporter)
    workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest)
    newsroom.approve_demand(kept)
    Membership.objects.using("owner").filter(user=newsroom.second).delete()
    with pytest.raises(CommandError, match="1 due demands could not be published"):
        call_command("publish_due_demands")
    said = capsys.readouterr()
    assert said.out == f"{kept.pk} is entry 0 of the log.\n"
    assert said.err.startswith(f"{left.pk}: Only an Editor or Chief editor of this newsroom")


def test_demands_are_in_words(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand()
    assert str(demand) == "state body: Sở Thông tin tỉnh Ví Dụ, 20\xa0October\xa02026"
    assert str(workflow.submit(subject=demand, by=newsroom.reporter)) == str(demand)
