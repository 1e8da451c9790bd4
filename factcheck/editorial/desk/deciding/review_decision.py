"""The page on which a review is decided: what readers will see, the changes, earlier messages and the buttons."""

from dataclasses import replace
from difflib import SequenceMatcher
from itertools import zip_longest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk import action_views
from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_forms import DecisionForm
from factcheck.editorial.desk.deciding.proposal_actions import (
    ACTIONS,
    DECIDE,
    adapt_action,
    ask_for_passkey,
    available_actions,
    hold_notice,
    subject_url,
)
from factcheck.editorial.desk.deciding.review_actions import statement_context
from factcheck.editorial.desk.evidence.pictures import DESK_PICTURES
from factcheck.editorial.desk.talk.comment_pages import find_talk
from factcheck.editorial.drafts.translations import revision_of
from factcheck.editorial.models import Capture, Comment, Proposal, Review
from factcheck.editorial.models.kinds import Action, Decision
from factcheck.editorial.proposals import workflow
from factcheck.record.formats.markdown import split_blocks, to_html, to_text
from factcheck.record.formats.word_diff import Piece, word_diff
from factcheck.record.statements.date_checks import find_impossible_dates
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Review as Statement
from factcheck.record.statements.statement_changes import Change, compare_statements

# The names of actions in the URL of this page. DECIDE is only a link, so a POST request with its name shows the page
# again.
REVIEW_DECISIONS = frozenset({DECIDE.name, *ACTIONS} - {"take-back"})


def review_decision(request: HttpRequest, proposal: Proposal, name: str) -> HttpResponse:
    """Show the page. On POST, run the action, or say why it was refused and keep the input."""
    desk, page = get_desk(request), subject_url(request, proposal) or reverse("admin:index")
    form = DecisionForm(
        action_views.submitted_data(request),
        name=name,
        checklist=workflow.policy_of(proposal).checklist(proposal),
        initial={"digest": proposal.digest},
    )
    form.fields["hold_until"].widget.attrs["min"] = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    if name in ACTIONS and (answer := action_views.perform(request, _action(name, proposal), proposal, form, page)):
        return answer
    if form.is_bound:
        proposal = Proposal.objects.select_related("newsroom", "submitted_by", "decided_by").get(pk=proposal.pk)
    actions = {action.name: action for action in available_actions(desk, proposal) if action.name != "take-back"}
    typed = form.is_bound and (form.data.get("reason") or form.data.get("hold_until"))
    if not actions and (not typed or not proposal.statement):  # forgetting a passage empties the statement
        return action_views.redirect_unavailable(request, page, str(next(iter(form.non_field_errors()), "")))
    ask_for_passkey(request, form, proposal, actions)
    response = action_views.subject_page(
        request,
        proposal.subject,
        page,
        _("Read and decide"),
        "admin/editorial/review/decide.html",
        form=form,
        proposal=proposal,
        actions=actions,
        held=hold_notice(proposal),
        zone=timezone.get_current_timezone_name(),
        talk=find_talk(request, proposal.review),
        **_shown(desk, proposal),
    )
    response.headers["Content-Security-Policy"] = f"{settings.CONTENT_SECURITY_POLICY}; frame-src 'self'"  # for copies
    return response


def _action(name: str, proposal: Proposal) -> action_views.DeskAction[Proposal]:
    """Return the action, with a link to the public page in its message about a publication."""
    action = adapt_action(ACTIONS[name], proposal)
    if name not in ("approve-and-publish", "publish"):
        return action
    url, label = f"/reviews/{proposal.review_id}/", _("The public page")
    return replace(action, success_message=format_html('{} <a href="{}">{}</a>', action.success_message, url, label))


def _shown(desk: Desk, proposal: Proposal) -> dict[str, object]:
    """Return template variables for the statement, the changes and the earlier messages."""
    review = proposal.review
    assert review is not None
    earlier = Proposal.objects.about(review).filter(pk__lt=proposal.pk).order_by("pk")
    context = statement_context(review, proposal, "decide")
    since_return: list[Change] = []
    last = earlier.filter(action=Action.PUBLICATION).last()
    if proposal.action == Action.PUBLICATION and last and last.decision == Decision.RETURNED and last.statement:
        since_return = compare_statements(read(Statement, last.statement), context.statement)
    captures = desk.own(Capture.objects.used_by(review, [review.claim_id]).filter(state=Capture.State.DONE))
    copies = {each.sha256: reverse("admin:editorial_capture_text", args=[each.pk]) for each in captures.only("sha256")}
    # Links open in a new tab, because leaving the page would lose the ticks and the message.
    original = revision_of(review) if review.translation_of_id else None
    variables = {**context._asdict(), "pictures": DESK_PICTURES, "copies": copies, "review": review}
    if isinstance(context.statement, Statement):
        variables["marked"] = _marked_texts(context.published, context.statement) if context.published else {}
        variables["pairs"] = _beside(original, context.statement) if original else []
        variables["original"] = original
    shown = render_to_string("admin/editorial/review/statement.html", variables)
    return {
        **context._asdict(),
        "unusual_dates": find_impossible_dates(context.statement) if isinstance(context.statement, Statement) else [],
        "shown": SafeString(shown.replace("<a ", '<a target="_blank" ')),
        "since_return": since_return,
        "returns": _answered(list(earlier.exclude(message="").select_related("decided_by")), review),
    }


def _answered(returned: list[Proposal], review: Review) -> list[tuple[Proposal, list[Comment]]]:
    """Return each return with the comments on the review and its sources that were written after it."""
    said = Comment.objects.on_drafts([review.pk]).select_related("author")
    last = [
        max((each.pk for each in returned if each.decided_at and each.decided_at < one.at), default=0) for one in said
    ]
    return [(each, [one for one, pk in zip(said, last, strict=True) if pk == each.pk]) for each in returned]


def _marked_texts(*statements: Statement) -> dict[str, list[Piece]]:
    """Return the texts of a correction whose words have changed, each as the pieces of the whole text."""
    both = [(each.headline or "", each.summary or "", to_text(each.body or "")[0]) for each in statements]
    texts = zip(("headline", "summary", "body"), *both, strict=True)
    return {name: word_diff(before, after) for name, before, after in texts if before != after}


def _beside(original: Statement, translation: Statement) -> list[tuple[str, ...]]:
    """Return the texts of both reviews beside each other. Blocks of the same kind are paired in order."""
    both = (original, translation)
    texts = [
        (each.claim.worded(each.language).text, each.headline, each.summary, each.verdict.explanation) for each in both
    ]
    rows = [tuple(text or "" for text in row) for row in zip(*texts, strict=True) if any(row)]
    blocks = [split_blocks(each.body or "") for each in both]
    kinds = [[kind for kind, _text in each] for each in blocks]
    before, after = ([to_html(text, DESK_PICTURES) for _kind, text in each] for each in blocks)
    for _tag, a, b, c, d in SequenceMatcher(None, kinds[0], kinds[1]).get_opcodes():
        rows += zip_longest(before[a:b], after[c:d], fillvalue="")
    return rows
