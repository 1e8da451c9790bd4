"""The project's own record of a review, as the readers of this package hand it on.

The keys are those of a published statement (docs/import.md); absent values are None, lists are never
None. `id`s and `is_public_figure` stand only where a file of the project's own format gave them.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import TypedDict

# Characters; longer texts are refused, never cut. Addresses longer than this are no addresses.
MAX_CLAIM = 10_000
MAX_HEADLINE = 1_000
MAX_SUMMARY = 10_000
MAX_BODY = 200_000
MAX_NAME = 500
MAX_DESCRIPTION = 1_000
MAX_EXPLANATION = 10_000
MAX_QUOTE = 10_000
# Publishers write whole paragraphs where the verdict's name belongs; the longest seen has 1,019 characters.
MAX_ORIGINAL_LABEL = 2_000
MAX_ADDRESS = 2_000
MAX_HOST = 253  # RFC 1035
MAX_SLUG = 60
# Members of a list.
MAX_LIST = 1_000
MAX_SAME_AS = 50

UNKNOWN_LANGUAGE = "und"


class Claimant(TypedDict):
    id: str | None
    type: str  # "person", "organization" or "unnamed"
    name: str | None
    description: str | None
    job_title: str | None
    same_as: list[str]
    confirmed: bool
    is_public_figure: bool | None


class Appearance(TypedDict):
    url: str
    medium: str | None  # "text", "image", "video" or "audio"
    media_sha256: str | None
    archive_url: str | None
    first: bool


class Claim(TypedDict):
    id: str | None
    text: str
    language: str
    claimed_on: str | None
    location: str | None
    claimant: Claimant | None
    appearances: list[Appearance]


class OriginalVerdict(TypedDict):
    """The rating as the file had it; numbers are strings."""

    label: str
    value: str | None
    best: str | None
    worst: str | None
    explanation: str | None
    image_url: str | None


class Verdict(TypedDict):
    scale: str | None
    slug: str | None
    label: str | None
    labels: dict[str, str]
    value: int | None
    best: int | None
    worst: int | None
    explanation: str | None
    original: OriginalVerdict | None


def on_no_scale(original: OriginalVerdict | None) -> Verdict:
    """The verdict of a format that knows no scale of ours: the publisher's words alone."""
    return {
        "scale": None,
        "slug": None,
        "label": None,
        "labels": {},
        "value": None,
        "best": None,
        "worst": None,
        "explanation": None,
        "original": original,
    }


class Source(TypedDict):
    title: str | None
    url: str | None
    publisher: str | None
    stance: str | None  # "supports", "refutes" or "context"
    quote: str | None
    archive_url: str | None
    accessed_on: str | None


class Publisher(TypedDict):
    type: str  # "organization" or "person"
    name: str | None
    site: str
    url: str | None
    logo_url: str | None
    same_as: list[str]
    methodology_url: str | None
    corrections_url: str | None
    principles_url: str | None
    unnamed_sources_url: str | None
    feedback_url: str | None


class Author(TypedDict):
    name: str


class Topic(TypedDict):
    slug: str
    labels: dict[str, str]


class Statement(TypedDict):
    id: str | None
    original_url: str
    language: str
    headline: str | None
    summary: str | None
    body: str | None
    claim: Claim
    verdict: Verdict
    sources: list[Source]
    publisher: Publisher
    authors: list[Author]
    topics: list[Topic]
    reviewed_on: str | None
    archive_url: str | None
    license: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record stands: line of the file from 1, and a JSON pointer (RFC 6901) inside the value there."""

    line: int
    pointer: str = ""


def pointer_step(key: str) -> str:
    """A key as one step of a JSON pointer; of a long one the beginning."""
    return key[:100].replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one value: its JSON pointer inside the record, a code to count by, a sentence to read."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record that can be taken in; `dropped` names the optional values that could not be carried.

    `silent` has the places ("claim.location") about which the file says nothing because its format has no room there,
    or says only part of what it knows: where the review is known already, they stay as they are.
    """

    position: Position
    key: str
    data: Statement
    dropped: tuple[Problem, ...] = ()
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that cannot be taken in, or a place where the file cannot be read, and why."""

    position: Position
    problems: tuple[Problem, ...]
    address: str | None = None  # the review's own address, where the record had a readable one


def record_key(address: str, text: str, language: str) -> str:
    """64 hexadecimal digits by which a record is recognised again: SHA-256 over address, claim text and language.

    One page may carry several claims, so the address alone is not enough. All three are taken after
    normalisation; language tags are compared without regard to case (RFC 5646, section 2.1.1).
    """
    parts = json.dumps([address, text, language.lower()], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()
