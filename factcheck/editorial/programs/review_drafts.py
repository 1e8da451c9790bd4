"""Drafts of reviews by program. The keys are those of a published review (docs/api.md, "Drafts by program")."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.events import record_event
from factcheck.editorial.models import ApiToken, Authorship, Claim, Review, Source, Verdict
from factcheck.editorial.statement_columns import values_of
from factcheck.editorial.validation import Invalid, Problem, Said, fill, problems_of
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.models import PublishedClaim
from factcheck.record.statements.drafts import DraftSource, ReviewToDraft

_NOT_THEIRS = ("newsroom", "publisher", "claim", "created_by", "verdict", "token")


def own_reviews(token: ApiToken) -> QuerySet[Review]:
    """Those that the token's account began in its newsroom, newest first; erased ones have nothing to show."""
    mine = Review.objects.filter(created_by=token.user_id, newsroom=token.newsroom_id, publisher=token.newsroom_id)
    return mine.exclude(state=Review.State.ERASED)


def draft_review(*, token: ApiToken, said: Said) -> UUID:
    """Begins a review, with the token's account as its author; its id. Raises Invalid. In a transaction."""
    review = Review(
        newsroom_id=token.newsroom_id, publisher_id=token.newsroom_id, created_by_id=token.user_id, token=token
    )
    _write(review, said, token)
    record_event(token.user, "review.drafted_by_program", review, token=str(token.pk))
    return review.pk


def change_review(*, token: ApiToken, review: Review, said: Said) -> UUID:
    """Changes what was said; a list takes the place of the whole list. Raises Invalid and EditorialError."""
    review = Review.objects.select_for_update().get(pk=review.pk)
    if review.state != Review.State.DRAFT:
        raise EditorialError(_("Only a draft can be changed; this review is: %s.") % review.get_state_display())
    _write(review, said, token)
    record_event(token.user, "review.changed_by_program", review, token=str(token.pk))
    return review.pk


def describe_review(review: Review) -> dict[str, Any]:
    """The draft as it can be sent back, with its id, its state and when it was changed."""
    verdict = review.verdict
    return {
        "id": str(review.pk),
        "state": review.state,
        "claim": {"id": str(review.claim_id)},
        **values_of(review, ReviewToDraft),
        "verdict": {
            "scale": verdict.scale.slug,
            "slug": verdict.slug,
            "explanation": review.verdict_explanation or None,
        }
        if verdict
        else None,
        "sources": [values_of(source, DraftSource) for source in review.sources.all()],
        "created_at": rfc3339(review.created_at),
        "changed_at": rfc3339(review.changed_at),
    }


def _write(review: Review, said: Said, token: ApiToken) -> None:
    problems: list[Problem] = []
    if "claim" in said:
        _set_claim(review, UUID(said["claim"]["id"]), problems)
    fill(review, said)
    if "verdict" in said:
        _set_verdict(review, said["verdict"], problems)
    renamed = {"/verdict_explanation": "/verdict/explanation"}
    found = problems_of(review, "", besides=_NOT_THEIRS)
    problems += [(renamed.get(pointer, pointer), sentence) for pointer, sentence in found]
    sources = [_source(review, each, index, problems) for index, each in enumerate(said.get("sources") or ())]
    if problems:
        raise Invalid(problems)
    review.save()
    if "sources" in said:
        review.sources.all().delete()
        Source.objects.bulk_create(sources)
    # Who has something written by a program is an author of it, and approves none of it.
    Authorship.objects.get_or_create(review=review, user=token.user)


def _set_claim(review: Review, pk: UUID, problems: list[Problem]) -> None:
    """The newsroom's own claims, and what anybody can read."""
    published = PublishedClaim.objects.live().filter(pk=OuterRef("pk"))
    claim = Claim.objects.filter(Q(newsroom=review.newsroom_id) | Exists(published), pk=pk).first()
    if claim is None:
        problems.append(("/claim/id", _("There is no such claim that this newsroom can review. Log it first.")))
    else:
        review.claim = claim


def _set_verdict(review: Review, said: Said | None, problems: list[Problem]) -> None:
    review.verdict = None
    review.verdict_explanation = (said.get("explanation") or "") if said else ""
    if said:
        found = Verdict.objects.select_related("scale").filter(scale__slug=said["scale"], slug=said["slug"]).first()
        if found is None:
            problems.append(("/verdict", _("There is no such verdict in this rating scale.")))
        review.verdict = found


def _source(review: Review, said: Said, index: int, problems: list[Problem]) -> Source:
    row = Source(review=review, position=index)
    fill(row, said)
    problems += problems_of(row, f"/sources/{index}", besides=("review",))
    return row
