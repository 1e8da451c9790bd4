"""`as_of`: the record as it was after an entry of the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from api.http import values
from api.http.parameters import Parameters
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.row_models import RowQuerySet

NAME = "as_of"


@dataclass(frozen=True, slots=True)
class Moment:
    """The newest entry that counts, and when it was made; -1 and None before the first."""

    sequence: int
    at: datetime | None

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Factcheck-As-Of": str(self.sequence)} if self.at else {}


def read_as_of(given: Parameters) -> Moment | None:
    return given.read(NAME, _find, None)


def read_as_of_alone(request: HttpRequest) -> Moment | None:
    """For addresses that take no other parameter. Raises ParameterProblem."""
    given = Parameters(request.GET, [NAME])
    moment = read_as_of(given)
    given.refuse_faults()
    return moment


def _find(text: str) -> Moment:
    """Raises ValueError with a sentence for whoever sent it."""
    value = values.read_sequence_or_moment(text.strip())
    entries = LogEntry.objects.using("public")
    if isinstance(value, int):
        entry = entries.filter(sequence=value).first()
        if entry is None:
            raise ValueError("There is no such entry yet; the header Factcheck-Head names the newest.")
    elif value > datetime.now(UTC):
        raise ValueError("This moment has not come yet.")
    else:
        entry = entries.filter(at__lte=value).order_by("-at", "-sequence").first()
    return Moment(entry.sequence, entry.at) if entry else Moment(-1, None)


def as_published(now: type[Any], past: type[Any], moment: Moment | None) -> list[RowQuerySet[Any]]:
    """The rows that were public at the moment, each in one of these; without a moment those that are now."""
    rows = now.objects.using("public")
    if moment is None:
        return [rows.all()]
    # That nothing was published or changed later follows, and tells an index where to begin.
    known = {"sequence__lte": moment.sequence, "published_at__lte": moment.at, "updated_at__lte": moment.at}
    if moment.at is None:
        return [rows.none()]
    return [rows.filter(**known), past.objects.using("public").filter(until__gt=moment.sequence, **known)]
