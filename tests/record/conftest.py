"""The record by itself: published without an editors' side, as the record's own tests need it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from factcheck.record import log
from factcheck.record.models import LogEntry


@pytest.fixture
def bare_record(database: str) -> None:
    """A database whose owner has switched off the editors' rules that every entry has an approval."""
    disarm()


def disarm() -> None:
    with connections["owner"].cursor() as cursor:
        for trigger in ("published_was_approved", "demand_was_approved", "merge_was_approved"):
            cursor.execute(f"ALTER TABLE record_logentry DISABLE TRIGGER {trigger}")


def make_statement(subject: UUID, text: str = "Nước lũ đã lên tới mái chùa.") -> dict[str, Any]:
    """A small statement with all keys."""
    return {
        "id": str(subject),
        "original_url": None,
        "archive_url": None,
        "language": "vi",
        "headline": "Video là của năm 2020",
        "summary": "Sai.",
        "body": None,
        "claim": {
            "id": str(subject), "text": text, "language": "vi", "claimed_on": None, "location": None, "claimant": None,
            "appearances": [],
        },
        "verdict": {
            "scale": "truth", "slug": "false", "label": "Sai", "labels": {"vi": "Sai"}, "value": 1, "best": 5, "worst": 1,
            "explanation": None, "original": None,
        },
        "sources": [],
        "publisher": {
            "type": "organization", "name": "Toà soạn", "site": "kiemchung.example", "url": None, "logo_url": None,
            "same_as": [], "methodology_url": None, "corrections_url": None, "principles_url": None,
            "unnamed_sources_url": None, "feedback_url": None,
        },
        "authors": [],
        "topics": [],
        "reviewed_on": None,
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }  # fmt: skip


def publish_some(count: int) -> list[LogEntry]:
    """So many originals in one batch."""
    return log.publish(
        [log.Publication(subject, make_statement(subject)) for subject in [uuid4() for _ in range(count)]]
    )
