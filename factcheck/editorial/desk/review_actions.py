"""The verbs as pages: each says what will happen, asks for what is needed, and acts on POST alone.

Who may use a verb now is asked twice: `possible` decides which buttons are shown, the verb itself decides.
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure, review_statements, roles
from factcheck.editorial.desk.access import Desk, desk
from factcheck.editorial.desk.action_forms import CorrectionForm, ErasureForm, PublicReasonForm
from factcheck.editorial.desk.action_views import Verb, act, ask, by_name, sent, too_late
from factcheck.editorial.desk.preview import changes, digest_of, readable_json
from factcheck.editorial.fields import label
from factcheck.editorial.models import Membership, Proposal, Review
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.models import LogEntry
from factcheck.record.statements.erasure import Ground

State = Review.State

VERBS: dict[str, Verb[Review]] = by_name(
    Verb(
        "submit",
        _("Submit for approval"),
        _("Somebody else reads it and decides. Meanwhile nobody can change it; you can take it back."),
        _("Submitted. Somebody else has to decide now."),
        lambda review, by, _data: workflow.submit(subject=review, by=by),
    ),
    Verb(
        "correct",
        _("Open a correction"),
        _("You can change the review again. Readers see no change until the correction is published."),
        _("The draft is open: change what is wrong."),
        lambda review, by, data: review_policy.open_correction(
            review=review, by=by, change_class=data["change_class"], note=data["note"]
        ),
        CorrectionForm,
    ),
    Verb(
        "withdraw",
        _("Withdraw"),
        _(
            "Once somebody else approves, readers see at its address that the review was withdrawn, "
            "and your reason. Earlier revisions can still be read."
        ),
        _("The withdrawal waits for somebody else to decide."),
        lambda review, by, data: review_policy.withdraw(review=review, by=by, reason=data["reason"]),
        PublicReasonForm,
        removes=True,
    ),
    Verb(
        "reinstate",
        _("Reinstate"),
        _("Once somebody else approves, the review is public again as it was, with your reason."),
        _("The reinstatement waits for somebody else to decide."),
        lambda review, by, data: review_policy.reinstate(review=review, by=by, reason=data["reason"]),
        PublicReasonForm,
        leads=True,
    ),
    Verb(
        "redact",
        _("Erase what is published, keep this draft…"),
        _(
            "For a court’s order, or to protect a private person. Once somebody else approves, all that was "
            "published is gone for ever, and this draft, without what has to go, can be submitted and published "
            "in its place."
        ),
        _("The erasure of what is published waits for somebody else to decide."),
        lambda review, by, data: review_policy.erase(
            review=review, by=by, ground=data["ground"], notice=data["notice"], redact=True
        ),
        ErasureForm,
        removes=True,
    ),
    Verb(
        "erase",
        _("Erase…"),
        _(
            "For a court’s order, or to protect a private person. Once somebody else approves, the review is gone "
            "for ever and readers find your notice at its address. To mend a mistake, open a correction; to take a "
            "review back, withdraw it."
        ),
        _("The erasure waits for somebody else to decide."),
        lambda review, by, data: review_policy.erase(
            review=review, by=by, ground=data["ground"], notice=data["notice"]
        ),
        ErasureForm,
        removes=True,
    ),
)


def may_write(at: Desk, review: Review) -> bool:
    """As roles.require_writer: a Reporter their own reviews, an Editor all of the newsroom's."""
    role = at.roles.get(review.newsroom_id)
    return role in Membership.DECIDING or (
        role is not None and (review.created_by_id == at.user.pk or roles.is_author(at.user, review))
    )


def possible(at: Desk, review: Review) -> list[Verb[Review]]:
    """The verbs that this person may use on this review now."""
    if review.newsroom_id not in at.roles:
        return []
    last = review_policy.last_entry(review)
    if workflow.open_proposal(review) is not None:
        return []
    decides, writes = at.roles[review.newsroom_id] in Membership.DECIDING, may_write(at, review)
    withdrawn = last is not None and last.kind == LogEntry.Kind.WITHDRAWAL
    names: list[str] = []
    if review.state == State.DRAFT and writes and not withdrawn:
        names.append("submit")
    if review.state in (State.PUBLISHED, State.WITHDRAWN) and writes:
        names.append("correct")
    if withdrawn:
        names.append("reinstate")
    elif last is not None and last.kind != LogEntry.Kind.ERASURE:
        names.append("withdraw")
    if last is not None and last.kind != LogEntry.Kind.ERASURE and decides:
        names += ["redact", "erase"] if review.state == State.DRAFT else ["erase"]
    return [VERBS[name] for name in names]


def verb_page(request: HttpRequest, review: Review, verb: Verb[Review]) -> HttpResponse:
    """Shows what the verb is about; on POST does it, or says why not and keeps what was typed."""
    page = reverse("admin:editorial_review_change", args=[review.pk])
    form = verb.form(sent(request))
    if answer := act(request, verb, review, form, page):
        return answer
    if form.is_bound:
        review = Review.objects.for_statements().get(pk=review.pk)
    elif verb not in possible(desk(request), review):
        asked = verb.name == "submit" and review.state == State.DRAFT
        reason = next(iter(review_policy.find_missing(review)), None) if asked else None
        return too_late(request, page, reason)
    return ask(
        request,
        verb,
        review,
        form,
        page,
        "admin/editorial/review/verb.html",
        review=review,
        reasons=review_policy.find_missing(review) if verb.name == "submit" and not form.errors else [],
        **shown(review, None, verb.name),
    )


def shown(review: Review, proposal: Proposal | None, verb: str) -> dict[str, Any]:
    """The statement that the verb is about, the published one before it, and what differs between them."""
    published = review_policy.last_statement(review)
    if verb == "withdraw" and published is not None:
        said = review_statements.build_tombstone(published)
    elif verb == "reinstate" and published is not None:
        said = published
    elif verb in ("correct", "erase") and published is not None:
        return {"said": published, "warnings": erasure.warnings(review, redact=False) if verb == "erase" else []}
    elif proposal is not None and proposal.action == Action.ERASURE:
        return _shown_of_erasure(review, json.loads(proposal.statement))
    elif proposal is not None:
        said = json.loads(proposal.statement)
    else:
        said = review_statements.build_statement(review)
    compares = "claim" in said and "text" in said["claim"] and published is not None and said != published
    return {
        "said": said,
        "is_tombstone": "text" not in said["claim"],
        "published": published,
        "changes": changes(published or {}, said) if compares else [],
        "digest": digest_of(said),
        "canonical": readable_json(said),
        "warnings": erasure.warnings(review, redact=True) if verb == "redact" else [],
    }


def _shown_of_erasure(review: Review, said: dict[str, Any]) -> dict[str, Any]:
    """The notice that is asked for, what is lost and, in a redaction, the draft that stays."""
    redact = said["notice"]["redaction"]
    draft, published = review_statements.build_statement(review), review_policy.last_statement(review)
    return {
        "said": said,
        "is_notice": True,
        "ground": label(Ground(said["notice"]["ground"]).label),
        "published": published,
        "draft": draft if redact else None,
        "changes": changes(published or {}, draft) if redact else [],
        "digest": digest_of(said),
        "canonical": readable_json(said),
        "warnings": erasure.warnings(review, redact=redact),
    }
