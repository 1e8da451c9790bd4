"""Error sentences for unknown names and values, with the closest known names or values."""

import difflib
from collections.abc import Collection


def unknown_parameter(name: str, known: Collection[str]) -> str:
    if not known:
        return "This URL doesn't have any parameters."
    return f"This URL doesn't have this parameter.{_meant(name, known) or f' Use {_listed(known)}.'}"


def unknown_value(value: str, known: Collection[str]) -> str:
    return f"Use {_listed(known)}.{_meant(value, known)}"


def unknown_field(path: str, known: Collection[str]) -> str:
    """A sentence about a field that doesn't exist. A name without its parents is suggested with its parents."""
    last = path.rpartition(".")[2]
    near = [each for each in known if each.rpartition(".")[2] == last][:2] or nearest(path, known)
    meant = (
        f" Did you mean {' or '.join(near)}?" if near else " The page of this list in the reference names all fields."
    )
    return f"There isn't a field {path[:100]}.{meant}"


def nearest(word: str, known: Collection[str]) -> list[str]:
    """Up to two known words that resemble the word, the closest first."""
    return difflib.get_close_matches(word[:100], known, n=2, cutoff=0.7)


def _meant(word: str, known: Collection[str]) -> str:
    near = nearest(word, known)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def _listed(known: Collection[str]) -> str:
    names = ", ".join(known)
    return names if len(known) == 1 else f"one of {names}"
