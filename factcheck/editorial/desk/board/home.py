"""The home page of the desk: everything that needs the person's attention, in sections with counts and ages."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, IntegerField, Q, QuerySet, Subquery, Value, prefetch_related_objects
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factcheck.editorial.desk.access import Desk, get_desk
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
    WatchedSource,
)
from factcheck.editorial.models.events import ACCOUNT_CHANGES
from factcheck.editorial.models.kinds import DRAFTS
from factcheck.editorial.proposals import workflow
from factcheck.webhooks.models import Subscription

MAX_COUNT = 100


def age(moment: datetime) -> str:
    """Return the time since a moment in one unit, for example "3 days"."""
    if timezone.now() - moment < timedelta(minutes=1):
        return _("just now")
    return timesince(moment, depth=1)


class BoundedCount(Subquery):
    """The number of a queryset's rows up to MAX_COUNT, as a subquery.

    The limit keeps the home page quick when a table has a million rows.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[:MAX_COUNT])


@dataclass(frozen=True)
class Count:
    """A count that isn't computed yet.

    `text` says what to do. `rows` are counted, and the list of `model` with `query` shows them. `since` is the column
    with the age of a row, or "" if the age isn't shown.
    """

    text: Any
    rows: QuerySet[Any]
    model: str
    query: str = ""
    since: str = ""


@dataclass(frozen=True)
class Counted:
    """A line of the home page: a count, the age of the oldest row and the URL of the list."""

    text: Any
    count: int
    oldest: datetime | None
    url: str

    @property
    def label(self) -> str:
        return f"{MAX_COUNT}+" if self.count == MAX_COUNT else str(self.count)

    @property
    def age(self) -> str:
        return age(self.oldest) if self.oldest else ""


def _counts(desk: Desk) -> dict[str, Count]:
    """Return the counts that concern the person, before they are computed."""
    newsrooms, counts = list(desk.roles), dict[str, Count]()
    if newsrooms:
        messages = _("New messages from readers are waiting.")
        waiting = ReaderMessage.objects.waiting().for_newsrooms(newsrooms)
        shown = "" if desk.deciding_newsrooms else "?state__exact=waiting"  # Editors see groups
        counts["messages"] = Count(messages, waiting, "readermessage", shown, "received_at")
        translations = _("Translations are behind their originals. Bring them up to date.")
        counts["behind"] = Count(translations, desk.own(Review.objects.behind()), "review", "?translation=behind")
        sources = _("Sources of published reviews have to be checked again.")
        to_check = WatchedSource.objects.to_check_again(newsrooms)
        counts["sources"] = Count(sources, to_check, "watchedsource", since="since")
    if desk.deciding_newsrooms:
        names = _("Names from imports are waiting for confirmation. Confirm each name or describe the claimant.")
        unconfirmed = Claimant.objects.filter(newsroom__in=desk.deciding_newsrooms, confirmed=False)
        counts["unconfirmed"] = Count(names, unconfirmed, "claimant", "?confirmed__exact=0")
    if desk.administers_accounts:
        failed = Job.objects.filter(status="failed")
        counts["failed_jobs"] = Count(_("Background jobs have failed."), failed, "job", "?state=failed")
    return counts


def counts_for(desk: Desk) -> list[Counted]:
    """Return the counts that concern the person and aren't zero. One query computes all counts."""
    counts = _counts(desk)
    columns: dict[str, BoundedCount | Subquery] = {name: BoundedCount(each.rows) for name, each in counts.items()}
    for name, count in counts.items():
        if count.since:
            columns[f"{name}_since"] = Subquery(count.rows.order_by(count.since).values(count.since)[:1])
    found: Any = User.objects.filter(pk=desk.user.pk).values(**columns).get() if columns else {}
    urls = {name: reverse(f"admin:editorial_{count.model}_changelist") + count.query for name, count in counts.items()}
    return [
        Counted(count.text, found[name], found.get(f"{name}_since"), urls[name])
        for name, count in counts.items()
        if found[name]
    ]


MAX_ROWS = 50  # of a section. Further rows appear when these have been decided.
MAX_CHANGES = 20
# How long the page lists changes of accounts, and returned proposals of kinds that have no draft.
RECENT = timedelta(days=30)
# The sections of proposals: the title, and the sentence of an empty section. An empty section without a sentence isn't
# shown.
_SECTIONS = {
    "returned": (gettext_lazy("Returned to you"), ""),
    "to_decide": (
        gettext_lazy("Waiting for your decision"),
        gettext_lazy("Nothing is waiting. The work that your colleagues submit appears here."),
    ),
    "to_publish": (
        gettext_lazy("Approved and not yet published"),
        gettext_lazy("Nothing is waiting. Approved work appears here until somebody publishes it."),
    ),
    "sent": (gettext_lazy("Submitted by you, waiting for someone else"), ""),
    "removed": (gettext_lazy("Taken away in the last 24 hours"), ""),
}


@dataclass(frozen=True)
class Item:
    """A row of a section."""

    title: Any
    url: str
    details: str  # the kind of the proposal and the names of people
    at: datetime
    message: str = ""
    note: str = ""

    @cached_property
    def age(self) -> str:
        return age(self.at)


