"""The projection of vectors. Each live review has a row for the meaning of its claim, headline and summary.

A publication adds the row, and `manage.py embed_claims` computes the vector later (`missing_vectors.py`). `digest` is
the digest of the text, so the vector is kept if other fields change. A trigger (`sql/vectors.sql`) deletes the row
after a withdrawal or an erasure.

`rebuild_record` applies every revision in order. So a review loses its vector if it has ever been withdrawn or erased,
or if its text has been corrected.
"""

import hashlib
from collections.abc import Sequence

from django.db import connection

from factcheck.record.log.models import Published
from factcheck.record.matching.match_numbers import MAX_TEXT
from factcheck.record.statements.review import Review


def embedded_text(review: Review) -> str:
    """Return the text that is compared by meaning."""
    parts = (*review.claim.texts, review.headline, review.summary)
    return " ".join(part for part in parts if part)[:MAX_TEXT]


def text_digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


# A row keeps its vector if the text hasn't changed. Django's `bulk_create` can't express this condition.
_EXPECT = """
INSERT INTO record_reviewvector (review_id, digest) SELECT * FROM unnest(%s::uuid[], %s::bytea[])
ON CONFLICT (review_id)
DO UPDATE SET digest = EXCLUDED.digest, model = NULL, embedding = NULL, long_embedding = NULL
WHERE record_reviewvector.digest <> EXCLUDED.digest
"""


def apply(published: Sequence[Published]) -> None:
    """Add a row for each review that is now live. The vector is computed later."""
    live = [each for each in published if each.entry.is_live]
    if live:
        ids = [each.entry.subject for each in live]
        with connection.cursor() as cursor:
            cursor.execute(_EXPECT, [ids, [text_digest(embedded_text(each.review)) for each in live]])


def rebuild() -> None:
    """Keep the rows, because computing their vectors takes long. A trigger has deleted outdated rows."""
