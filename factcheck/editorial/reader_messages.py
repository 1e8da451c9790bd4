"""Messages from readers: receiving them, deciding on them, and deleting them after the retention period."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from factcheck.editorial import roles
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Appearance, Claim, ReaderMessage, Review, User
from factcheck.editorial.validation import Invalid, Values, fill, find_problems
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.models import PublishedReview
from factcheck.server.networks import network_of

Kind, State = ReaderMessage.Kind, ReaderMessage.State

MIN_CHARACTERS = 10  # A shorter text contains nothing that can be checked.
MAX_LINKS = 5  # links in the text. A text with more links is probably spam.
MAX_WAITING = 20_000  # across all senders. This limits a flood from many networks.
HOUR = timedelta(hours=1)
_LINK = re.compile(r"https?://|(?<!//)www\.", re.IGNORECASE)
_INTERNAL_FIELDS = ("review", "newsroom", "same_as", "claim", "decided_by", "decided_at", "receipt", "fingerprint")


class TooManyMessages(Exception):
    """The message limit has been reached. The sender can try again after `wait` seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@transaction.atomic
def receive_message(*, kind: ReaderMessage.Kind, values: Values, address: str) -> tuple[str, datetime]:
    """Adds a message to the queue. Returns its receipt, which isn't stored, and the time of its deletion.

    `values` contains `text`, `language`, `url` and `contact`, and for a correction also `review`: {`id`}. `address` is
    the sender's IP address, and a hash of the address is kept for a day. Raises Invalid and TooManyMessages.
    """
    row = ReaderMessage(kind=kind)
    fill(row, values)
    problems = find_problems(row, "", exclude=_INTERNAL_FIELDS)
    if len(row.text) < MIN_CHARACTERS:
        problems.append(
            (
                "/text",
                _("The text is too short. Describe the claim or the mistake in at least %s characters.")
                % MIN_CHARACTERS,
            )
        )
    if len(_LINK.findall(row.text)) > MAX_LINKS:
        problems.append(("/text", _("The text contains too many links. Keep at most %s links.") % MAX_LINKS))
    if kind == Kind.CORRECTION:
        # Locked, so that either a parallel erasure finds the message, or this query finds the erasure.
        review = Review.objects.select_for_update().filter(pk=values["review"]["id"]).first()
        if review is None or not PublishedReview.objects.live().filter(pk=review.pk).exists():
            problems.append(("/review/id", _("This review doesn’t exist on this site.")))
        else:
            row.review, row.newsroom_id = review, review.newsroom_id
    if problems:
        raise Invalid(problems)
    row.sender = _sender(address)
    _require_within_limits(row.sender)
    identity = [kind, str(row.review_id), row.language, " ".join(row.text.casefold().split()), row.url]
    row.fingerprint = _hash("fingerprint", "\n".join(identity))
    if known := ReaderMessage.objects.filter(fingerprint=row.fingerprint, same_as=None).first():
        row.same_as, row.text, row.url = known, "", ""
    receipt = secrets.token_urlsafe(16)
    row.receipt = hashlib.sha256(receipt.encode()).hexdigest()
    row.save()
    return receipt, _kept_until(known or row)


def find_status(receipt: str) -> dict[str, Any] | None:
    """The status of the message with this receipt. The message's content isn't included."""
    digest = hashlib.sha256(receipt.encode()).hexdigest()
    row = ReaderMessage.objects.select_related("same_as").filter(receipt=digest).first()
    if row is None:
        return None
    about = row.same_as or row
    return {
        "kind": about.kind,
        "status": about.state,
        "received_at": rfc3339(row.received_at),
        "decided_at": rfc3339(about.decided_at) if about.decided_at else None,
        "answer": about.answer or None,
        "kept_until": rfc3339(_kept_until(about)),
    }


