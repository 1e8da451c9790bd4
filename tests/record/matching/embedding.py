"""Publications, erasures and vectors for the tests of vectors."""

from io import StringIO
from uuid import UUID, uuid4

from django.core.management import call_command

from factcheck.record import publish as publishing
from factcheck.record.log import entries
from factcheck.record.models import LogEntry
from tests.record.conftest import make_statement


def publish(text: str) -> UUID:
    subject = uuid4()
    publishing.publish(
        [entries.Publication(subject, {**make_statement(subject, text), "headline": None, "summary": None})]
    )
    return subject


def erasure(review: UUID) -> entries.Publication:
    notice = {
        "ground": "court_order",
        "text": "A court ordered it.",
        "redaction": False,
        "newsroom": {"name": "T", "site": "s"},
    }
    statement = {"id": str(review), "license": "https://example.org/", "notice": notice}
    return entries.Publication(review, statement, LogEntry.Kind.ERASURE, note="A court ordered it.")


def embed() -> str:
    said = StringIO()
    call_command("embed_claims", stdout=said, verbosity=0)
    return said.getvalue().strip()
