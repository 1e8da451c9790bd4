"""The kinds of unpublished rows that this machine keeps, each once, with its age, its end and the task that ends it.

The desk's page "What this machine knows" shows them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateEvent
from procrastinate.manager import JobManager

from factcheck.editorial import models, pictures
from factcheck.editorial.captures import deletion, rights
from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.drafts import discarding, open_drafts
from factcheck.editorial.messages import incidents, message_limits, reader_messages
from factcheck.editorial.programs import idempotency
from factcheck.editorial.sign_in import journal, sessions
from factcheck.editorial.tasks import schedule
from factcheck.imports.importer import uploads
from factcheck.operations.backup.making import list_backups, made_at
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Delivery

MAX_COUNT = 10_000


def delete_old_jobs() -> None:
    """Delete jobs that ended long ago. The worker's own connections can't be used in a job's thread."""
    delete = async_to_sync(JobManager(DjangoConnector(alias="default")).delete_old_jobs)
    hours = 24 * settings.FINISHED_JOBS_DAYS
    delete(nb_hours=hours, include_failed=True, include_cancelled=True, include_aborted=True)


@dataclass(frozen=True)
class Kind:
    """Rows that the machine keeps. `since` is the column of their age.

    `kept` is the time after which `task` deletes them, the setting with the days, or what ends them, in words.
    """

    rows: QuerySet[Any]
    since: str
    kept: timedelta | str | Promise
    task: Any = None
    own_name: Promise | str | None = None

    @property
    def name(self) -> str:
        return capfirst(str(self.own_name or self.rows.model._meta.verbose_name_plural))

    @property
    def setting(self) -> str:
        return self.kept if isinstance(self.kept, str) else ""

    @property
    def period(self) -> timedelta | None:
        kept = timedelta(days=getattr(settings, self.kept)) if isinstance(self.kept, str) else self.kept
        return kept if isinstance(kept, timedelta) else None

    @property
    def end(self) -> str:
        if (period := self.period) is None:
            return str(self.kept)
        if days := period.days:
            return ngettext("after %d day", "after %d days", days) % days
        minutes = period // timedelta(minutes=1)
        return ngettext("after %d minute", "after %d minutes", minutes) % minutes

    def measure(self) -> tuple[int, datetime | None, datetime | None]:
        """Return the number of rows, up to MAX_COUNT, the time of the oldest one, and the time of its end."""
        times = list(self.rows.order_by(self.since).values_list(self.since, flat=True)[:MAX_COUNT])
        return len(times), *((times[0], times[0] + self.period if self.period else None) if times else (None, None))


MESSAGES = schedule("messages.forget", "*/5 * * * *", reader_messages.delete_expired_messages)
INCIDENTS = schedule("incidents.forget", "5 * * * *", incidents.delete_expired)
DRAFTS = schedule("drafts.forget", "15 3 * * *", discarding.delete_discarded, open_drafts.delete_old)
COPIES = schedule("captures.forget", "15 3 * * *", deletion.delete_unused_captures, rights.restore_public_files)
PICTURES = schedule("pictures.forget", "20 3 * * *", pictures.delete_unused_files)
SESSIONS = schedule("clearsessions", "10 * * * *", sessions.SessionStore.clear_expired)
COUNTERS = schedule("sign_in.report", "45 * * * *", journal.report_failures)
SHEETS = schedule("imports.forget", "25 3 * * *", uploads.forget_old)
REQUESTS = schedule("programs.forget", "50 * * * *", idempotency.delete_expired_keys)
DELIVERIES = schedule("webhooks.forget", "40 3 * * *", delivery.delete_old, queue=delivery.QUEUE)
JOBS = schedule("forget_old_jobs", "20 3 * * *", delete_old_jobs)

