"""The numbers that `/readyz` and `/metrics` read from the database and the files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from django.conf import settings
from django.db import connections
from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from factcheck.operations.backup.making import list_backups, made_at
from factcheck.record.files import dump_files
from factcheck.record.log import tree
from factcheck.record.models import LogEntry
from factcheck.webhooks.models import Subscription


@dataclass(frozen=True, slots=True)
class Log:
    entries: int
    checkpoint_size: int
    checkpoint_at: datetime | None
    newest_at: datetime | None  # of the newest entry


@dataclass(frozen=True, slots=True)
class Queue:
    """The number of jobs that could run now, the time since which the oldest has been waiting, and failed jobs."""

    count: int
    oldest: datetime | None
    failed: int


@dataclass(frozen=True, slots=True)
class Webhooks:
    failing: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Files:
    """The times at which the newest files were made."""

    dump_at: datetime | None
    feed_at: datetime | None
    backup_at: datetime | None


def sees_queue() -> bool:
    """Return whether this process has the application's role. The readers' process has only the reading role."""
    return "MISSING" not in connections["default"].settings_dict


def read_log() -> Log:
    head = LogEntry.objects.using("public").newest().first()
    newest = tree.newest_checkpoint("public")
    entries, newest_at = (head.sequence + 1, head.at) if head else (0, None)
    if newest is None:
        return Log(entries, 0, None, newest_at)
    return Log(max(entries, newest.size), newest.size, newest.at, newest_at)


def read_queue() -> Queue:
    due = Q(job__scheduled_at=None) | Q(job__scheduled_at__lte=timezone.now())
    waiting = ProcrastinateEvent.objects.filter(due, job__status="todo", type="deferred").aggregate(
        count=Count("pk"), oldest=Min(Coalesce("job__scheduled_at", "at"))
    )
    failed = ProcrastinateJob.objects.filter(status="failed").count()
    return Queue(waiting["count"], waiting["oldest"], failed)


def read_webhooks() -> Webhooks:
    failing = Q(stopped=Subscription.Stopped.RUNNING, failing_since__isnull=False)
    stopped = Q(stopped__in=[Subscription.Stopped.FAILING, Subscription.Stopped.GONE])
    return Webhooks(**Subscription.objects.aggregate(failing=Count("pk", failing), stopped=Count("pk", stopped)))


def read_files() -> Files:
    dump = next(iter(dump_files.available("public")), None)
    feed = next(iter(dump_files.feeds("public")), None)
    dump_at = datetime.fromisoformat(orjson.loads(dump.manifest)["made_at"]) if dump else None
    try:
        feed_at = datetime.fromtimestamp(feed.path.stat().st_mtime, UTC) if feed else None
    except FileNotFoundError:  # an erasure has just deleted the feed
        feed_at = None
    return Files(dump_at, feed_at, read_backup())


def read_backup() -> datetime | None:
    files = list_backups(Path(settings.BACKUP_FOLDER)) if settings.BACKUP_FOLDER else []
    return made_at(files[-1]) if files else None
