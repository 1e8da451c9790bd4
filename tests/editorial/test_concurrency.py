"""Real connections at the same time: one revision each, gapless numbers in commit order, no deadlock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import combinations_with_replacement, pairwise
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Claim, EditorialEvent, Membership, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import accounts
from factcheck.editorial.proposals import import_policy, merge_policy, workflow
from factcheck.editorial.proposals import review_policy as reviews
from factcheck.record.models import LogEntry, PublishedReview
from tests.editorial.proposal_kinds import MAKE
from tests.journeys.browser import signed_in
from tests.support.databases import Ground, ground_fixture
from tests.support.drafts import Newsroom, waiting
from tests.support.waiting import begin_until_it_waits


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    """Starts all calls together, each on its own connection; gives results, or the refusals as they were raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        barrier.wait(timeout=30)
        try:
            return call()
        except EditorialError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def approved_review(newsroom, claim=None):
    review = newsroom.make_review(claim)
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    return review


@pytest.mark.parametrize("kind", ["review.original", "demand.published"])
def test_publish_many_times_at_once_gives_one_revision(newsroom: Newsroom, kind: str) -> None:
    subject = approved_review(newsroom) if kind == "review.original" else newsroom.make_demand()
    if kind == "demand.published":
        newsroom.approve_demand(subject)
    people = [newsroom.editor, newsroom.second, newsroom.chief] * 3
    proposal = waiting(subject)
    results = at_once([lambda person=person: workflow.publish(proposal=proposal, by=person) for person in people])
    assert sum(isinstance(result, LogEntry) for result in results) == 1
    assert {result.code for result in results if isinstance(result, EditorialError)} == {"wrong_state"}
    assert list(LogEntry.objects.values_list("kind", "sequence", "number")) == [(kind, 0, 1)]


def test_approve_and_return_at_once_gives_one_decision(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    results = at_once(
        [
            lambda: workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest),
            lambda: workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest),
            lambda: workflow.approve(proposal=approval, by=newsroom.chief, digest=approval.digest),
        ]
    )
    assert sum(isinstance(result, EditorialError) for result in results) == 2
    assert EditorialEvent.objects.filter(action="publication.approved").count() == 1


