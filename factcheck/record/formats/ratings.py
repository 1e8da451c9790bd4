"""Ratings as schema.org and its readers want them: worst is 1 or more and below best, and higher is truer."""

import re
from decimal import Decimal
from typing import Any

Number = int | float | str

# What rating scales are made of; longer or odder numbers are no rating.
_NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")
# schema.org's own reading of a rating that does not say its ends.
_BEST, _WORST = Decimal(5), Decimal(1)


def rating_numbers(verdict: dict[str, Any]) -> dict[str, Number]:
    """`ratingValue`, `bestRating` and `worstRating` of a published verdict; nothing where they would mislead.

    Of an imported review they are the publisher's own numbers: our scale would put words into another's mouth.
    A scale that runs downwards is turned round and one that begins below 1 is moved up, which keeps every
    distance; a value outside its scale, or a scale of one point, says nothing.
    """
    original = verdict["original"]
    if original is None:
        numbers = {"ratingValue": verdict["value"], "bestRating": verdict["best"], "worstRating": verdict["worst"]}
        return numbers if verdict["value"] is not None else {}
    written = {"ratingValue": original["value"], "bestRating": original["best"], "worstRating": original["worst"]}
    given = {name: text.strip() for name, text in written.items() if text is not None}
    if "ratingValue" not in given or not all(_NUMBER.fullmatch(text) for text in given.values()):
        return {}
    value = Decimal(given["ratingValue"])
    best, worst = Decimal(given.get("bestRating", _BEST)), Decimal(given.get("worstRating", _WORST))
    if best == worst or not min(best, worst) <= value <= max(best, worst):
        return {}
    if 1 <= worst < best:
        return {name: _as_written(text) for name, text in given.items()}
    if worst > best:
        value, best, worst = best + worst - value, worst, best
    up = max(Decimal(0), 1 - worst)
    moved = {"ratingValue": value + up, "bestRating": best + up, "worstRating": worst + up}
    return {name: _as_written(f"{number:f}") for name, number in moved.items()}


def _as_written(text: str) -> Number:
    """A number whose digits in JSON are those of the text, or else the text, which schema.org allows as well."""
    if str(int(Decimal(text))) == text:
        return int(text)
    return float(text) if repr(float(text)) == text else text
