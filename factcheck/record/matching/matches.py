"""The search for published claims about the same thing as a post, best match first.

The candidates are reviews that contain the post's rarest words, and reviews with the nearest vectors. Each candidate is
scored by words and by meaning (`candidates.py`). A claim gets the score of its best review.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from pgvector import HalfVector

from factcheck.record.matching.candidates import find_candidates
from factcheck.record.matching.claim_groups import Wordings, about_the_same, in_same_words, read_wordings
from factcheck.record.matching.embeddings import EmbeddingError, Embeddings, get_embeddings
from factcheck.record.matching.judging import judge
from factcheck.record.matching.match_numbers import (
    BATCH_SECONDS,
    GROUPED,
    MAX_JUDGED,
    MAX_MEANINGS,
    MAX_TEXT,
    RELATED,
    SECONDS,
    THRESHOLD,
    UNRELATED,
    VECTOR_SECONDS,
)
from factcheck.record.matching.match_scoring import BOTH, WORDS, Match, compare_candidates, score_claims
from factcheck.record.matching.models import Vector, half_vector
from factcheck.record.matching.post_dates import post_date
from factcheck.record.matching.query_vectors import embed_batch
from factcheck.record.matching.words import Word, read_words, search_terms, select_words, weigh_pieces, word_weights
from factcheck.record.search.lookup import MAX_COUNTED, Lookup
from factcheck.record.search.questions import clean_question, heaviest_pieces, lower_capitals, split_sentences
from factcheck.tools.budget import current


@dataclass(frozen=True, slots=True)
class Matching:
    """The matches of a post, in three lists. Each list starts with the best match.

    `results` say the same as the post. `related` are about the same thing, but say something else, or it can't be told.
    `candidates` are less similar. `method` is "words+meaning" or "words". `explanation` tells the user why
    meanings weren't compared. If `refused` is true, the text itself is the reason, so another attempt will have the
    same result. `not_compared` is the number of reviews that were left out, because they have no vector yet.
    """

    results: list[Match]
    related: list[Match]
    candidates: list[Match]
    method: str
    explanation: str | None = None
    refused: bool = False
    not_compared: int = 0

    @property
    def ranked(self) -> list[Match]:
        """All claims of all groups, best match first."""
        groups = (*self.results, *self.related, *self.candidates)
        return sorted((each for group in groups for each in (group, *group.others)), key=lambda each: -each.score)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """The embeddings for the comparison with reviews, if available, and the post's vectors.

    `missing` is the number of reviews that can't be compared, because they have no vector yet. `explanation` and
    `refused` are the same as in Matching.
    """

    embeddings: Embeddings | None = None
    explanation: str | None = None
    missing: int = 0
    unrelated: float = UNRELATED
    vectors: Sequence[HalfVector] = ()
    refused: bool = False

    @property
    def model(self) -> str:
        return self.embeddings.model if self.embeddings else ""


@dataclass(frozen=True, slots=True)
class _Question:
    """A post with its date, sentences and words. `seconds` is the time left for SQL statements."""

    text: str
    posted: date | None
    pieces: Sequence[str]
    words: Sequence[Word]
    total: int  # the number of reviews
    meaning: _Meaning
    seconds: float

    @property
    def selected(self) -> list[Word]:
        """Return the words to search for."""
        return select_words(self.words, len(self.pieces))

    @property
    def heaviest(self) -> list[str]:
        """Return the sentences to compare by meaning."""
        weights = weigh_pieces(self.words, len(self.pieces))
        chosen = heaviest_pieces(self.pieces, weights, MAX_TEXT)[:MAX_MEANINGS]
        return [lower_capitals(piece) for piece in chosen]


class _Clock:
    """The time of a batch, which stops while the batch lets others go first."""

    def __init__(self) -> None:
        self._turn, self._paused, self._end = current().turn, 0.0, time.monotonic() + BATCH_SECONDS
        if self._turn:
            self._turn.late = time.monotonic() + VECTOR_SECONDS

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    def stop_for(self, pause: Callable[[], None]) -> None:
        if self._paused >= BATCH_SECONDS:
            return
        begun = time.monotonic()
        pause()
        paused = time.monotonic() - begun
        self._paused, self._end = self._paused + paused, self._end + paused
        if self._turn:
            self._turn.late += paused


def match(text: str, *, posted: date | None = None, limit: int = 10, private: bool = False) -> Matching:
    """Return the published claims that match the post best. An empty post has no matches.

    A `private` text is never sent to an embeddings API. The only error that a post can cause is TimeoutError.
    """
    [matching] = match_batch([text], [posted], limit=limit, private=private)
    return matching


def match_batch(
    texts: Sequence[str],
    posted: Sequence[date | None] = (),
    *,
    limit: int = 10,
    private: bool = False,
    pause: Callable[[], None] = lambda: None,
) -> list[Matching]:
    """Return the matches of each post, in order. Raise TimeoutError if there isn't enough time for all posts.

    `posted` is empty, or contains the date of each post. Without it, a date in the text is used. `pause` is called
    between the posts, until its calls have taken BATCH_SECONDS. Otherwise, their time doesn't count. No transaction is
    open while vectors are computed, because an embeddings API can take several seconds. After VECTOR_SECONDS, the other
    posts are compared by words.
    """
    clock, questions, found = _Clock(), list[_Question](), list[Matching]()
    for text, day in zip(texts, posted or [None] * len(texts), strict=True):
        if questions:
            clock.stop_for(pause)
        with current().within(min(SECONDS, clock.left)):
            questions.append(_read(text, day or post_date(text), private=private))
    for question, meaning in zip(questions, _meanings(questions), strict=True):
        if found:
            clock.stop_for(pause)
        with current().within(min(question.seconds, clock.left)):
            found.append(_compare(question, meaning, limit))
    return found


def _read(text: str, posted: date | None, *, private: bool) -> _Question:
    pieces = split_sentences(clean_question(text))
    if not pieces:
        return _Question(text, posted, pieces, [], 0, _Meaning(), SECONDS)
    if not current().left:
        raise TimeoutError
    try:
        embeddings = get_embeddings(private=private)
    except EmbeddingError as problem:
        words, known = read_words(pieces)
        meaning = _Meaning(explanation=str(problem))
    else:
        words, known = read_words(pieces, embeddings.model)
        meaning = _expected(embeddings, known)
    return _Question(text, posted, pieces, words, known.total, meaning, current().left)


def _compare(question: _Question, meaning: _Meaning, limit: int) -> Matching:
    pieces, words = question.pieces, question.words
    if not pieces:
        return Matching([], [], [], WORDS)
    terms = search_terms(question.selected, question.total)
    candidates = find_candidates(
        terms, meaning.vectors, model=meaning.model, unrelated=meaning.unrelated, missing=meaning.missing > 0
    )
    weights = word_weights(question.selected, words, len(pieces))
    compared = compare_candidates(candidates, weights, question.posted)
    dated = question.posted is not None
    first = {each.claim_id: each.review_id for each in score_claims(compared, dated=dated)[:GROUPED]}
    claims = read_wordings(first, meaning.model, meaning.unrelated)
    about = about_the_same(claims, first)
    scored = [each for each in score_claims(compared, about, dated=dated) if each.claim_id in claims]
    same = in_same_words(claims, [each.claim_id for each in scored])
    # The limit is applied last, because several of the best claims can be put together.
    shown = [pk for pk, leader in same.items() if pk == leader][:limit]
    judged, reason = _judged([each for each in scored if same[each.claim_id] in shown], claims, question.text)
    found = _put_together(judged, same, about)
    others = [each for each in found if not each.judgement.says_the_same]
    return Matching(
        results=[each for each in found if each.judgement.says_the_same],
        related=[each for each in others if each.score >= RELATED],
        candidates=[each for each in others if each.score < RELATED],
        method=BOTH if meaning.vectors else WORDS,
        explanation=meaning.explanation or (reason if meaning.vectors else None),
        refused=meaning.refused,
        not_compared=meaning.missing,
    )


def _judged(matches: Sequence[Match], claims: Mapping[UUID, Wordings], post: str) -> tuple[list[Match], str | None]:
    """Return the matches with judgements, and why vectors couldn't be compared."""
    probable = sum(each.score >= THRESHOLD for each in matches)
    judgements, reason = judge(
        post, [claims[each.claim_id].texts for each in matches], at_most=min(probable, MAX_JUDGED)
    )
    return [replace(each, judgement=one) for each, one in zip(matches, judgements, strict=True)], reason


