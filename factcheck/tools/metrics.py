"""Numbers that each process counts for Prometheus. `factcheck.monitoring` adds numbers from the database.

Any package can count here. If the server has several processes, PROMETHEUS_MULTIPROC_DIR names a folder in which they
add up their numbers.
"""

from collections.abc import Iterator

from django.conf import settings
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Histogram(
    "factcheck_request_duration_seconds",
    "Time until a response begins, by the name of its route.",
    ["view", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
QUERIES = Counter("factcheck_database_queries", "Statements sent to the database.", ["view"])
QUERY_SECONDS = Counter("factcheck_database_seconds", "Time until the database had answered.", ["view"])
WRONG_ENTRY = Gauge(
    "factcheck_wrong_entry",
    "1 + the sequence of the log entry whose row or document was wrong when it was last read. 0 if none was.",
    multiprocess_mode="mostrecent",
)
REFUSALS = Counter("factcheck_refusals", "Requests that were refused to protect the site, by reason.", ["reason"])

# `labels()` takes as long as the measurement itself. Names of routes and statuses are few, so the results are kept.
_wrong_entry: int | None = None
_by_view: dict[tuple[str, int], tuple[Histogram, Counter, Counter]] = {}


def count_request(view: str, status: int, seconds: float, queries: int, query_seconds: float) -> None:
    found = _by_view.get((view, status))
    if found is None:
        children = REQUESTS.labels(view, str(status)), QUERIES.labels(view), QUERY_SECONDS.labels(view)
        found = _by_view[view, status] = children
    found[0].observe(seconds)
    if queries:
        found[1].inc(queries)
        found[2].inc(query_seconds)


def count_refusal(reason: str) -> None:
    """Count a request that was refused because of a limit. `reason` is one of a few fixed names, never a text."""
    REFUSALS.labels(reason).inc()


def set_wrong_entry(sequence: int) -> bool:
    """Remember a log entry whose row or document is wrong. Return whether this process didn't remember it yet."""
    global _wrong_entry
    before, _wrong_entry = _wrong_entry, sequence
    WRONG_ENTRY.set(sequence + 1)
    return before != sequence


def wrong_entry() -> int | None:
    """Return the entry that a process of this server has remembered last, or None."""
    found = (
        sample.value for metric in counted() if metric.name == "factcheck_wrong_entry" for sample in metric.samples
    )
    return int(value) - 1 if (value := next(found, 0)) else None


def counted() -> Iterator[Metric]:
    """Return what this process has counted, or what all processes of this server have counted."""
    if settings.METRICS_FOLDER:
        return MultiProcessCollector(CollectorRegistry(), settings.METRICS_FOLDER).collect()  # type: ignore[no-untyped-call,no-any-return]
    return iter(REGISTRY.collect())
