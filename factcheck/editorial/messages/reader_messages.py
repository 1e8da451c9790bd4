"""Messages from readers: receiving them, deciding on them, and deleting them after the retention period."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.database.problems import caused_by_full_disk
from factcheck.editorial.captures.requests import request_missing
from factcheck.editorial.drafts.validation import Invalid, Problem, Values, fill
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.errors import AlreadyDecided, Incomplete, WrongValue
from factcheck.editorial.events import record_event, record_events
from factcheck.editorial.messages import message_limits
from factcheck.editorial.messages.message_limits import NotStored, kept_until
from factcheck.editorial.models import Appearance, Claim, Publisher, ReaderMessage, Review, User
from factcheck.editorial.people import roles
from factcheck.editorial.sign_in.proofs import current_proof
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.tools.secret_key import keyed_hash

Keys = Sequence[UUID]
Kind, State = ReaderMessage.Kind, ReaderMessage.State

MIN_CHARACTERS = 10  # a shorter text contains nothing that can be checked
MAX_LINKS = 5  # in the text, because a text with more links is probably spam
_LINK = re.compile(r"https?://|(?<!//)www\.", re.IGNORECASE)
OUTAGE = timedelta(hours=1)  # the wait before a program tries again, if the operator has to act first
MAX_APPEARANCES = 20  # that a claim gets from the messages of a group
_DECISION = ("newsroom", "claim", "corrects_revision", "decided_by", "decided_at")
_INTERNAL_FIELDS = ("review", "same_as", "receipt", "fingerprint", *_DECISION)


@transaction.atomic
def receive_message(*, kind: ReaderMessage.Kind, values: Values, address: str) -> tuple[str, datetime]:
    """Add a message to the queue. Return its receipt and the time of its deletion.

    The receipt isn't stored. `values` contains `text`, `language`, `url` and `contact`. A correction also has `review`:
    {`id`}, and a tip to a single newsroom has `newsroom`: {`site`}. `address` is the sender's IP address. Hashes of its
    networks are kept for one hour. Raises Invalid and NotStored.
    """
    problems: list[Problem] = []
    row = fill(ReaderMessage(kind=kind, received_at=timezone.now()), values, "", problems, exclude=_INTERNAL_FIELDS)
    if len(row.text) < MIN_CHARACTERS:
        too_short = _("The text is too short. Describe the claim or the mistake in at least %s characters.")
        problems.append(("/text", too_short % MIN_CHARACTERS))
    if len(_LINK.findall(row.text)) > MAX_LINKS:
        problems.append(("/text", _("The text contains too many links. Keep at most %s links.") % MAX_LINKS))
    if kind == Kind.CORRECTION:
        # The lock makes a parallel erasure visible: either the erasure finds the message, or this query finds the
        # erasure.
        review = Review.objects.select_for_update().filter(pk=values["review"]["id"]).first()
        if review is None or not PublishedReview.objects.live().filter(pk=review.pk).exists():
            problems.append(("/review/id", _("This review doesn’t exist on this site.")))
        else:
            row.review, row.newsroom_id = review, review.newsroom_id
    elif site := (values.get("newsroom") or {}).get("site"):
        row.newsroom = Publisher.objects.newsrooms().filter(site=site).first()
        if row.newsroom is None:
            problems.append(("/newsroom/site", _("This site doesn’t have a newsroom with this host.")))
    if problems:
        raise Invalid(problems)
    row.sender, row.wide_sender = message_limits.networks(address)
    message_limits.require_within_limits(row)
    identity = kind, row.review_id, row.newsroom_id, row.language, " ".join(row.text.casefold().split()), row.url
    row.fingerprint = keyed_hash("editorial.messages.fingerprint", "\n".join(map(str, identity)))
    if known := ReaderMessage.objects.filter(fingerprint=row.fingerprint, same_as=None).first():
        row.same_as, row.text, row.url = known, "", ""
    receipt = secrets.token_urlsafe(16)
    row.receipt = hashlib.sha256(receipt.encode()).hexdigest()
    _store(row)
    return receipt, kept_until((known or row).received_at)


def find_status(receipt: str) -> tuple[ReaderMessage, ReaderMessage] | None:
    """Return the message with this receipt, and the earlier equal message, or itself, whose state counts for both."""
    digest = hashlib.sha256(receipt.encode()).hexdigest()
    row = ReaderMessage.objects.select_related("same_as").filter(receipt=digest).first()
    return (row, row.same_as or row) if row else None


@transaction.atomic
def take_up(
    *, message: ReaderMessage, by: User, newsroom: int, others: Keys = (), corrects: int | None = None
) -> UUID | None:
    """Log a claim from a tip and return the claim's id, or mark a correction request as being looked into.

    `others` say the same, and get the same claim. `corrects` is the last revision of a review whose correction was
    opened because of these requests.
    """
    states = [State.WAITING, State.TAKEN_UP] if corrects else [State.WAITING]
    rows, claim = _lock_open(message, by, newsroom, *states, others=others), None
    if message.kind == Kind.TIP:
        text, language = rows[0].text, rows[0].language
        claim = Claim.objects.create(newsroom_id=newsroom, text=text, language=language, logged_by=by)
        urls = [*dict.fromkeys(row.url for row in rows if row.url)][:MAX_APPEARANCES]
        seen = [Appearance.objects.create(claim=claim, url=url) for url in urls]
        request_missing(seen, newsroom=claim.newsroom, by=by)
    for row in rows:
        row.claim, row.corrects_revision = claim, corrects
    _decide(rows, by, State.TAKEN_UP)
    return claim.pk if claim else None


def find_correction(message: ReaderMessage) -> LogEntry | None:
    """Return the log entry of the correction that this request led to, or None if there is none yet."""
    if not message.review_id or not message.corrects_revision:
        return None
    later = LogEntry.objects.filter(subject=message.review_id, number__gt=message.corrects_revision)
    return later.filter(kind__in=[LogEntry.Kind.CORRECTION, LogEntry.Kind.UPDATE]).order_by("number").first()


@transaction.atomic
def answer(
    *, message: ReaderMessage, by: User, newsroom: int, text: str | Mapping[str, str], others: Keys = ()
) -> None:
    """Answer the message, and `others` that say the same. Anyone with the receipt can read the answer.

    `text` can be a text for each language. Each sender then gets the answer in the language of their message.
    """
    rows = _lock_open(message, by, newsroom, State.WAITING, State.TAKEN_UP, others=others)
    for row in rows:
        row.answer = text if isinstance(text, str) else text.get(row.answer_language, "")
        if not row.answer.strip():
            raise Incomplete(_("Write an answer. Anyone with the receipt can read it."))
        try:
            row.clean_fields(exclude=_INTERNAL_FIELDS)
        except ValidationError as problem:
            raise WrongValue(*problem.messages) from problem
    _decide(rows, by, State.ANSWERED)


@transaction.atomic
def dismiss_all(*, messages: QuerySet[ReaderMessage], by: User, newsroom: int) -> int:
    """Put aside those of the messages that haven't been decided yet, and return their number.

    For tips to every newsroom, `newsroom` is recorded as the newsroom that decided.
    """
    undecided = messages.order_by().filter(state__in=[State.WAITING, State.TAKEN_UP])
    locked = _lock(undecided.values("pk"), by, newsroom)
    rows = [row for row in locked if row.state in (State.WAITING, State.TAKEN_UP)]
    _decide(rows, by, State.DISMISSED)
    return len(rows)


@transaction.atomic
def dismiss(*, message: ReaderMessage, by: User, newsroom: int, others: Keys = ()) -> None:
    _decide(_lock_open(message, by, newsroom, State.WAITING, State.TAKEN_UP, others=others), by, State.DISMISSED)


def delete_expired_messages() -> int:
    """Delete expired messages, and senders' hashes after one hour. Return the number of deleted messages."""
    now = timezone.now()
    hashed = ReaderMessage.objects.exclude(sender="").filter(received_at__lte=now - message_limits.HOUR)
    hashed.update(sender="", wide_sender="")
    return delete_messages(
        ReaderMessage.objects.filter(received_at__lte=now - timedelta(days=settings.READER_MESSAGES_DAYS)), by=None
    )


