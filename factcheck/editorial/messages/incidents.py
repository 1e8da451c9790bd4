"""Incidents, which are demands as the newsroom received them: the alarm, the public entry and the deletion."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import AlreadyDone
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Demand, Incident, User
from factcheck.editorial.people import roles
from factcheck.record.formats.time_zones import zone

OPEN = Demand.Outcome.OPEN.value


@transaction.atomic
def alarm(*, incident: Incident, by: User) -> None:
    """Alarm the Editors. The database queues the e-mails (`sql/incidents.sql`)."""
    incident = _lock(incident, by)
    if incident.alarmed_at is None:
        incident.alarmed_at = timezone.now()
        incident.save(update_fields=["alarmed_at"])
        record_event(by, "incident.entered", incident)


@transaction.atomic
def begin_entry(*, incident: Incident, by: User, values: dict[str, Any]) -> None:
    """Begin the public entry with these values, and with the dates, review and deadline of the incident."""
    incident = _lock(incident, by)
    if incident.demand is not None:
        raise AlreadyDone(_("The public entry has already been started."))
    received = timezone.localtime(incident.received_at, zone(incident.newsroom.time_zone))
    hours = (incident.deadline - incident.received_at) / timedelta(hours=1) if incident.deadline else None
    incident.demand = Demand.objects.create(
        newsroom=incident.newsroom, created_by=by, review=incident.review, channel=incident.channel,
        language=incident.newsroom.language or "und", received_on=received.date(),
        received_at=received.isoformat(timespec="seconds"),
        hours_given=hours and max(0, round(hours)), **values,
    )  # fmt: skip
    incident.save(update_fields=["demand"])
    record_event(by, "incident.entry_begun", incident)


def delete_expired() -> None:
    """Delete incidents whose date has come."""
    Incident.objects.filter(delete_on__lte=timezone.now().date()).delete()


def erase_incidents(about: Q) -> None:
    """Delete the incidents about a review or claim that is erased, whatever their date is."""
    Incident.objects.filter(about).update(delete_on=timezone.now().date())
    Incident.objects.filter(about).delete()


def _lock(incident: Incident, by: User) -> Incident:
    """Return the incident, locked, if the person may read it. Raise NotAllowed for others."""
    if not Incident.objects.seen_by(by).filter(pk=incident.pk).exists():
        roles.require_decider(by, incident.newsroom_id)
    return Incident.objects.select_for_update().get(pk=incident.pk)
