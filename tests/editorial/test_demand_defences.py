"""Writes to the register of demands that the database refuses to everybody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from factcheck.editorial.models import Demand, Proposal
from factcheck.editorial.proposals import demand_policy, workflow
from factcheck.record.formats.canonical import canonical, rfc3339, sha256_hex
from factcheck.record.models import LogEntry
from tests.editorial.proposal_kinds import written
from tests.support.drafts import Newsroom, make_newsroom

pytestmark = pytest.mark.one_database


def insert_revision(
    demand: Demand, statement: dict[str, Any], approval: Proposal | None, published_at: str = "", **revision: Any
) -> None:
    """Attempts of somebody with the application's role: an entry and a document by hand."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    added = {"number": 1, "kind": "published", "class": None, "note": None} | revision
    data = canonical(statement | {"published_at": published_at or at, "updated_at": at, "revision": added})
    salt = b"s" * 32
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " SELECT coalesce(max(sequence) + 1, 0), %s, 'demand.' || %s, %s, %s, %s FROM record_logentry"
            " RETURNING sequence",
            [at, added["kind"], demand.pk, added["number"], sha256_hex(salt + data)],
        )
        sequence = cursor.fetchone()[0]
        cursor.execute("INSERT INTO record_revisiondocument VALUES (%s, %s, %s)", [sequence, salt, data])
        if approval:
            cursor.execute("UPDATE editorial_proposal SET sequence = %s WHERE id = %s", [sequence, approval.pk])


def approved(newsroom: Newsroom, demand: Demand, statement: dict[str, Any], **fields: Any) -> Proposal:
    """An approved proposal of any statement."""
    decided = {"decision": "approved", "decided_by": newsroom.editor, "decided_at": datetime.now(UTC)}
    return written(demand, statement, newsroom.second, **decided, **fields)


def test_by_hand_with_approval_is_taken(newsroom: Newsroom, database: str) -> None:
    demand = newsroom.make_demand()
    insert_revision(
        demand,
        demand_policy.build_statement(demand).to_json_object(),
        approved(newsroom, demand, demand_policy.build_statement(demand).to_json_object()),
    )
    assert LogEntry.objects.count() == 1


def test_by_hand_without_approval_is_refused(newsroom: Newsroom) -> None:
    demand, other = newsroom.make_demand(), newsroom.make_demand()
    said = demand_policy.build_statement(demand).to_json_object()
    submitted = workflow.submit(subject=newsroom.make_demand(), by=newsroom.reporter)
    message = "nobody approved what it publishes"
    with pytest.raises(IntegrityError, match=message):
        insert_revision(demand, said, None)
    with pytest.raises(IntegrityError, match="proposal_published_if_approved"):
        insert_revision(demand, said, submitted)
    with pytest.raises(IntegrityError, match=message):
        insert_revision(demand, said | {"outcome": "complied"}, approved(newsroom, demand, said))
    with pytest.raises(IntegrityError, match=message):
        insert_revision(demand, said, approved(newsroom, other, said))
    with pytest.raises(IntegrityError, match=message):
        insert_revision(demand, said, Proposal.objects.get(demand=demand), note="Không ai duyệt.")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"from": {"type": "person", "name": "Nguyễn Văn A", "description": None}}, "a private person is not named"),
        ({"from": {"type": "court", "name": None, "description": None}}, "nothing says why"),
        ({"asked": None}, "nothing says why"),
        ({"delayed_until": "2999-01-01"}, "may not be public before 2999-01-01"),
        ({"id": "11111111-1111-4111-8111-111111111111"}, "does not follow from the log"),
        ({"publisher": {"site": "khac.example"}}, "it speaks for another newsroom"),
    ],
)
def test_by_hand_against_the_registers_rules_is_refused(newsroom, changes, message):
    make_newsroom("khac.example")
    demand = newsroom.make_demand()
    said = demand_policy.build_statement(demand).to_json_object() | changes
    with pytest.raises(IntegrityError, match=message):
        insert_revision(demand, said, approved(newsroom, demand, said))


def test_by_hand_update_without_note_is_refused(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand()
    first = rfc3339(newsroom.publish_demand(demand).at)
    said = demand_policy.build_statement(demand).to_json_object()
    with pytest.raises(IntegrityError, match="nothing says what changed"):
        insert_revision(demand, said, approved(newsroom, demand, said), first, number=2, kind="updated")
    with pytest.raises(IntegrityError, match="cannot follow"):
        insert_revision(demand, said, Proposal.objects.first(), number=2, kind="published")
