"""The messages to receivers, and the request that sends a message once.

Redirects aren't followed, and no body is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import RemoteDisconnected

import orjson
from django.conf import settings

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.changes import changes
from factcheck.tools import http_client
from factcheck.webhooks.models import Attempt, Event

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

Problem = Attempt.Problem

TIMEOUT = 15.0  # seconds from the name lookup to the last header
_PROBLEMS = {
    http_client.Problem.INVALID: Problem.ADDRESS,
    http_client.Problem.NOT_PUBLIC: Problem.ADDRESS,
    http_client.Problem.TOO_LARGE: Problem.GARBLED,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    problem: Attempt.Problem
    status: int | None = None

    @property
    def answered(self) -> bool:
        return self.status is not None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send the body once, and return the outcome. The request never takes longer than TIMEOUT."""
    loopback = settings.WEBHOOKS_ALLOW_LOOPBACK
    if not loopback and not url.startswith("https:"):
        return Outcome(Problem.INSECURE)
    try:
        sent = http_client.send("POST", url, body, headers, seconds=TIMEOUT, max_body=None, allow_loopback=loopback)
    except http_client.FetchError as refused:
        if isinstance(refused.__cause__, RemoteDisconnected):
            return Outcome(Problem.GARBLED)
        return Outcome(_PROBLEMS.get(refused.problem) or Problem(refused.problem.value))
    if 200 <= sent.status < 300:
        return Outcome(Problem.NONE, sent.status)
    return Outcome(Problem.REDIRECTED if 300 <= sent.status < 400 else Problem.REFUSED, sent.status)


def message(entry: LogEntry, event: str) -> bytes:
    """Return the message as Standard Webhooks defines it, in which `data` is the entry as in the changes feed.

    The message is built for each attempt and never stored, so that erased content isn't sent.
    """
    (change,) = changes([entry])
    return orjson.dumps({"type": event, "timestamp": rfc3339(entry.at), "data": change.model_dump()})
