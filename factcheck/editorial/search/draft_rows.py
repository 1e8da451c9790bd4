"""The search for rows of newsrooms, with the words, the ranking and the time limits of the public search.

The words of changed rows are computed before a search, the newest first. The worker computes what is left, and the
meaning of claims and drafts that aren't public. Only the model on this machine reads them.
"""

import math
import time
from collections.abc import Collection, Iterator
from functools import partial
from uuid import UUID

from django.db import connection
from django.db.models import Q

from factcheck.database.query_timeout import rows_within
from factcheck.editorial.models import SearchRow
from factcheck.editorial.people.roles import call_function
from factcheck.record.matching.embeddings import EmbeddingError, Embeddings, get_embeddings
from factcheck.record.matching.missing_vectors import BATCH, columns, compute
from factcheck.record.matching.models import half_vector
from factcheck.record.matching.query_vectors import embed_query
from factcheck.record.search.constants import MEANING, SIMILAR
from factcheck.record.search.query import Query
from factcheck.record.search.questions import lower_capitals
from factcheck.record.search.ranking import Search
from factcheck.record.search.results import Results, SearchModel, Similar
from factcheck.tools.budget import current

AT_ONCE = 200  # rows whose words one search computes, in up to a fifth of a second


def find_rows(
    newsrooms: Collection[int], kind: str, query: Query, limit: int, *, meaning: bool = True, unfinished: bool = False
) -> Results:
    """Return the newsrooms' rows of a kind that match best. With `unfinished`, the last word can be a beginning."""
    if not newsrooms:
        return Results([])
    compute_words(newsrooms)
    condition = Q(newsroom__in=sorted(newsrooms), kind=kind)
    near = partial(_find_similar, newsrooms, kind) if meaning else None
    return Search(SearchRow, query, condition, near, using="default", unfinished=unfinished).page(limit)


def compute_words(newsrooms: Collection[int] | None = None, limit: int = AT_ONCE) -> int:
    """Compute the words of rows that have changed, in these newsrooms or in all, and return the number of rows."""
    return int(call_function("editorial_compute_words", None if newsrooms is None else [*newsrooms], limit))


def _find_similar(newsrooms: Collection[int], kind: str, _model: SearchModel, text: str, _others: bool) -> Similar:
    try:
        vector = half_vector(embed_query(get_embeddings(private=True), [lower_capitals(text)])[0])
    except EmbeddingError as problem:
        return Similar({}, str(problem))
    near = "SELECT * FROM editorial_near_rows(%s, %s, %s::halfvec, %s)"
    rows = rows_within(near, [[*newsrooms], kind, vector.to_text(), SIMILAR], using="default")
    if rows is None:
        current().left_out.append("meaning")
    return Similar({pk: MEANING * (cosine - SIMILAR) for pk, cosine in rows or ()})


def compute_vectors(embeddings: Embeddings, seconds: float = math.inf) -> Iterator[int]:
    """Compute missing vectors of claims and drafts that aren't public, and yield their number after each batch.

    A row that has changed meanwhile has another number, and its vector is dropped.
    """
    end = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT * FROM editorial_rows_without_vector(%s)", [BATCH])
            texts: dict[tuple[UUID, int], str] = {(pk, number): text for pk, number, text in cursor.fetchall()}
            if not texts:
                return
            keys, _digests, vectors, _long = columns(compute(embeddings, texts))
            save = "SELECT editorial_save_vectors(%s::uuid[], %s::bigint[], %s::halfvec[])"
            cursor.execute(save, [*map(list, zip(*keys, strict=True)), vectors])
            yield len(keys)
