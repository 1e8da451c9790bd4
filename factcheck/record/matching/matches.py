"""Has this been checked already? Published claims that say the same as a text, best first.

Two ways lead to candidates: the reviews that have the text's rarest words, and those whose vectors lie nearest to
the text's. Each candidate is then judged by both, and a claim is as good as its best review. Both ways are bounded, so
that the work is nearly the same among a million reviews as among ten thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connections

from factcheck.database.query_timeout import time_limit
from factcheck.record.formats.questions import most_telling, pieces_of, tidy
from factcheck.record.matching.embeddings import Embeddings, NoVectorError, configured
from factcheck.record.matching.match_scoring import Candidate, Match, judge
from factcheck.record.matching.models import vector_literal
from factcheck.record.matching.post_dates import posted_on
from factcheck.record.matching.vectors import MAX_TEXT
from factcheck.record.matching.words import Word, choose, parts_of, read_words, terms_of, weigh_known, with_similar
from factcheck.record.readmodel.claim_merges import Family

MAX_MEANINGS = 8  # pieces of a long text that are compared by meaning
MAX_FOUND = 1000  # reviews that words may find, where less was expected
MAX_READ = 4000  # reviews that are read for it: most may have the words in their body alone
READ_EACH = 1000  # of them for one word
NEAREST = 100  # reviews by their vectors
LOOKED_AT = 1000  # vectors that the index compares on its way, as many as pgvector allows; with 600 it misses one in 14
SECONDS = 1.5  # for all statements; among a million reviews they take a sixth of a second
MAX_WAITING = 1000  # reviews without a vector, as far as they are counted


@dataclass(frozen=True, slots=True)
class Matching:
    """`method` is "words+meaning" or "words"; `explanation` says why meaning was left out, wholly or in part.

    `refused`: because of this text, so that it will be no other time either.
    """

    results: list[Match]
    method: str
    explanation: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """The model with which reviews can be compared, if there is one, and what is missing of their vectors."""

    embeddings: Embeddings | None
    missing: str | None


@dataclass(frozen=True, slots=True)
class _Meaning:
    """The model and the text's vectors as pgvector reads them; and as in Matching what is missing."""

    model: str = ""
    vectors: Sequence[str] = ()
    explanation: str | None = None
    refused: bool = False


def match(text: str, *, limit: int = 10) -> Matching:
    """The published claims that match the text best; nothing in nothing.

    Never fails because of what is asked, but for TimeoutError. No transaction is open while vectors are computed, since
    an embeddings address may take seconds to answer.
    """
    pieces = pieces_of(tidy(text))
    if not pieces:
        return Matching([], "words")
    with time_limit(SECONDS) as left, connections["public"].cursor() as cursor:
        words, total = read_words(cursor, pieces)
        words = with_similar(cursor, words)
        known = _known(cursor)
    chosen = choose(words, len(pieces))
    telling = most_telling(pieces, weigh_known(words, len(pieces)), MAX_TEXT)[:MAX_MEANINGS]
    meaning = _meaning(known, telling)
    with time_limit(left()), connections["public"].cursor() as cursor:
        near = nearest(cursor, meaning.model, *meaning.vectors)
        found = _candidates(cursor, chosen, total, meaning, near)
        best: dict[UUID, Match] = {}
        judged = judge(found, parts_of(chosen, words, len(pieces)), posted_on(text))
        for each in sorted(judged, key=lambda each: (-each.score, each.claim_id)):
            best.setdefault(each.claim_id, each)
        results = _at_home([*best.values()])[:limit]  # all: any number of the first may have been merged together
    method = "words+meaning" if meaning.vectors else "words"
    return Matching(results, method, meaning.explanation, meaning.refused)


def _at_home(matches: Sequence[Match]) -> list[Match]:
    """Each under the claim that shows its reviews now, which differs where claims were merged; each claim once."""
    family = Family.of({each.claim_id for each in matches}, "public")
    found: dict[UUID, Match] = {}
    for each in matches:
        found.setdefault(home := family.home(each.claim_id), replace(each, claim_id=home))
    return [*found.values()]


