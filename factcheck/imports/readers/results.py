"""Results of the readers: a record for each review, or a refusal with its reasons.

A record has every key of the project's own format (docs/reference/import-formats.md).
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Position:
    """The position of a record: a line of the file from 1, and a JSON pointer (RFC 6901) inside the value there."""

    line: int
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of one value: its JSON pointer inside the record, a code to count by and a text to read."""

    pointer: str
    code: str
    detail: str


@dataclass
class Notes:
    """Notes about a record. A problem in `refused` refuses the record, and values in `dropped` are left out.

    `read` has the JSON pointers of the properties that were read. Other properties are not kept.
    """

    refused: list[Problem] = field(default_factory=list)
    dropped: list[Problem] = field(default_factory=list)
    read: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Record:
    """A record that can be imported. `dropped` lists the optional values that could not be kept.

    `unspecified` has the paths ("claim.location") that the file's format can't express or that the file leaves open. An
    existing review keeps its values at these paths.
    """

    position: Position
    key: str
    data: dict[str, Any]
    dropped: tuple[Problem, ...] = ()
    unspecified: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that can't be imported, or an unreadable place in the file, with the reasons."""

    position: Position
    problems: tuple[Problem, ...]
    address: str | None = None  # the review's own URL, if the record has a valid one


def record_key(address: str, text: str, language: str) -> str:
    """The key that identifies a record in later imports: SHA-256 (hexadecimal) over URL, claim text and language.

    One page can have several claims, so the URL isn't enough. All three are normalised first. The case of language tags
    doesn't matter (RFC 5646, section 2.1.1).
    """
    parts = json.dumps([address, text, language.lower()], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()
