"""The text of `/metrics`: the numbers that processes count, and the numbers in the database and the files."""

from collections.abc import Iterator
from datetime import datetime

from django.db import Error
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from factcheck.monitoring import numbers
from factcheck.monitoring.checks import SECONDS
from factcheck.monitoring.time_limits import TimeLimited
from factcheck.tools.metrics import counted

Value = float | datetime | None


def metrics_text() -> bytes:
    """Return all metrics in the text format of Prometheus.

    Without a database, return only `factcheck_database_up` and the numbers that processes count.
    """
    registry = CollectorRegistry()
    registry.register(_Site())
    return generate_latest(registry)


class _Site(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from counted()
        try:
            found = _gauges.run()
        except (TimeoutError, Error):
            found = []
        yield _gauge("factcheck_database_up", "Whether the database answered.", 1 if found else 0)
        yield from found


def _read() -> list[Metric]:
    log, files = numbers.read_log(), numbers.read_files()
    values: list[tuple[str, str, Value]] = [
        ("log_entries", "Entries in the public log.", log.entries),
        ("checkpoint_entries", "Entries that the newest checkpoint covers.", log.checkpoint_size),
        ("checkpoint_timestamp_seconds", "When the newest checkpoint was signed.", log.checkpoint_at),
        ("dump_timestamp_seconds", "When the newest dump was made.", files.dump_at),
        ("feed_timestamp_seconds", "When the ClaimReview feed was made.", files.feed_at),
        ("backup_timestamp_seconds", "When the newest backup was made.", files.backup_at),
    ]
    if numbers.sees_queue():
        queue, webhooks = numbers.read_queue(), numbers.read_webhooks()
        values += [
            ("jobs_waiting", "Jobs that could run now.", queue.count),
            ("jobs_oldest_timestamp_seconds", "Since when the oldest of these jobs has been waiting.", queue.oldest),
            ("jobs_failed", "Jobs of the last 14 days that failed.", queue.failed),
            ("webhooks_failing", "Running webhooks whose last delivery failed.", webhooks.failing),
            ("webhooks_stopped", "Webhooks that the site has stopped.", webhooks.stopped),
        ]
    return [_gauge(f"factcheck_{name}", meaning, value) for name, meaning, value in values if value is not None]


def _gauge(name: str, meaning: str, value: float | datetime) -> Metric:
    return GaugeMetricFamily(name, meaning, value.timestamp() if isinstance(value, datetime) else value)


_gauges = TimeLimited(_read, SECONDS)
