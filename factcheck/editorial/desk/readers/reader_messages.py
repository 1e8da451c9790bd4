"""Messages from readers at the desk, their actions, and the answers of the search page that readers found wrong."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib import messages as notes
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial.desk.access import Desk, DeskAdmin, OwnRowsAdmin, get_desk
from factcheck.editorial.desk.action_forms import NewsroomForm
from factcheck.editorial.desk.action_views import refusals_on_form, subject_page
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.desk.lists.filters import list_filter
from factcheck.editorial.desk.lists.finding import IN_MEMORY
from factcheck.editorial.desk.lists.large_lists import language_in_words
from factcheck.editorial.desk.readers import message_groups
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.messages.opened_messages import open_messages
from factcheck.editorial.models import Mismatch, ReaderMessage

MIN_FLOOD = 5  # messages from one network within an hour
MAX_NETWORKS = 10


ReceivedFilter = list_filter(
    "received", _("received"), [("hour", _("last hour")), ("day", _("last 24 hours"))],
    lambda _request, rows, name: rows.filter(received_at__gt=timezone.now() - timedelta(**{f"{name}s": 1})),
)  # fmt: skip


class NetworkFilter(admin.SimpleListFilter):
    """A filter by the networks that sent the most messages in this hour.

    The site stores only a hash of a network, and deletes the hash after an hour.
    """

    title = _("network")
    parameter_name = "network"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, Any]]:
        sent = model_admin.get_queryset(request).exclude(wide_sender="").order_by().values("wide_sender")
        floods = sent.annotate(number=Count("pk", distinct=True)).filter(number__gte=MIN_FLOOD)
        for flood in floods.order_by("-number")[:MAX_NETWORKS]:
            yield flood["wide_sender"][:16], _("%s messages from one network") % flood["number"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReaderMessage]) -> QuerySet[ReaderMessage]:
        value = self.value() or ""
        return queryset.filter(wide_sender__startswith=value) if re.fullmatch("[0-9a-f]{16}", value) else queryset


State = ReaderMessage.State
EDITORS_ONLY = _("Only Editors and Chief editors of the newsroom can read the message.")


def can_read(desk: Desk, message: ReaderMessage) -> bool:
    """Return whether the person can read the message and decide on it.

    All Editors can read a tip that was sent to every newsroom.
    """
    newsrooms = desk.deciding_newsrooms
    return message.newsroom_id in newsrooms if message.newsroom_id else bool(newsrooms)


@admin.register(ReaderMessage)
class ReaderMessageAdmin(DeskAdmin[ReaderMessage]):
    """The queue of messages, whose content only Editors can read.

    Reporters see that messages have arrived, and which reviews the messages are about.
    """

    actions = ["put_aside_all"]  # type: ignore[assignment] # DeskAdmin has no actions
    change_form_template = "admin/editorial/readermessage/change_form.html"
    list_display = ("beginning", "kind", "state", "times", language_in_words, "received_at")
    list_filter = ("state", "kind", ReceivedFilter, NetworkFilter)
    fields = readonly_fields = (
        "kind", "words", "link", "review", "language", "contacts", "times", "received_at", "state", "reply", "claim",
        "decided_by", "decided_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReaderMessage]:
        messages: QuerySet[ReaderMessage] = ReaderMessage.objects.for_newsrooms(list(get_desk(request).roles))
        return messages.annotate(repeated=Count("repetitions"))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ReaderMessage | None:
        message = super().get_object(request, object_id, from_field)
        if message is not None:
            reviewed = message.review.claim if message.review else None
            show_public_text(get_desk(request), [claim for claim in (message.claim, reviewed) if claim])
        return message

    def show_public_text(self, request: HttpRequest, rows: Iterable[ReaderMessage]) -> None:
        for message in rows:
            message.is_hidden = not can_read(get_desk(request), message)  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: ReaderMessage | None = None) -> bool:
        roles = get_desk(request).roles
        return bool(roles) and (obj is None or obj.newsroom_id is None or obj.newsroom_id in roles)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/group/", view(message_groups.group_page), name="editorial_readermessage_group"),
            path("answers/", view(message_groups.answers_page), name="editorial_readermessage_answers"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the groups to people who can read the messages, unless they filter the list or open all messages."""
        if request.method == "GET" and not request.GET and get_desk(request).deciding_newsrooms:
            with suppress(KeyProblem):
                return message_groups.groups_page(request)
        return super().changelist_view(request, extra_context)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if get_desk(request).deciding_newsrooms else {}

    @admin.action(description=_("Put the selected messages aside"))
    def put_aside_all(self, request: HttpRequest, messages: QuerySet[ReaderMessage]) -> HttpResponse | None:
        """Show a confirmation page, and put the messages aside when the person has confirmed.

        The page sends the selection to this list again, because Django's actions keep it in the form.
        """
        desk = get_desk(request)
        mine = Q(newsroom=None) | Q(newsroom__in=desk.deciding_newsrooms)
        messages = messages.filter(mine, state__in=[State.WAITING, State.TAKEN_UP])
        newsrooms = [row for row in desk.newsrooms if row.pk in desk.deciding_newsrooms]
        form = NewsroomForm(newsrooms, request.POST if "newsroom" in request.POST else None)
        if form.is_valid():
            with refusals_on_form(form):
                number = reader_messages.dismiss_all(messages=messages, by=desk.user, **form.cleaned_data)
                notes.success(request, ngettext("Put %s message aside.", "Put %s messages aside.", number) % number)
                return None
        title, page = _("Put the selected messages aside"), request.get_full_path()
        template, context = "admin/editorial/readermessage/put_aside.html", {"form": form, "number": messages.count()}
        return subject_page(request, ReaderMessage(), page, title, template, is_destructive=True, **context)

    @admin.display(description=_("text"))
    def beginning(self, message: ReaderMessage) -> str:
        return Truncator(self.words(message)).chars(120)

    words = column(_("text"), lambda message: _content(message, "text"))
    link = column(_("address"), lambda message: _content(message, "url"))
    reply = column(_("answer"), lambda message: _content(message, "answer"))
    times = column(_("times sent"), lambda message: 1 + int(getattr(message, "repeated", 0)))

    @admin.display(description=_("contact"))
    def contacts(self, message: ReaderMessage) -> str:
        repeated = ReaderMessage.objects.filter(same_as=message).exclude(contact="")
        others: list[ReaderMessage] = [] if getattr(message, "is_hidden", False) else list(repeated[:20])
        found = [_content(each, "contact") for each in [message, *others]]
        return "; ".join(dict.fromkeys(filter(None, found))) or "–"