@dataclass(frozen=True)
class Section:
    name: str
    title: Any
    items: list[Item] = field(default_factory=list)
    empty: Any = ""

    @property
    def count(self) -> str:
        return f"{MAX_ROWS}+" if len(self.items) == MAX_ROWS else str(len(self.items))


def home_context(request: HttpRequest) -> dict[str, object]:
    """Return the template variables of the home page.

    A person without a newsroom gets no lists of drafts.
    """
    desk = get_desk(request)
    context = {"desk": desk, "account_changes": account_changes(request), "counts": counts_for(desk)}
    context["max_changes"] = MAX_CHANGES
    if desk.roles or desk.administers_accounts:
        context["sections"] = _sections(request)
    if desk.deciding_newsrooms:
        context["messages_problem"] = find_key_problem()
    if desk.administers_accounts:
        stopped = Subscription.objects.filter(stopped__in=[Subscription.Stopped.FAILING, Subscription.Stopped.GONE])
        context["stopped_webhooks"] = stopped[:MAX_ROWS]
    return context


def _sections(request: HttpRequest) -> list[Section]:
    """Return the sections in the order of urgency.

    Sections without rows are left out, unless the section explains which rows appear there.
    """
    desk = get_desk(request)
    proposals = _proposals(desk)
    listed = [found.subject_id for found in proposals["returned"] if found.kind in DRAFTS]
    drafts = _drafts(desk, listed) if desk.roles else ([], [])
    everything = [proposal for rows in proposals.values() for proposal in rows]
    _show_titles(desk, everything, drafts[0])
    sections = []
    for name, (title, empty) in _SECTIONS.items():
        items = [_proposal_item(request, proposal, name) for proposal in proposals.get(name, [])]
        if items or (empty and name in proposals):
            sections.append(Section(name, title, items, empty))
    if desk.roles:
        empty = _("You have no drafts. To begin, log a claim or write a review.")
        mine = Section("drafts", _("Your drafts"), sorted(_draft_items(*drafts), key=_newest_first), empty)
        # The drafts come before the section "sent", or last without that section.
        sections.insert(next((place for place, each in enumerate(sections) if each.name == "sent"), 9), mine)
    return sections


def _newest_first(item: Item) -> float:
    return -item.at.timestamp()


def _proposals(desk: Desk) -> dict[str, list[Proposal]]:
    """Return the proposals of each section, in the section's order.

    Two queries find the proposals of all sections: a UNION of the keys, and the rows with these keys.
    """
    newsrooms, found = list(desk.roles), Proposal.objects
    querysets = {
        "returned": found.returned_to(desk.user, newsrooms).filter(_is_recent()),
        "to_decide": found.to_decide(desk.user),
        "to_publish": found.to_publish(desk.deciding_newsrooms),
        "sent": found.awaiting_others(desk.user, newsrooms),
        "removed": found.to_undo(desk.user),
    }
    if not (desk.deciding_newsrooms or desk.administers_accounts):
        del querysets["to_decide"]
    if not desk.deciding_newsrooms:
        del querysets["to_publish"]
    first, *rest = (
        rows.annotate(section=Value(name, CharField())).values_list("section", "pk")[:MAX_ROWS]
        for name, rows in querysets.items()
    )
    keys = list(first.union(*rest, all=True))
    rows = found.with_subjects().in_bulk({key for _name, key in keys}) if keys else {}
    return {name: [rows[key] for section, key in keys if section == name and key in rows] for name in querysets}


def _drafts(desk: Desk, listed: list[Any]) -> tuple[list[Review], list[Demand]]:
    newsrooms = list(desk.roles)
    reviews = desk.own(Review.objects.drafts_of(desk.user)).exclude(pk__in=listed)[:MAX_ROWS]
    demands = Demand.objects.filter(created_by=desk.user, newsroom__in=newsrooms, state=Demand.State.DRAFT)
    return list(reviews), list(demands.exclude(pk__in=listed)[:MAX_ROWS])


def _show_titles(desk: Desk, proposals: list[Proposal], drafts: list[Review]) -> None:
    """Load the names of mapped verdicts, and replace texts of claims that the person must not read."""
    if mapped := [proposal for proposal in proposals if proposal.mapping is not None]:
        prefetch_related_objects(mapped, "mapping__verdict__labels")
    claims = [proposal.review.claim for proposal in proposals if proposal.review is not None]
    claims += [claim for proposal in proposals for claim in (proposal.claim, proposal.into) if claim is not None]
    show_public_text(desk, [*claims, *(review.claim for review in drafts)])


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
    return Item(proposal, _page(request, proposal, section), " · ".join(details), at, message, note)


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


def _draft_items(reviews: Iterable[Review], demands: Iterable[Demand]) -> list[Item]:
    items = [
        Item(
            review,
            reverse("admin:editorial_review_change", args=[review.pk]),
            _("Correction") if review.change_class else str(capfirst(Review._meta.verbose_name)),
            review.changed_at,
        )
        for review in reviews
    ]
    demand_page, kind = "admin:editorial_demand_change", str(capfirst(Demand._meta.verbose_name))
    return [*items, *(Item(each, reverse(demand_page, args=[each.pk]), kind, each.changed_at) for each in demands)]


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


def _is_recent() -> Q:
    return Q(kind__in=DRAFTS) | Q(decided_at__gte=timezone.now() - RECENT)
