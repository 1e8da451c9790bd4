"""The command `manage.py incident`: a report after an attack. `docs/how-to/a-bad-day.md` leads through it."""

from argparse import ArgumentParser
from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone

from factcheck.editorial.models import ApiToken, EditorialEvent, Proposal, Session, User
from factcheck.editorial.models.proposals import OF_AN_IMPORT
from factcheck.editorial.proposals.disowning_policy import numbers_as_text

SECRETS = [
    "the passwords of the three database roles, and SECRET_KEY of the desk and of the worker",
    "the signing key of the log (rotate_log_key), and the key for messages",
    "EMAIL_URL, and the keys of the storage and of the backups",
]


class Command(BaseCommand):
    help = (
        "Prints who did what since a time, what to rotate, and which entries of the log a newsroom may have to disown."
        " Changes nothing. The times are in UTC."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", required=True, type=time, metavar="TIME", help="in UTC: 2026-10-05T09:30")

    def handle(self, *args: Any, since: datetime, **options: Any) -> None:
        for title, lines in _report(since).items():
            self.stdout.write("\n  ".join([title, *(lines or ["none"])]))


def time(text: str) -> datetime:
    """Return a time in ISO 8601, in UTC if it has no zone. argparse names this function if the text isn't a time."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else timezone.make_aware(value)


def _report(since: datetime) -> dict[str, list[str]]:
    """Return the lines of the report's sections by title."""
    events = EditorialEvent.objects.filter(at__gte=since)
    acts = events.values_list("actor__username", "action").annotate(Count("pk"), first=Min("at"), last=Max("at"))
    logins = events.filter(action="sign_in.succeeded").select_related("actor").order_by("pk")
    sessions = Session.objects.filter(user__isnull=False, expire_date__gt=timezone.now()).select_related("user")
    proposals = Proposal.objects.with_subjects().filter(Q(submitted_at__gte=since) | Q(decided_at__gte=since))
    people = User.objects.filter(pk__in=events.values("actor")).order_by("username")
    tokens = ApiToken.objects.usable().select_related("user")
    report = {
        "Who did what (None: the operator, the worker or a failed login)": [
            f"{who}: {action} × {count}, {_text(first)} to {_text(last)}"
            for who, action, count, first, last in acts.order_by("actor__username", "first")
        ],
        "Logins": [f"{_text(each.at)} {_name(each.actor)}: {_login(each.detail)}" for each in logins],
        "Sessions that are still open": [
            f"{_text(each.began_at)} {_name(each.user)}: {each.device}, {each.network}" for each in sessions
        ],
        "Proposals and decisions": [_decision(each) for each in proposals.exclude(OF_AN_IMPORT).order_by("pk")],
        "Rotate": [
            *SECRETS,
            *(f"the password and the second factors of {_name(each)}" for each in people),
            *(f"the token “{each}” of {_name(each.user)}, made at {_text(each.made_at)}" for each in tokens),
        ],
    }
    published = Proposal.objects.filter(entry__at__gte=since).values_list("newsroom", "newsroom__site", "entry")
    for (key, site), rows in groupby(published.order_by("newsroom", "entry"), lambda row: row[:2]):
        form = settings.SITE_URL + reverse("admin:editorial_publisher_action", args=[key, "disown"])
        report[f"Entries of {site}, which two people can disown at {form}"] = [numbers_as_text(row[2] for row in rows)]
    return report


def _decision(proposal: Proposal) -> str:
    text = f"{_text(proposal.submitted_at)} {proposal.short_name} “{proposal}”, by {_name(proposal.submitted_by)}"
    if proposal.decided_at is None:
        return f"{text}: waits"
    seconds = int((proposal.decided_at - proposal.submitted_at).total_seconds())
    return f"{text}: {proposal.decision} by {_name(proposal.decided_by)} after {seconds} s"


def _login(detail: dict[str, Any]) -> str:
    known = [detail.get("kind") or "password", detail.get("device"), detail.get("network")]
    return ", ".join(filter(None, [*known, detail.get("new_device") and "a new device"]))


def _name(person: User | None) -> str | None:
    """Return the username, because an administrator can change bylines alone."""
    return person.username if person else None


def _text(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}"
