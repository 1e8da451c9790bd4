"""The home page of the desk: the board, what waits for the person, and counts of other work with their ages."""

from datetime import timedelta
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.board.columns import BoundedCount, Item, Section, board, board_counts, union_of_keys
from factcheck.editorial.desk.deciding.proposal_actions import DECIDE, hold_notice, subject_url
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.people.events import EventTexts
from factcheck.editorial.encryption import find_key_problem
from factcheck.editorial.models import (
    Claimant,
    Demand,
    EditorialEvent,
    Job,
    Membership,
    Proposal,
    ReaderMessage,
    Review,
    User,
)
from factcheck.editorial.models.events import ACCOUNT_CHANGES
from factcheck.editorial.models.kinds import DRAFTS, Action
from factcheck.editorial.proposals import workflow
from factcheck.webhooks.models import Subscription

MAX_COUNT = 100


def _counts(desk: Desk) -> dict[str, tuple[Any, QuerySet[Any], str]]:
    """Return the counts that concern the person: what to do, the rows, and the list that shows the rows."""
    newsrooms, counts = list(desk.roles), dict[str, tuple[Any, QuerySet[Any], str]]()
    if newsrooms:
        translations = _("Translations are behind their originals. Bring them up to date.")
        counts["behind"] = (translations, desk.own(Review.objects.behind()), "review/?translation=behind")
    if desk.deciding_newsrooms:  # only Editors can read the messages
        messages = _("New messages from readers are waiting.")
        waiting = ReaderMessage.objects.waiting().for_newsrooms(newsrooms)
        counts["messages"] = (messages, waiting, "readermessage/")
        names = _("Names from imports are waiting for confirmation. Confirm each name or describe the claimant.")
        unconfirmed = Claimant.objects.filter(newsroom__in=desk.deciding_newsrooms, confirmed=False)
        counts["unconfirmed"] = (names, unconfirmed, "claimant/?confirmed__exact=0")
    if desk.administers_accounts:
        failed = Job.objects.filter(status="failed")
        counts["failed_jobs"] = (_("Background jobs have failed."), failed, "job/?state=failed")
    return counts


def counts_for(desk: Desk, view: str) -> tuple[list[tuple[Any, Any, str]], dict[str, int]]:
    """Return the counts that concern the person and aren't zero, and those of the board. One query computes all."""
    counts = _counts(desk)
    columns = {name: BoundedCount(rows, MAX_COUNT) for name, (_text, rows, _list) in counts.items()}
    columns |= board_counts(desk, view) if desk.roles else {}
    found: Any = User.objects.filter(pk=desk.user.pk).values(**columns).get() if columns else {}
    page = reverse("admin:app_list", args=["editorial"])
    shown = [(text, found[name], page + path) for name, (text, _rows, path) in counts.items() if found[name]]
    return [(text, f"{count}+" if count == MAX_COUNT else count, url) for text, count, url in shown], found


MAX_ROWS = 50  # of a section. Further rows appear when these have been decided.
MAX_CHANGES = 20
# How long the page lists changes of accounts, and returned proposals of kinds that have no draft.
RECENT = timedelta(days=30)
_SECTIONS = {
    "returned": gettext_lazy("Returned to you"),
    "to_decide": gettext_lazy("Waiting for your decision"),
    "to_publish": gettext_lazy("Approved and not yet published"),
    "sent": gettext_lazy("Submitted by you, waiting for someone else"),
    "removed": gettext_lazy("Taken away in the last 24 hours"),
}


def home_context(request: HttpRequest) -> dict[str, object]:
    """Return the template variables of the home page.

    A person without a newsroom gets no lists of drafts.
    """
    desk = get_desk(request)
    counted, found = counts_for(desk, request.GET.get("view", ""))
    changes = account_changes(request)
    context = {"desk": desk, "account_changes": changes, "max_changes": MAX_CHANGES, "counts": counted}
    if desk.roles:
        proposals = _proposals(desk)
        context |= board(request, found, _sections(request, proposals), _demands(desk, proposals["returned"]))
    elif desk.administers_accounts:
        context["sections"] = _sections(request, _proposals(desk))
    if desk.deciding_newsrooms:
        context["messages_problem"] = find_key_problem()
    if desk.administers_accounts:
        stopped = Subscription.objects.filter(stopped__in=[Subscription.Stopped.FAILING, Subscription.Stopped.GONE])
        context["stopped_webhooks"] = stopped[:MAX_ROWS]
    return context


def _sections(request: HttpRequest, proposals: dict[str, list[Proposal]]) -> list[Section]:
    """Return the proposals that concern the person, in sections in the order of urgency."""
    _show_titles(get_desk(request), [proposal for rows in proposals.values() for proposal in rows])
    return [
        Section(name, title, [_proposal_item(request, proposal, name) for proposal in proposals[name]])
        for name, title in _SECTIONS.items()
        if proposals.get(name)
    ]