def delete_messages(messages: QuerySet[ReaderMessage], *, by: User | None) -> int:
    """Delete messages and their repetitions with a function that records it, and return the number of messages."""
    keys = list(messages.values_list("pk", flat=True))
    if keys:
        roles.call_function("editorial_delete_messages", by and by.pk, current_proof() if by else "", keys)
    return len(keys)


def _lock_open(
    message: ReaderMessage, by: User, newsroom: int, *states: ReaderMessage.State, others: Keys = ()
) -> list[ReaderMessage]:
    """Lock the message and the others, and return them in this order. One decision is made for all, or for none.

    Raise NotAllowed if the person can't decide on them, and AlreadyDecided if one has been decided or isn't alike.
    """
    keys = {message.pk, *others}
    rows = sorted(_lock(keys, by, newsroom), key=lambda row: (row.pk != message.pk, row.received_at))
    alike = {(row.kind, row.review_id, row.newsroom_id, row.state, row.same_as_id and row.pk) for row in rows}
    if len(rows) < len(keys) or len(alike) > 1 or rows[0].state not in states:
        raise AlreadyDecided(_("This has already been decided. Reload the page to see the decision."))
    return rows


def _lock(keys: Any, by: User, newsroom: int) -> list[ReaderMessage]:
    """Lock the messages. Tips to every newsroom now belong to this one. Raise NotAllowed."""
    rows = list(ReaderMessage.objects.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        row.newsroom_id = row.newsroom_id or newsroom
    for owner in {row.newsroom_id for row in rows}:
        roles.require_decider(by, owner or newsroom)
    return rows


def _decide(rows: Sequence[ReaderMessage], by: User, state: ReaderMessage.State) -> None:
    """Save the decision on locked messages, and record it. It counts as one action of the person."""
    now = timezone.now()
    for row in rows:
        row.state, row.decided_by, row.decided_at = state, by, now
    # Only these columns are saved, so that a message whose key is missing can still be put aside.
    ReaderMessage.objects.bulk_update(rows, ["state", "answer", *_DECISION])
    for row in rows[:1]:
        record_event(by, f"message.{state}", row)
    for owner in {row.newsroom_id for row in rows[1:]}:
        record_events(by, owner, [(f"message.{state}", row.pk, {}) for row in rows[1:] if row.newsroom_id == owner])


def _store(row: ReaderMessage) -> None:
    """Save a new message. Raises NotStored for faults that only the operator can correct."""
    try:
        with transaction.atomic():
            row.save()
    except KeyProblem as problem:
        raise _outage(_("The site can’t encrypt messages at the moment.")) from problem
    except OperationalError as problem:
        if not caused_by_full_disk(problem):
            raise
        raise _outage(_("The site’s disk is full.")) from problem


def _outage(reason: str) -> NotStored:
    advice = _("Your message was not stored. Keep your text, or write to a newsroom directly.")
    return NotStored(f"{reason} {advice}", OUTAGE.total_seconds())
