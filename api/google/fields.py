"""Partial responses such as `fields=claims(text,claimReview/url),nextPageToken`, by the rules of Google's APIs."""

import re
from typing import Any

Shape = dict[str, Any]  # names, each with the shape below it (empty below a value)
Path = tuple[str, list[Any]]  # a name or *, and the paths below it

MAX_DEPTH = 8
MAX_LENGTH = 5000  # characters. All names written out have about 300.
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*|[*,/()]")


class FieldsError(ValueError):
    """The mask is invalid. The text is for the client."""


def read_fields(text: str, shape: Shape) -> Shape:
    """Return the selected part of the shape. A name without anything below it is selected as a whole."""
    if len(text) > MAX_LENGTH:
        raise FieldsError(f"The text is too long. Give at most {MAX_LENGTH} characters.")
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise FieldsError("This isn't a field mask. Separate names by commas, and use / or ( ) for names below them.")
    tokens.reverse()
    paths = _read_list(tokens, 0)
    if tokens:
        raise FieldsError(f"There is an unexpected {tokens[-1]}. Remove it, or complete what comes before it.")
    return _select(paths, shape)


def apply_mask(mask: Shape, value: Any) -> Any:
    """Return the part of a value that the mask selects. An empty mask selects everything."""
    if not mask:
        return value
    if isinstance(value, list):
        return [apply_mask(mask, each) for each in value]
    return {name: apply_mask(below, value[name]) for name, below in mask.items() if name in value}


def _read_list(tokens: list[str], depth: int) -> list[Path]:
    found = [_read_path(tokens, depth)]
    while tokens and tokens[-1] == ",":
        tokens.pop()
        found.append(_read_path(tokens, depth))
    return found


def _read_path(tokens: list[str], depth: int) -> Path:
    if depth > MAX_DEPTH:
        raise FieldsError(f"This is nested too deeply. Use at most {MAX_DEPTH} levels.")
    if not tokens or tokens[-1] in ",/()":
        raise FieldsError("A name is missing. Add one, or remove a comma, slash or bracket.")
    name = tokens.pop()
    if tokens and tokens[-1] == "/":
        tokens.pop()
        return name, [_read_path(tokens, depth + 1)]
    if tokens and tokens[-1] == "(":
        tokens.pop()
        below = _read_list(tokens, depth + 1)
        if not tokens or tokens.pop() != ")":
            raise FieldsError("A closing bracket is missing. Add it.")
        return name, below
    return name, []


def _select(paths: list[Path], shape: Shape) -> Shape:
    chosen: dict[str, list[Path] | None] = {}  # None selects the whole value
    for name, below in paths:
        # A star means all names that can have this part below them.
        names = [each for each in shape if not below or shape[each]] if name == "*" else [name]
        for each in names:
            if each not in shape or (below and not shape[each]):
                raise FieldsError(f"The field {each} doesn't exist here. Remove it from the mask.")
            if not below:
                chosen[each] = None
            elif (earlier := chosen.setdefault(each, [])) is not None:
                earlier.extend(below)
    return {name: _select(below, shape[name]) if below else {} for name, below in chosen.items()}
