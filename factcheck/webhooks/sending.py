"""The request that sends a message to a receiver once. Redirects aren't followed, and no body is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import RemoteDisconnected

from django.conf import settings

from factcheck.tools import http_client
from factcheck.webhooks.models import Attempt

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
