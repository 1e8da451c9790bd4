"""The worker's jobs as a read-only list for account administrators."""

from datetime import datetime

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from factcheck.editorial.desk.access import AdministratorsAdmin, ParentPermissionsMixin
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.desk.lists.filters import list_filter
from factcheck.editorial.models import Job

# Procrastinate registers a page of its own, which is full of technical terms.
admin.site.unregister(ProcrastinateJob)

STATES: dict[str, Promise] = {
    "todo": _("waiting"),
    "doing": _("running"),
    "failed": _("failed"),
    "succeeded": _("done"),
    "cancelled": _("cancelled"),
    "aborted": _("aborted"),
}
# The work of a job, by the name of its task or of the command that the task runs, without options. The list shows
# other names as they are.
TASKS: dict[str, Promise] = {
    "sign_log": _("sign the newest entries of the log"),
    "publish_due_demands": _("publish register entries that are due"),
    "ask_witnesses": _("request witness cosignatures for the log"),
    "verify_record": _("verify the record"),
    "embed_claims": _("prepare published claims for search by meaning"),
    "make_dumps": _("create the dumps"),
    "make_feed": _("create the ClaimReview feed"),
    "make_sitemaps": _("write the sitemaps for search engines"),
    "backup": _("back up the database"),
    "clearsessions": _("delete expired sessions"),
    "forget_old_jobs": _("delete finished jobs"),
    "sign_in.report": _("record failed logins"),
    "accounts.settle": _("end pauses of accounts, and carry out removals that have waited"),
    "accounts.send_notice": _("tell people about a change of an account"),
    "accounts.send_alert": _("tell a person about their own account"),
    "incidents.alarm": _("tell the Editors about a demand that is being made"),
    "incidents.forget": _("delete incidents whose day has come"),
    "notices.mail": _("send notices by e-mail"),
    "search.words": _("prepare drafts for the desk’s search"),
    "reviews.publish_held": _("publish a review that was held until now"),
    "drafts.forget": _("delete drafts that were thrown away"),
    "messages.forget": _("delete old messages from readers"),
    "imports.run_upload": _("check or import a sheet"),
    "imports.forget": _("delete uploaded sheets"),
    "programs.forget": _("delete old requests from programs"),
    "editorial.capture_page": _("copy a page that a source or appearance names"),
    "captures.forget": _("delete copies that nothing uses"),
    "pictures.forget": _("delete pictures that nothing uses"),
    "sources.check": _("check the sources of published reviews"),
    "webhooks.derive": _("find events for webhooks"),
    "webhooks.deliver": _("deliver to a webhook"),
    "webhooks.forget": _("delete old deliveries"),
}
EVENTS: dict[str, Promise] = {
    "deferred": _("queued"),
    "started": _("started"),
    "deferred_for_retry": _("postponed for another attempt"),
    "scheduled": _("scheduled for later"),
    "failed": _("failed"),
    "succeeded": _("done"),
    "cancelled": _("cancelled"),
    "abort_requested": _("abort requested"),
    "aborted": _("aborted"),
    "retried": _("retried by hand"),
}


StateFilter = list_filter("state", _("state"), STATES.items(), lambda _request, rows, state: rows.filter(status=state))


class EventInline(ParentPermissionsMixin, admin.TabularInline[ProcrastinateEvent, Job]):
    model = ProcrastinateEvent
    verbose_name_plural = _("what happened")
    fields = readonly_fields = ("when", "what")
    ordering = ("pk",)
    extra = 0

    when = column(_("when"), lambda event: _moment(event.at))
    what = column(_("what"), lambda event: str(EVENTS.get(event.type, event.type)))


@admin.register(Job)
class JobAdmin(AdministratorsAdmin[Job]):
    list_display = ("what", "state", "since", "not_before", "tries", "number")
    list_filter = (StateFilter,)
    fields = readonly_fields = ("what", "state", "arguments", "not_before", "tries")
    inlines = (EventInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        # Events of the type "scheduled" have a time in the future.
        events = ProcrastinateEvent.objects.filter(job=OuterRef("pk")).exclude(type="scheduled").order_by("-pk")
        return super().get_queryset(request).annotate(last_event_at=Subquery(events.values("at")[:1]))

    @admin.display(description=_("what"))
    def what(self, job: Job) -> str:
        name = job.args.get("command") or job.task_name
        return str(TASKS.get(name.split()[0], name))

    state = column(_("state"), lambda job: str(STATES.get(job.status, job.status)))

    @admin.display(description=_("subject"))
    def arguments(self, job: Job) -> str:
        return "; ".join(f"{key}: {value}" for key, value in job.args.items() if key != "timestamp")

    since = column(_("since"), lambda job: _moment(getattr(job, "last_event_at", None)))
    not_before = column(_("not before"), lambda job: _moment(job.scheduled_at))
    tries = column(_("attempts"), lambda job: job.attempts)
    number = column(_("No."), lambda job: job.id)


def _moment(at: datetime | None) -> str:
    """Return the time in the format of the desk's lists, because Django doesn't format what methods return."""
    return localize(localtime(at)) if at else "–"