_messages, _days, _never = models.ReaderMessage.objects, "READER_MESSAGES_DAYS", _("never")
_thrown_away = {"state": discarding.DISCARDED, "discarded_at__isnull": False}
_reviews, _demands = models.Review.objects.filter(**_thrown_away), models.Demand.objects.filter(**_thrown_away)
_unused, _erased, _removed = _("when unused for a day"), _("texts: with an erasure"), _("when somebody removes it")
KINDS = (
    Kind(_messages.all(), "received_at", _days, MESSAGES),
    Kind(_messages.exclude(contact=""), "received_at", _days, MESSAGES, _("contacts of readers")),
    Kind(_messages.exclude(sender=""), "received_at", message_limits.HOUR, MESSAGES, _("hashes of readers’ networks")),
    Kind(models.Mismatch.objects.all(), "last_on", _("with its claim")),
    Kind(models.Review.objects.all(), "created_at", _("texts: with an erasure, or when the draft is thrown away")),
    Kind(models.Source.objects.all(), "review__created_at", _("with its review")),
    Kind(models.Reply.objects.all(), "review__created_at", _("with its review")),
    Kind(models.Claim.objects.all(), "logged_at", _("texts: with an erasure, or when somebody deletes it")),
    Kind(models.Card.objects.all(), "changed_at", _("with its claim")),
    Kind(models.Demand.objects.all(), "created_at", _("when the draft is thrown away")),
    Kind(models.Incident.objects.all(), "created_at", _("on its own date, by default after 90 days"), INCIDENTS),
    Kind(_reviews, "discarded_at", "DRAFTS_DAYS", DRAFTS, _("reviews that were thrown away")),
    Kind(_demands, "discarded_at", "DRAFTS_DAYS", DRAFTS, _("demands that were thrown away")),
    Kind(models.SavedState.objects.all(), "saved_at", _("DRAFTS_DAYS after everything in it was published"), DRAFTS),
    Kind(models.OpenDraft.objects.all(), "seen_at", open_drafts.SEEN_FOR, DRAFTS),
    Kind(models.NoticeChoice.objects.all(), "seen_at", _removed, None, _("choices of e-mails")),
    Kind(models.Comment.objects.all(), "at", _("with what they are about")),
    Kind(models.Capture.objects.all(), "requested_at", _unused, COPIES),
    Kind(models.Picture.objects.all(), "uploaded_at", _unused, PICTURES),
    Kind(models.Proposal.objects.all(), "submitted_at", _erased),
    Kind(models.Signature.objects.all(), "at", _erased, None, _("signatures with passkeys")),
    Kind(models.ImportBatch.objects.all(), "imported_at", _never),
    Kind(models.ImportBatch.objects.exclude(sheet=None), "imported_at", uploads.KEPT, SHEETS, _("uploaded sheets")),
    Kind(models.EditorialEvent.objects.all(), "at", _never),
    Kind(models.User.objects.all(), "date_joined", _removed),
    Kind(models.SecondFactor.objects.all(), "added_at", _removed),
    Kind(models.ApiToken.objects.all(), "made_at", _("never, but it expires within a year")),
    Kind(models.Session.objects.all(), "began_at", sessions.LONGEST, SESSIONS),
    Kind(models.SignInCounter.objects.all(), "last_at", journal.KEPT, COUNTERS, _("counts of failed logins")),
    Kind(models.AnsweredRequest.objects.all(), "at", idempotency.RETENTION, REQUESTS, _("requests of programs")),
    Kind(Delivery.objects.all(), "derived_at", "WEBHOOK_DELIVERIES_DAYS", DELIVERIES),
    Kind(ProcrastinateEvent.objects.all(), "at", "FINISHED_JOBS_DAYS", JOBS, models.Job._meta.verbose_name_plural),
)


def kept_page(request: HttpRequest) -> HttpResponse:
    """Show the page to account administrators, Editors and Chief editors."""
    desk = get_desk(request)
    if not (desk.administers_accounts or desk.deciding_newsrooms):
        raise PermissionDenied
    backups = list_backups(Path(settings.BACKUP_FOLDER)) if settings.BACKUP_FOLDER else []
    context = {
        "title": _("What this machine knows"), "kinds": KINDS, "most": MAX_COUNT, "nights": settings.BACKUP_KEEP,
        "backups": [made_at(file) for file in backups],
    }  # fmt: skip
    return TemplateResponse(request, "admin/editorial/kept.html", {**admin.site.each_context(request), **context})
