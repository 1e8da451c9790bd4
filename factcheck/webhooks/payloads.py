"""The messages to receivers, and the event for each kind of log entry."""

import orjson

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.changes import changes
from factcheck.webhooks.models import Event

Kind = LogEntry.Kind

# Other kinds of entries cause no event. `data.kind` in the message is the exact kind.
EVENTS: dict[str, Event] = {
    Kind.ORIGINAL: Event.REVIEW_PUBLISHED,
    Kind.REINSTATEMENT: Event.REVIEW_PUBLISHED,
    Kind.UPDATE: Event.REVIEW_CORRECTED,
    Kind.CORRECTION: Event.REVIEW_CORRECTED,
    Kind.WITHDRAWAL: Event.REVIEW_WITHDRAWN,
    Kind.ERASURE: Event.REVIEW_WITHDRAWN,
    Kind.DEMAND_PUBLISHED: Event.DEMAND_PUBLISHED,
    Kind.DEMAND_UPDATED: Event.DEMAND_PUBLISHED,
}


def message(entry: LogEntry, event: str) -> bytes:
    """Return the message as Standard Webhooks defines it, in which `data` is the entry as in the changes feed.

    The message is built for each attempt and never stored, so that erased content isn't sent.
    """
    (change,) = changes([entry])
    return orjson.dumps({"type": event, "timestamp": rfc3339(entry.at), "data": change.model_dump()})
