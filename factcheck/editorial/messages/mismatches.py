"""Readers who say that a claim isn't what they asked about. They are counted by claim and by what differs."""

from uuid import UUID

from django.db import connection
from django.utils import timezone

from factcheck.web.networks import wide_network_of
from factcheck.web.rate_limits import count_client

HOUR = 3600
MAX_PER_HOUR = 20  # claims about which a network can answer in an hour


def count_mismatch(*, claim: UUID, kind: str, address: str) -> None:
    """Count an answer about a published claim. A network counts once an hour for each claim.

    `address` is the reader's IP address, which isn't stored.
    """
    limits = (f"mismatch {claim}", 1, HOUR, 1), ("mismatches", MAX_PER_HOUR, HOUR, 1)
    if count_client(wide_network_of(address), *limits) is None:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [kind, timezone.now().date(), claim])


_COUNT = """
INSERT INTO editorial_mismatch AS mine (claim_id, newsroom_id, kind, count, last_on)
SELECT id, newsroom_id, %s, 1, %s FROM editorial_claim WHERE id = %s
ON CONFLICT (claim_id, kind) DO UPDATE SET count = mine.count + 1, last_on = excluded.last_on
"""
