"""What a list can say beside its results, in `meta`: `count`, `facets` and `highlight`."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from api.suggestions import unknown_value
from factcheck.record.counts import FACETS

NAMES = ("highlight", "facets", "count")


@dataclass(frozen=True, slots=True)
class Extras:
    highlight: bool = False
    facets: Sequence[str] = ()
    count: bool = False


def read_extras(query: QueryDict, errors: list[tuple[str, str]]) -> Extras:
    """What is wrong is added to the errors."""
    facets = [name.strip() for value in query.getlist("facets") for name in value.split(",")]
    errors += [("facets", unknown_value(name[:100], FACETS)) for name in facets if name not in FACETS]
    return Extras(_flag(query, "highlight", errors), tuple(dict.fromkeys(facets)), _flag(query, "count", errors))


def _flag(query: QueryDict, name: str, errors: list[tuple[str, str]]) -> bool:
    values = query.getlist(name)
    if values not in ([], ["true"], ["false"]):
        errors.append((name, "Give true or false, once."))
    return values == ["true"]
