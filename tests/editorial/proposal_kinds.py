"""One proposal of every kind that waits, one that is approved and one that was returned, for tests of all kinds alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.db.models import Model

from factcheck.editorial.models import Freeze, Membership, Proposal, User, Verdict, VerdictMapping
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.proposals import account_policy, merge_policy, workflow
from factcheck.editorial.proposals.freeze_policy import freeze_publishing
from factcheck.editorial.signatures import keys_policy
from factcheck.imports.importer import batches
from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.imports.readers.own_format import complete_record
from factcheck.imports.readers.results import Position, Record
from factcheck.record.formats.canonical import canonical, sha256_hex
from tests.support.drafts import Newsroom, make_administrator, make_scale, make_user
from tests.support.protecting import protected

Make = Callable[[Newsroom], Proposal]


@dataclass(frozen=True)
class Case:
    waiting: Proposal
    approved: Proposal
    returned: Proposal


def _review(newsroom: Newsroom) -> Proposal:
    return workflow.submit(subject=newsroom.make_review(), by=newsroom.second)


def _demand(newsroom: Newsroom) -> Proposal:
    return workflow.submit(subject=newsroom.make_demand(), by=newsroom.second)


def _merge(newsroom: Newsroom) -> Proposal:
    one, two = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    return merge_policy.propose_merge(claim=one, into=two, by=newsroom.second, note="Cùng một tin đồn.")


def _import(newsroom: Newsroom) -> Proposal:
    batch = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.second, files="reviews.jsonl")
    number = batch.pk
    records = [
        Record(Position(each), f"{number:032x}{each:032x}", _record(f"https://xa.example/{number}/{each}"))
        for each in (1, 2)
    ]
    batches.add_to_batch(batch=batch, by=newsroom.second, records=records)
    proposal = batches.submit_import(batch=batch, by=newsroom.second)
    assert proposal is not None
    for member in batch.members:
        assert member.review is not None
        member.review.authorships.create(user=newsroom.reporter)
    return proposal


def _mapping(newsroom: Newsroom) -> Proposal:
    make_scale()
    words = f"Falso {VerdictMapping.objects.count()}"
    mapping = VerdictMapping.objects.create(words=words, verdict=Verdict.objects.get(slug="false"))
    return workflow.submit(subject=mapping, by=newsroom.second)


def _freeze(newsroom: Newsroom) -> Proposal:
    """By a Chief editor, since one of the two who end a freeze must be one."""
    Membership.objects.using("owner").filter(user=newsroom.second).update(role="chief_editor")
    freeze = Freeze.objects.filter(newsroom=newsroom.publisher, ended_at=None).first()
    freeze = freeze or freeze_publishing(
        newsroom=newsroom.publisher, by=newsroom.second, reason="Biên tập viên bị bắt."
    )
    return workflow.submit(subject=freeze, by=newsroom.second)


def _disowning(newsroom: Newsroom) -> Proposal:
    """Disown an entry that was published before a freeze, if there is one."""
    mine = Proposal.objects.filter(newsroom=newsroom.publisher, entry__isnull=False).first()
    entry = mine.entry if mine else newsroom.publish_review(newsroom.make_review())
    assert entry is not None
    return newsroom.propose_disowning(str(entry.sequence), by=newsroom.second)


def _account(newsroom: Newsroom) -> Proposal:
    account = make_user(f"newcomer {User.objects.count()}", email="newcomer@example.org")
    return account_policy.propose(
        account=account,
        action=Action.ROLE,
        by=submitter(newsroom, Kind.ACCOUNT),
        newsroom=newsroom.publisher,
        role="editor",
    )


def _keys(newsroom: Newsroom) -> Proposal:
    with protected(newsroom.publisher):
        return keys_policy.propose(
            newsroom=newsroom.publisher, action="revocation", by=newsroom.second, key="0f" * 32, person="an"
        )


def submitter(newsroom: Newsroom, kind: Kind) -> User:
    """An Editor, or for accounts an administrator."""
    if kind != Kind.ACCOUNT:
        return newsroom.second
    name = f"administrator@{newsroom.publisher.site}"
    return User.objects.filter(username=name).first() or make_administrator(name)


def decider(newsroom: Newsroom, kind: Kind) -> User:
    """The other Editor, or for accounts the Chief editor."""
    return newsroom.chief if kind == Kind.ACCOUNT else newsroom.editor


# A kind without a way to make one fails the tests.
MAKE: dict[Kind, Make] = {
    Kind.REVIEW: _review,
    Kind.DEMAND: _demand,
    Kind.MERGE: _merge,
    Kind.IMPORT: _import,
    Kind.MAPPING: _mapping,
    Kind.FREEZE: _freeze,
    Kind.DISOWNING: _disowning,
    Kind.ACCOUNT: _account,
    Kind.KEYS: _keys,
}


def written(subject: Model, said: dict[str, Any], by: User, **fields: Any) -> Proposal:
    """A proposal of any statement. It goes round the workflow, and the database's rules hold all the same."""
    data = canonical(said)
    proposal = Proposal.of_draft(subject, by)
    proposal.statement, proposal.digest = data.decode(), sha256_hex(data)
    fields = {"newsroom": (own := getattr(subject, "newsroom", subject)), "deciding": own, **fields}
    for name, value in fields.items():
        setattr(proposal, name, value)
    proposal.save()
    return proposal


def make_case(newsroom: Newsroom, kind: Kind) -> Case:
    """Submitted by an editor, written by the reporter, decided by the other editor."""
    make, by = MAKE[kind], decider(newsroom, kind)
    approved = make(newsroom)
    with patch.object(keys_policy, "carry_out"):  # no signer keeps these keys
        workflow.approve(proposal=approved, by=by, digest=approved.digest)
    returned = make(newsroom)
    workflow.return_(proposal=returned, by=by, reason="Thiếu nguồn.")
    return Case(make(newsroom), approved, returned)


def _record(address: str) -> ImportedReview:
    said = {
        "original_url": address,
        "language": "en",
        "headline": "Headline",
        "claim": {"text": f"Claim of {address}.", "language": "en"},
        "verdict": {"original": {"label": "Falso"}},
        "publisher": {"name": "Xa", "site": "xa.example"},
    }
    return complete_record(said)
