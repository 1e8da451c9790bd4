"""The page of waiting messages in groups, the page on which a group is decided, and the newsroom's reusable answers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as notes
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_forms import CorrectionForm, NewsroomForm, ProseField
from factcheck.editorial.desk.action_views import refusals_on_form, subject_page, submitted_data
from factcheck.editorial.desk.subjects import merges
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.events import record_event
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.messages.opened_messages import Group, Opened, find_group, group_messages, open_messages
from factcheck.editorial.messages.requested_corrections import open_requested_correction
from factcheck.editorial.models import Publisher, ReaderMessage, ReusableAnswer
from factcheck.record.matching.matches import match
from factcheck.record.models import PublishedClaim
from factcheck.record.readmodel.bodies import Claim, ReviewOfClaim
from factcheck.record.statements.output import read
from factcheck.record.statements.values import same_language

_GONE = gettext_lazy("This message has already been decided, perhaps by another newsroom, or was deleted.")
LIST = "admin:editorial_readermessage_changelist"
State = ReaderMessage.State


class GroupForm(CorrectionForm, NewsroomForm):
    """The messages that are decided together, an answer in each of their languages, and a correction's reason."""

    members = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def __init__(self, desk: Desk, group: Group, data: QueryDict | None, answers: dict[str, str]) -> None:
        owner = group.first.row.newsroom_id
        deciding = [row for row in desk.newsrooms if row.pk in desk.deciding_newsrooms]
        super().__init__([row for row in deciding if owner in (None, row.pk)], data)
        choices = [(str(each.row.pk), each.text) for each in group.messages]
        self.fields["members"].choices = choices  # type: ignore[attr-defined]
        self.fields["members"].initial = [key for key, _text in choices]
        if review := group.first.row.review:
            with translation.override(review.language):
                self.fields["note"].initial = _("A reader pointed this out:") + " "
        self.languages = group.languages
        for language in self.languages:
            self.fields[f"text_{language}"] = ProseField(
                label=_("Answer (%s)") % translation.get_language_info(language)["name_translated"],
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 5, "lang": language}),
                initial=answers.get(language, ""),
            )

    @property
    def texts(self) -> dict[str, str]:
        return {language: self.cleaned_data[f"text_{language}"] for language in self.languages}

    @property
    def answer_fields(self) -> list[Any]:
        return [self[f"text_{language}"] for language in self.languages]

    @property
    def correction_fields(self) -> list[Any]:
        return [self["change_class"], self["note"]]


def groups_page(request: HttpRequest) -> HttpResponse:
    """Show the waiting messages in groups, and below them those that were taken up. Raise KeyProblem."""
    newsrooms = get_desk(request).deciding_newsrooms
    waiting = open_messages(newsrooms)
    found = group_messages(waiting)
    context = {
        "groups": found.groups,
        "taken_up": _by_subject(open_messages(newsrooms, state=State.TAKEN_UP)),
        "by_words": found.by_words,
        "all_read": len(waiting),
        "subtitle": "",
    }
    title = capfirst(str(ReaderMessage._meta.verbose_name_plural))
    return subject_page(
        request, ReaderMessage(), reverse(LIST), title, "admin/editorial/readermessage/groups.html", **context
    )


