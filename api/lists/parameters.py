"""Parameters that don't filter a list: `fields`, `count`, `facets`, `highlight` and `group_by`.

Single reviews and claims have `as_of` and `fields`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpRequest

from api.http import responses
from api.http.parameters import Parameters, unknown_field
from factcheck.record.lists.counts import GROUPS, Group
from factcheck.record.lists.dimensions import FACETS
from factcheck.record.lists.values import read_sequence_or_time, unknown_value
from factcheck.record.models import LogEntry

AS_OF, FIELDS, GROUP_BY = "as_of", "fields", "group_by"
IN_META = ("highlight", "facets", "count")
MAX_FIELDS = 100
MAX_GROUP = 2  # values of `group_by`
EMPTY = "A name is missing. Send names separated by commas, for example id,claim.text."

Mask = dict[str, "Mask"]  # maps each name to the mask below it, which is empty for a whole value


@dataclass(frozen=True, slots=True)
class AsOf:
    """The newest entry to include and its time, or -1 and None before the first entry."""

    sequence: int
    at: datetime | None

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Factcheck-As-Of": str(self.sequence)} if self.at else {}


@dataclass(frozen=True, slots=True)
class Extras:
    """The requested extra information about a list, which is sent in `meta`."""

    highlight: bool = False
    facets: Sequence[str] = ()
    count: bool = False


def read_detail_parameters(request: HttpRequest, fields: Collection[str]) -> tuple[AsOf | None, Mask]:
    """Read the parameter `as_of` of a review or claim, and the parameter `fields` if there are `fields`.

    Raise ParameterProblem with all errors.
    """
    if not request.META.get("QUERY_STRING", ""):
        return None, {}
    parameters = Parameters(request.GET, [AS_OF, FIELDS] if fields else [AS_OF])
    found = parameters.read(AS_OF, _find_entry, None), read_fields(parameters, fields)
    parameters.raise_faults()
    return found


def _find_entry(text: str) -> AsOf:
    """Parse the value. Raise ValueError with a sentence for the client."""
    value = read_sequence_or_time(text.strip())
    entries = LogEntry.objects.using("public")
    if isinstance(value, int):
        entry = entries.filter(sequence=value).first()
        if entry is None:
            raise ValueError("This entry doesn't exist yet. The header Factcheck-Head contains the newest sequence.")
    elif value > datetime.now(UTC):
        raise ValueError("This time is in the future. Send a time in the past.")
    else:
        responses.read_head()  # otherwise, the response could be remembered without an entry that arrives now
        entry = entries.filter(at__lte=value).order_by("-at", "-sequence").first()
    return AsOf(entry.sequence, entry.at) if entry else AsOf(-1, None)


def read_fields(parameters: Parameters, known: Collection[str]) -> Mask:
    """Return the requested fields. `known` contains the paths of all fields, for example `claim.text`."""
    mask, faults = read_paths(read_names(parameters, FIELDS), known)
    parameters.faults += [(FIELDS, fault) for fault in faults]
    return mask


def read_paths(paths: Sequence[str], known: Collection[str]) -> tuple[Mask, list[str]]:
    """Return the fields with these paths, and a sentence about each fault."""
    if len(paths) > MAX_FIELDS:
        return {}, [f"There are too many fields. Send at most {MAX_FIELDS}."]
    faults = [unknown_field(path, known) if path else EMPTY for path in dict.fromkeys(paths) if path not in known]
    mask: Mask = {}
    for path in paths:
        if not any(path.startswith(f"{other}.") for other in paths):  # otherwise `other` contains it
            place = mask
            for name in path.split("."):
                place = place.setdefault(name, {})
    return mask, faults


def respond_with(mask: Mask, body: bytes) -> bytes:
    """Return the content of a response with these fields of a body."""
    return orjson.dumps(pick(mask, body)) if mask else body


def pick(mask: Mask, body: str | bytes) -> Any:
    """Return these fields of a stored body. Without a mask, return the body unchanged."""
    return apply_mask(mask, orjson.loads(body)) if mask else orjson.Fragment(body)


def apply_mask(mask: Mapping[str, Any], value: Any) -> Any:
    """Return these fields of a value. An empty mask selects everything."""
    if not mask or value is None:
        return value
    if isinstance(value, list):
        return [apply_mask(mask, each) for each in value]
    return {name: apply_mask(below, value[name]) for name, below in mask.items() if name in value}


def read_extras(parameters: Parameters) -> Extras:
    facets = _read_known_names(parameters, "facets", FACETS)
    return Extras(_read_flag(parameters, "highlight"), facets, _read_flag(parameters, "count"))


def read_groups(parameters: Parameters) -> Group:
    found = _read_known_names(parameters, GROUP_BY, GROUPS)
    if len(found) > MAX_GROUP:
        parameters.faults.append((GROUP_BY, f"There are too many groups. Send at most {MAX_GROUP}."))
    return found


def _read_known_names(parameters: Parameters, name: str, known: Collection[str]) -> Group:
    found = read_names(parameters, name)
    parameters.faults += [(name, str(unknown_value(each[:100], known))) for each in found if each not in known]
    return tuple(dict.fromkeys(found))


def read_names(parameters: Parameters, name: str) -> list[str]:
    return [each.strip() for value in parameters.query.getlist(name) for each in value.split(",")]


def _read_flag(parameters: Parameters, name: str) -> bool:
    values = parameters.query.getlist(name)
    if values not in ([], ["true"], ["false"]):
        parameters.faults.append((name, "This isn't a single true or false. Send true or false once."))
    return values == ["true"]
