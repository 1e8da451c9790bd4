"""Pages that show in words what changed between two revisions of a review."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from factcheck.record.formats.word_diff import Piece
from factcheck.record.models import LogEntry
from factcheck.record.statements.parts import keys_of
from factcheck.record.statements.review import Review as Statement
from factcheck.record.statements.review import ReviewedClaim
from factcheck.record.statements.statement_changes import Change, RowChange, compare, compare_rows
from factcheck.record.statements.statement_labels import label
from factcheck.web.places import search_places
from factcheck.website import queries
from factcheck.website.responses import is_sample, page_for_readers, within_limits

MAX_SHOWN = 20_000  # characters of one change
WITHOUT_TEXT = (LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE)
LISTS = ("sources", "authors", "topics")


@page_for_readers
def difference(request: HttpRequest, review_id: UUID, before: int, after: int) -> HttpResponse:
    """Show the changes, or say that one of the revisions has been withdrawn or erased."""
    if before > after:
        return redirect("diff", review_id, after, before)
    if before == after:
        raise Http404
    row = queries.find_review(review_id)
    (first, old), (second, new) = (queries.find_revision(review_id, number) for number in (before, after))
    gone = [entry for entry, body in ((first, old), (second, new)) if body is None or _is_erasure(entry)]
    context: dict[str, Any] = {
        "review_id": review_id,
        "review": queries.current_title(row.published),
        "before": first,
        "after": second,
        "gone": gone,
        "status": row.status,
        "withdrawn": [entry for entry in (first, second) if entry.kind == LogEntry.Kind.WITHDRAWAL],
        "sample": not gone and is_sample((new or {})["publisher"]["site"]),
        "note": None if gone else (new or {})["revision"]["note"],
        "language": (new or {}).get("language", "und"),
    }
    if old and new and first.kind not in WITHOUT_TEXT and second.kind not in WITHOUT_TEXT:
        return _compared(request, old, new, context)
    return render(request, "website/diff.html", context, status=410 if gone else 200)


def _compared(request: HttpRequest, old: dict[str, Any], new: dict[str, Any], context: dict[str, Any]) -> HttpResponse:
    """Compare within the limits of searches, because a long comparison takes as long as a search."""

    def answer() -> HttpResponse:
        with search_places.enter():
            changes = find_changes(old, new)
        return render(request, "website/diff.html", context | changes)

    def refuse(status: int) -> HttpResponse:
        return render(request, "website/busy.html", {**context, "too_many": status == 429}, status=status)

    return within_limits(answer, refuse)


def _is_erasure(entry: LogEntry) -> bool:
    return entry.kind == LogEntry.Kind.ERASURE


def find_changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the changed values, and for each list its changed rows.

    The comparison ends with the request's budget. Later values are shown as removed and added.
    """
    old, new = _content(before), _content(after)
    rows = {name: compare_rows(name, old.pop(name), new.pop(name)) for name in LISTS}
    first, second = (claim.pop("appearances") for claim in (old["claim"], new["claim"]))
    rows["appearances"] = compare_rows("claim.appearances", first, second)
    return {
        "changes": [Change(each.label, _cut(each.pieces)) for each in compare(old, new)],
        "rows": [
            (label, [RowChange(each.kind, each.title, _cut(each.pieces)) for each in found])
            for label, found in ((_title(name), found) for name, found in rows.items())
            if found
        ],
    }


def _content(body: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of the statement. The numbers and dates of the revision differ in any case."""
    return {**{key: body[key] for key in keys_of(Statement) if key in body}, "claim": dict(body["claim"])}


def _title(name: str) -> str:
    model = Statement if name in Statement.model_fields else ReviewedClaim
    return str(label(model.model_fields[name].title or ""))


def _cut(pieces: list[Piece]) -> list[Piece]:
    """Shorten long pieces, so that the page stays readable. The whole text is on the page of each revision."""
    left, found = MAX_SHOWN, []
    for kind, text in pieces:
        found.append(Piece(kind, text if len(text) <= left else f"{text[:left]}…"))
        left = max(left - len(text), 0)
        if not left:
            break
    return found
