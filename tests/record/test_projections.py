"""Rows derived from the log: applied entry by entry or rebuilt from the whole log, it ends with the same rows."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import transaction

from factcheck.record import publish
from factcheck.record.log import entries
from factcheck.record.models import (
    LogCheckpoint,
    LogEntry,
    ProfileChange,
    PublishedClaim,
    PublishedCorrection,
    PublishedDemand,
    PublishedMerge,
    PublishedReference,
    PublishedReview,
    ReviewVector,
    RevisionDocument,
    Word,
)
from tests.journeys.bytes_story import Story, everything_fixed
from tests.record.conftest import make_statement, publish_some
from tests.support.statements import statements

TRUTH = (LogEntry, RevisionDocument, LogCheckpoint)
DERIVED = (
    PublishedReview, PublishedClaim, PublishedReference, PublishedCorrection, PublishedDemand,
    PublishedMerge, Word, ReviewVector, ProfileChange,
)  # fmt: skip


def rows(*models: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Every column but numbers that the database gives."""
    found = {}
    for model in models:
        columns = [
            field.attname for field in model._meta.concrete_fields if field.get_internal_type() != "BigAutoField"
        ]
        found[model.__name__] = sorted(model.objects.values_list(*columns), key=repr)
    return found


@pytest.mark.prove
def test_rebuilding_ends_with_the_rows_of_every_entry_by_itself(database: str, settings: Any, tmp_path: Path) -> None:
    with everything_fixed(settings, tmp_path) as clock:
        Story(clock, settings, tmp_path).tell()
        truth, derived = rows(*TRUTH), rows(*DERIVED)
        assert {name: len(found) > 1 for name, found in derived.items()} == dict.fromkeys(derived, True)
        PublishedMerge.objects.update(body="{}")
        Word.objects.update(reviews=7)
        PublishedReview.objects.update(language="xx")
        call_command("rebuild_record", verbosity=0)
        assert rows(*DERIVED) == derived
        assert rows(*TRUTH) == truth


def test_appending_makes_no_derived_row(bare_record: None) -> None:
    subject = uuid4()
    with transaction.atomic():
        entries.lock_for_append()
        (published,) = entries.append([entries.Publication(subject, make_statement(subject))])
    publish.sign_log()
    assert (published.entry.sequence, published.entry.kind, published.previous) == (0, "review.original", None)
    assert [len(found) for found in rows(*TRUTH).values()] == [1, 1, 1]
    assert not any(rows(*DERIVED).values())
    call_command("rebuild_record", verbosity=0)
    assert [row.id for row in PublishedReview.objects.all()] == [subject]


def test_publishing_a_review_takes_few_statements(bare_record: None) -> None:
    """However many entries there are; those of the editors' side come on top (`tests/editorial`)."""
    publish_some(300)
    first, second = uuid4(), uuid4()
    with statements() as sent:
        publish.publish([entries.Publication(first, make_statement(first))])
    assert len(sent) <= 24
    claim = make_statement(first)["claim"]
    with statements() as sent:
        publish.publish([entries.Publication(second, make_statement(second) | {"claim": claim})])
    assert len(sent) <= 27
    change = entries.Publication(
        first, make_statement(first, "Nước lũ đã rút."), change_class="update", note="Nước rút."
    )
    with statements() as sent:
        publish.publish([change])
    assert len(sent) <= 34  # one reads the address of the record
