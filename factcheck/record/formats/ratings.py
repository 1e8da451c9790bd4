"""Ratings as schema.org and its consumers expect them: 1 <= worst < best, and higher values are truer."""

import re
from decimal import Decimal
from typing import Any

Number = int | float | str

# Longer numbers and other notations don't count as ratings.
_NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")
# schema.org's default values for a rating without `bestRating` or `worstRating`.
_BEST, _WORST = Decimal(5), Decimal(1)


def rating_numbers(verdict: dict[str, Any]) -> dict[str, Number]:
    """Return `ratingValue`, `bestRating` and `worstRating` of a published verdict, or {} if they would mislead.

    An imported review keeps its publisher's numbers, because the publisher didn't use the site's scale. A descending
    scale is reversed, and a scale that begins below 1 is shifted up. Distances between values don't change. A value
    outside its scale and a scale with a single point are left out.
    """
    original = verdict["original"]
    if original is None:
        numbers = {"ratingValue": verdict["value"], "bestRating": verdict["best"], "worstRating": verdict["worst"]}
        return numbers if verdict["value"] is not None else {}
    values = {"ratingValue": original["value"], "bestRating": original["best"], "worstRating": original["worst"]}
    texts = {name: text.strip() for name, text in values.items() if text is not None}
    if "ratingValue" not in texts or not all(_NUMBER.fullmatch(text) for text in texts.values()):
        return {}
    value = Decimal(texts["ratingValue"])
    best, worst = Decimal(texts.get("bestRating", _BEST)), Decimal(texts.get("worstRating", _WORST))
    if best == worst or not min(best, worst) <= value <= max(best, worst):
        return {}
    if 1 <= worst < best:
        return {name: _json_number(text) for name, text in texts.items()}
    # On a descending scale, the value is mirrored.
    if worst > best:
        value, best, worst = best + worst - value, worst, best
    # Consumers expect that the worst value is at least 1.
    up = max(Decimal(0), 1 - worst)
    moved = {"ratingValue": value + up, "bestRating": best + up, "worstRating": worst + up}
    return {name: _json_number(f"{number:f}") for name, number in moved.items()}


def _json_number(text: str) -> Number:
    """Return a number if JSON writes it with the same digits, or else the text itself. schema.org allows both."""
    if str(int(Decimal(text))) == text:
        return int(text)
    return float(text) if repr(float(text)) == text else text
