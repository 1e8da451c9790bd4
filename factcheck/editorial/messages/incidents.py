"""Incidents, which are demands as the newsroom received them: the alarm, the outcome and the deletion."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from factcheck.editorial.errors import AlreadyDecided, Incomplete
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Demand, Incident, User
from factcheck.editorial.people import roles
from factcheck.editorial.people.account_mail import INCIDENT, QUEUE, can_send

OPEN = Demand.Outcome.OPEN.value


@transaction.atomic
def alarm(*, incident: Incident, by: User) -> None:
    """Send the Editors a link to the incident at once. The database has already queued a later alarm."""
    incident = _lock(incident, by)
    if incident.alarmed_at is None:
        incident.alarmed_at = timezone.now()
        incident.save(update_fields=["alarmed_at"])
        record_event(by, "incident.entered", incident)
        if can_send():
            app.configure_task(INCIDENT, queue=QUEUE).defer(incident=str(incident.pk))


@transaction.atomic
def answer(*, incident: Incident, by: User, outcome: str, answered_at: datetime | None, text: str) -> None:
    """Record the outcome, and the answer that was sent. The incident then leaves the strip above every page."""
    incident = _lock(incident, by)
    if incident.outcome != OPEN:
        raise AlreadyDecided(_("This has already been decided. Reload the page to see the decision."))
    if outcome not in Demand.Outcome.values() or outcome == OPEN:
        raise Incomplete(_("Choose the outcome."))
    incident.outcome, incident.answered_at, incident.answer = outcome, answered_at or timezone.now(), text
    incident.save(update_fields=["outcome", "answered_at", "answer", "changed_at"])
    record_event(by, "incident.answered", incident, outcome=outcome)


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