def test_submit_twice_at_once_gives_one_approval(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    results = at_once([lambda: workflow.submit(subject=review, by=newsroom.reporter)] * 4)
    assert sum(isinstance(result, EditorialError) for result in results) == 3
    assert review.proposals.count() == 1


@pytest.mark.prove
def test_ten_publishers_at_once_leave_no_gap(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    # Half of them review the same claim, so that its row in the read model is fought over.
    reviews = [approved_review(newsroom, claim if n % 2 else None) for n in range(10)]
    entries = at_once(
        [lambda review=review: workflow.publish(proposal=waiting(review), by=newsroom.editor) for review in reviews]
    )
    assert all(isinstance(entry, LogEntry) for entry in entries)
    rows = list(LogEntry.objects.order_by("sequence").values_list("sequence", "at"))
    assert [sequence for sequence, _ in rows] == list(range(10))
    assert [at for _, at in rows] == sorted(at for _, at in rows)
    assert PublishedReview.objects.filter(claim_id=claim.pk).count() == 5


@pytest.mark.prove
def test_reader_never_sees_a_gap(newsroom: Newsroom) -> None:
    reviews = [approved_review(newsroom) for _ in range(6)]
    seen: set[tuple[int, int]] = set()

    def watch() -> None:
        # Sees what is committed, while the others commit.
        for _ in range(100_000):
            with connections["public"].cursor() as cursor:
                cursor.execute("SELECT count(*), coalesce(max(sequence), -1) FROM record_logentry")
                seen.add(cursor.fetchone())
            if (6, 5) in seen:
                return

    at_once(
        [
            watch,
            *(
                lambda review=review: workflow.publish(proposal=waiting(review), by=newsroom.editor)
                for review in reviews
            ),
        ]
    )
    assert (6, 5) in seen
    assert all(count == head + 1 for count, head in seen)


def test_claim_is_exchanged_once_by_two_at_once(newsroom: Newsroom) -> None:
    review, draft = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(review)
    people = [newsroom.reporter, newsroom.editor]
    results = at_once(
        [lambda by=by: merge_policy.replace_claim(claim=draft.claim, replacement=review.claim, by=by) for by in people]
    )
    assert sorted(map(str, results)) == [
        "1", "Someone else changed this first: one of the two claims no longer exists. Open the list of claims to find its drafts.",
    ]  # fmt: skip
    assert list(Claim.objects.all()) == [review.claim]


def test_role_is_taken_away_after_an_approval_of_another_role_and_not_in_a_deadlock(newsroom: Newsroom) -> None:
    membership = newsroom.reporter.memberships.get()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=newsroom.reporter.pk)  # like an approval
        removing = begin_until_it_waits(
            lambda: accounts.take_away(
                account=membership.user, action=Action.REMOVAL, by=newsroom.chief, membership=membership
            )
        )
        with transaction.atomic("owner"):
            Membership.objects.using("owner").select_for_update(nowait=True).get(pk=membership.pk)
    removing.result(timeout=30)
    assert not newsroom.reporter.memberships.exists()


def test_page_of_a_claim_that_goes_while_it_is_saved_says_so(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/").fill(location="Huế")
    with transaction.atomic():
        Claim.objects.filter(pk=claim.pk).delete()
        saving = begin_until_it_waits(lambda: lan.press("Save"))
    assert "doesn’t exist. Perhaps it was deleted?" in saving.result(timeout=30).text


# Acts that lock rows of one story: each is made with everything that the others need, and then all are tried in pairs.
ACTS = ("publication", "withdrawal", "erasure", "demand", "merge", "import", "mapping", "exchange")


def prepare_acts(newsroom: Newsroom) -> dict[str, Any]:
    """Prepare one act of every kind on the same claims. Return what each is about."""
    shown, other, erased = (newsroom.make_review(newsroom.make_claim(text=text)) for text in ("Một.", "Hai.", "Ba."))
    for review in (shown, other, erased):
        newsroom.publish_review(review)
    again = approved_review(newsroom, shown.claim)
    demand = newsroom.make_demand(review=shown)
    newsroom.approve_demand(demand)
    batch = MAKE[Kind.IMPORT](newsroom).batch
    workflow.approve(proposal=batch.proposal, by=newsroom.editor, digest=batch.proposal.digest)
    draft = newsroom.make_claim(text="Bốn.")
    newsroom.make_review(draft)
    return {
        "publication": waiting(again),
        "withdrawal": reviews.withdraw(review=other, by=newsroom.reporter, reason="Nguồn chính đã rút lại."),
        "erasure": reviews.erase(review=erased, by=newsroom.editor, ground="law", notice="Xoá theo luật định."),
        "demand": waiting(demand),
        "merge": merge_policy.propose_merge(
            claim=erased.claim, into=shown.claim, by=newsroom.reporter, note="Cùng tin đồn."
        ),
        "import": batch,
        "mapping": MAKE[Kind.MAPPING](newsroom),
        "exchange": (draft, shown.claim),
    }


acts_ground = ground_fixture(prepare_acts, after="newsroom_ground")


def act(newsroom: Newsroom, name: str, about: Any) -> object:
    if name in ("publication", "demand"):
        return workflow.publish(proposal=about, by=newsroom.editor)
    if name == "import":
        return import_policy.publish_import(batch=about, by=newsroom.chief)
    if name == "exchange":
        return merge_policy.replace_claim(claim=about[0], replacement=about[1], by=newsroom.editor)
    by = newsroom.chief if name == "erasure" else newsroom.editor
    return workflow.approve(proposal=about, by=by, digest=about.digest)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        # Each act is tried with its neighbour. `make prove` tries all pairs.
        pytest.param(*pair, marks=() if pair in pairwise(ACTS) else pytest.mark.prove)
        for pair in combinations_with_replacement(ACTS, 2)
    ],
)
def test_every_pair_of_acts_at_once_ends(newsroom: Newsroom, acts_ground: Ground, one: str, two: str) -> None:
    """Locks are always taken in one order, so that no two acts wait for each other: PostgreSQL would end one of them."""
    made = deepcopy(acts_ground.made)
    results = at_once([lambda name=name: act(newsroom, name, made[name]) for name in (one, two)])
    refused = [result for result in results if isinstance(result, EditorialError)]
    # The same act twice is refused once. Only an erasure and a merge of the same claim exclude each other.
    assert len(refused) <= (1 if one == two or {one, two} == {"erasure", "merge"} else 0), refused
    call_command("verify_record")
