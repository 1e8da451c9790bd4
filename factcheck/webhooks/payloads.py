"""What is sent: which entries of the log are which event, and the message for one of them."""

import orjson

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.changes import changes
from factcheck.webhooks.models import Event

Kind = LogEntry.Kind

# Other kinds are no event. What exactly happened is in the message's `data.kind`.
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
    """Type, time and data, as Standard Webhooks has them; `data` is the entry as the feed of changes has it now.

    Made anew for each attempt and never kept, so that nothing goes out that has been erased meanwhile.
    """
    (change,) = changes([entry])
    return orjson.dumps({"type": event, "timestamp": rfc3339(entry.at), "data": change})
