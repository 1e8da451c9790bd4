"""The page of waiting messages in groups, the page on which a group is decided, and the newsroom's reusable answers."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as notes
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_forms import CorrectionForm, NewsroomForm
from factcheck.editorial.desk.action_views import refusals_on_form, subject_page, submitted_data
from factcheck.editorial.desk.subjects import merges
from factcheck.editorial.desk.talk.comment_pages import GROUPS
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.events import record_event
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.messages.opened_messages import MOST, Group, Opened, group_messages, open_messages
from factcheck.editorial.models import Publisher, ReaderMessage, ReusableAnswer
from factcheck.editorial.proposals import review_policy
from factcheck.record.matching.matches import match
from factcheck.record.models import LogEntry, PublishedClaim
from factcheck.record.readmodel.bodies import Claim, ReviewOfClaim
from factcheck.record.statements.output import read
from factcheck.record.statements.values import same_language

LIST = "admin:editorial_readermessage_changelist"
OPEN = [ReaderMessage.State.WAITING, ReaderMessage.State.TAKEN_UP]
_GONE = gettext_lazy("This message has already been decided, perhaps by another newsroom, or it was deleted.")
# The function for each button, and the notice on the next page.
_ACTIONS: dict[str, tuple[Callable[..., UUID | None], Any]] = {
    "answer": (reader_messages.answer, gettext_lazy("Answered.")),
    "take-up": (reader_messages.take_up, gettext_lazy("Taken up.")),
    "dismiss": (reader_messages.dismiss, gettext_lazy("Put aside.")),
    "correct": (reader_messages.take_up, gettext_lazy("You can now edit the draft. Correct the mistakes.")),
}
_AnswerForms = forms.inlineformset_factory(
    Publisher, ReusableAnswer, fields=["name", "language", "text"], extra=2, can_delete_extra=False
)


class GroupForm(CorrectionForm, NewsroomForm):
    """The messages that are decided together, and the reason for a correction."""

    members = forms.ModelMultipleChoiceField(ReaderMessage.objects, error_messages={"invalid_choice": _GONE})
    action = forms.ChoiceField(choices=[(name, name) for name in _ACTIONS])

    def __init__(self, desk: Desk, data: Any = None) -> None:
        super().__init__([row for row in desk.newsrooms if row.pk in desk.deciding_newsrooms], data)
        members: Any = self.fields["members"]
        members.queryset = ReaderMessage.objects.for_newsrooms(desk.deciding_newsrooms).order_by("received_at")


def groups_page(request: HttpRequest) -> HttpResponse:
    """Show the waiting messages in groups, and below them those that were taken up. Raise KeyProblem."""
    desk, taken_up = get_desk(request), dict[tuple[Any, ...], Group]()
    waiting = open_messages(desk.deciding_newsrooms)
    groups, by_words = group_messages(waiting)
    for each in reversed(open_messages(desk.deciding_newsrooms, state=OPEN[1])):
        taken_up.setdefault((each.row.claim_id, each.row.review_id), Group([])).messages.append(each)
    context = {"groups": groups, "taken_up": taken_up.values(), "form": GroupForm(desk), "subtitle": ""}
    counts = {"by_words": by_words, "number": len(waiting), "most": MOST}
    title, template = _("Messages from readers"), "admin/editorial/readermessage/groups.html"
    return subject_page(request, ReaderMessage(), reverse(LIST), title, template, **context, **counts)


def group_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a group, and decide on those of its messages that are ticked.

    Somebody else may have decided while the person was writing. The page then keeps the answer, but not the messages.
    With `checked`, it is only the part of a list that shows whether the claim has been checked already.
    """
    desk, data, checked = get_desk(request), submitted_data(request), list[ReviewOfClaim]()
    form, posted = GroupForm(desk, data), [(name.partition("_"), text) for name, text in request.POST.items()]
    texts = {language: str(text) for (name, _sign, language), text in posted if name == "text"}
    if form.is_valid():
        with refusals_on_form(form):
            return _decide(request, form.cleaned_data, texts)
    group = _find_group(desk, pk, alone="checked" in request.GET)
    reusable = ReusableAnswer.objects.filter(newsroom__in=desk.deciding_newsrooms)
    if group and data is None:
        checked, languages = _find_checked(group.first), request.GET.get("checked", "").split() or group.languages
        texts = _prefilled(languages, reusable.filter(name=request.GET.get("answer", "")), checked)
    elif data is None:
        notes.warning(request, str(_GONE))
        return redirect(LIST)
    context: dict[str, Any] = {"group": group, "form": form, "texts": texts, "checked": checked}
    if "checked" in request.GET:
        return render(request, "admin/editorial/readermessage/checked.html", context)
    if group and (review := group.first.row.review):
        with translation.override(review.language):
            form.fields["note"].initial = _("A reader pointed this out:") + " "
    title, row = _("Messages that say the same"), group.first.row if group else ReaderMessage()
    context["names"] = reusable.order_by("name").values_list("name", flat=True).distinct()
    return subject_page(request, row, reverse(LIST), title, "admin/editorial/readermessage/group.html", **context)


