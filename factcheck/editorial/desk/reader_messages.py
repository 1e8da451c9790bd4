"""Messages from readers at the desk: a queue to read, and what can be done with each as buttons."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib import messages as notes
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import reader_messages
from factcheck.editorial.desk import merges
from factcheck.editorial.desk.access import DeskAdmin, desk
from factcheck.editorial.desk.action_forms import NewsroomForm, ProseInput
from factcheck.editorial.desk.action_views import Text, Verb, ask, by_name, refusals_shown, sent
from factcheck.editorial.desk.lists import language_in_words
from factcheck.editorial.desk.public_text import put_public_words
from factcheck.editorial.models import ReaderMessage

State = ReaderMessage.State


class AnswerForm(NewsroomForm):
    text = ProseInput(
        label=capfirst(_("answer")),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Whoever has the receipt can read it. Write nothing about other people."),
    )


VERBS: dict[str, Verb[ReaderMessage]] = by_name(
    Verb(
        "take-up",
        _("Take up"),
        _("It is logged as a claim: put it into one sentence, without names of private persons."),
        _("Taken up."),
        lambda message, by, data: reader_messages.take_up(message=message, by=by, **data),
        NewsroomForm,
    ),
    Verb(
        "answer",
        _("Answer"),
        _("The sender reads your answer with the receipt."),
        _("Answered."),
        lambda message, by, data: reader_messages.answer(message=message, by=by, **data),
        AnswerForm,
    ),
    Verb(
        "dismiss",
        _("Put aside"),
        _("Nothing more happens. The receipt says that it was put aside."),
        _("Put aside."),
        lambda message, by, data: reader_messages.dismiss(message=message, by=by, **data),
        NewsroomForm,
    ),
)

OF_A_MISTAKE = _("The sender is told that somebody is looking into it.")


def explained(verb: Verb[ReaderMessage], message: ReaderMessage) -> Text:
    """What the verb does to a message of this kind."""
    of_a_mistake = verb.name == "take-up" and message.kind == ReaderMessage.Kind.CORRECTION
    return OF_A_MISTAKE if of_a_mistake else verb.explanation


def possible(message: ReaderMessage) -> list[Verb[ReaderMessage]]:
    names = {State.WAITING: ("take-up", "answer", "dismiss"), State.TAKEN_UP: ("answer", "dismiss")}
    return [VERBS[name] for name in names.get(State(message.state), ())]


@admin.register(ReaderMessage)
class ReaderMessageAdmin(DeskAdmin[ReaderMessage]):
    change_form_template = "admin/editorial/readermessage/change_form.html"
    list_display = ("beginning", "kind", "state", "times", language_in_words, "received_at")
    list_filter = ("state", "kind")
    fields = readonly_fields = (
        "kind", "text", "url", "review", "language", "contacts", "times", "received_at", "state", "answer", "claim",
        "decided_by", "decided_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReaderMessage]:
        seen: QuerySet[ReaderMessage] = ReaderMessage.objects.for_newsrooms(list(desk(request).roles))
        return seen.annotate(repeated=Count("repetitions"))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ReaderMessage | None:
        message = super().get_object(request, object_id, from_field)
        if message is not None:
            reviewed = message.review.claim if message.review else None
            put_public_words(desk(request), [claim for claim in (message.claim, reviewed) if claim])
        return message

    def has_view_permission(self, request: HttpRequest, obj: ReaderMessage | None = None) -> bool:
        roles = desk(request).roles
        return bool(roles) and (obj is None or obj.newsroom_id is None or obj.newsroom_id in roles)

    @admin.display(description=_("text"))
    def beginning(self, message: ReaderMessage) -> str:
        return Truncator(message.text).chars(120)

    @admin.display(description=_("how often"))
    def times(self, message: ReaderMessage) -> int:
        return 1 + int(getattr(message, "repeated", 0))

    @admin.display(description=_("contact"))
    def contacts(self, message: ReaderMessage) -> str:
        others = message.repetitions.exclude(contact="").values_list("contact", flat=True)[:20]
        return "; ".join(filter(None, [message.contact, *others])) or "–"

    def beside_form(self, request: HttpRequest, row: ReaderMessage) -> dict[str, Any]:
        return {"verbs": possible(row)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.verb)
        return [path("<uuid:pk>/do/<slug:verb>/", view, name="editorial_readermessage_verb"), *super().get_urls()]

    def verb(self, request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
        if verb not in VERBS or not self.has_view_permission(request):
            raise Http404
        asked, at = VERBS[verb], desk(request)
        message = self.get_queryset(request).filter(pk=pk).first()
        # Everybody saw a tip until a newsroom took it: what was typed meanwhile is shown, and nothing of the tip.
        tips = ReaderMessage.objects.filter(kind=ReaderMessage.Kind.TIP)
        if message is None and not (sent(request) and tips.filter(pk=pk).exists()):
            raise Http404
        change, others = "admin:editorial_readermessage_change", "admin:editorial_readermessage_changelist"
        page = reverse(change, args=[pk]) if message else reverse(others)
        newsroom = message.newsroom_id if message else None  # none of a tip that waits
        form = asked.form([row for row in at.newsrooms if newsroom in (None, row.pk)], sent(request))
        if message is None:
            form.add_error(None, _("Another newsroom has taken this message up meanwhile: it is theirs to answer."))
        elif form.is_valid():
            with refusals_shown(form):
                claim = asked.do(message, at.user, form.cleaned_data)
                notes.success(request, str(asked.done))
                return redirect(merges.similar_address(claim, then="message")) if claim else redirect(page)
        message = message or ReaderMessage(kind=ReaderMessage.Kind.TIP)
        return ask(request, asked, message, form, page, explanation=explained(asked, message))
