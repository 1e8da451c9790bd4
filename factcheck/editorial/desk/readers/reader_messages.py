"""Messages from readers at the desk, their actions, and the answers of the search page that readers found wrong."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib import messages as notes
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial.desk.access import Desk, OwnRowsAdmin, get_desk
from factcheck.editorial.desk.action_forms import NewsroomForm, ProseField
from factcheck.editorial.desk.action_views import (
    ActionsAdmin,
    DeskAction,
    Text,
    by_name,
    confirm_page,
    refusals_on_form,
    subject_page,
    submitted_data,
)
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.desk.lists.filters import list_filter
from factcheck.editorial.desk.lists.finding import IN_MEMORY
from factcheck.editorial.desk.lists.large_lists import language_in_words
from factcheck.editorial.desk.subjects import merges
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Mismatch, ReaderMessage

MIN_FLOOD = 5  # messages from one network within an hour
MAX_NETWORKS = 10
MAX_SEARCHED = 1000  # messages that one search decrypts, the newest first
PERIODS = {"hour": (_("last hour"), timedelta(hours=1)), "day": (_("last 24 hours"), timedelta(days=1))}


ReceivedFilter = list_filter(
    "received", _("received"), [(name, label) for name, (label, _period) in PERIODS.items()],
    lambda _request, rows, name: rows.filter(received_at__gt=timezone.now() - PERIODS[name][1]),
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


class AnswerForm(NewsroomForm):
    text = ProseField(
        label=capfirst(_("answer")),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Anyone who has the receipt can read this. Don’t write about other people."),
    )


ACTIONS: dict[str, DeskAction[ReaderMessage]] = by_name(
    DeskAction(
        "take-up",
        _("Take up"),
        _("This logs the message as a claim. Write the claim as one sentence, without the names of private persons."),
        _("Taken up."),
        lambda message, by, data: reader_messages.take_up(message=message, by=by, **data),
        NewsroomForm,
    ),
    DeskAction(
        "answer",
        _("Answer"),
        _("The sender can read your answer on the receipt page."),
        _("Answered."),
        lambda message, by, data: reader_messages.answer(message=message, by=by, **data),
        AnswerForm,
    ),
    DeskAction(
        "dismiss",
        _("Put aside"),
        _("No further action is taken. The receipt tells the sender that the message was put aside."),
        _("Put aside."),
        lambda message, by, data: reader_messages.dismiss(message=message, by=by, **data),
        NewsroomForm,
    ),
)

TAKE_UP_MISTAKE = _("The receipt tells the sender that an editor is looking into it.")


def explanation_for(action: DeskAction[ReaderMessage], message: ReaderMessage) -> Text:
    """Return the explanation of the action, adapted to the kind of message."""
    is_mistake = message.kind == ReaderMessage.Kind.CORRECTION
    return TAKE_UP_MISTAKE if is_mistake and action.name == "take-up" else action.explanation


PUT_ASIDE_ALL = DeskAction["QuerySet[ReaderMessage]"](
    "put_aside_all",
    _("Put the selected messages aside"),
    "",
    "",
    lambda messages, by, data: reader_messages.dismiss_all(messages=messages, by=by, **data),
    NewsroomForm,
    is_destructive=True,
)
EDITORS_ONLY = _("Only Editors and Chief editors of the newsroom can read the message.")


def can_read(desk: Desk, message: ReaderMessage) -> bool:
    """Return whether the person can read the message and decide on it.

    All Editors can read a tip that was sent to every newsroom.
    """
    newsrooms = desk.deciding_newsrooms
    return message.newsroom_id in newsrooms if message.newsroom_id else bool(newsrooms)


@admin.register(ReaderMessage)
class ReaderMessageAdmin(ActionsAdmin[ReaderMessage]):
    """The queue of messages, whose content only Editors can read.

    Reporters see that messages have arrived, and which reviews the messages are about.
    """

    actions = ["put_aside_all"]  # type: ignore[assignment] # DeskAdmin has no actions
    desk_actions = ACTIONS
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
        form = PUT_ASIDE_ALL.form(newsrooms, request.POST if "newsroom" in request.POST else None)
        if form.is_valid():
            with refusals_on_form(form):
                number = PUT_ASIDE_ALL.run(messages, desk.user, form.cleaned_data)
                notes.success(request, ngettext("Put %s message aside.", "Put %s messages aside.", number) % number)
                return None
        number = messages.count()
        explanation = ngettext(
            "%s message is put aside. No further action is taken, and the receipt tells the sender.",
            "%s messages are put aside. No further action is taken, and the receipts tell the senders.",
            number,
        )
        names = ("action", "select_across", ACTION_CHECKBOX_NAME)
        return subject_page(
            request, ReaderMessage(), request.get_full_path(), PUT_ASIDE_ALL.label, action=PUT_ASIDE_ALL, form=form,
            template="admin/editorial/readermessage/put_aside.html", explanation=explanation % number,
            selection=[(name, value) for name in names for value in request.POST.getlist(name)],
        )  # fmt: skip

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

    def available_actions(self, request: HttpRequest, row: ReaderMessage) -> list[str]:
        names = {State.WAITING: ["take-up", "answer", "dismiss"], State.TAKEN_UP: ["answer", "dismiss"]}
        return names.get(State(row.state), []) if can_read(get_desk(request), row) else []

    def action_view(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        if name not in ACTIONS or not self.has_view_permission(request):
            raise Http404
        action, desk = ACTIONS[name], get_desk(request)
        message = self.get_queryset(request).filter(pk=pk).first()
        # Another newsroom may have taken the tip while this person was writing. The page then keeps the input and hides
        # the tip.
        tips = ReaderMessage.objects.filter(kind=ReaderMessage.Kind.TIP)
        if message is not None and not can_read(desk, message):
            raise Http404
        if message is None and not (submitted_data(request) and tips.filter(pk=pk).exists()):
            raise Http404
        change, others = "admin:editorial_readermessage_change", "admin:editorial_readermessage_changelist"
        page = reverse(change, args=[pk]) if message else reverse(others)
        newsroom = message.newsroom_id if message else None  # a pending tip doesn't belong to a newsroom
        deciding = [row for row in desk.newsrooms if row.pk in desk.deciding_newsrooms]
        form = action.form([row for row in deciding if newsroom in (None, row.pk)], submitted_data(request))
        if message is None:
            form.add_error(None, _("Another newsroom has already taken up this message and will answer it."))
        elif form.is_valid():
            with refusals_on_form(form):
                claim = action.run(message, desk.user, form.cleaned_data)
                notes.success(request, str(action.success_message))
                return redirect(merges.similar_url(claim, then="message")) if claim else redirect(page)
        message = message or ReaderMessage(kind=ReaderMessage.Kind.TIP)
        return confirm_page(request, action, message, form, page, explanation=explanation_for(action, message))


def _content(message: ReaderMessage, name: str) -> str:
    """Return a part of the message's content, or the reason why the person can't read it."""
    if getattr(message, "is_hidden", False):
        return str(EDITORS_ONLY) if name == "text" else "–"
    try:
        return str(getattr(message, name))
    except KeyProblem as problem:
        return str(problem)


def _opened(desk: Desk) -> Iterator[tuple[ReaderMessage, str]]:
    """Yield the newest messages that the person can read, each with its decrypted text and URL."""
    if desk.deciding_newsrooms:
        for message in ReaderMessage.objects.for_newsrooms(desk.deciding_newsrooms)[:MAX_SEARCHED]:
            yield message, f"{message.text} {message.url}"


IN_MEMORY[ReaderMessage] = _opened


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