@transaction.atomic
def _decide(request: HttpRequest, data: dict[str, Any], texts: dict[str, str]) -> HttpResponse:
    """Decide on the messages, and redirect to the next page. Raise EditorialError."""
    (first, *others), by, more = data["members"], get_desk(request).user, dict[str, Any]()
    run, done = _ACTIONS[data["action"]]
    if data["action"] == "answer":
        more["text"] = texts
    elif data["action"] == "correct" and first.review:
        detail = {"change_class": data["change_class"], "note": data["note"], "request": str(first.pk)}
        review_policy.open_correction(review=first.review, by=by, **detail)
        more["corrects"] = LogEntry.objects.filter(subject=first.review_id).count()
    claim = run(message=first, by=by, newsroom=data["newsroom"], others=[row.pk for row in others], **more)
    notes.success(request, str(done))
    if "corrects" in more:
        return redirect("admin:editorial_review_change", first.review_id)
    return redirect(merges.similar_url(claim, then="message") if claim else LIST)


def _find_group(desk: Desk, pk: UUID, *, alone: bool) -> Group | None:
    """Return the group with this message, or None if the message isn't open, or the person may not read it.

    Messages that were taken up are a group if they became the same claim, or are about the same review. Without the
    key, the group is the message alone, with the reason why nobody can read it.
    """
    if not (newsrooms := desk.deciding_newsrooms):
        raise Http404
    if (row := ReaderMessage.objects.for_newsrooms(newsrooms).filter(pk=pk, state__in=OPEN).first()) is None:
        return None
    try:
        if row.state == OPEN[1]:
            return Group(open_messages(newsrooms, claim=row.claim_id, review=row.review_id, state=row.state)[::-1])
        groups = [] if alone else group_messages(open_messages(newsrooms))[0]
        found = (group for group in groups if row in [each.row for each in group.messages])
        return next(found, Group([Opened(row, row.text, row.url)]))
    except KeyProblem as problem:
        return Group([Opened(row, str(problem))])


def _find_messages(desk: Desk, row: ReaderMessage) -> list[ReaderMessage]:
    group = _find_group(desk, row.pk, alone=False)
    return [each.row for each in group.messages] if group else []


GROUPS[ReaderMessage] = _find_messages


def _find_checked(tip: Opened) -> list[ReviewOfClaim]:
    """Return the published reviews of the claim that the tip certainly repeats. The text never leaves this site."""
    if tip.row.kind != ReaderMessage.Kind.TIP:
        return []
    with suppress(TimeoutError):
        found = tip.row.claim_id or next((each.claim_id for each in match(tip.stated.text, private=True).results), None)
        if found and (claim := PublishedClaim.objects.live().filter(pk=found).first()):
            return read(Claim, claim.body).reviews
    return []


def _prefilled(languages: list[str], reusable: Any, checked: list[ReviewOfClaim]) -> dict[str, str]:
    """Return an answer for each language: the chosen reusable answer, and the review that has checked the claim."""
    found = {language: [row.text for row in reusable if row.language == language] for language in languages}
    for language, texts in found.items() if checked else ():
        review = next((each for each in checked if same_language(each.language, language)), checked[0])
        with translation.override(language):
            verdict = review.verdict.labels.get(language) or review.verdict.label
            text = _("We have checked this. Our verdict: %(verdict)s. You can read our review here: %(url)s")
            texts.append(text % {"verdict": verdict, "url": review.url})
    return {language: "\n\n".join(texts) for language, texts in found.items()}


def answers_page(request: HttpRequest) -> HttpResponse:
    """Show all reusable answers of a newsroom as one form, and save it."""
    desk = get_desk(request)
    newsrooms = [row for row in desk.newsrooms if row.pk in desk.deciding_newsrooms]
    if not newsrooms:
        raise Http404
    newsroom = next((row for row in newsrooms if str(row.pk) == request.GET.get("newsroom")), newsrooms[0])
    answers = _AnswerForms(submitted_data(request), instance=newsroom, prefix="answers")
    if answers.is_valid():
        answers.save()
        record_event(desk.user, "publisher.changed", newsroom)
        notes.success(request, _("The answers have been saved."))
        return redirect(request.get_full_path())
    title, template = _("Reusable answers"), "admin/editorial/readermessage/answers.html"
    context = {"answers": answers, "newsrooms": newsrooms, "subtitle": newsroom}
    return subject_page(request, ReaderMessage(), reverse(LIST), title, template, **context)