def group_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a group, and decide on those of its messages that are ticked.

    Another newsroom may have taken up the messages while the person was writing. The page then keeps the answer, but
    doesn't show the messages.
    """
    desk, data = get_desk(request), submitted_data(request)
    group = _find_group(desk, pk)
    if group is None and data is None:
        notes.warning(request, str(_GONE))
        return redirect(LIST)
    group, is_gone = (
        group or Group([Opened(ReaderMessage(pk=pk, language=language), "", "") for language in ("en", "vi")]),
        group is None,
    )
    checked = _find_checked(group) if data is None else []
    if "checked" in request.GET and not checked:
        return HttpResponse()
    reusable = _reusable(desk, group)
    answers = _prefilled(reusable.filter(name=request.GET.get("answer", "")), group.languages, checked)
    form = GroupForm(desk, group, data, answers)
    if is_gone:
        form.add_error(None, _GONE)
    elif form.is_valid():
        with refusals_on_form(form):
            return _decide(request, group, form, str(request.POST.get("action")))
    target = reverse("admin:editorial_readermessage_group", args=[pk])
    names = list(reusable.order_by("name").values_list("name", flat=True).distinct())
    context = {"group": group, "is_gone": is_gone, "checked": checked, "form": form, "target": target, "names": names}
    if "checked" in request.GET:
        return render(request, "admin/editorial/readermessage/checked.html", context)
    title = ngettext("%s message that says this", "%s messages that say this", group.count) % group.count
    template = "admin/editorial/readermessage/group.html"
    return subject_page(request, group.first.row, reverse(LIST), title, template, **context)


def _decide(request: HttpRequest, group: Group, form: GroupForm, action: str) -> HttpResponse:
    """Decide on the ticked messages, and redirect to the next page. Raise EditorialError."""
    data, chosen = form.cleaned_data, set(form.cleaned_data["members"])
    rows = [each.row for each in group.messages if str(each.row.pk) in chosen]
    same: dict[str, Any] = {
        "message": rows[0],
        "by": get_desk(request).user,
        "newsroom": data["newsroom"],
        "others": [row.pk for row in rows[1:]],
    }
    done, target = "", reverse(LIST)
    if action == "answer":
        reader_messages.answer(**same, texts=form.texts)
        done = ngettext("Answered %s message.", "Answered %s messages.", len(rows))
    elif action == "take-up":
        claim = reader_messages.take_up(**same)
        done = ngettext("Took up %s message.", "Took up %s messages.", len(rows))
        target = merges.similar_url(claim, then="message") if claim else target
    elif action == "dismiss":
        reader_messages.dismiss(**same)
        done = ngettext("Put %s message aside.", "Put %s messages aside.", len(rows))
    elif action == "correct":
        review = open_requested_correction(**same, change_class=data["change_class"], note=data["note"])
        done = ngettext("Opened a correction for %s request.", "Opened a correction for %s requests.", len(rows))
        target = reverse("admin:editorial_review_change", args=[review])
    else:
        raise Http404
    notes.success(request, done % len(rows))
    return redirect(target)


def _find_group(desk: Desk, pk: UUID) -> Group | None:
    """Return the group with this message, or None if the message isn't open, or the person may not read it.

    Without the key, the group is the message alone, with the reason why nobody can read it.
    """
    if not (newsrooms := desk.deciding_newsrooms):
        raise Http404
    mine = ReaderMessage.objects.for_newsrooms(newsrooms).filter(pk=pk)
    if (row := mine.filter(state__in=[State.WAITING, State.TAKEN_UP]).first()) is None:
        return None
    try:
        if row.state == State.TAKEN_UP and (row.claim_id or row.review_id):
            same = {"claim": row.claim_id, "review": row.review_id, "state": State.TAKEN_UP}
            return Group(open_messages(newsrooms, **same)[::-1])
        return find_group(newsrooms, pk) or Group([Opened(row, row.text, row.url)])
    except KeyProblem as problem:
        return Group([Opened(row, str(problem), "")])


def _by_subject(messages: Iterable[Opened]) -> list[Group]:
    """Put messages together that were taken up as the same claim, or that are about the same review."""
    groups = dict[tuple[Any, ...], Group]()
    for each in messages:
        alone = None if each.row.claim_id or each.row.review_id else each.row.pk
        groups.setdefault((each.row.claim_id, each.row.review_id, alone), Group()).messages.insert(0, each)
    return list(groups.values())


def _find_checked(group: Group) -> list[ReviewOfClaim]:
    """Return the published reviews of the claim that the group certainly repeats. The text never leaves this site."""
    first = group.first
    if first.row.kind != ReaderMessage.Kind.TIP:
        return []
    try:
        found = first.row.claim_id or next((each.claim_id for each in match(first.text, private=True).results), None)
    except TimeoutError:
        return []
    row = PublishedClaim.objects.live().filter(pk=found).first() if found else None
    return read(Claim, row.body).reviews if row else []


def _reusable(desk: Desk, group: Group) -> QuerySet[ReusableAnswer]:
    owner = group.first.row.newsroom_id
    return ReusableAnswer.objects.filter(newsroom__in=[owner] if owner else desk.deciding_newsrooms)


def _prefilled(
    reusable: Iterable[ReusableAnswer], languages: Iterable[str], checked: list[ReviewOfClaim]
) -> dict[str, str]:
    """Return an answer for each language: the chosen reusable answer, and the review that has checked the claim."""
    found = {row.language: [row.text] for row in reusable}
    for language in languages if checked else ():
        review = next((each for each in checked if same_language(each.language, language)), checked[0])
        with translation.override(language):
            verdict = review.verdict.labels.get(language) or review.verdict.label
            text = _("We have checked this. Our verdict: %(verdict)s. You can read our review here: %(url)s")
            found.setdefault(language, []).append(text % {"verdict": verdict, "url": review.url})
    return {language: "\n\n".join(texts) for language, texts in found.items()}


def answers_page(request: HttpRequest) -> HttpResponse:
    """Show all reusable answers of a newsroom as one form, and save it."""
    desk, chosen = get_desk(request), request.GET.get("newsroom", "")
    newsrooms = [row for row in desk.newsrooms if row.pk in desk.deciding_newsrooms]
    newsroom = next((row for row in newsrooms if str(row.pk) == chosen), next(iter(newsrooms), None))
    if newsroom is None:
        raise Http404
    answers = _AnswerForms(submitted_data(request), instance=newsroom)
    if answers.is_valid():
        answers.save()
        record_event(desk.user, "answers.changed", newsroom)
        notes.success(request, _("The answers have been saved."))
        return redirect(request.get_full_path())
    title, context = (
        capfirst(str(ReusableAnswer._meta.verbose_name_plural)),
        {"answers": answers, "newsrooms": newsrooms},
    )
    template = "admin/editorial/readermessage/answers.html"
    return subject_page(request, ReaderMessage(), reverse(LIST), title, template, subtitle=newsroom, **context)


_AnswerForms = forms.inlineformset_factory(
    Publisher, ReusableAnswer, fields=["name", "language", "text"], extra=2, can_delete=True
)