@transaction.atomic
def take_up(*, message: ReaderMessage, by: User, newsroom: int) -> UUID | None:
    """Logs a claim from a tip and returns the claim's id, or marks a correction request as being looked into."""
    message = _lock_open(message, by, newsroom, State.WAITING)
    if message.kind == Kind.TIP:
        message.claim = Claim.objects.create(
            newsroom_id=newsroom, text=message.text, language=message.language, logged_by=by
        )
        if message.url:
            Appearance.objects.create(claim=message.claim, url=message.url)
    _decide(message, by, State.TAKEN_UP)
    return message.claim_id


@transaction.atomic
def answer(*, message: ReaderMessage, by: User, newsroom: int, text: str) -> None:
    """Answers the message. Anyone with the receipt can read the answer."""
    message = _lock_open(message, by, newsroom, State.WAITING, State.TAKEN_UP)
    if not text.strip():
        raise EditorialError(_("Write an answer. Anyone with the receipt can read it."))
    message.answer = text
    try:
        message.clean_fields(exclude=_INTERNAL_FIELDS)
    except ValidationError as problem:
        raise EditorialError(*problem.messages) from problem
    _decide(message, by, State.ANSWERED)


@transaction.atomic
def dismiss(*, message: ReaderMessage, by: User, newsroom: int) -> None:
    message = _lock_open(message, by, newsroom, State.WAITING, State.TAKEN_UP)
    _decide(message, by, State.DISMISSED)


def delete_expired_messages() -> int:
    """Deletes expired messages, and senders' hashes after a day. Returns the number of deleted messages."""
    now = timezone.now()
    ReaderMessage.objects.exclude(sender="").filter(received_at__lte=now - timedelta(days=1)).update(sender="")
    old = ReaderMessage.objects.filter(received_at__lte=now - timedelta(days=settings.READER_MESSAGES_DAYS))
    count = old.count()
    old.delete()
    return count


def _lock_open(message: ReaderMessage, by: User, newsroom: int, *states: ReaderMessage.State) -> ReaderMessage:
    message = ReaderMessage.objects.select_for_update().get(pk=message.pk)
    roles.require_member(by, message.newsroom_id or newsroom)
    if message.state not in states:
        raise EditorialError(_("This has already been decided. Reload the page to see the decision."))
    message.newsroom_id = message.newsroom_id or newsroom
    return message


def _decide(message: ReaderMessage, by: User, state: ReaderMessage.State) -> None:
    message.state, message.decided_by, message.decided_at = state, by, timezone.now()
    message.save()
    record_event(by, f"message.{state}", message)


def _kept_until(message: ReaderMessage) -> datetime:
    return message.received_at + timedelta(days=settings.READER_MESSAGES_DAYS)


def _sender(address: str) -> str:
    """The hash of the sender's network. The hash changes every day."""
    return _hash("sender", f"{timezone.now():%Y-%m-%d} {network_of(address)}")


def _require_within_limits(sender: str) -> None:
    """Raises TooManyMessages. An advisory lock per sender keeps the count correct across processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(bytes.fromhex(sender)[:8], signed=True)])
    now = timezone.now()
    times = ReaderMessage.objects.filter(sender=sender, received_at__gt=now - HOUR).order_by("-received_at")
    counted = list(times.values_list("received_at", flat=True)[: settings.READER_MESSAGES_PER_HOUR])
    if len(counted) >= settings.READER_MESSAGES_PER_HOUR:
        raise TooManyMessages(max(1, int((counted[-1] + HOUR - now).total_seconds()) + 1))
    queue = ReaderMessage.objects.filter(state=State.WAITING, same_as=None).order_by()
    if queue[:MAX_WAITING].count() >= MAX_WAITING:
        raise TooManyMessages(int(HOUR.total_seconds()))


def _hash(purpose: str, text: str) -> str:
    # Stored digests depend on this salt, so the salt keeps its name.
    return salted_hmac(f"factcheck.editorial.messages.{purpose}", text, algorithm="sha256").hexdigest()
