"""E-mails about accounts: links to new passwords, notices of proposals, and alerts.

The worker sends notices and alerts. A job is saved in the transaction of the change, so an e-mail is sent only after
the change is final. The desk sends links itself after the commit, because only the desk has the key that makes them.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from factcheck.editorial.models import Membership, Proposal, Publisher, SecondFactor, User
from factcheck.editorial.models.kinds import TAKING
from factcheck.editorial.models.proposals import DecidesOnAccount
from factcheck.editorial.people.time_zones import DEFAULT, zone
from factcheck.editorial.sign_in.attempts import lock_counters
from factcheck.tools.secret_key import keyed_hash

logger = logging.getLogger(__name__)

QUEUE = "default"
NOTICE, ALERT = "accounts.send_notice", "accounts.send_alert"
# The subjects of alerts, by the name of the event on the person's own account.
ALERTS = {
    "password.changed": _("Your password was changed"),
    "second_factor.added": _("A second factor was added to your account"),
    "second_factor.removed": _("A second factor was removed from your account"),
    "second_factor.reset": _("The second factors of your account were removed"),
    "sign_in.succeeded": _("A new device logged in to your account"),
    "sign_in.code_repeated": _("A one-time code of your account was entered again"),
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
    """Queue a notice of the proposal's current state to the account's person and to everybody who can decide."""
    if can_send() and _addresses(proposal):
        app.configure_task(NOTICE, queue=QUEUE).defer(proposal=proposal.pk, decision=proposal.decision)


@transaction.atomic
def queue_alert(account: User, action: str, detail: Mapping[str, str | int | None]) -> None:
    """Queue an alert to the person about an act on their own account.

    Sign-ins from known devices don't need an alert.
    """
    if action not in ALERTS or detail.get("new_device") is False or not account.email or not can_send():
        return
    (counter,) = lock_counters([f"mail:{action}:{account.pk}"])
    now = timezone.now()
    # Without this limit, an attacker could fill the person's mailbox.
    if counter.reported_at is None or counter.reported_at <= now - ALERT_EVERY:
        counter.last_at = counter.reported_at = now
        counter.save()
        told: Any = {key: detail.get(key, "") for key in ("kind", "network", "device")}
        app.configure_task(ALERT, queue=QUEUE).defer(account=account.pk, action=action, at=now.isoformat(), told=told)


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
        _send([address], "notice", context, row.newsroom)


def send_alert(account: int, action: str, at: str, told: dict[str, str]) -> None:
    person = User.objects.get(pk=account)
    context: dict[str, object] = {
        **told, "subject": ALERTS[action], "account": person,
        "action": action, "at": datetime.fromisoformat(at), "url": settings.SITE_URL,
        "factor": dict(SecondFactor.Kind.choices).get(told["kind"], ""),
    }  # fmt: skip
    _send([person.email], "alert", context, _newsroom_of(person))


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
    assert proposal.account is not None
    about = (Value(proposal.account_id), Value(proposal.newsroom_id), Value(proposal.action))
    deciders = User.objects.filter(DecidesOnAccount(F("pk"), *about))
    earlier = proposal.content.get("email", "")
    return {proposal.account.email, earlier, *deciders.values_list("email", flat=True)} - {""}


def _newsroom_of(person: User) -> Publisher | None:
    membership = Membership.objects.filter(user=person).select_related("publisher").first()
    return membership.publisher if membership else None


def _send(to: list[str], name: str, context: dict[str, object], newsroom: Publisher | None) -> None:
    """Send a plain-text e-mail in each of the site's languages, the newsroom's language first.

    Times are in the newsroom's time zone.
    """
    first = newsroom.language.partition("-")[0] if newsroom and newsroom.language else settings.LANGUAGE_CODE
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
