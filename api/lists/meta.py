"""Extra information about a list, which is sent in `meta`: `count`, `facets` and `highlight`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from api.http.parameters import Parameters, unknown_value
from factcheck.record.readmodel.totals import Group
from factcheck.record.search.counts import FACETS, GROUPS

NAMES = ("highlight", "facets", "count")
MAX_GROUP = 2  # values of `group_by`


@dataclass(frozen=True, slots=True)
class Extras:
    highlight: bool = False
    facets: Sequence[str] = ()
    count: bool = False


def read_extras(parameters: Parameters) -> Extras:
    facets = _read_names(parameters, "facets", FACETS)
    return Extras(_read_flag(parameters, "highlight"), facets, _read_flag(parameters, "count"))


def read_groups(parameters: Parameters) -> Group:
    found = _read_names(parameters, "group_by", GROUPS)
    if len(found) > MAX_GROUP:
        parameters.faults.append(("group_by", f"There are too many groups. Send at most {MAX_GROUP}."))
    return found


def _read_names(parameters: Parameters, name: str, known: Collection[str]) -> tuple[str, ...]:
    found = [each.strip() for value in parameters.query.getlist(name) for each in value.split(",")]
    parameters.faults += [(name, unknown_value(each[:100], known)) for each in found if each not in known]
    return tuple(dict.fromkeys(found))


def _read_flag(parameters: Parameters, name: str) -> bool:
    values = parameters.query.getlist(name)
    if values not in ([], ["true"], ["false"]):
        parameters.faults.append((name, "This isn't a single true or false. Send true or false once."))
    return values == ["true"]
