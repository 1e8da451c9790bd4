"""One vector for each live review: what its claim, headline and summary mean, for matching.

A row stands there as soon as a review is live, without a vector until one is computed (`missing_vectors.py`,
`manage.py embed_claims`). `digest` is of the text, so that a change of anything else keeps what took long to compute.
A trigger (`sql/vectors.sql`) deletes the row of a review that isn't live any more. `rebuild_record` goes through all
that was published, and so keeps no vector of a review whose text was corrected, or that was withdrawn and reinstated,
or erased and redacted.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from factcheck.record.log.models import Published

MAX_TEXT = 1000  # characters; what comes after says little new and costs much (multilingual-e5-small reads 512 tokens)


def text_of(document: Mapping[str, Any]) -> str:
    """What of a review (its document or body) is compared with what people ask."""
    parts = (document["claim"]["text"], document["headline"], document["summary"])
    return " ".join(part for part in parts if part)[:MAX_TEXT]


def text_digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


# A row whose text is the same keeps its vector.
_EXPECT = """
INSERT INTO record_reviewvector (review_id, digest) SELECT * FROM unnest(%s::uuid[], %s::bytea[])
ON CONFLICT (review_id) DO UPDATE SET digest = EXCLUDED.digest, model = NULL, embedding = NULL
WHERE record_reviewvector.digest <> EXCLUDED.digest
"""


def apply(published: Sequence[Published]) -> None:
    """Makes a row for each review that is live now; its vector is computed later."""
    live = [each for each in published if each.entry.is_live]
    if live:
        ids = [each.entry.subject for each in live]
        with connection.cursor() as cursor:
            cursor.execute(_EXPECT, [ids, [text_digest(text_of(each.document)) for each in live]])


def rebuild() -> None:
    """Keeps the rows, since their vectors took long to compute. A trigger has deleted those of what is not live."""
