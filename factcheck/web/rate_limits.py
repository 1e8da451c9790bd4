"""Limits for the requests of each client, which is an IPv4 address or an IPv6 /64 network, and of each account.

Responses tell clients their limits in the headers RateLimit-Policy and RateLimit
(draft-ietf-httpapi-ratelimit-headers).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from django.conf import settings

from factcheck.tools.budget import current
from factcheck.tools.shared_counters import SharedCounters

READING, SEARCH, LOG = "reading", "search", "log"
PICTURES = 10  # searches by picture that a network can send in a minute
# Mirrors read the whole log in many small files, which don't need a database query each time.
LOG_FACTOR = 5
_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class _Count:
    """A limit, with the number of requests that are left, and the seconds until the number is reset."""

    name: str
    quota: int
    window: int
    left: int
    reset: int


def count_request(names: Iterable[str], times: int = 1) -> bool:
    """Count the request towards each of the limits that the site has. Return whether it exceeds one of them.

    The response's headers and the seconds to wait are in the request's budget.
    """
    budget = current()
    counts = [_count(name, *limit, budget.network, times) for name in names if (limit := _limit(name))]
    if not counts:
        return False
    policies = (f'"{each.name}";q={each.quota};w={each.window}' for each in counts)
    states = (f'"{each.name}";r={max(each.left, 0)};t={each.reset}' for each in counts)
    budget.headers |= {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}
    budget.retry_after = _retry_after(counts)
    if budget.retry_after is not None:
        budget.headers["Retry-After"] = str(budget.retry_after)
    return budget.retry_after is not None


def count_client(client: str, *limits: tuple[str, int, int, int]) -> int | None:
    """Count what an account or a network does. Return the seconds to wait if it exceeds a limit, otherwise None.

    Each limit has a name, a quota, its seconds, and the number to count now. A network's limit is an hour at most.
    """
    return _retry_after(_count(name, quota, window, client, times) for name, quota, window, times in limits)


def count_picture() -> bool:
    """Count a search by picture. Return whether the network has sent too many, and say when it can send the next."""
    budget = current()
    if (seconds := count_client(budget.network, ("picture", PICTURES, 60, 1))) is not None:
        budget.headers["Retry-After"] = str(seconds)
    return seconds is not None


def hour_hash(name: str) -> str:
    """Return a hash in hexadecimal of a network, or of what it did. Nobody can compute this hash after the hour."""
    return _counters(settings.REQUEST_COUNTS).memory.hash(name).hex()


def _retry_after(counts: Iterable[_Count]) -> int | None:
    return max([each.reset for each in counts if each.left < 0], default=None)


def _count(name: str, quota: int, window: int, client: str, times: int) -> _Count:
    count, reset = _counters(settings.REQUEST_COUNTS).add(f"{name} {client}", window, times)
    return _Count(name, quota, window, quota - count, reset)


def _limit(name: str) -> tuple[int, int] | None:
    """Return the number of requests and the seconds, or None if the limit is turned off."""
    rate = _parsed(settings.SEARCH_RATE_LIMIT if name == SEARCH else settings.API_RATE_LIMIT)
    return (rate[0] * LOG_FACTOR, rate[1]) if rate and name == LOG else rate


@lru_cache
def _parsed(rate: str) -> tuple[int, int] | None:
    number, _, period = rate.partition("/")
    return (int(number), _SECONDS[period[0]]) if rate else None


_counters = cache(SharedCounters)
