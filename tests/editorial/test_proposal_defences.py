"""Breaches of proposals that the database refuses to everybody: every breach is tried against every kind.

The SQL runs in the application's own role. A kind or a breach that is missing here fails the tests.
"""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from factcheck.editorial.models import Proposal
from factcheck.editorial.models.kinds import POLICIES, SHAPES, Kind
from factcheck.editorial.proposals import workflow
from factcheck.editorial.signatures import keys_policy
from factcheck.record.models import LogEntry
from tests.editorial.proposal_kinds import MAKE, Case, decider, make_case, submitter
from tests.support.drafts import Newsroom, give_role, make_newsroom, make_user
from tests.support.refusals import refused
from tests.support.sql import run

KEPT = "what was submitted or decided cannot be changed"
NO_RETURN = r"\(not_editor\)|cannot return this"
EDITOR = r"\(not_editor\)"
APPROVE = (
    "UPDATE editorial_proposal SET decision = 'approved', decided_at = now(), decided_by_id ="
    " (SELECT id FROM editorial_user WHERE username = '{person}') WHERE id = %s"
)
RETURN = APPROVE.replace("'approved'", "'returned'")
COPY = (
    "INSERT INTO editorial_proposal SELECT (jsonb_populate_record(p, jsonb_build_object('id', nextval("
    "pg_get_serial_sequence('editorial_proposal', 'id')), 'sequence', NULL, {changes}))).*"
    " FROM editorial_proposal p WHERE id = %s"
)
NO_SUBJECT = ", ".join(f"{column}_id = NULL" for shape in SHAPES.values() for column in shape.columns)
ALL = frozenset(Kind)
LOGGED = frozenset({Kind.REVIEW, Kind.DEMAND, Kind.MERGE})

