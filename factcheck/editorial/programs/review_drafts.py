"""Review drafts written by programs. The keys are those of a published review (docs/reference/drafts.md)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from factcheck.editorial.captures.requests import replace_rows
from factcheck.editorial.drafts.discarding import discard_draft, is_published
from factcheck.editorial.drafts.saved_states import keep_first_state, keep_state
from factcheck.editorial.drafts.statement_columns import values_of
from factcheck.editorial.drafts.validation import Invalid, Problem, Values, fill
from factcheck.editorial.errors import WrongState
from factcheck.editorial.events import record_event
from factcheck.editorial.models import ApiToken, Authorship, Claim, Reply, Review, Source, Verdict
from factcheck.editorial.programs.tokens import token_transaction
from factcheck.record.formats.canonical import JsonObject, rfc3339
from factcheck.record.statements.drafts import DraftSource, ReviewToDraft
from factcheck.record.statements.review import Reply as ReplyPart

_INTERNAL_FIELDS = ("newsroom", "publisher", "claim", "created_by", "verdict", "token")


def own_drafts(token: ApiToken) -> QuerySet[Review]:
    """Return the reviews that the token's account created in its newsroom, newest first.

    Erased and discarded reviews aren't listed.
    """
    reviews = Review.objects.kept().select_related("verdict__scale").prefetch_related("sources", "replies")
    return reviews.filter(created_by=token.user_id, newsroom=token.newsroom_id, publisher=token.newsroom_id)


def create_draft(*, token: ApiToken, values: Values) -> UUID:
    """Create a review by the token's account and return its id. Raises Invalid. The caller opens the transaction."""
    review = Review(
        newsroom_id=token.newsroom_id, publisher_id=token.newsroom_id, created_by_id=token.user_id, token=token
    )
    _write(review, values, token)
    record_event(token.user, "review.drafted_by_program", review, token=str(token.pk))
    return review.pk


def change_draft(*, token: ApiToken, draft: Review, values: Values) -> UUID:
    """Change the given keys, and return the review's id. Raises Invalid and EditorialError.

    A given list replaces the whole existing list.
    """
    review = Review.objects.select_for_update().get(pk=draft.pk)
    if review.state != Review.State.DRAFT:
        raise WrongState(
            _("Only a draft can be edited. The status of this review is “%s”.") % review.get_state_display()
        )
    keep_first_state(review)
    _write(review, values, token)
    record_event(token.user, "review.changed_by_program", review, token=str(token.pk))
    return review.pk


def delete_draft(*, token: ApiToken, draft: Review) -> None:
    """Discard a draft that was never published. People can restore it for 30 days. Raises EditorialError."""
    with token_transaction(token):
        if is_published(draft):
            raise WrongState(_("This review has been published. A person can throw away its correction at the desk."))
        discard_draft(draft=draft, by=token.user, token=str(token.pk))


def describe_draft(review: Review) -> JsonObject:
    """Return the draft's editable keys, its id, its state and its times."""
    verdict = review.verdict
    return {
        "id": str(review.pk),
        "state": review.state,
        "claim": {"id": str(review.claim_id), "wording": review.claim_wording or None},
        **values_of(review, ReviewToDraft),
        "verdict": {
            "scale": verdict.scale.slug,
            "slug": verdict.slug,
            "explanation": review.verdict_explanation or None,
        }
        if verdict
        else None,
        "sources": [values_of(source, DraftSource) for source in review.sources.all()],
        "replies": [values_of(reply, ReplyPart) for reply in review.replies.all()],
        "created_at": rfc3339(review.created_at),
        "changed_at": rfc3339(review.changed_at),
    }


def _write(review: Review, values: Values, token: ApiToken) -> None:
    problems: list[Problem] = []
    if "claim" in values:
        _set_claim(review, UUID(values["claim"]["id"]), problems)
        review.claim_wording = values["claim"].get("wording") or ""
    if "verdict" in values:
        _set_verdict(review, values["verdict"], problems)
    found: list[Problem] = []
    fill(review, values, "", found, exclude=_INTERNAL_FIELDS)
    renamed = {"/claim_wording": "/claim/wording", "/verdict_explanation": "/verdict/explanation"}
    problems += [(renamed.get(pointer, pointer), sentence) for pointer, sentence in found]
    rows: dict[str, list[Any]] = {
        name: [
            fill(model(review=review, position=index), each, f"/{name}/{index}", problems, exclude=("review",))
            for index, each in enumerate(values.get(name) or ())
        ]
        for name, model in (("sources", Source), ("replies", Reply))
    }
    if problems:
        raise Invalid(problems)
    review.save()
    if "replies" in values:
        review.replies.all().delete()
        review.replies.bulk_create(rows["replies"])
    if "sources" in values:
        replace_rows(review.sources, rows["sources"], newsroom=review.newsroom, by=token.user)
    # The token's account becomes an author, so that it can't approve the review.
    Authorship.objects.get_or_create(review=review, user=token.user)
    keep_state(review, token.user)


def _set_claim(review: Review, pk: UUID, problems: list[Problem]) -> None:
    """Set the review's claim to one of the newsroom's own claims or to a public claim."""
    claim = Claim.objects.reviewable_by([review.newsroom_id]).filter(pk=pk).first()
    if claim is None:
        problems.append(
            ("/claim/id", _("This claim doesn’t exist in this newsroom and isn’t public. Log the claim first."))
        )
    else:
        review.claim = claim


def _set_verdict(review: Review, values: Values | None, problems: list[Problem]) -> None:
    review.verdict = None
    review.verdict_explanation = (values.get("explanation") or "") if values else ""
    if values:
        found = Verdict.objects.find(values["scale"], values["slug"])
        if found is None:
            problems.append(("/verdict", _("This rating scale doesn’t contain this verdict.")))
        review.verdict = found
