"""The results of the tools. The MCP package generates the output schemas from these classes.

Results use up an assistant's context, so all strings have a maximum length. If a string was cut, it ends with "…".
"""

from typing import Any, Literal

from typing_extensions import TypedDict  # Pydantic requires this TypedDict before Python 3.12

from factcheck.record.readmodel import bodies
from factcheck.record.readmodel.answers import published_answer
from factcheck.record.readmodel.comparable_verdicts import mapper_of
from factcheck.record.statements.parts import Part
from factcheck.record.statements.review import ReviewedClaim

SHORT, LONG = 300, 1500  # maximum characters of a line and of a paragraph
MAX_TEXT = 20_000  # maximum characters of a review's text
MAX_URL = 1000  # a longer URL is left out, because it would be useless when cut
SOURCES, ALL_SOURCES = 5, 50  # maximum sources for a review in a list, and for a single review
MAX_CORRECTIONS = 20


class VerdictWords(TypedDict):
    label: str | None
    scale: str | None
    slug: str | None
    explanation: str | None


class Verdict(VerdictWords):
    """`label` is in the review's language or the publisher's words. `scale` and `slug` don't depend on a language.

    If two people of a newsroom mapped the publisher's words to the scale, `mapped_by` is the newsroom's site.
    """

    mapped_by: str | None


class Claim(TypedDict):
    id: str
    text: str
    claimed_on: str | None
    claimant: str | None


class Source(TypedDict):
    """A source that the review cites. `stance` is whether the source supports or refutes the claim."""

    title: str | None
    url: str | None
    publisher: str | None
    stance: str | None
    quote: str | None


class Publisher(TypedDict):
    name: str
    site: str


class Revision(TypedDict):
    """The revision. `sequence` is its entry in the public log, and `digest` is the digest in that entry."""

    number: int
    kind: str
    note: str | None
    sequence: int
    digest: str


class Review(TypedDict):
    """The current version of a review. `answer` is the claim, its verdict and the reason, in one line.

    If the review is withdrawn, answer and verdict are null, and `revision.note` explains why.
    """

    status: Literal["live", "withdrawn"]
    id: str
    url: str
    original_url: str | None
    language: str
    answer: str | None
    headline: str | None
    summary: str | None
    claim: Claim | None
    verdict: Verdict | None
    sources: list[Source]
    sources_left_out: int
    publisher: Publisher
    reviewed_on: str | None
    published_at: str
    updated_at: str
    revision: Revision
    license: str


class Change(TypedDict):
    """A published change to a review, with the verdict before and after the change."""

    revision: int
    at: str
    kind: str
    change_class: str | None
    note: str | None
    verdict_before: str | None
    verdict_after: str | None


class WholeReview(Review):
    body: str | None
    body_left_out: int
    corrections: list[Change]
    corrections_left_out: int


class Correction(Change):
    """`sequence` is the change's entry in the public log. `review` is the current version of the review."""

    sequence: int
    review: Review


class ReviewPage(TypedDict):
    """If `relaxed` is true, no result contains all the words. If `complete` is false, the search timed out.

    `found_by` tells for each id what found the result: "words", "some words" or "meaning". It's empty if all results
    contain all the words.
    """

    results: list[Review]
    relaxed: bool
    found_by: dict[str, str]
    complete: bool
    next_cursor: str | None


class CorrectionPage(TypedDict):
    results: list[Correction]
    next_cursor: str | None


def review(body: bodies.Review | bodies.Tombstone, sources: int = SOURCES) -> Review:
    """Return the result for a live review, or for the tombstone of a withdrawn review."""
    live = body if isinstance(body, bodies.Review) else None
    cited = live.sources if live else []
    return {
        "status": "live" if live else "withdrawn",
        "id": body.id,
        "url": body.url,
        "original_url": address(body.original_url),
        "language": body.language,
        "answer": published_answer(live, claim=SHORT, verdict=SHORT) if live else None,
        "headline": cut(body.headline, SHORT),
        "summary": cut(live.summary, LONG) if live else None,
        "claim": claim(live.claim) if live else None,
        "verdict": _lines(live.verdict, VerdictWords) | {"mapped_by": mapper_of(live)} if live else None,
        "sources": [_lines(each, Source) | {"url": address(each.url)} for each in cited[:sources]],
        "sources_left_out": max(0, len(cited) - sources),
        "publisher": _keys(body.publisher, Publisher),
        "reviewed_on": live.reviewed_on if live else None,
        "published_at": body.published_at,
        "updated_at": body.updated_at,
        "revision": _keys(body.revision, Revision) | {"note": cut(body.revision.note, LONG)},
        "license": body.license,
    }


def whole_review(body: bodies.Review | bodies.Tombstone) -> WholeReview:
    text = body.body if isinstance(body, bodies.Review) else None
    return {
        **review(body, ALL_SOURCES),
        "body": cut(text, MAX_TEXT),
        "body_left_out": max(0, len(text or "") - MAX_TEXT),
        "corrections": [_change(each) for each in body.corrections[-MAX_CORRECTIONS:]],
        "corrections_left_out": max(0, len(body.corrections) - MAX_CORRECTIONS),
    }


def correction(body: bodies.CorrectionOfReview, now: bodies.Review | bodies.Tombstone) -> Correction:
    return {**_change(body), "sequence": body.sequence, "review": review(now)}


def claim(body: ReviewedClaim) -> Claim:
    return {
        "id": body.id,
        "text": cut(body.text, LONG) or "",
        "claimed_on": body.claimed_on,
        "claimant": cut(body.claimant.name or body.claimant.description, SHORT) if body.claimant else None,
    }


def cut(text: str | None, length: int) -> str | None:
    return text if text is None or len(text) <= length else f"{text[: length - 1]}…"


def address(url: str | None) -> str | None:
    return url if url and len(url) <= MAX_URL else None


def _keys(part: Part, kind: type[Any]) -> Any:
    return {key: getattr(part, key) for key in kind.__annotations__}


def _lines(part: Part, kind: type[Any]) -> Any:
    """Return the values of this type's keys, each string cut to the maximum length of a line."""
    return {key: cut(getattr(part, key), SHORT) for key in kind.__annotations__}


def _change(body: bodies.Correction | bodies.CorrectionOfReview) -> Change:
    before, after = (each.label if each else None for each in (body.verdict_before, body.verdict_after))
    return {
        "revision": body.revision,
        "at": body.at,
        "kind": body.kind,
        "change_class": body.class_,
        "note": cut(body.note, LONG),
        "verdict_before": cut(before, SHORT),
        "verdict_after": cut(after, SHORT),
    }
