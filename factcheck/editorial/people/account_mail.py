"""E-mails about accounts: links to new passwords, notices of proposals, and alerts.

The worker sends notices and alerts. A job is saved in the transaction of the change, so an e-mail is sent only after
the change is final. The desk sends links itself after the commit, because only the desk has the key that makes them.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.functional import Promise
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from factcheck.editorial.models import (
    ApiToken,
    EditorialEvent,
    Incident,
    Membership,
    Proposal,
    Publisher,
    SecondFactor,
    User,
)
from factcheck.editorial.models.kinds import TAKING
from factcheck.editorial.models.proposals import DecidesOnAccount
from factcheck.editorial.sign_in.attempts import lock_counters
from factcheck.record.formats.time_zones import DEFAULT, zone
from factcheck.tools.secret_key import keyed_hash

logger = logging.getLogger(__name__)

QUEUE = "default"
NOTICE, ALERT = "accounts.send_notice", "accounts.send_alert"  # sql/events.sql queues alerts
INCIDENT = "incidents.alarm"  # sql/incidents.sql queues a late alarm
# The person, somebody else, or the operator at the shell, who isn't known to the database.
SELF, OTHER, OPERATOR = "self", "other", "operator"
ANYBODY, NOT_SELF = (SELF, OTHER, OPERATOR), (OTHER, OPERATOR)
# The subject of each alert, and whose acts need it. If two people change an account, a notice tells the person.
# The keys are actions of events. For a changed account, they are "account." and the changed column.
ALERTS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "account.password": (_("Your password was changed"), (SELF, OPERATOR)),
    "account.email": (_("The e-mail address of your account was changed"), ANYBODY),
    "account.byline": (_("The byline of your account was changed"), NOT_SELF),
    "account.is_active": (_("Your account was closed or opened again"), (OPERATOR,)),
    "account.is_superuser": (_("Your account can administer accounts, or no longer can"), (OPERATOR,)),
    "account_group.added": (_("Your account can administer accounts"), (OPERATOR,)),
    "account_group.removed": (_("Your account can no longer administer accounts"), (OPERATOR,)),
    "membership.added": (_("Your account received a role"), (OPERATOR,)),
    "membership.changed": (_("Your account received another role"), (OPERATOR,)),
    "membership.removed": (_("A role of your account was removed"), (OPERATOR,)),
    "second_factor.added": (_("A second factor was added to your account"), ANYBODY),
    "second_factor.removed": (_("A second factor was removed from your account"), ANYBODY),
    "recovery_code.added": (_("New recovery codes were created for your account"), ANYBODY),
    "recovery_code.removed": (_("A recovery code of your account was used or replaced"), ANYBODY),
    "second_factor.reset": (_("The second factors of your account were removed"), ANYBODY),
    "session.ended": (_("Somebody ended the sessions of your account"), NOT_SELF),
    "sign_in.succeeded": (_("A new device logged in to your account"), ANYBODY),
    "sign_in.code_repeated": (_("A one-time code of your account was entered again"), ANYBODY),
    "token.made": (_("An API token was created for your account"), ANYBODY),
    "token.revoked": (_("An API token of your account was revoked"), NOT_SELF),
}
# The subjects of notices, by the decision on the proposal.
NOTICES = {
    "": _("A change of an account was proposed"),
    "approved": _("An account was changed"),
    "returned": _("A change of an account was returned"),
}
ALERT_EVERY = timedelta(minutes=10)  # between two alerts about the same event of one account


def send_link_after_commit(account: User) -> None:
    """Send the link from this process. If the mail server fails, the operator makes a link with `sign_in_link`."""
    if account.email and can_send():
        transaction.on_commit(lambda: send_link(account.pk))


def queue_notice(proposal: Proposal) -> None:
    """Queue a notice of the proposal's current state to everybody who can decide, and to the account's person."""
    if can_send() and _addresses(proposal):
        app.configure_task(NOTICE, queue=QUEUE).defer(proposal=proposal.pk, decision=proposal.decision)


def can_send() -> bool:
    return settings.EMAIL_BACKEND != "django.core.mail.backends.dummy.EmailBackend"


def sends_files() -> bool:
    """Return whether e-mails are written to files on this machine, because the site has no mail server."""
    return settings.EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend"


def send_link(account: int) -> None:
    """Send the link, unless the person has chosen a password in the meantime."""
    person = User.objects.filter(pk=account, is_active=True).first()
    if person is not None and not person.has_usable_password():
        try:
            _send([person.email], "link", {"account": person, "url": password_url(person)}, _newsroom_of(person))
        except OSError as problem:  # also the parent of SMTPException
            command = f"manage.py sign_in_link {person.username}"
            logger.error("A link wasn't sent (%s). Make it with: %s", problem, command)  # noqa: TRY400 - no traceback


def send_notice(proposal: int, decision: str) -> None:
    """Send the notice, unless a decision has changed the proposal in the meantime. That decision has its own notice."""
    row = Proposal.objects.select_related("account", "newsroom", "submitted_by", "decided_by").get(pk=proposal)
    if row.decision != decision:
        return
    context = {"subject": NOTICES[decision], "proposal": row, "decision": decision, "url": settings.SITE_URL}
    for address in sorted(_addresses(row)):
        _send([address], "notice" if row.account else "keys", context, row.newsroom)


@transaction.atomic
def send_alert(event: int) -> None:
    """Tell a person about an event of their own account. The database queues this for each event (`sql/events.sql`).

    A changed address is told at the old address too.
    """
    row = EditorialEvent.objects.select_related("actor").get(pk=event)
    key = row.subject.removeprefix("user:")
    person = User.objects.get(pk=key) if key.isdecimal() else ApiToken.objects.get(pk=key).user
    by = OPERATOR if row.actor is None else SELF if row.actor == person else OTHER
    if not can_send():
        return
    actions = [row.action]
    if row.action == "account.changed":
        actions = [f"account.{column}" for column in row.detail]
    elif row.detail.get("kind") == SecondFactor.Kind.RECOVERY_CODE:
        actions = [row.action.replace("second_factor", "recovery_code")]
    for action in actions:
        subject, told = ALERTS.get(action, ("", ()))
        if by not in told or row.detail.get("password") == "rehashed" or not _is_due(action, person):
            continue
        context = {
            "subject": subject, "account": person, "action": action, "at": row.at, "url": settings.SITE_URL,
            "by": row.actor if by == OTHER else None, "network": row.detail.get("network"),
            "device": row.detail.get("device"), "factor": dict(SecondFactor.Kind.choices).get(row.detail.get("kind")),
        }  # fmt: skip
        for address in {person.email, *row.detail.get("email", ())} - {""}:
            _send([address], "alert", context, _newsroom_of(person))


def send_alarm(incident: str, *, late: bool) -> None:
    """Send the Editors a link to an incident, without its texts. If this is late, only alarm them if nobody has."""
    found = Incident.objects.filter(pk=incident).select_related("newsroom", "created_by")
    if late:
        found.filter(alarmed_at=None).update(alarmed_at=timezone.now())  # the database then queues the e-mails
    elif can_send() and (row := found.first()):
        url = settings.SITE_URL + reverse("admin:editorial_incident_change", args=[row.pk])
        for address in sorted(editors_addresses(row.newsroom)):
            _send([address], "incident", {"incident": row, "url": url}, row.newsroom)


def editors_addresses(newsroom: Publisher | None) -> set[str]:
    """Return the e-mail addresses of the newsroom's Editors and Chief editors."""
    editors = Membership.objects.filter(publisher=newsroom, role__in=Membership.DECIDING, user__is_active=True)
    return {*editors.values_list("user__email", flat=True)} - {""}


