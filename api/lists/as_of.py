"""The parameter `as_of`: the record as it was after a log entry."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from api.http import parameter_values
from api.http.parameters import Parameters
from api.lists.sparse_fields import NAME as FIELDS
from api.lists.sparse_fields import Mask, read_fields
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.row_models import RowQuerySet

NAME = "as_of"


@dataclass(frozen=True, slots=True)
class AsOf:
    """The newest entry to include and its time, or -1 and None before the first entry."""

    sequence: int
    at: datetime | None

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Factcheck-As-Of": str(self.sequence)} if self.at else {}


def read_as_of(parameters: Parameters) -> AsOf | None:
    return parameters.read(NAME, _find, None)


def read_detail_parameters(request: HttpRequest, fields: Collection[str]) -> tuple[AsOf | None, Mask]:
    """Read `as_of` and `fields` for a single review or claim. Raises ParameterProblem."""
    parameters = Parameters(request.GET, [NAME, FIELDS])
    found = read_as_of(parameters), read_fields(parameters, fields)
    parameters.raise_faults()
    return found


def _find(text: str) -> AsOf:
    """Parse the value. Raises ValueError with a sentence for the client."""
    value = parameter_values.read_sequence_or_time(text.strip())
    entries = LogEntry.objects.using("public")
    if isinstance(value, int):
        entry = entries.filter(sequence=value).first()
        if entry is None:
            raise ValueError("This entry doesn't exist yet. The header Factcheck-Head contains the newest sequence.")
    elif value > datetime.now(UTC):
        raise ValueError("This time is in the future. Send a time in the past.")
    else:
        entry = entries.filter(at__lte=value).order_by("-at", "-sequence").first()
    return AsOf(entry.sequence, entry.at) if entry else AsOf(-1, None)


def as_published(now: type[Any], past: type[Any], as_of: AsOf | None) -> list[RowQuerySet[Any]]:
    """Return the rows that were public as of `as_of`, as one or two sources. By default, return the current rows."""
    rows = now.objects.using("public")
    if as_of is None:
        return [rows.all()]
    # The conditions on times follow from the condition on the sequence, but let PostgreSQL use an index.
    known = {"sequence__lte": as_of.sequence, "published_at__lte": as_of.at, "updated_at__lte": as_of.at}
    if as_of.at is None:
        return [rows.none()]
    return [rows.filter(**known), past.objects.using("public").filter(until__gt=as_of.sequence, **known)]
