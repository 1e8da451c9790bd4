"""What the readers of this package hand on: a record of each review, or why there is none.

A record has every key of the own format (docs/reference/import-formats.md).
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record stands: line of the file from 1, and a JSON pointer (RFC 6901) inside the value there."""

    line: int
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one value: its JSON pointer inside the record, a code to count by, a sentence to read."""

    pointer: str
    code: str
    detail: str


@dataclass
class Notes:
    """What was found wrong with a record: `refused` keeps it out, `dropped` is left out of it.

    `read` has the JSON pointers of the properties in which something was found to carry; the others are not kept.
    """

    refused: list[Problem] = field(default_factory=list)
    dropped: list[Problem] = field(default_factory=list)
    read: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Record:
    """A record that can be taken in; `dropped` names the optional values that could not be carried.

    `silent` has the places ("claim.location") about which the file says nothing because its format has no room there,
    or says only part of what it knows: where the review is known already, they stay as they are.
    """

    position: Position
    key: str
    data: dict[str, Any]
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
