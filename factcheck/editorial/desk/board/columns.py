"""The columns of the board. An entry of a column is a card, which shows a claim, or a proposal about something else."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from factcheck.editorial.board import cards
from factcheck.editorial.board.cards import Cards
from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.lists.columns import verdict_pill
from factcheck.editorial.desk.lists.large_lists import LANGUAGES
from factcheck.editorial.models import Card, Membership, Review, User

Stage = Card.Stage
MAX_CARDS = 50  # of a column
MAX_ALONE = 500  # of a column that is shown alone
MAX_LEFT = 2000  # the cards that left the board last, among which those that were set aside are searched
COLUMNS = {
    "came_in": gettext_lazy("Came in"),
    "to_check": gettext_lazy("To check"),
    "checking": gettext_lazy("Checking"),
    "waiting": gettext_lazy("Waiting"),
    "again": gettext_lazy("Published, to check again"),
    "aside": gettext_lazy("Set aside"),  # only shown alone
}
# The columns to which people move a card, and the sign of each button.
_MOVES = {
    "came_in": ((Stage.OFF, "✕"), (Stage.TO_CHECK, "→")),
    "to_check": ((Stage.CAME_IN, "←"), (Stage.CHECKING, "→")),
    "checking": ((Stage.TO_CHECK, "←"),),
    "again": ((Stage.CHECKING, "←"),),
    "changed": ((Stage.CHECKING, "←"),),
    "aside": ((Stage.CAME_IN, "←"),),
}
VIEWS: dict[str, tuple[Any, Callable[[Cards, User], Cards]]] = {
    "mine": (gettext_lazy("Mine"), lambda rows, user: rows.filter(owner=user)),
    "nobody": (gettext_lazy("Nobody’s"), lambda rows, _user: rows.filter(owner=None)),
    "late": (gettext_lazy("Late"), lambda rows, _user: cards.late(rows)),
    "waiting": (COLUMNS["waiting"], lambda rows, _user: cards.waiting(rows)),
}
_OF_PROPOSALS = ("title", "url", "details", "at", "message", "note")
# A card shows the review of its claim that is in the first of these states.
_STATES = ("submitted", "approved", "draft", "published", "withdrawn", "erased")


def age(moment: datetime) -> str:
    """Return the time since a moment in one unit, for example "3 days"."""
    if timezone.now() - moment < timedelta(minutes=1):
        return _("just now")
    return timesince(moment, depth=1)


class BoundedCount(Subquery):
    """The number of a queryset's rows up to a limit, as a subquery.

    The limit keeps the home page quick when a table has a million rows.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any], limit: int) -> None:
        super().__init__(rows.order_by().values("pk")[:limit])


def union_of_keys(found: Mapping[str, QuerySet[Any]], limit: int) -> list[tuple[str, Any]]:
    """Return the names and primary keys of the first rows of each queryset, which one query finds."""
    first, *rest = (
        rows.annotate(place=Value(name, CharField())).values_list("place", "pk")[:limit] for name, rows in found.items()
    )
    return list(first.union(*rest, all=True))


@dataclass(frozen=True)
class Item:
    """An entry of a column. `key` is the newsroom and the claim of a card."""

    title: Any
    url: str
    details: str  # the kind of the proposal and the names of people
    at: datetime
    message: str = ""
    note: str = ""
    key: Any = None
    card: Any = None
    review: Review | None = None
    language: str = ""
    people: str = ""  # the options for the card's owner
    moves: Any = ()

    @property
    def age(self) -> str:
        return age(self.at)

    @property
    def verdict(self) -> str:
        verdict = self.review.verdict if self.review else None
        return verdict_pill(verdict, verdict.label(get_language() or "en")) if verdict else ""

    @property
    def is_late(self) -> bool:
        day = self.card.check_again_on if self.card.stage == Stage.OFF else self.card.due_on
        return day is not None and day < timezone.localdate()


@dataclass(frozen=True)
class Section:
    name: str
    title: Any
    items: list[Item]


def column_rows(desk: Desk, view: str) -> dict[str, Cards]:
    """Return the cards of each column. The last column has cards from two queries."""
    newsrooms = list(desk.roles)
    rows = cards.on_board(newsrooms)
    if view in VIEWS:
        rows = VIEWS[view][1](rows, desk.user)
    again, changed = cards.to_check_again(rows, newsrooms)
    left = rows.filter(stage=Stage.OFF).order_by("-changed_at").values("pk")[:MAX_LEFT]
    done = Review.objects.filter(claim=OuterRef("claim"), newsroom=OuterRef("newsroom"), state__in=_STATES[3:])
    return {
        **{stage: cards.in_stage(rows, stage) for stage in ("came_in", "to_check", "checking")},
        "waiting": cards.waiting(rows),
        "again": again,
        "changed": changed,
        "aside": cards.in_stage(rows, Stage.OFF).filter(pk__in=left).exclude(Exists(done)),
    }


