"""The answer of a review: the claim, its verdict and the sentence that says why, as every public form gives it.

A claim never appears without its verdict, because a false claim alone would only spread. A headline never gets the
verdict, because the verdict is about the claim. "False: Bed nets work" would say the opposite of the review.
"""

from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

import regex
from django.utils.html import strip_tags
from django.utils.translation import get_supported_language_variant, gettext, override

from factcheck.record.formats.markdown import to_html
from factcheck.record.formats.text import plain, shorten
from factcheck.record.statements.review import Review
from factcheck.record.statements.statement_labels import claim_with_verdict

MAX_CLAIM, MAX_VERDICT = 120, 40  # characters in one line. An imported verdict can be a whole paragraph.
MAX_REASON = 300  # characters of a reason that a page shows above the text
_FULL_STOPS = ".!?…。！？।؟"
_SENTENCE = regex.compile(rf"[{_FULL_STOPS}][\"”’»)\]]*(?=\s+\P{{Ll}})")
# A full stop after one of these words, or after a single letter, doesn't end a sentence.
_ABBREVIATION = regex.compile(r"(?:^|\W)(?:\w|Dr|Mr|Mrs|Ms|St|No|vs|Sen|Rep|Gov|Gen|TS|ThS|GS|PGS|BS|TP)\.$")
_FIRST = regex.compile(r"(.{1,80}?)[.:!](?:\s+|$)")
_MIN_SENTENCE = 30  # characters. A shorter beginning, such as "Not so.", doesn't say why.


class Answer(NamedTuple):
    """The words of an answer. `whole` tells whether `reason` contains all of the text that it comes from.

    `source` is the field that the reason comes from: "summary", "explanation", "headline", "body", or an empty string
    if an imported review doesn't give a reason.
    """

    claim: str
    claim_language: str
    verdict: str
    reason: str
    source: str
    whole: bool

    def line(self, *, claim: int = MAX_CLAIM, verdict: int = MAX_VERDICT, reason: int = MAX_REASON) -> str:
        """Return the answer as one line, with at most this many characters for each part, or without a reason for 0."""
        found = claim_with_verdict(shorten(self.claim, claim), shorten(self.verdict, verdict))
        return f"{found}. {self.why(reason)}" if self.reason and reason else found

    def why(self, length: int = MAX_REASON) -> str:
        """Return the reason with its label. Directly behind a verdict, "Bed nets work" would seem to be the claim."""
        return gettext("Why: {reason}").format(reason=shorten(self.reason, length)) if self.reason else ""


def answer_of(review: Review, language: str = "") -> Answer:
    """Return the answer, with the claim and the verdict's label in this language if the review has them.

    Otherwise, the claim and the label are in the review's language if possible. The reason is in the review's language.
    """
    source, text = _reason(review)
    reason = text if len(text) <= MAX_REASON else shorten(_first_sentence(text), MAX_REASON)
    words = verdict_words(review, language)
    claim = review.claim.worded(language, review.language)
    return Answer(plain(claim.text), claim.language, words, reason, source, whole=reason == text)


def published_answer(review: Review, **lengths: int) -> str:
    """Return the answer as one line for programs and feeds, with its fixed words in the review's language or English.

    The reader's language doesn't matter, so that everyone gets the same line. `lengths` are as in `Answer.line`.
    """
    with speaking(review.language):
        return answer_of(review).line(**lengths)


def speaking(tag: str, otherwise: str | None = "en") -> override:
    """Return a context whose fixed words are in this language, or in another one if the interface doesn't have it."""
    try:
        return override(get_supported_language_variant(tag))
    except LookupError:
        return override(otherwise)


def verdict_words(review: Review, language: str = "") -> str:
    """Return the verdict in this language or in the review's language, with the publisher's own words if it was mapped.

    Not every imported review has a verdict.
    """
    verdict = review.verdict
    words = plain(verdict.labels.get(language) or verdict.label or gettext("No verdict"))
    own = plain(verdict.original.label or "") if verdict.slug and verdict.original else ""
    known = {"", words.casefold(), plain(verdict.label or "").casefold()}
    return words if own.casefold() in known else f"{words} (“{own}”)"


def _reason(review: Review) -> tuple[str, str]:
    """Return the field that says why, and its text in one line.

    The summary often repeats the verdict first, and an explanation can be only the verdict's meaning on the scale.
    """
    verdict = review.verdict
    own = verdict.original.label if verdict.original else None
    labels = [plain(each).casefold() for each in (verdict.label, own, *verdict.labels.values()) if each]
    for source, text in _texts(review):
        line = plain(text or "")
        if (first := _FIRST.match(line)) and any(f"{each} ".startswith(f"{first[1].casefold()} ") for each in labels):
            line = line[first.end() :]
        if line:
            return source, line
    return "", ""


def _texts(review: Review) -> Iterator[tuple[str, str | None]]:
    verdict, original = review.verdict, review.verdict.original
    yield "summary", review.summary
    explanation = None if verdict.explanation in verdict.meanings.values() else verdict.explanation
    yield "explanation", explanation or (original.explanation if original else None)
    yield "headline", review.headline
    yield "body", unescape(strip_tags(to_html((review.body or "").partition("\n\n")[0][:2000])))


def _first_sentence(text: str) -> str:
    for found in _SENTENCE.finditer(text, _MIN_SENTENCE):
        if not _ABBREVIATION.search(text, 0, found.start() + 1):
            return text[: found.end()]
    return text
