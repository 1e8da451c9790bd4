"""Reviews and claims whose meaning is similar to a search query. Search adds them if words find little."""

from uuid import UUID

from factcheck.database.query_timeout import time_limit
from factcheck.record.matching.embeddings import EmbeddingError, get_embeddings, on_scale
from factcheck.record.matching.match_numbers import SIMILAR_SECONDS
from factcheck.record.matching.models import ReviewVector, half_vector
from factcheck.record.matching.query_vectors import embed_query
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.models import PublishedClaim, PublishedReview
from factcheck.record.search.constants import MEANING, SIMILAR
from factcheck.record.search.questions import lower_capitals
from factcheck.record.search.results import SearchModel, Similar
from factcheck.tools.budget import current


def find_similar(model: SearchModel, text: str) -> Similar:
    """Return the rows with a similar meaning, and the amount that is added to the rank of each row.

    If vectors can't be compared, the result contains no rows and an explanation for the user.
    """
    vectors = ReviewVector.objects.using("public")
    try:
        with current().within(SIMILAR_SECONDS):
            with time_limit():
                embeddings = get_embeddings()
                if not vectors.of_model(embeddings.model).exists():  # no vector is computed on a site without vectors
                    return Similar({}, "The meaning of reviews has not been computed yet.")
            vector = half_vector(embed_query(embeddings, [lower_capitals(text)])[0])
            unrelated = embeddings.unrelated
            with time_limit():
                cosines = vectors.nearest(embeddings.model, [vector])
                near = {pk: on_scale(cosine, unrelated) for pk, cosine in cosines.items()}
                gains = {pk: MEANING * (cosine - SIMILAR) for pk, cosine in near.items() if cosine >= SIMILAR}
                return Similar(_claim_gains(gains) if model is PublishedClaim else gains)
    except EmbeddingError as problem:
        return Similar({}, str(problem))
    except TimeoutError:
        current().left_out.append("meaning")
        return Similar({}, "Searching by meaning took too long.")


def _claim_gains(gains: dict[UUID, float]) -> dict[UUID, float]:
    """Return the amount that is added to the rank of each claim, from the claim's most similar review."""
    reviews = PublishedReview.objects.using("public").filter(id__in=gains, claim_id__isnull=False)
    found = [(claim, gains[pk]) for pk, claim in reviews.values_list("id", "claim_id") if claim]
    group = MergeGroup.of({claim for claim, _ in found}, "public")
    return dict(sorted(((group.root(claim), gain) for claim, gain in found), key=lambda each: each[1]))