def _put_together(matches: Sequence[Match], same: Mapping[UUID, UUID], about: Mapping[UUID, UUID]) -> list[Match]:
    """Return the first match of each group with the others of its group.

    Claims that say the same as the post are put together if they are about the same thing, because a long post can say
    several things. Other claims are put together if they are in the same words.
    """
    sure = {same[each.claim_id]: about[each.claim_id] for each in matches if each.judgement.says_the_same}
    groups = dict[tuple[bool, UUID], list[Match]]()
    for each in sorted(matches, key=lambda each: not each.judgement.says_the_same):
        leader = same[each.claim_id]
        groups.setdefault((leader in sure, sure.get(leader, leader)), []).append(each)
    return [replace(first, others=tuple(others)) for first, *others in groups.values()]


def _expected(embeddings: Embeddings, known: Lookup) -> _Meaning:
    """Return the embeddings if they can be compared with the stored vectors, or an explanation.

    After a change of model, all reviews are compared by words until none has a vector of another model.
    """
    if known.others:
        return _Meaning(None, "The meaning of reviews was computed by another model, and not by this one yet.")
    if known.ours:
        explanation = f"{_reviews(known.missing)} can’t be compared yet." if known.missing else None
        return _Meaning(embeddings, explanation, known.missing)
    missing = f"The meaning of {_reviews(known.missing)} has not been computed yet."
    return _Meaning(None, missing if known.missing else None)


def _meanings(questions: Sequence[_Question]) -> list[_Meaning]:
    """Return the vectors of each question. They are computed together if the model can do this."""
    compared = [each for each in questions if each.meaning.embeddings]
    embeddings = next((each.meaning.embeddings for each in compared), None)
    vectors = iter(embed_batch(embeddings, [each.heaviest for each in compared]) if embeddings else ())
    return [_computed(each.meaning, next(vectors)) if each.meaning.embeddings else each.meaning for each in questions]


def _computed(meaning: _Meaning, vectors: Sequence[Vector] | EmbeddingError) -> _Meaning:
    assert meaning.embeddings
    try:
        if isinstance(vectors, EmbeddingError):
            raise vectors
        return replace(meaning, unrelated=meaning.embeddings.unrelated, vectors=[*map(half_vector, vectors)])
    except EmbeddingError as problem:
        return _Meaning(explanation=str(problem), refused=problem is vectors and problem.refused)


def _reviews(count: int) -> str:
    return f"{count} or more reviews" if count == MAX_COUNTED else f"{count} review{'s' * (count > 1)}"
