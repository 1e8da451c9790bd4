"""Claims logged by programs. The keys are those of a published claim (docs/reference/drafts.md)."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from factcheck.editorial.captures.requests import replace_rows
from factcheck.editorial.drafts.saved_states import keep_first_state, keep_state
from factcheck.editorial.drafts.statement_columns import columns_of, values_of
from factcheck.editorial.drafts.validation import Invalid, Problem, Values, fill
from factcheck.editorial.errors import WrongState
from factcheck.editorial.events import record_event
from factcheck.editorial.models import ApiToken, Appearance, Claim, Claimant, Proposal, Review, Topic, User
from factcheck.editorial.programs.tokens import token_transaction
from factcheck.editorial.proposals.merge_policy import is_public
from factcheck.record.formats.canonical import JsonObject, rfc3339
from factcheck.record.models import LogEntry
from factcheck.record.statements.drafts import ClaimToLog, DraftAppearance, DraftClaimant


def own_drafts(token: ApiToken) -> QuerySet[Claim]:
    """Return the claims that the token's account has logged in the token's newsroom, newest first."""
    claims = Claim.objects.filter(logged_by=token.user_id, newsroom=token.newsroom_id)
    return claims.select_related("claimant").prefetch_related("appearances", "topics")


def create_draft(*, token: ApiToken, values: Values) -> UUID:
    """Log a claim and return its id. Raises Invalid. The caller opens the transaction."""
    claim = Claim(newsroom_id=token.newsroom_id, logged_by_id=token.user_id)
    _write(claim, values, token.user)
    keep_state(claim, token.user)
    record_event(token.user, "claim.logged_by_program", claim, token=str(token.pk))
    return claim.pk


def change_draft(*, token: ApiToken, draft: Claim, values: Values) -> UUID:
    """Change the given keys, and return the claim's id. Raises Invalid and EditorialError.

    A given list replaces the whole existing list.
    """
    claim = Claim.objects.select_for_update().get(pk=draft.pk)
    # A review that is being corrected or redacted is a draft too, but the public has already read its claim.
    published = LogEntry.objects.filter(subject__in=claim.reviews.values("pk")).exists() or is_public(claim)
    if published or claim.reviews.exclude(state=Review.State.DRAFT).exists():
        raise WrongState(_("A review of this claim has been submitted or published. Edit the claim at the desk."))
    keep_first_state(claim)
    _write(claim, values, token.user)
    keep_state(claim, token.user)
    record_event(token.user, "claim.changed_by_program", claim, token=str(token.pk))
    return claim.pk


def delete_draft(*, token: ApiToken, draft: Claim) -> None:
    """Delete a claim that has no review and no public page, and wasn't part of a merge. Raises WrongState."""
    with token_transaction(token):
        claim = Claim.objects.select_for_update().get(pk=draft.pk)
        was_in_merge = Proposal.objects.filter(Q(claim=claim) | Q(into=claim)).exists()
        if claim.reviews.exists() or is_public(claim) or was_in_merge:
            raise WrongState(
                _(
                    "This claim can’t be deleted, because it has a review or a public page, or because somebody"
                    " proposed to merge it."
                )
            )
        record_event(token.user, "claim.removed", claim, token=str(token.pk))
        claim.delete()


def describe_draft(claim: Claim) -> JsonObject:
    """Return the claim's editable keys, its id, and the time when it was logged."""
    return {
        "id": str(claim.pk),
        **values_of(claim, ClaimToLog),
        "claimant": values_of(claim.claimant, DraftClaimant) if claim.claimant else None,
        "appearances": [values_of(each, DraftAppearance) for each in claim.appearances.all()],
        "topics": [topic.slug for topic in claim.topics.all()],
        "logged_at": rfc3339(claim.logged_at),
    }


def _write(claim: Claim, values: Values, by: User) -> None:
    problems: list[Problem] = []
    fill(claim, values, "", problems, exclude=("newsroom", "claimant", "logged_by"))
    claimant = _claimant(claim, values["claimant"], problems) if values.get("claimant") else None
    appearances = [
        fill(Appearance(claim=claim), each, f"/appearances/{index}", problems, exclude=("claim",))
        for index, each in enumerate(values.get("appearances") or ())
    ]
    if sum(each.first for each in appearances) > 1:
        problems.append(("/appearances", _("Only one appearance can be marked as the first.")))
    topics = _topics(values.get("topics") or (), problems)
    if problems:
        raise Invalid(problems)
    if "claimant" in values:
        if claimant is not None and claimant._state.adding:
            claimant.save()
        claim.claimant = claimant
    claim.save()
    if "appearances" in values:
        replace_rows(claim.appearances, appearances, newsroom=claim.newsroom, by=by)
    if "topics" in values:
        claim.topics.set(topics)


def _claimant(claim: Claim, values: Values, problems: list[Problem]) -> Claimant:
    """Return the newsroom's existing claimant with these values, or a new claimant."""
    found: list[Problem] = []
    row = fill(Claimant(newsroom_id=claim.newsroom_id), values, "/claimant", found, exclude=("newsroom",))
    problems += found
    if found:
        return row
    same = columns_of(Claimant, {name: getattr(row, name) for name in DraftClaimant.model_fields})
    return Claimant.objects.filter(newsroom=claim.newsroom_id, confirmed=True, **same).first() or row


def _topics(slugs: Any, problems: list[Problem]) -> list[Topic]:
    known = {topic.slug: topic for topic in Topic.objects.filter(slug__in=slugs)} if slugs else {}
    for index, slug in enumerate(slugs):
        if slug not in known:
            problems.append((f"/topics/{index}", _("This topic does not exist. Ask a Chief editor to add it.")))
    return list(known.values())
