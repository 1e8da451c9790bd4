"""The place of a record and its faults, each in a line that a test can spell out; and values of real files."""

import unicodedata

from factcheck.imports.readers.results import Position, Problem, Refusal


def place(position: Position) -> str:
    """`line 4, /claims/0`, or `line 4` of a whole line."""
    return f"line {position.line}, {position.pointer}" if position.pointer else f"line {position.line}"


def told(problem: Problem) -> str:
    """`/url: is missing`, or the sentence alone of the record itself."""
    return f"{problem.pointer}: {problem.detail}" if problem.pointer else problem.detail


def why(refusal: Refusal) -> str:
    return "; ".join(told(problem) for problem in refusal.problems)


# The normalisations of real files, written out once more and independently.
def text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip() or None if value else None


def line(value: str | None) -> str | None:
    return " ".join(text(value.replace("\u009d", "")).split()) if value and text(value) else None  # type: ignore[union-attr]


def day(value: str | None) -> str | None:
    """Year, month and day are the first three numbers of every date in these files."""
    if not value:
        return None
    year, month, rest = value.split("-", 2)
    return f"{year}-{int(month):02}-{int(rest[:2]):02}"
