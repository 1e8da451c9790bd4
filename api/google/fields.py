"""Partial responses as in Google's APIs, for example with `fields=claims(text,claimReview.url),nextPageToken`."""

import re
from typing import Any

from api.google.discovery import Shape

Path = tuple[str, list[Any]]  # a name or *, with the paths below it

MAX_DEPTH = 8
MAX_LENGTH = 5000  # characters. A mask that lists every name needs about 300.
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*|[*,./()]")


class FieldsError(ValueError):
    """The error for an invalid field mask. The message is a sentence for the client."""


def read_fields(text: str, shape: Shape) -> Shape:
    """Return the selected part of the shape. A name without subfields selects the whole value.

    Raise FieldsError if the mask is invalid.
    """
    if len(text) > MAX_LENGTH:
        raise FieldsError(f"The text is too long. Send at most {MAX_LENGTH} characters.")
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise FieldsError("This isn't a field mask. Separate names with commas, and use a dot, / or ( ) for subfields.")
    tokens.reverse()
    paths = _read_list(tokens, 0)
    if tokens:
        raise FieldsError(f"There is an unexpected {tokens[-1]}. Remove it, or complete the part before it.")
    return _select(paths, shape)


# A parser by recursive descent. The tokens are in reverse order, so that pop() takes the next token.
#
#     list: path, then "," and further paths
#     path: a name, then "." or "/" and a path, or "(", a list and ")"
def _read_list(tokens: list[str], depth: int) -> list[Path]:
    found = [_read_path(tokens, depth)]
    while tokens and tokens[-1] == ",":
        tokens.pop()
        found.append(_read_path(tokens, depth))
    return found


def _read_path(tokens: list[str], depth: int) -> Path:
    if depth > MAX_DEPTH:
        raise FieldsError(f"This is nested too deeply. Use at most {MAX_DEPTH} levels.")
    if not tokens or tokens[-1] in ",./()":
        raise FieldsError("A name is missing. Add a name, or remove a comma, dot, slash or bracket.")
    name = tokens.pop()
    if tokens and tokens[-1] in "./":
        tokens.pop()
        return name, [_read_path(tokens, depth + 1)]
    if tokens and tokens[-1] == "(":
        tokens.pop()
        below = _read_list(tokens, depth + 1)
        if not tokens or tokens.pop() != ")":
            raise FieldsError("A closing bracket is missing. Add the bracket.")
        return name, below
    return name, []


def _select(paths: list[Path], shape: Shape) -> Shape:
    """Return the part of the shape that these paths select. Raise FieldsError for an unknown name."""
    chosen: dict[str, list[Path] | None] = {}  # None selects the whole value
    for name, below in paths:
        # A star selects all names. If subfields follow, it selects only names that have subfields.
        names = [each for each in shape if not below or shape[each]] if name == "*" else [name]
        for each in names:
            if each not in shape or (below and not shape[each]):
                raise FieldsError(f"The field {each} doesn't exist at this level. Remove the field from the mask.")
            if not below:
                chosen[each] = None
            elif (earlier := chosen.setdefault(each, [])) is not None:
                earlier.extend(below)
    return {name: _select(below, shape[name]) if below else {} for name, below in chosen.items()}