# Breaches that are tried on a waiting proposal: the SQL, what the refusal says, and the kinds that it can be tried on.
OF_WAITING: dict[str, tuple[str, str, frozenset[Kind]]] = {
    "another statement": ("UPDATE editorial_proposal SET statement = '{}' WHERE id = %s", KEPT, ALL),
    "another digest": ("UPDATE editorial_proposal SET digest = repeat('1', 64) WHERE id = %s", KEPT, ALL),
    "emptied without an erasure": (
        "UPDATE editorial_proposal SET statement = '', note = '', digest = repeat('0', 64), salt = '' WHERE id = %s", KEPT, ALL,
    ),
    "another salt": ("UPDATE editorial_proposal SET salt = ''::bytea WHERE id = %s", KEPT, ALL),
    "another note": ("UPDATE editorial_proposal SET note = 'else' WHERE id = %s", KEPT, ALL),
    "another class": ("UPDATE editorial_proposal SET change_class = 'typo' WHERE id = %s", KEPT, ALL),
    "another submitter": ("UPDATE editorial_proposal SET submitted_by_id = submitted_by_id + 1 WHERE id = %s", KEPT, ALL),
    "another time": ("UPDATE editorial_proposal SET submitted_at = now() WHERE id = %s", KEPT, ALL),
    "another kind": ("UPDATE editorial_proposal SET kind = 'sale' WHERE id = %s", KEPT, ALL),
    "another action": ("UPDATE editorial_proposal SET action = 'sale' WHERE id = %s", KEPT, ALL),
    "another newsroom": (
        "UPDATE editorial_proposal SET newsroom_id = (SELECT max(id) FROM editorial_publisher) WHERE id = %s", KEPT, ALL,
    ),
    "another newsroom that decides": (
        "UPDATE editorial_proposal SET deciding_id = (SELECT max(id) FROM editorial_publisher) WHERE id = %s", KEPT, ALL,
    ),
    "another subject": (f"UPDATE editorial_proposal SET {NO_SUBJECT} WHERE id = %s", KEPT, ALL),
    "approved by the submitter": (APPROVE.format(person="second@kiemchung.example"), "two_people|submitter", ALL),
    "approved by a reporter": (APPROVE.format(person="visitor"), EDITOR, ALL),
    "approved by another newsroom": (
        APPROVE.format(person="chief@khac.example"), EDITOR, ALL - {Kind.MAPPING},  # every newsroom's Editors adopt
    ),
    "approved by a superuser": (
        # A superuser may be the second person for these kinds.
        APPROVE.format(person="root"), EDITOR, ALL - {Kind.FREEZE, Kind.ACCOUNT},
    ),
    "approved by a closed account": (APPROVE.format(person="closed"), EDITOR, ALL),
    "approved by who wrote it": (
        APPROVE.format(person="reporter@kiemchung.example"), r"\(author\)", frozenset({Kind.REVIEW, Kind.DEMAND, Kind.IMPORT}),
    ),
    "returned by a reporter": (RETURN.format(person="visitor"), NO_RETURN, ALL),
    "returned by another newsroom": (RETURN.format(person="chief@khac.example"), NO_RETURN, ALL - {Kind.MAPPING}),
    "returned by a closed account": (RETURN.format(person="closed"), NO_RETURN, ALL),
    "published without a decision": ("UPDATE editorial_proposal SET sequence = 999 WHERE id = %s", "published_if_approved", ALL),
    "a second one that waits": (COPY.format(changes="'submitted_at', now()"), "proposal_one_", ALL - {Kind.KEYS}),
    "added as published": (COPY.format(changes="'sequence', 0"), "begins before the publication", ALL),
    "added with another digest": (
        COPY.format(changes="'digest', repeat('1', 64)"), "does not have the digest", ALL - {Kind.IMPORT},
    ),
    "added for another newsroom": (
        COPY.format(changes="'decision', 'returned', 'decided_at', now(), 'decided_by_id', submitted_by_id, 'newsroom_id', (SELECT max(id) FROM editorial_publisher), 'deciding_id',"
                            " (SELECT max(id) FROM editorial_publisher)"),
        "is that of its subject|of_a_newsroom|proposal_one_import|begins undecided", ALL,
    ),
    "added and approved at once by a stranger": (
        COPY.format(changes="'decision', 'approved', 'decided_at', now(), 'decided_by_id',"
                            " (SELECT id FROM editorial_user WHERE username = 'visitor')"),
        r"proposal_one_|\(not_editor\)|begins undecided", ALL,
    ),
    "by a program": (
        "SET LOCAL factcheck.token = 'x'; UPDATE editorial_proposal SET message = 'x' WHERE id = {id}", "a program drafts", ALL,
    ),
}  # fmt: skip
# Breaches that are tried on an approved proposal, and on one that was returned.
OF_APPROVED: dict[str, tuple[str, str, frozenset[Kind]]] = {
    "undecided again": (
        "UPDATE editorial_proposal SET decision = '', decided_by_id = NULL, decided_at = NULL WHERE id = %s",
        f"{KEPT}|published_if_approved", ALL,
    ),
    "decided by another": (
        "UPDATE editorial_proposal SET decided_by_id = (SELECT id FROM editorial_user WHERE username ="
        " 'chief@kiemchung.example') WHERE id = %s", KEPT, ALL,
    ),
    "decided at another time": ("UPDATE editorial_proposal SET decided_at = now() WHERE id = %s", KEPT, ALL),
    "returned": (
        "UPDATE editorial_proposal SET decision = 'returned', decided_at = now() WHERE id = %s", KEPT,
        ALL - {Kind.REVIEW, Kind.DEMAND},  # they wait for their publication
    ),
}  # fmt: skip
OF_RETURNED: dict[str, tuple[str, str, frozenset[Kind]]] = {
    "approved": (
        "UPDATE editorial_proposal SET decision = 'approved', decided_at = now() WHERE id = %s", KEPT, ALL,
    ),
    "undecided again": (OF_APPROVED["undecided again"][0], KEPT, ALL),
    "decided by another": (OF_APPROVED["decided by another"][0], KEPT, ALL),
    "published": ("UPDATE editorial_proposal SET sequence = 999 WHERE id = %s", "published_if_approved", ALL),
}  # fmt: skip


@pytest.fixture(scope="module")
def cases(module_database: str) -> dict[Kind, Case]:
    newsroom = make_newsroom()
    other = make_newsroom("khac.example")
    made = {kind: make_case(newsroom, kind) for kind in Kind}
    visitor = make_user("visitor")
    give_role(visitor, newsroom.publisher, "reporter")
    make_user("root", is_superuser=True)
    closed = make_user("closed", is_active=False)
    give_role(closed, newsroom.publisher, "editor")
    give_role(newsroom.reporter, newsroom.publisher, "editor")  # who wrote it could decide now
    assert other.publisher.pk > newsroom.publisher.pk
    return made


def with_people(kind: Kind, sql: str) -> str:
    """The same SQL with the people who submit and decide on accounts."""
    if kind != Kind.ACCOUNT:
        return sql
    return sql.replace("'chief@kiemchung", "'editor@kiemchung").replace("'second@", "'administrator@")


def test_every_kind_has_its_cases() -> None:
    assert set(MAKE) == set(Kind)
    assert set(POLICIES) == {(kind, action) for kind, shape in SHAPES.items() for action in shape.actions}


def _tried(breaches: dict[str, tuple[str, str, frozenset[Kind]]]) -> list[Any]:
    return [
        pytest.param(kind, sql, message, id=f"{kind}: {name}")
        for name, (sql, message, kinds) in breaches.items()
        for kind in Kind
        if kind in kinds
    ]


@pytest.mark.parametrize(("kind", "sql", "message"), _tried(OF_WAITING))
def test_waiting_proposal_is_kept(cases: dict[Kind, Case], kind: Kind, sql: str, message: str) -> None:
    pk = cases[kind].waiting.pk
    with pytest.raises(IntegrityError, match=message):
        run(with_people(kind, sql.replace("{id}", str(pk))), *([] if "{id}" in sql else [pk]))


