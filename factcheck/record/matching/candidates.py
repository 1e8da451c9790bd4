"""The candidates of a text: the reviews with its rare words, and the reviews with the nearest vectors.

Both are found by one statement with limits, so searching a million reviews takes about as long as searching ten
thousand. Matching scores the candidates. Search adds the candidates by meaning if words find little.
"""

from collections.abc import Sequence
from uuid import UUID

from pgvector import HalfVector

from factcheck.database.query_timeout import rows_within
from factcheck.record.matching.embeddings import EmbeddingError, LocalModel, get_embeddings, on_scale
from factcheck.record.matching.match_numbers import (
    BELOW_UNRELATED,
    EF_SEARCH,
    MAX_FOUND,
    MAX_READ,
    NEAREST,
    READ_EACH,
    SIMILAR_SECONDS,
    UNRELATED,
)
from factcheck.record.matching.match_scoring import Candidate
from factcheck.record.matching.models import folded, half_vector
from factcheck.record.matching.query_vectors import embed_query
from factcheck.record.readmodel.models import PublishedClaim
from factcheck.record.search.constants import MEANING, SIMILAR
from factcheck.record.search.questions import lower_capitals
from factcheck.record.search.results import SearchModel, Similar
from factcheck.tools.budget import current

# Only words in the claim, the headline (both label A) and the summary (label B) count. Bodies are about too many other
# things. The index ignores labels, so each term has two forms. `anywhere` has no labels, so it uses the index and also
# finds words in bodies. At most `each` rows per term and `read` rows in total are read. `relevant` has the labels and
# checks the rows that were read. So for a word that occurs in many bodies, only some of the reviews are found. The
# terms are sorted, rarest first, and `min(number)` keeps the reviews with the rarest terms.
#
# `near` are the reviews with the nearest vectors, for each of the text's vectors. The length is compared afterwards,
# because PostgreSQL would expect few rows and not use the index. Vectors of different lengths can have the same model's
# name if the operator changed the model. `cosine` is the similarity to the
# nearest of them. `shown` leads from each claim to the claim that shows its reviews after merges.
_CANDIDATES = """
WITH RECURSIVE near AS MATERIALIZED (
    SELECT review_id FROM unnest(%(folded)s::halfvec[]) query, LATERAL (
        SELECT review_id, vector_dims(coalesce(long_embedding, embedding)) AS length FROM record_reviewvector
        WHERE model = %(model)s ORDER BY embedding <=> query LIMIT %(nearest)s
    ) near WHERE length = %(length)s
), found AS MATERIALIZED (
    (SELECT id FROM (
        SELECT id, search, relevant, number
        FROM unnest(%(anywhere)s::tsquery[], %(relevant)s::tsquery[]) WITH ORDINALITY term (anywhere, relevant, number),
        LATERAL (
            SELECT id, search FROM record_publishedreview WHERE search @@ anywhere AND status = 'live'
                AND NOT (%(missing)s AND EXISTS (
                    SELECT FROM record_reviewvector WHERE review_id = id AND embedding IS NULL))
            LIMIT %(each)s
        ) each
        LIMIT %(read)s) read
     WHERE search @@ relevant GROUP BY id ORDER BY min(number) LIMIT %(most)s)
    UNION SELECT review_id FROM near
), compared AS MATERIALIZED (
    SELECT id, claim_id, reviewed_on, ts_filter(search, '{a,b}')::text AS words,
        (SELECT max(1 - (coalesce(long_embedding, embedding) <=> query)) FROM unnest(%(vectors)s::halfvec[]) query)
            AS cosine
    FROM found JOIN record_publishedreview review USING (id)
    LEFT JOIN record_reviewvector vector ON vector.review_id = id AND vector.model = %(model)s
        AND vector_dims(coalesce(long_embedding, embedding)) = %(length)s
    WHERE review.status = 'live' AND NOT (%(missing)s AND embedding IS NULL)
), shown AS (
    SELECT DISTINCT claim_id, claim_id AS root, 0 AS merges FROM compared
    UNION ALL SELECT shown.claim_id, into_id, merges + 1 FROM shown JOIN record_publishedmerge merge
        ON merge.claim_id = root AND merge.until IS NULL AND into_id IS NOT NULL
)
SELECT DISTINCT ON (id) id, root, reviewed_on, words, cosine FROM compared JOIN shown USING (claim_id)
ORDER BY id, merges DESC
"""


def find_candidates(
    terms: Sequence[Sequence[str]],
    vectors: Sequence[HalfVector] = (),
    *,
    model: str = "",
    unrelated: float = UNRELATED,
    missing: bool = False,
) -> list[Candidate]:
    """Return the reviews that contain a term, or are near to one of the vectors. Raise TimeoutError.

    With `missing`, reviews without a vector are left out, so that they don't move the scores of others.

    The words of a term must occur together. EF_SEARCH and NEAREST are divided among the vectors, so that several
    vectors take about as long as one.
    """
    parts = max(1, len(vectors))
    parameters = {
        "anywhere": [" & ".join(term) for term in terms],
        "relevant": [" & ".join(f"{word}:AB" for word in term) for term in terms],
        "each": READ_EACH,
        "read": MAX_READ,
        "most": MAX_FOUND,
        "model": model,
        "folded": [folded(vector).to_text() for vector in vectors],
        "vectors": [vector.to_text() for vector in vectors],
        "length": max((vector.dimensions() for vector in vectors), default=0),
        "nearest": NEAREST // parts,
        "missing": missing,
    }
    rows = rows_within(_CANDIDATES, parameters, settings={"hnsw.ef_search": EF_SEARCH // parts})
    if rows is None:
        raise TimeoutError
    # The scale of another model was measured with a few texts. A candidate far below it shows that it is too high.
    if model != LocalModel.model:
        unrelated = min([unrelated, *(cosine + BELOW_UNRELATED for *_, cosine in rows if cosine is not None)])
    return [
        Candidate(claim_id, reviewed_on, tsvector, None if cosine is None else on_scale(cosine, unrelated), pk)
        for pk, claim_id, reviewed_on, tsvector, cosine in rows
    ]


def find_similar(model: SearchModel, text: str, has_vectors: bool = True, *, private: bool = False) -> Similar:
    """Return the rows with a similar meaning, and the amount that is added to the rank of each row.

    If vectors can't be compared, the result contains no rows and an explanation for the user. A `private` text is never
    sent to an embeddings API.
    """
    try:
        embeddings = get_embeddings(private=private)
        if not has_vectors:  # no vector is computed on a site without vectors
            return Similar({}, "The meaning of reviews has not been computed yet.")
        vectors = [half_vector(embed_query(embeddings, [lower_capitals(text)])[0])]
        with current().within(SIMILAR_SECONDS):
            near = find_candidates((), vectors, model=embeddings.model, unrelated=embeddings.unrelated)
    except EmbeddingError as problem:
        return Similar({}, str(problem))
    except TimeoutError:
        current().left_out.append("meaning")
        return Similar({}, "Searching by meaning took too long.")
    gains = dict[UUID, float]()
    for each in near:
        if each.cosine is not None and each.cosine >= SIMILAR:
            pk = each.claim_id if model is PublishedClaim else each.review_id
            gains[pk] = max(gains.get(pk, 0.0), MEANING * (each.cosine - SIMILAR))
    return Similar(gains, None if near else "The meaning of reviews has not been computed yet.")
