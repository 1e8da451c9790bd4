"""Finds the reviews and claims whose meaning is similar to a search query. Search adds them if words find little."""

from uuid import UUID

from django.db import connections

from factcheck.database.query_timeout import time_limit
from factcheck.record.formats.questions import lower_capitals
from factcheck.record.matching.embeddings import EmbeddingError, get_embeddings
from factcheck.record.matching.matches import nearest
from factcheck.record.matching.models import vector_literal
from factcheck.record.matching.query_vectors import embed_query
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.models import PublishedClaim
from factcheck.record.search.relevance import MEANING, SIMILAR, similar_enough
from factcheck.record.search.results import SearchModel, Similar

SECONDS = 0.5  # for all SQL statements

_COSINES = """
SELECT review_id, claim_id, 1 - (embedding <=> %s::halfvec)
FROM record_reviewvector JOIN record_publishedreview ON id = review_id WHERE review_id = ANY (%s)
"""


def find_similar(model: SearchModel, text: str) -> Similar:
    """The rows with a similar meaning, and the amount that is added to the rank of each."""
    try:
        with time_limit(SECONDS) as left, connections["public"].cursor() as cursor:
            embeddings = get_embeddings()
            cursor.execute(_HAS_VECTORS, [embeddings.model])
            if cursor.fetchone() != (True,):
                return Similar({}, "The meaning of reviews has not been computed yet.")
        vector = vector_literal(embed_query(embeddings, [lower_capitals(text)])[0])
        with time_limit(left()), connections["public"].cursor() as cursor:
            cursor.execute(_COSINES, [vector, nearest(cursor, embeddings.model, vector)])
            found = cursor.fetchall()
    except EmbeddingError as problem:
        return Similar({}, str(problem))
    except TimeoutError:
        return Similar({}, "Searching by meaning took too long.")
    least = similar_enough([cosine for *_, cosine in found])
    gains = [(review, claim, MEANING * (cosine - SIMILAR)) for review, claim, cosine in found if cosine >= least]
    if model is not PublishedClaim:
        return Similar({review_id: gain for review_id, _, gain in gains})
    group = MergeGroup.of({claim_id for _, claim_id, _ in gains if claim_id}, "public")
    best = dict[UUID, float]()
    for claim_id, gain in sorted((group.root(claim_id), gain) for _, claim_id, gain in gains if claim_id):
        best[claim_id] = gain
    return Similar(best)


# No vector is computed on a site without vectors.
_HAS_VECTORS = "SELECT EXISTS (SELECT FROM record_reviewvector WHERE embedding IS NOT NULL AND model = %s)"
