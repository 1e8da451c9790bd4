"""Partial responses: `fields=claims(text,claimReview/url),nextPageToken`, as Google's APIs read it."""

import re
from typing import Any

Shape = dict[str, Any]  # names with the shape below them; empty below a value
Path = tuple[str, list[Any]]  # a name or *, and the paths below it

MAX_DEPTH = 8
MAX_LENGTH = 5000  # characters; all that there is, spelt out name by name, has some 300
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*|[*,/()]")


class FieldsError(ValueError):
    """The text says what is wrong."""


def read_fields(text: str, shape: Shape) -> Shape:
    """The part of the shape that is asked for; a name without anything below it is asked for as a whole."""
    if len(text) > MAX_LENGTH:
        raise FieldsError(f"Give at most {MAX_LENGTH} characters.")
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise FieldsError("Give names, separated by commas, with / or ( ) for what is below them.")
    tokens.reverse()
    paths = _read_list(tokens, 0)
    if tokens:
        raise FieldsError(f"There is no {tokens[-1]} to be expected after what comes before it.")
    return _select(paths, shape)


def take(mask: Shape, value: Any) -> Any:
    """What the mask leaves of a value; a mask without names leaves all."""
    if not mask:
        return value
    if isinstance(value, list):
        return [take(mask, each) for each in value]
    return {name: take(below, value[name]) for name, below in mask.items() if name in value}


def _read_list(tokens: list[str], depth: int) -> list[Path]:
    found = [_read_path(tokens, depth)]
    while tokens and tokens[-1] == ",":
        tokens.pop()
        found.append(_read_path(tokens, depth))
    return found


def _read_path(tokens: list[str], depth: int) -> Path:
    if depth > MAX_DEPTH:
        raise FieldsError("Nothing here lies so deep.")
    if not tokens or tokens[-1] in ",/()":
        raise FieldsError("A name is missing.")
    name = tokens.pop()
    if tokens and tokens[-1] == "/":
        tokens.pop()
        return name, [_read_path(tokens, depth + 1)]
    if tokens and tokens[-1] == "(":
        tokens.pop()
        below = _read_list(tokens, depth + 1)
        if not tokens or tokens.pop() != ")":
            raise FieldsError("A closing bracket is missing.")
        return name, below
    return name, []


def _select(paths: list[Path], shape: Shape) -> Shape:
    chosen: dict[str, list[Path] | None] = {}  # None: as a whole
    for name, below in paths:
        # A star means every name that can have what is below it.
        names = [each for each in shape if not below or shape[each]] if name == "*" else [name]
        for each in names:
            if each not in shape or (below and not shape[each]):
                raise FieldsError(f"Invalid field selection {each}.")
            if not below:
                chosen[each] = None
            elif (earlier := chosen.setdefault(each, [])) is not None:
                earlier.extend(below)
    return {name: _select(below, shape[name]) if below else {} for name, below in chosen.items()}