def _is_due(action: str, person: User) -> bool:
    """Return whether no alert about this was sent just now. Otherwise, an attacker could fill the person's mailbox."""
    (counter,) = lock_counters([f"mail:{action}:{person.pk}"])
    now = timezone.now()
    if counter.reported_at is not None and counter.reported_at > now - ALERT_EVERY:
        return False
    counter.last_at = counter.reported_at = now
    counter.save()
    return True


def password_url(account: User) -> str:
    """Return the URL of the page where the person chooses a password.

    The URL works once, for `PASSWORD_RESET_TIMEOUT` seconds.
    """
    key = urlsafe_base64_encode(force_bytes(account.pk))
    token = default_token_generator.make_token(account)
    return settings.SITE_URL + reverse("admin:choose_password", args=[key, token])


def recovery_code(account: User, proposal: Proposal | None = None) -> str:
    """Return the code that the person needs with the link, until the next login.

    The e-mail doesn't contain the code. The second person sees it when approving `proposal`, and tells the person. So a
    stolen mailbox isn't enough.
    """
    given = Proposal.objects.about(account).filter(decision="approved").exclude(action__in=TAKING)
    approval = proposal or given.order_by("-pk").first()
    about = f"{account.pk}:{approval and approval.pk}:{account.last_login}"
    digits = str(int(keyed_hash("sign_in.recovery", about)[:12], 16))[-8:].zfill(8)
    return f"{digits[:4]} {digits[4:]}"


def _addresses(proposal: Proposal) -> set[str]:
    """Return the e-mail addresses of the person, including the previous one, and of the people who can decide."""
    if proposal.account is None:  # a change of the keys that sign
        return editors_addresses(proposal.newsroom)
    about = (Value(proposal.account_id), Value(proposal.newsroom_id), Value(proposal.action))
    deciders = User.objects.filter(DecidesOnAccount(F("pk"), *about))
    earlier = proposal.content.get("email", "")
    return {proposal.account.email, earlier, *deciders.values_list("email", flat=True)} - {""}


def _newsroom_of(person: User) -> Publisher | None:
    membership = Membership.objects.filter(user=person).select_related("publisher").first()
    return membership.publisher if membership else None


def send_notices(person: User, language: str, counts: list[tuple[str, int]]) -> None:
    """Send the numbers of a person's notices, with a link and without texts, the person's language first."""
    url = settings.SITE_URL + reverse("admin:editorial_notices")
    context = {"person": person, "counts": counts, "url": url, "language": language}
    _send([person.email], "notices", context, _newsroom_of(person))


def _send(to: list[str], name: str, context: dict[str, object], newsroom: Publisher | None) -> None:
    """Send a plain-text e-mail in each of the site's languages, the person's or the newsroom's language first.

    Times are in the newsroom's time zone.
    """
    first = context.get("language") or (newsroom and newsroom.language.partition("-")[0]) or settings.LANGUAGE_CODE
    time_zone = zone(newsroom.time_zone if newsroom else DEFAULT)
    subjects, texts = [], []
    for language in sorted(dict(settings.LANGUAGES), key=lambda code: code != first):
        with translation.override(language), timezone.override(time_zone):
            subject, _blank, text = render_to_string(f"editorial/mail/{name}.txt", context).strip().partition("\n")
        subjects.append(subject)
        texts.append(text.strip())
    if sends_files():
        settings.EMAIL_FILE_PATH.mkdir(mode=0o700, parents=True, exist_ok=True)
    EmailMessage(" / ".join(subjects), "\n\n-- \n\n".join(texts), settings.EMAIL_FROM, to).send()
