"""What a list can say beside its results, in `meta`: `count`, `facets` and `highlight`."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.http.parameters import Parameters
from api.http.suggestions import unknown_value
from factcheck.record.search.counts import FACETS

NAMES = ("highlight", "facets", "count")


@dataclass(frozen=True, slots=True)
class Extras:
    highlight: bool = False
    facets: Sequence[str] = ()
    count: bool = False


def read_extras(given: Parameters) -> Extras:
    facets = [name.strip() for value in given.query.getlist("facets") for name in value.split(",")]
    given.faults += [("facets", unknown_value(name[:100], FACETS)) for name in facets if name not in FACETS]
    return Extras(_read_flag(given, "highlight"), tuple(dict.fromkeys(facets)), _read_flag(given, "count"))


def _read_flag(given: Parameters, name: str) -> bool:
    values = given.query.getlist(name)
    if values not in ([], ["true"], ["false"]):
        given.faults.append((name, "Give true or false, once."))
    return values == ["true"]
