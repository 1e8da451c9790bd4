"""The public state of one review or demand, checked against the log on each read, and of one claim.

The rows of the read model are for lists. If somebody has changed the row of a review in the database, readers still get
the log's document, and `/readyz` reports the difference.

Most bodies are checked without reading their document. Without the parts that `body_of` adds, the body must have the
digest of the log's newest entry. This check takes 0.05 ms, half as long as reading and parsing the document.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from factcheck.database.rows import run_prepared
from factcheck.record.errors import DamagedError
from factcheck.record.formats.canonical import sha256_hex
from factcheck.record.log.digests import report, require_digest
from factcheck.record.log.models import ChangeClass, LogEntry, RevisionDocument
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.claim_rows import claim_row
from factcheck.record.readmodel.models import PublishedClaim, PublishedReview
from factcheck.record.readmodel.review_rows import body_of, review_row, status_after

Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

# The log and the row come from one statement, so a publication in between never looks like a difference.
_STATE = """
SELECT entry.sequence, entry.kind, entry.digest, document.salt, {status},
    (record_disowning(entry.sequence) -> 'sequence')::bigint,
    CASE WHEN shown.sequence = entry.sequence THEN shown.body END {document}
FROM record_logentry AS entry
LEFT JOIN record_revisiondocument AS document ON document.sequence = entry.sequence
LEFT JOIN record_published{section} AS shown ON shown.id = entry.subject
WHERE entry.subject = %s AND entry.kind LIKE '{section}.%%' {condition}
ORDER BY entry.number DESC LIMIT 1
"""
_STATUS = {"review": "shown.status", "demand": "'live'"}
_ROWS, _DOCUMENTS = (
    {
        name: _STATE.format(section=name, status=status, document=more, condition=condition)
        for name, status in _STATUS.items()
    }
    for more, condition in (("", ""), (", document.document", "AND entry.sequence <= %s"))
)
_NEWEST = 2**63 - 1
_CLASSES = frozenset(["null", *(f'"{each}"' for each in ChangeClass.values)])


class PublicState(NamedTuple):
    """The state after an entry. `body` is what the API sends. `is_in_row` is true if lists send the same body.

    `disowned_by` is the entry in which the newsroom has disowned this entry, or None.
    """

    sequence: int
    kind: str
    subject: UUID
    digest: str
    body: bytes
    disowned_by: int | None
    is_in_row: bool = True

    @property
    def status(self) -> str:
        return status_after(self.kind)

    @property
    def entry(self) -> LogEntry:
        """Return the entry, without `at` and `number`."""
        return LogEntry(sequence=self.sequence, kind=self.kind, subject=self.subject, digest=self.digest)


def find_state(section: str, subject: UUID, as_of: int | None = None, run: Run = run_prepared) -> PublicState | None:
    """Return the state of a "review" or "demand", now or after the entry `as_of`.

    Return None before the first entry.

    Raise DamagedError if the document doesn't match its digest. Raise RevisionDocument.DoesNotExist if the state of
    that time has been erased.
    """
    if as_of is None:
        for sequence, kind, digest, salt, status, disowned, body in run(_ROWS[section], [subject]):
            url = f"{settings.SITE_URL}/{section}s/{subject}/"
            if status == status_after(kind) and body and _is_proven(body, url, sequence, digest, salt):
                return PublicState(sequence, kind, subject, digest, body.encode(), disowned)
    upto = _NEWEST if as_of is None else as_of
    for sequence, kind, digest, salt, status, disowned, body, document in run(_DOCUMENTS[section], [subject, upto]):
        if document is None and as_of is not None:
            raise RevisionDocument.DoesNotExist
        content = require_digest(sequence, digest, salt, document)
        state = PublicState(sequence, kind, subject, digest, b"", disowned)
        made = body_of(state.entry, content)
        is_in_row = (status, body) == (state.status, made.decode())
        if as_of is None and not is_in_row:
            report(sequence, "The row isn't what the document gives. Readers get the document.")
        return state._replace(body=made, is_in_row=is_in_row)
    return None


def find_claim(claim_id: UUID, as_of: int | None = None) -> tuple[str | None, UUID]:
    """Return the body of a claim, now or after the entry `as_of`, and the claim under which it was shown.

    The body is None if the claim had no review, or if the reviews of that time have been erased.
    """
    if as_of is None:
        rows = PublishedClaim.objects.using("public").filter(id=claim_id)
        if body := rows.values_list("body", flat=True).first():
            return body, claim_id
    group = MergeGroup.of([claim_id], using="public")
    home = group.root(claim_id, as_of)
    if as_of is None or home != claim_id:
        return None, home
    shown = group.shown_under(claim_id, as_of)
    about = Q(claim_id__in=shown) | Q(earlier_claims__overlap=list(shown))
    reviews = PublishedReview.objects.using("public").filter(about).values("id")
    entries = LogEntry.objects.using("public").of_reviews().filter(subject__in=reviews, sequence__lte=as_of)
    newest = entries.order_by("subject", "-number").distinct("subject").values("sequence")
    documents = RevisionDocument.objects.using("public").filter(entry__in=newest).select_related("entry")
    then = [review_row(each.entry, body_of(each.entry, each.checked())) for each in documents.order_by("entry")]
    then = [row for row in then if row.claim_id in shown]
    return claim_row(claim_id, then).body if then else None, home


def is_right(sequence: int) -> bool:
    """Return whether the document of an entry, and the row of its review or demand, agree with the log."""
    entry = LogEntry.objects.using("public").filter(pk=sequence).first()
    if entry is None:
        return True
    try:
        for row in RevisionDocument.objects.using("public").filter(pk=sequence).select_related("entry"):
            row.checked()
        section = entry.kind.partition(".")[0]
        state = find_state(section, entry.subject) if section in _STATUS else None
    except DamagedError:
        return False
    return state is None or state.is_in_row


def _is_proven(body: str, url: str, sequence: int, digest: str, salt: bytes) -> bool:
    """Return whether the body is certainly what `body_of` makes of the entry's document.

    False can also mean that the body has an unusual form. The digest proves everything except the places of the added
    parts, so each place is checked. All quotation marks in JSON strings are escaped. So the keys next to each place
    can't be part of a string.
    """
    # Take out "digest" and "sequence" from "revision", and "url" at the end. The rest is the entry's document.
    before, revision, rest = body.partition('"revision":{"class":')
    change, _digest, rest = rest.partition(f',"digest":"{digest}"')
    number, _sequence, rest = rest.partition(f',"sequence":{sequence}}}')
    after, _url, rest = rest.rpartition(f',"url":"{url}"')
    is_in_revision = change in _CLASSES and number.rpartition(',"number":')[2].isdecimal()
    is_after_time = after[-43:-28] == ',"updated_at":"' and after.endswith('"')
    document = f"{before}{revision}{change}{number}}}{after}{rest}"
    return is_in_revision and is_after_time and sha256_hex(salt + document.encode()) == digest
