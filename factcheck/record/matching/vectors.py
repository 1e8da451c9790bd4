"""The projection of vectors: one row for each live review, for the meaning of its claim, headline and summary.

A publication adds the row, and `manage.py embed_claims` later computes the vector (`missing_vectors.py`). `digest` is
the text's digest, so the vector is kept if only other fields change. A trigger (`sql/vectors.sql`) deletes the row
after a withdrawal or an erasure.

`rebuild_record` applies every revision in order. A review whose text was corrected, or that was withdrawn or erased in
between, therefore loses its vector.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from factcheck.record.log.models import Published

MAX_TEXT = 1000  # characters, because more adds little and costs much (multilingual-e5-small reads 512 tokens)


def embedded_text(document: Mapping[str, Any]) -> str:
    """The text of a review's document or body that is compared by meaning."""
    parts = (document["claim"]["text"], document["headline"], document["summary"])
    return " ".join(part for part in parts if part)[:MAX_TEXT]


def text_digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


# A row keeps its vector if the text hasn't changed.
_EXPECT = """
INSERT INTO record_reviewvector (review_id, digest) SELECT * FROM unnest(%s::uuid[], %s::bytea[])
ON CONFLICT (review_id) DO UPDATE SET digest = EXCLUDED.digest, model = NULL, embedding = NULL
WHERE record_reviewvector.digest <> EXCLUDED.digest
"""


def apply(published: Sequence[Published]) -> None:
    """Adds a row for each review that is live now. Its vector is computed later."""
    live = [each for each in published if each.entry.is_live]
    if live:
        ids = [each.entry.subject for each in live]
        with connection.cursor() as cursor:
            cursor.execute(_EXPECT, [ids, [text_digest(embedded_text(each.document)) for each in live]])


def rebuild() -> None:
    """Keeps the rows, because their vectors take long to compute. A trigger has deleted rows of other reviews."""