def _proposals(desk: Desk) -> dict[str, list[Proposal]]:
    """Return the proposals of each section, in the section's order.

    Two queries find the proposals of all sections: a UNION of the keys, and the rows with these keys.
    """
    newsrooms, found = list(desk.roles), Proposal.objects
    is_recent = Q(kind__in=DRAFTS) | Q(decided_at__gte=timezone.now() - RECENT)
    querysets = {
        "returned": found.returned_to(desk.user, newsrooms).filter(is_recent),
        "to_decide": found.to_decide(desk.user),
        "to_publish": found.to_publish(desk.deciding_newsrooms),
        "sent": found.awaiting_others(desk.user, newsrooms),
        "removed": found.to_undo(desk.user),
    }
    keys = union_of_keys(querysets, MAX_ROWS)
    rows = found.with_subjects().in_bulk({key for _name, key in keys}) if keys else {}
    return {name: [rows[key] for section, key in keys if section == name and key in rows] for name in querysets}


def _demands(desk: Desk, returned: list[Proposal]) -> list[Item]:
    """Return the person's drafts of demands that weren't returned. The board shows the drafts of reviews."""
    found = desk.own(Demand.objects.filter(created_by=desk.user, state=Demand.State.DRAFT))
    page, kind = "admin:editorial_demand_change", str(capfirst(Demand._meta.verbose_name))
    rows = found.exclude(pk__in=[each.demand_id for each in returned if each.demand_id])[:MAX_ROWS]
    return [Item(demand, reverse(page, args=[demand.pk]), kind, demand.changed_at) for demand in rows]


def _show_titles(desk: Desk, proposals: list[Proposal]) -> None:
    """Load the names of mapped verdicts, and replace texts of claims that the person must not read."""
    if mapped := [proposal for proposal in proposals if proposal.mapping is not None]:
        prefetch_related_objects(mapped, "mapping__verdict__labels")
    claims = [proposal.review.claim for proposal in proposals if proposal.review is not None]
    claims += [claim for proposal in proposals for claim in (proposal.claim, proposal.into) if claim is not None]
    show_public_text(desk, claims)


def _proposal_item(request: HttpRequest, proposal: Proposal, section: str) -> Item:
    desk, person, at = get_desk(request), proposal.submitted_by, proposal.submitted_at
    who = str(person)
    if section in ("returned", "removed"):
        who, at = str(proposal.decided_by), proposal.decided_at or at
    elif section == "to_publish":
        who, at = _("approved by %(who)s") % {"who": proposal.decided_by}, proposal.decided_at or at
    details = [capfirst(proposal.short_name), *([] if section == "sent" else [who])]
    if len(desk.roles) > 1 and proposal.newsroom is not None:
        details.append(str(proposal.newsroom))
    if section == "to_publish" and proposal.demand is not None and proposal.demand.publish_after:
        details.append(f"{_('not public before')} {date_format(proposal.demand.publish_after)}")
    message = proposal.message if section == "returned" else ""
    waits = hold_notice(proposal) if section in ("sent", "to_publish") else ""
    note = waits or proposal.deadline_note
    review = proposal.review if proposal.action == Action.PUBLICATION else None
    key = (proposal.newsroom_id, review.claim_id) if review else None
    return Item(proposal, _page(request, proposal, section), " · ".join(details), at, message, note, key)


def _page(request: HttpRequest, proposal: Proposal, section: str) -> str:
    """Return the URL of the page with the proposal's buttons.

    This is the page of the subject, or the decision itself if the person can't open the subject.
    """
    page, name = subject_url(request, proposal), ""
    if section == "removed":
        name = "undo"
    elif workflow.policy_of(proposal).has_own_page and section in ("to_decide", "to_publish"):
        name = DECIDE.name
    elif page is None and not proposal.decision:
        name = "take-back" if section == "sent" else "approve"
    return reverse("admin:editorial_proposal", args=[proposal.pk, name]) if name else page or reverse("admin:index")


def account_changes(request: HttpRequest) -> list[tuple[EditorialEvent, Any, Any]]:
    """Return recent changes of accounts by other people, as triples of the event, its sentence and its details.

    A person sees changes to their own account and to accounts in the newsrooms that they lead. Account administrators
    see the changes to all accounts.
    """
    desk = get_desk(request)
    concerned = Q(subject=f"user:{desk.user.pk}")
    if desk.led_newsrooms:
        members = Membership.objects.filter(publisher__in=desk.led_newsrooms)
        subjects = members.values_list(Concat(Value("user:"), Cast("user_id", CharField())), flat=True)
        concerned |= Q(newsroom__in=desk.led_newsrooms) | Q(subject__in=subjects)
    if desk.administers_accounts:
        concerned = Q()
    events = EditorialEvent.objects.filter(concerned, ACCOUNT_CHANGES, at__gte=timezone.now() - RECENT)
    events = events.exclude(actor=desk.user).exclude(detail={"password": "rehashed"})  # Django's own, at a login
    found = list(events.select_related("actor")[:MAX_CHANGES])
    if not found:
        return []
    texts = EventTexts(request, found)
    return [(event, texts.about(event), texts.details(event)) for event in found]