def _content(message: ReaderMessage, name: str) -> str:
    """Return a part of the message's content, or the reason why the person can't read it."""
    if getattr(message, "is_hidden", False):
        return str(EDITORS_ONLY) if name == "text" else "–"
    try:
        return str(getattr(message, name))
    except KeyProblem as problem:
        return str(problem)


IN_MEMORY[ReaderMessage] = lambda desk: (
    (each.row, f"{each.text} {each.url}")
    for each in (open_messages(desk.deciding_newsrooms, pk__isnull=False) if desk.deciding_newsrooms else ())
)


@admin.register(Mismatch)
class MismatchAdmin(OwnRowsAdmin[Mismatch]):
    """The list of the newsroom's claims about which readers had not asked, the most frequent first."""

    list_display = ("of_claim", "asked_about", "count", "last_on", "newsroom")
    list_display_links = None
    list_select_related = ("claim", "newsroom")
    list_filter = ("kind",)

    asked_about = column(_("readers asked about"), lambda row: capfirst(row.get_kind_display()))

    @admin.display(description=_("claim"))
    def of_claim(self, row: Mismatch) -> SafeString:
        page = reverse("admin:editorial_claim_change", args=[row.claim_id])
        return format_html('<a href="{}">{}</a>', page, row.claim)

    def show_public_text(self, request: HttpRequest, rows: Iterable[Mismatch]) -> None:
        show_public_text(get_desk(request), [row.claim for row in rows])
