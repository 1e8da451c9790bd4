"""Extra information about a list, which is sent in `meta`: `count`, `facets` and `highlight`."""

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


def read_extras(parameters: Parameters) -> Extras:
    facets = [name.strip() for value in parameters.query.getlist("facets") for name in value.split(",")]
    parameters.faults += [("facets", unknown_value(name[:100], FACETS)) for name in facets if name not in FACETS]
    return Extras(_read_flag(parameters, "highlight"), tuple(dict.fromkeys(facets)), _read_flag(parameters, "count"))


def _read_flag(parameters: Parameters, name: str) -> bool:
    values = parameters.query.getlist(name)
    if values not in ([], ["true"], ["false"]):
        parameters.faults.append((name, "This isn't a single true or false. Send true or false once."))
    return values == ["true"]