def board_counts(desk: Desk, view: str) -> dict[str, BoundedCount]:
    """Return the counts of the columns and of the views, before they are computed."""
    rows = cards.on_board(list(desk.roles)).exclude(stage=Stage.OFF, check_again_on=None)
    counts = {name: narrow(rows, desk.user) for name, (_title, narrow) in VIEWS.items()}
    counts = {f"view_{name}": found for name, found in counts.items()} | column_rows(desk, view)
    return {name: BoundedCount(found, MAX_ALONE) for name, found in counts.items()}


def board(request: HttpRequest, found: dict[str, int], waiting: list[Section], drafts: list[Item]) -> dict[str, Any]:
    """Return the template variables of the board.

    `found` are the computed counts. `waiting` are the proposals that concern the person, and `drafts` the person's
    drafts that aren't about a claim.
    """
    desk, view, alone = get_desk(request), request.GET.get("view", ""), request.GET.get("column", "")
    names = [alone] if alone in COLUMNS else ["waiting"] if view == "waiting" else [*COLUMNS][:-1]
    rows = {name: rows for name, rows in column_rows(desk, view).items() if name in names or name == "changed"}
    items = _items(desk, rows, MAX_CARDS if len(names) > 1 else MAX_ALONE)
    columns = []
    for name in names:
        sections, others = [Section(name, "", items[name])], found[name] - len(items[name])
        if name == "waiting":
            sections = _with_cards(waiting, items[name], only_cards=view not in ("", "waiting"))
        elif name == "checking" and drafts and not view:
            sections.append(Section("drafts", _("Your drafts"), drafts))
        elif name == "again":
            sections.append(Section("changed", _("Sources have changed"), items["changed"]))
            others += found["changed"] - len(items["changed"])
        sections = [section for section in sections if section.items]
        count = others + sum(len(section.items) for section in sections)
        columns.append((name, COLUMNS[name], sections, others, f"{MAX_ALONE}+" if count >= MAX_ALONE else count))
    views = [("", _("All"), None), *((name, title, found[f"view_{name}"]) for name, (title, _narrow) in VIEWS.items())]
    here = f"?{request.GET.urlencode()}" if view or alone else ""
    return {"columns": columns, "views": views, "view": view, "aside": found["aside"], "here": here}


def _items(desk: Desk, rows: dict[str, Cards], limit: int) -> dict[str, list[Item]]:
    """Return the entries of each column. Two queries find the cards, as on the rest of the home page."""
    keys = union_of_keys(rows, limit)
    found = cards.on_board(list(desk.roles)).in_bulk([pk for _column, pk in keys])
    keys = [(column, pk) for column, pk in keys if pk in found]  # somebody may have deleted a claim in between
    show_public_text(desk, [card.claim for card in found.values()])
    reviews = defaultdict(list)
    own = desk.own(Review.objects.filter(claim__in={card.claim_id for card in found.values()}))
    own = own.filter(state__in=_STATES).defer("body").select_related("verdict__scale")
    for each in own.prefetch_related("verdict__labels") if found else ():
        reviews[each.newsroom_id, each.claim_id].append(each)
    options = _options(desk)
    items: dict[str, list[Item]] = {name: [] for name in rows}
    for column, pk in keys:
        card = found[pk]
        key = card.newsroom_id, card.claim_id
        review = min(reviews[key], key=lambda each: _STATES.index(each.state), default=None)
        page, row = ("claim", card.claim_id) if review is None else ("review", review.pk)
        people = SafeString(options[card.newsroom_id].replace(f'="{card.owner_id}"', f'="{card.owner_id}" selected'))
        moves = [(stage, COLUMNS.get(stage, COLUMNS["aside"]), sign) for stage, sign in _MOVES.get(column, ())]
        newsroom = str(card.newsroom) if len(desk.roles) > 1 else ""
        language = str(LANGUAGES.get(card.claim.language, card.claim.language))
        url = reverse(f"admin:editorial_{page}_change", args=[row])
        items[column].append(
            Item(card.claim, url, newsroom, card.claim.logged_at, "", "", key, card, review, language, people, moves)
        )
    return items


def _options(desk: Desk) -> dict[int, str]:
    """Return the members of each newsroom as options of a selection."""
    options: dict[int, str] = defaultdict(str)
    members = Membership.objects.filter(publisher__in=list(desk.roles), user__is_active=True).select_related("user")
    for member in members.order_by("user__byline", "user__username"):
        options[member.publisher_id] += format_html('<option value="{}">{}</option>', member.user_id, member.user)
    return options


def _with_cards(waiting: list[Section], own: list[Item], *, only_cards: bool) -> list[Section]:
    """Return the sections of proposals with their cards, and the cards that concern other people."""
    by_key = {item.key: item for item in own}
    found = []
    for section in waiting:
        items = [
            replace(card, **{name: getattr(item, name) for name in _OF_PROPOSALS}) if card else item
            for item in section.items
            if (card := by_key.pop(item.key, None)) or not only_cards
        ]
        found.append(replace(section, items=items))
    return [*found, Section("others", _("Waiting for others") if waiting else "", [*by_key.values()])]
