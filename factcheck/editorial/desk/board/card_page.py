"""The page of a card, and the changes that the board's buttons send. Both work without a script."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from factcheck.editorial.board import cards
from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import refusals_on_form, subject_page, submitted_data
from factcheck.editorial.desk.deciding.public_text import show_public_text
from factcheck.editorial.desk.writing.cards import DayInput
from factcheck.editorial.errors import NotFound
from factcheck.editorial.models import Card, EditorialEvent, User


class CardForm(forms.ModelForm[Card]):
    """The fields of a card that the request sends. Hidden fields contain the values that the person saw."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = Card
        fields = cards.FIELDS
        widgets: ClassVar = {"due_on": DayInput, "check_again_on": DayInput}

    def __init__(self, data: Any, card: Card) -> None:
        super().__init__(data, instance=card, initial={"version": card.version}, label_suffix="")
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(memberships__publisher=card.newsroom_id, is_active=True)
        owner.empty_label = _("nobody")
        for name in cards.FIELDS:
            self.fields[name].show_hidden_initial = True
            if data is not None and name not in data:
                del self.fields[name]

    def validate_constraints(self) -> None:
        """Leave the constraints to `cards.change`, which clears what a card off the board can't have."""


def card_page(request: HttpRequest, newsroom: int, claim: UUID) -> HttpResponse:
    """Show a card, or change the fields that were sent.

    If two people change one card at once, the second person sees both states, with the status 409.
    """
    desk = get_desk(request)
    if newsroom not in desk.roles:
        raise Http404
    try:
        card = cards.of(newsroom, claim)
    except NotFound as missing:
        raise Http404 from missing
    form, context = CardForm(submitted_data(request), card), dict[str, Any]()
    if form.is_bound and form.is_valid():
        values = {name: form.cleaned_data[name] for name in form.changed_data if name in cards.FIELDS}
        with refusals_on_form(form):
            cards.change(newsroom=newsroom, claim=claim, by=desk.user, version=form.cleaned_data["version"], **values)
        show_public_text(desk, [card.claim])
        if form.is_valid():
            said = "; ".join(f"{label}: {value}" for label, value in _in_words(card, values))
            messages.success(request, f"{Truncator(card.claim.text).chars(60)} · {said or '–'}")
            here = request.POST.get("next", "")
            return redirect(reverse("admin:index") + (here if here.startswith("?") else ""))
        if form.has_error("__all__", "changed_since"):
            now = cards.of(newsroom, claim)
            events = EditorialEvent.objects.filter(newsroom=newsroom, subject=str(claim), action="card.changed")
            pairs = zip(_in_words(now, values), _in_words(card, values), strict=True)
            both = [(label, theirs, mine) for (label, theirs), (_label, mine) in pairs]
            context = {"last": events.select_related("actor").first(), "both": both}
            form = _again(form, now, values)
    back = reverse("admin:editorial_claim_change", args=[claim])
    template, context = "admin/editorial/card_page.html", {**context, "form": form, "button": _("Save")}
    page = subject_page(request, card.claim, back, _("Card on the board"), template, **context)
    page.status_code = 409 if "both" in context else 400 if form.is_bound else 200
    return page


def _again(refused: CardForm, now: Card, values: dict[str, Any]) -> CardForm:
    """Return the form with the state of now, except for the fields that the person changed."""
    fresh = CardForm(None, now)
    state = {name: fresh[name].value() for name in cards.FIELDS}
    data = {f"initial-{name}": value for name, value in state.items()} | state | {"version": now.version}
    form = CardForm(data | {name: refused.data[name] for name in values}, now)
    form.full_clean()
    for error in refused.non_field_errors():
        form.add_error(None, error)
    return form


def _in_words(card: Card, names: Any) -> list[tuple[Any, str]]:
    """Return the labels and values of these fields of a card."""
    words = {
        "stage": card.get_stage_display(),
        "owner": str(card.owner or _("nobody")),
        "urgent": _("yes") if card.urgent else _("no"),
        **{name: date_format(day) if (day := getattr(card, name)) else "–" for name in ("due_on", "check_again_on")},
    }
    return [(CardForm.base_fields[name].label, str(words[name])) for name in names]
