"""The check of documents against the log when they are read, and the report of differences."""

import logging

from factcheck.record.errors import DamagedError
from factcheck.record.formats.canonical import sha256_hex
from factcheck.tools import metrics

logger = logging.getLogger(__name__)


def require_digest(sequence: int, digest: str, salt: bytes | None, document: bytes | None) -> bytes:
    """Return the document if it has the digest of its entry. Otherwise, report the entry and raise DamagedError."""
    if salt is not None and document is not None and sha256_hex(salt + document) == digest:
        return document
    problem = "The document doesn't have its digest, so nobody can read it. Restore it from a backup."
    report(sequence, problem)
    raise DamagedError(f"Log entry {sequence}: {problem}")


def report(sequence: int, problem: str) -> None:
    """Tell the operator once which entry's document or row is wrong, in the journal, `/readyz` and `/metrics`."""
    if metrics.set_wrong_entry(sequence):
        logger.error("Log entry %s: %s Run manage.py verify_record.", sequence, problem)
