"""Pages that show in words what changed between two revisions of a review."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from factcheck.record.formats.word_diff import Piece
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.bodies import Kept, Review
from factcheck.record.statements.review import Review as Statement
from factcheck.record.statements.review import ReviewedClaim
from factcheck.record.statements.statement_changes import Change, RowChange, compare, compare_rows
from factcheck.record.statements.statement_labels import label
from factcheck.web.places import search_places
from factcheck.website import queries
from factcheck.website.responses import busy_page, is_sample, page_for_readers, within_limits

MAX_SHOWN = 20_000  # characters of one change
LISTS = ("sources", "replies", "authors", "topics")


@page_for_readers
def difference(request: HttpRequest, review_id: UUID, before: int, after: int) -> HttpResponse:
    """Show the changes, or say that one of the revisions has been withdrawn or erased."""
    if before > after:
        return redirect("diff", review_id, after, before)
    if before == after:
        raise Http404
    row = queries.find_review(review_id)
    queries.add_wordings([row.published])
    (first, old), (second, new) = (queries.find_revision(review_id, number) for number in (before, after))
    gone = [entry for entry, body in ((first, old), (second, new)) if not isinstance(body, Kept)]
    shown = new if isinstance(new, Kept) and not gone else None
    context: dict[str, object] = {
        "review_id": review_id,
        "review": row.published,
        "before": first,
        "after": second,
        "gone": gone,
        "status": row.status,
        "withdrawn": [entry for entry in (first, second) if entry.kind == LogEntry.Kind.WITHDRAWAL],
        "sample": bool(shown and is_sample(shown.publisher.site)),
        "publisher": shown.publisher if shown else None,
        "note": shown.revision.note if shown else None,
        "language": new.language if isinstance(new, Kept) else "und",
    }
    if isinstance(old, Review) and isinstance(new, Review):
        return _compared(request, old, new, context)
    return render(request, "website/diff.html", context, status=410 if gone else 200)


def _compared(request: HttpRequest, old: Review, new: Review, context: dict[str, object]) -> HttpResponse:
    """Compare within the limits of searches, because a long comparison takes as long as a search."""

    def respond() -> HttpResponse:
        with search_places.enter():
            changes = find_changes(old, new)
        return render(request, "website/diff.html", context | changes)

    return within_limits(respond, busy_page(request, **context))


def find_changes(before: Review, after: Review) -> dict[str, Any]:
    """Return the changed values, and for each list its changed rows.

    The comparison ends with the request's budget. Later values are shown as removed and added.
    """
    # The numbers and dates of the revision differ in any case.
    old, new = (each.model_dump(include={*Statement.model_fields}) for each in (before, after))
    rows = {name: compare_rows(name, old.pop(name, []), new.pop(name, [])) for name in LISTS}
    first, second = (claim.pop("appearances") for claim in (old["claim"], new["claim"]))
    rows["appearances"] = compare_rows("claim.appearances", first, second)
    return {
        "changes": [Change(each.label, cut(each.pieces)) for each in compare(old, new)],
        "rows": [
            (_title(name), [RowChange(each.kind, each.title, cut(each.pieces)) for each in found])
            for name, found in rows.items()
            if found
        ],
    }


def _title(name: str) -> str:
    model = Statement if name in Statement.model_fields else ReviewedClaim
    return str(label(model.model_fields[name].title or ""))


def cut(pieces: list[Piece]) -> list[Piece]:
    """Shorten long pieces, so that the page stays readable. The whole text is on the page of each revision."""
    left, found = MAX_SHOWN, []
    for kind, text in pieces:
        found.append(Piece(kind, text if len(text) <= left else f"{text[:left]}…"))
        left = max(left - len(text), 0)
        if not left:
            break
    return found