@pytest.mark.parametrize(("kind", "sql", "message"), _tried(OF_APPROVED))
def test_approved_proposal_is_kept(cases: dict[Kind, Case], kind: Kind, sql: str, message: str) -> None:
    with pytest.raises(IntegrityError, match=message):
        run(with_people(kind, sql), cases[kind].approved.pk)


@pytest.mark.parametrize(("kind", "sql", "message"), _tried(OF_RETURNED))
def test_returned_proposal_is_kept(cases: dict[Kind, Case], kind: Kind, sql: str, message: str) -> None:
    with pytest.raises(IntegrityError, match=message):
        run(with_people(kind, sql), cases[kind].returned.pk)


@pytest.mark.parametrize("sql", ["DELETE FROM editorial_proposal", "TRUNCATE editorial_proposal CASCADE"])
def test_proposals_are_not_deleted(cases: dict[Kind, Case], sql: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(sql)


@pytest.mark.parametrize("kind", sorted(LOGGED))
@pytest.mark.parametrize("change", ["nothing", "subject", "kind"])
def test_entry_needs_its_own_proposal(cases: dict[Kind, Case], kind: Kind, change: str) -> None:
    """An entry of the right form, tied to no proposal, or to one of another subject or of another kind."""
    other = {Kind.REVIEW: Kind.DEMAND, Kind.DEMAND: Kind.REVIEW, Kind.MERGE: Kind.REVIEW}[kind]
    tied = {"nothing": None, "subject": cases[kind].approved, "kind": cases[other].approved}[change]
    word = {Kind.REVIEW: "review.original", Kind.DEMAND: "demand.published", Kind.MERGE: "claim.merge"}[kind]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest) SELECT max(sequence) + 1,"
            " now() + interval '1 year', %s, gen_random_uuid(), 1, repeat('0', 64) FROM record_logentry RETURNING sequence",
            [word],
        )
        if tied:
            cursor.execute("UPDATE editorial_proposal SET sequence = %s WHERE id = %s", [cursor.fetchone()[0], tied.pk])


@pytest.mark.parametrize("kind", sorted(Kind))
def test_verbs_let_nobody_decide_alone(newsroom: Newsroom, kind: Kind) -> None:
    """The same through the workflow: a newsroom of several Editors, and one of them does not decide for themselves."""
    proposal = MAKE[kind](newsroom)
    one, other = submitter(newsroom, kind), decider(newsroom, kind)
    strangers = [newsroom.reporter, make_newsroom("khac.example").reporter]
    if kind not in (Kind.ACCOUNT, Kind.FREEZE):  # account administrators decide on these
        strangers.append(make_user("root", is_superuser=True))
    for person in (one, *strangers):
        with refused("not_allowed" if person != one else "needs_other_person"):
            workflow.approve(proposal=proposal, by=person, digest=proposal.digest)
    with refused("changed_since"):
        workflow.approve(proposal=proposal, by=other, digest="0" * 64)
    with pytest.raises(workflow.errors.NotAllowed):
        workflow.take_back(proposal=proposal, by=other)
    with patch.object(keys_policy, "carry_out"):  # no signer keeps these keys
        workflow.approve(proposal=proposal, by=other, digest=proposal.digest)
    for again in (workflow.approve, workflow.return_):
        with pytest.raises(workflow.errors.EditorialError):
            again(
                proposal=proposal,
                by=one,
                **{"digest": proposal.digest} if again == workflow.approve else {"reason": ""},
            )
    assert Proposal.objects.get(pk=proposal.pk).decided_by == other
    assert LogEntry.objects.filter(proposal=proposal).exists() == (kind in (Kind.MERGE, Kind.DISOWNING, Kind.MAPPING))


@pytest.mark.parametrize("kind", sorted(Kind))
def test_one_query_says_what_waits_for_whom(newsroom: Newsroom, kind: Kind) -> None:
    proposal = MAKE[kind](newsroom)
    one, other = submitter(newsroom, kind), decider(newsroom, kind)
    rooms, found = [newsroom.publisher.pk], Proposal.objects
    assert proposal in found.to_decide(other)
    assert proposal not in found.to_decide(one)
    assert proposal in found.awaiting_others(one, rooms)
    assert proposal not in found.awaiting_others(other, rooms)
    if kind != Kind.MAPPING:  # every newsroom's Editors adopt
        assert proposal not in found.to_decide(make_newsroom("khac.example").chief)
    assert not found.to_decide(newsroom.reporter).exists()
    workflow.return_(proposal=proposal, by=other, reason="Thiếu nguồn.")
    assert not found.to_decide(other).exists()
    assert (proposal in found.returned_to(one, rooms)) is True
    assert proposal not in found.returned_to(newsroom.chief, rooms)
