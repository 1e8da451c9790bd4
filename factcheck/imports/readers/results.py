"""Results of the readers: a record for each review, or a refusal with its reasons.

A record contains all keys of this project's own format (docs/reference/import-formats.md).
"""

import hashlib
import json
from dataclasses import dataclass, field

import orjson

from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.record.statements.checks import without_empty


@dataclass(frozen=True, slots=True)
class Position:
    """The position of a record: a line number from 1, and a JSON pointer (RFC 6901) within the value on that line."""

    line: int
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with one value: its JSON pointer within the record, a code for counting, and a message."""

    pointer: str
    code: str
    detail: str


@dataclass
class Notes:
    """Notes about a record. A record with problems in `refused` is refused. Values in `dropped` are left out.

    `read` contains the JSON pointers of the properties that were read. Other properties aren't kept.
    """

    refused: list[Problem] = field(default_factory=list)
    dropped: list[Problem] = field(default_factory=list)
    read: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Record:
    """A record that can be imported. `dropped` lists the optional values that couldn't be kept.

    `unspecified` contains the paths (for example "claim.location") for which the file has no value. An existing review
    keeps its values at these paths.

    `other_key` is the key that the record has in a file without its language. If this file doesn't state the language,
    it is the key with the stated or detected language.
    """

    position: Position
    key: str
    data: ImportedReview
    dropped: tuple[Problem, ...] = ()
    unspecified: frozenset[str] = frozenset()
    other_key: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the record without empty keys, so that a new key of the format doesn't change the digest."""
        given = without_empty(self.data.to_json_object())
        return hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that can't be imported, or a part of the file that can't be read, with the reasons."""

    position: Position
    problems: tuple[Problem, ...]
    address: str | None = None  # the review's own URL, if the record contains a valid one


def record_key(address: str, text: str, language: str) -> str:
    """Return the hexadecimal SHA-256 of URL, claim text and language, which identifies a record in later imports.

    The URL isn't enough, because one page can contain several claims. All three values have been normalised. The case
    of language tags doesn't matter (RFC 5646, section 2.1.1).
    """
    parts = json.dumps([address, text, language.lower()], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()
