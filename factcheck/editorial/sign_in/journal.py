"""Events and log lines about sign-ins. They never contain typed text, and only the provider's network.

Failures are added up, so that an attack fills neither the audit log nor the disk. Each account gets at most one event a
minute, and all unknown names together get one more.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from factcheck.editorial.events import record_account_event
from factcheck.editorial.models import SignInCounter, User
from factcheck.editorial.sign_in.attempts import lock_counters
from factcheck.editorial.sign_in.devices import device_name, known_device
from factcheck.web.networks import address_of, provider_network

logger = logging.getLogger(__name__)

REPORT_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=1)
_FAILED = "failed"


def network_name(request: HttpRequest) -> str:
    """Return the network of the request's provider, or "" if the request has no address."""
    return provider_network(address_of(request)) if "REMOTE_ADDR" in request.META else ""


def record_sign_in(request: HttpRequest, account: User, kind: str = "") -> None:
    """Record a successful sign-in. `kind` is the kind of the second factor, or "" if the account has none."""
    network, device = network_name(request), device_name(request)
    detail = {"kind": kind, "network": network, "device": device, "new_device": not known_device(request, account)}
    record_account_event(account, "sign_in.succeeded", account, **detail)
    logger.info("sign-in of account %s by %s from %s", account.pk, kind or "password", network)


def record_confirmation(request: HttpRequest, account: User) -> None:
    logger.info("confirmation by account %s from %s", account.pk, network_name(request))


def record_sign_out(request: HttpRequest, account: User) -> None:
    record_account_event(account, "sign_in.ended", account, network=network_name(request))
    logger.info("sign-out of account %s from %s", account.pk, network_name(request))


def record_failure(request: HttpRequest, account: User | None, method: str) -> None:
    network, who = network_name(request), account.pk if account else "unknown"
    logger.warning("failed sign-in of account %s by %s from %s", who, method, network)
    with transaction.atomic():
        (row,) = lock_counters([f"{_FAILED}:{who}"])
        now = row.last_at = timezone.now()
        row.unreported += 1
        if row.reported_at is None or row.reported_at <= now - REPORT_EVERY:
            _report(row, account, network=network)
        row.save()


def record_repeated_code(request: HttpRequest, account: User) -> None:
    """Record that a one-time code was entered again.

    The limit on attempts also limits the number of these events, so they aren't added up.
    """
    network, device = network_name(request), device_name(request)
    record_account_event(None, "sign_in.code_repeated", account, network=network, device=device)


def report_failures() -> None:
    """Add events for failures that no event contains yet, and delete old counters."""
    now = timezone.now()
    due = SignInCounter.objects.filter(unreported__gt=0, last_at__lte=now - REPORT_EVERY)
    with transaction.atomic():
        for row in due.select_for_update().order_by("key"):
            _report(row, _account_of(row))
            row.save()
    SignInCounter.objects.filter(unreported=0, last_at__lt=now - KEPT).delete()


def _report(row: SignInCounter, account: User | None, **detail: str) -> None:
    action = "sign_in.failed" if account else "sign_in.unknown_name"
    record_account_event(None, action, account, failures=row.unreported, **detail)
    row.unreported, row.reported_at = 0, timezone.now()


def _account_of(row: SignInCounter) -> User | None:
    who = row.key.removeprefix(f"{_FAILED}:")
    return User.objects.filter(pk=int(who)).first() if who.isdecimal() else None