def _known(cursor: Any) -> _Known:
    try:
        embeddings = configured()
    except NoVectorError as problem:
        return _Known(None, str(problem))
    cursor.execute(
        "SELECT (SELECT count(*) FROM (SELECT FROM record_reviewvector WHERE embedding IS NULL LIMIT %s) waiting),"
        " EXISTS (SELECT FROM record_reviewvector WHERE embedding IS NOT NULL AND model = %s),"
        " EXISTS (SELECT FROM record_reviewvector)",
        [MAX_WAITING, embeddings.model],
    )
    waiting, some, expected = cursor.fetchone()
    missing = _missing(waiting) if waiting else None
    if some:
        return _Known(embeddings, missing)
    of_another = "What reviews mean was computed by another model, and not by this one yet."
    return _Known(None, missing or (of_another if expected else None))


def _meaning(known: _Known, texts: Sequence[str]) -> _Meaning:
    if known.embeddings is None:
        return _Meaning(explanation=known.missing)
    try:
        vectors = [vector_literal(vector) for vector in known.embeddings.questions(texts)]
    except NoVectorError as problem:
        return _Meaning(explanation=str(problem), refused=problem.refused)
    return _Meaning(known.embeddings.model, vectors, known.missing)


def _missing(waiting: int) -> str:
    number = f"{waiting} or more reviews" if waiting == MAX_WAITING else f"{waiting} review{'s' * (waiting > 1)}"
    return f"What {number} mean{'s' * (waiting == 1)} has not been computed yet."


_NEAREST = """
SELECT review_id FROM record_reviewvector WHERE model = %s ORDER BY embedding <=> %s::halfvec LIMIT %s
"""


def nearest(cursor: Any, model: str, *vectors: str) -> list[UUID]:
    """The reviews whose vectors lie next to one of these; the more there are, the fewer for each."""
    found = []
    for vector in vectors:
        cursor.execute("SELECT set_config('hnsw.ef_search', %s, true)", [str(LOOKED_AT // len(vectors))])
        cursor.execute(_NEAREST, [model, vector, NEAREST // len(vectors)])
        found += [review_id for (review_id,) in cursor.fetchall()]
    return found


# Claim and headline have the label A, the summary B; a body says too much besides. The index does not know of labels:
# a word that stands in many bodies is looked for in some of them, so that the next words get their turn.
_CANDIDATES = """
WITH found AS MATERIALIZED (
    (SELECT id FROM (
        SELECT id, search, judged, number
        FROM unnest(%(anywhere)s::tsquery[], %(judged)s::tsquery[]) WITH ORDINALITY asked (anywhere, judged, number),
        LATERAL (
            SELECT id, search FROM record_publishedreview WHERE search @@ anywhere AND status = 'live' LIMIT %(each)s
        ) each
        LIMIT %(read)s) read
     WHERE search @@ judged GROUP BY id ORDER BY min(number) LIMIT %(most)s)
    UNION
    SELECT unnest(%(near)s::uuid[]))
SELECT review.claim_id, review.reviewed_on, ts_filter(search, '{a,b}')::text,
    (SELECT max(1 - (embedding <=> asked)) FROM unnest(%(vectors)s::halfvec[]) asked)
FROM found JOIN record_publishedreview review USING (id)
LEFT JOIN record_reviewvector vector ON vector.review_id = id AND vector.model = %(model)s
WHERE review.status = 'live'
"""


def _candidates(
    cursor: Any,
    words: Sequence[Word],
    total: int,
    meaning: _Meaning,
    near: Sequence[UUID],
) -> list[Candidate]:
    """What words and vectors have found, with how it compares."""
    terms = terms_of(words, total)
    asked = {
        "anywhere": [" & ".join(term) for term in terms],
        "judged": [" & ".join(f"{word}:AB" for word in term) for term in terms],
        "each": READ_EACH,
        "read": MAX_READ,
        "most": MAX_FOUND,
        "near": list(near),
        "model": meaning.model,
        "vectors": list(meaning.vectors),
    }
    cursor.execute(_CANDIDATES, asked)
    return [
        Candidate(claim_id, reviewed_on, said, cosine)
        for claim_id, reviewed_on, said, cosine in cursor.fetchall()
        if claim_id
    ]
