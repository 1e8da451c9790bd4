"""Messages from readers: receiving them, deciding on them, and deleting them after the retention period."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.database.problems import caused_by_full_disk
from factcheck.editorial.captures.requests import request_missing
from factcheck.editorial.drafts.validation import Invalid, Problem, Values, fill
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.errors import AlreadyDecided, Incomplete, WrongValue
from factcheck.editorial.events import Act, record_event, record_events
from factcheck.editorial.messages import message_limits
from factcheck.editorial.messages.message_limits import NotStored, kept_until
from factcheck.editorial.models import Appearance, Claim, Publisher, ReaderMessage, Review, User
from factcheck.editorial.people import roles
from factcheck.editorial.sign_in.proofs import current_proof
from factcheck.record.models import PublishedReview
from factcheck.tools.secret_key import keyed_hash

Kind, State = ReaderMessage.Kind, ReaderMessage.State

MIN_CHARACTERS = 10  # a shorter text contains nothing that can be checked
MAX_LINKS = 5  # in the text, because a text with more links is probably spam
_LINK = re.compile(r"https?://|(?<!//)www\.", re.IGNORECASE)
OUTAGE = timedelta(hours=1)  # the wait before a program tries again, if the operator has to act first
MAX_APPEARANCES = 20  # that a claim gets from the messages of a group
_DECISION = ("state", "decided_by", "decided_at", "newsroom", "answer", "claim", "corrects_revision")
_INTERNAL_FIELDS = (
    *("review", "newsroom", "same_as", "claim", "decided_by", "decided_at", "receipt", "fingerprint"),
    "corrects_revision",
)


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
    identity = [
        kind,
        str(row.review_id),
        str(row.newsroom_id),
        row.language,
        " ".join(row.text.casefold().split()),
        row.url,
    ]
    row.fingerprint = keyed_hash("editorial.messages.fingerprint", "\n".join(identity))
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
def take_up(*, message: ReaderMessage, by: User, newsroom: int, others: Sequence[UUID] = ()) -> UUID | None:
    """Log a claim from a tip and return the claim's id, or mark a correction request as being looked into.

    `others` say the same, and get the same claim.
    """
    rows = lock_open(message, by, newsroom, State.WAITING, others=others)
    if message.kind == Kind.TIP:
        first = rows[0]
        claim = Claim.objects.create(newsroom_id=newsroom, text=first.text, language=first.language, logged_by=by)
        urls = [*dict.fromkeys(row.url for row in rows if row.url)][:MAX_APPEARANCES]
        seen = [Appearance.objects.create(claim=claim, url=url) for url in urls]
        if seen:
            request_missing(seen, newsroom=claim.newsroom, by=by)
        for row in rows:
            row.claim = claim
    decide(rows, by, State.TAKEN_UP)
    return rows[0].claim_id


@transaction.atomic
def answer(
    *,
    message: ReaderMessage,
    by: User,
    newsroom: int,
    text: str = "",
    others: Sequence[UUID] = (),
    texts: Mapping[str, str] | None = None,
) -> None:
    """Answer the message, and `others` that say the same. Anyone with the receipt can read the answer.

    `texts` contains the answers by language. Each sender gets the answer in the language of their message.
    """
    rows = lock_open(message, by, newsroom, State.WAITING, State.TAKEN_UP, others=others)
    for row in rows:
        row.answer = (texts or {}).get(row.answer_language, text)
        if not row.answer.strip():
            raise Incomplete(_("Write an answer. Anyone with the receipt can read it."))
        try:
            row.clean_fields(exclude=_INTERNAL_FIELDS)
        except ValidationError as problem:
            raise WrongValue(*problem.messages) from problem
    decide(rows, by, State.ANSWERED)


@transaction.atomic
def dismiss_all(*, messages: QuerySet[ReaderMessage], by: User, newsroom: int) -> int:
    """Put aside those of the messages that haven't been decided yet, and return their number.

    For tips to every newsroom, `newsroom` is recorded as the newsroom that decided.
    """
    undecided = ReaderMessage.objects.filter(
        pk__in=messages.order_by().values("pk"), state__in=[State.WAITING, State.TAKEN_UP]
    )
    locked = undecided.select_for_update(of=("self",)).order_by("pk")
    rows = [(key, owner or newsroom) for key, owner in locked.values_list("pk", "newsroom_id")]
    for owner in {owner for _key, owner in rows}:
        roles.require_decider(by, owner)
    found = ReaderMessage.objects.filter(pk__in=[key for key, _owner in rows])
    found.update(
        state=State.DISMISSED,
        decided_by=by,
        decided_at=timezone.now(),
        newsroom_id=Coalesce("newsroom_id", Value(newsroom)),
    )
    for owner in sorted({owner for _key, owner in rows}):
        acts: list[Act] = [("message.dismissed", key, {}) for key, each in rows if each == owner]
        record_events(by, owner, acts)
    return len(rows)


@transaction.atomic
def dismiss(*, message: ReaderMessage, by: User, newsroom: int, others: Sequence[UUID] = ()) -> None:
    decide(lock_open(message, by, newsroom, State.WAITING, State.TAKEN_UP, others=others), by, State.DISMISSED)


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


def lock_open(
    message: ReaderMessage, by: User, newsroom: int, *states: ReaderMessage.State, others: Sequence[UUID] = ()
) -> list[ReaderMessage]:
    """Lock the message and the others, and return them in this order. One decision is made for all, or for none.

    Raise NotAllowed if the person can't decide on them, and AlreadyDecided if one has been decided or isn't alike.
    """
    keys = {message.pk, *others}
    locked = ReaderMessage.objects.filter(pk__in=keys).select_for_update().order_by("pk")
    rows = sorted(locked, key=lambda row: (row.pk != message.pk, row.received_at))
    for owner in {row.newsroom_id or newsroom for row in rows}:
        roles.require_decider(by, owner)
    alike = {(row.kind, row.review_id, row.newsroom_id, row.state, row.same_as_id and row.pk) for row in rows}
    if len(rows) < len(keys) or len(alike) > 1 or rows[0].state not in states:
        raise AlreadyDecided(_("This has already been decided. Reload the page to see the decision."))
    for row in rows:
        row.newsroom_id = row.newsroom_id or newsroom
    return rows


def decide(rows: Sequence[ReaderMessage], by: User, state: ReaderMessage.State) -> None:
    """Save the decision on locked messages of one newsroom, and record it. It counts as one action of the person."""
    for row in rows:
        row.state, row.decided_by, row.decided_at = state, by, timezone.now()
        # Only these columns are saved, so that a message whose key is missing can still be put aside.
        row.save(update_fields=[*_DECISION])
    first, *rest = rows
    record_event(by, f"message.{state}", first)
    record_events(by, first.newsroom_id, [(f"message.{state}", row.pk, {}) for row in rest])


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
