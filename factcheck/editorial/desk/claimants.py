"""Claimants, and the two answers to a name that an import brought in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial.claimants import claimant_digest, confirm_claimant, redact_claimant, reviews_naming
from factcheck.editorial.desk.access import NewsroomAdmin, OwnNewsroomFilter, desk
from factcheck.editorial.desk.action_forms import DigestForm, ProseInput
from factcheck.editorial.desk.action_views import page_about, refusals_shown, sent
from factcheck.editorial.desk.edit_conflicts import HeldWhileSaved, SeenForm
from factcheck.editorial.desk.lists import all_words, keys, search_terms
from factcheck.editorial.fields import choices
from factcheck.editorial.models import Claimant, Review
from factcheck.record.models import PublishedReview
from factcheck.record.statements import review as said
from factcheck.record.statements.parts import max_length

PERSON = Claimant.Type.PERSON
UNCONFIRMED_PERSON = _("person (not confirmed)")  # nobody here has said that it is a public figure
LISTED = 20  # published reviews that still show a name
EARLIER = _(
    "Earlier revisions stay readable with the name. If it has to go from those too, open a correction, and when the "
    "name is out of the draft use “Erase what is published, keep this draft…”."
)


class AddressLines(forms.CharField):
    """A list of addresses, written one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField short"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class ClaimantForm(SeenForm[Claimant]):
    same_as = AddressLines(
        label=capfirst(_("same as")),
        required=False,
        help_text=_("Addresses that identify the claimant, such as their Wikidata page; one a line."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = self.fields.get("type")
        if not isinstance(types, forms.ChoiceField):  # who may only read is asked nothing
            return
        if self.instance.confirmed:
            types.widget.attrs["data-ticks"] = "is_public_figure"  # desk.js: choosing it says so already
        else:
            words = {**dict(choices(Claimant.Type)), PERSON: UNCONFIRMED_PERSON}
            types.choices = [*words.items()]


class RedactionForm(forms.Form):
    description = ProseInput(
        label=capfirst(_("description")),
        max_length=max_length(said.Claimant, "description"),
        help_text=_("What readers see in place of the name, for example “a Facebook user”."),
        widget=forms.TextInput(attrs={"class": "vTextField wide"}),
    )


@admin.register(Claimant)
class ClaimantAdmin(HeldWhileSaved[Claimant], NewsroomAdmin[Claimant]):
    form = ClaimantForm
    change_form_template = "admin/editorial/claimant/change_form.html"
    list_display = ("__str__", "type_so_far", "job_title", "confirmed")
    list_filter = ("confirmed", "type", OwnNewsroomFilter)
    search_fields = ("name", "description")
    search_help_text = _("Part of the name or description")
    radio_fields = {"type": admin.VERTICAL}

    @admin.display(description=_("type"))
    def type_so_far(self, claimant: Claimant) -> Any:
        unconfirmed = claimant.type == PERSON and not claimant.confirmed
        return UNCONFIRMED_PERSON if unconfirmed else claimant.get_type_display()

    def get_fields(self, request: HttpRequest, obj: Claimant | None = None) -> Any:
        fields = ["type", "name", "is_public_figure", "description", "job_title", "same_as"]
        return ["newsroom", *fields] if self.chooses_newsroom(request, obj) else fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Claimant], search_term: str
    ) -> tuple[QuerySet[Claimant], bool]:
        if not search_term.strip():
            return queryset, False
        if not (words := search_terms(search_term)):
            return queryset.none(), False
        mine = Claimant.objects.filter(newsroom__in=list(desk(request).roles))
        hits = [key for field in self.search_fields for key in keys(mine.filter(all_words(field, words)))]
        return queryset.filter(pk__in=hits), False

    def has_delete_permission(self, request: HttpRequest, obj: Claimant | None = None) -> bool:
        """One that no claim names, in draft or in public."""
        if obj is None or not self.has_change_permission(request, obj) or obj.claims.exists():
            return False
        return not PublishedReview.objects.live().filter(claimant=obj.pk).exists()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/confirm/", view(self.confirm), name="editorial_claimant_confirm"),
            path("<uuid:pk>/redact/", view(self.redact), name="editorial_claimant_redact"),
            *super().get_urls(),
        ]

    def beside_form(self, request: HttpRequest, row: Claimant) -> dict[str, Any]:
        shown: dict[str, Any] = {"decides": desk(request).deciding, "earlier": EARLIER}
        if request.method == "GET":  # else the row is as a form says that was refused
            try:
                named = reviews_naming(row, LISTED + 1)
                shown |= {"named": self._pages(request, named[:LISTED]), "more_named": len(named) > LISTED}
            except TimeoutError:
                shown["too_many"] = True
        return shown

    @staticmethod
    def _pages(request: HttpRequest, bodies: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
        """Titles of published reviews with their addresses at the desk, or the public one and whose it is."""
        ours = Review.objects.filter(pk__in=[body["id"] for body in bodies], newsroom__in=list(desk(request).roles))
        here = {str(pk) for pk in ours.values_list("pk", flat=True)}
        return [
            (
                body["headline"] or body["claim"]["text"],
                *(
                    (reverse("admin:editorial_review_change", args=[body["id"]]), "")
                    if body["id"] in here
                    else (body["url"], body["publisher"]["name"])
                ),
            )
            for body in bodies
        ]

    def confirm(self, request: HttpRequest, pk: Any) -> HttpResponse:
        claimant = self._mine(request, pk)
        form = DigestForm(sent(request), initial={"digest": claimant_digest(claimant)})
        if form.is_valid():
            with refusals_shown(form):
                confirm_claimant(claimant=claimant, by=desk(request).user, digest=form.cleaned_data["digest"])
                messages.success(request, _("The name is confirmed."))
                return redirect(self._page(claimant))
        if form.is_bound:  # and refused: the claimant is shown as it is now
            form.data = {"digest": claimant_digest(claimant)}
        explanation = (
            _("You state that this is a public figure, named for what they said in a public office or role.")
            if claimant.type == PERSON
            else _("You state that this is an organisation and the name is right.")
        )
        return self._ask(request, claimant, _("Confirm the name"), explanation, form)

    def redact(self, request: HttpRequest, pk: Any) -> HttpResponse:
        claimant = self._mine(request, pk)
        form = RedactionForm(sent(request))
        if form.is_valid():
            with refusals_shown(form):
                left = redact_claimant(
                    claimant=claimant, by=desk(request).user, description=form.cleaned_data["description"]
                )
                messages.success(request, _("The name is gone from all drafts."))
                if left:
                    messages.warning(
                        request,
                        ngettext(
                            "%(count)s published review still shows it: open a correction there.",
                            "%(count)s published reviews still show it: open a correction of each.",
                            left,
                        )
                        % {"count": left},
                    )
                return redirect(self._page(claimant))
        explanation = _(
            "The name, role and identifying addresses are replaced by a description in all drafts. What is published "
            "stays as it is until you publish a correction, and what was submitted before keeps the name until the "
            "review is erased."
        )
        said = f"{explanation} {EARLIER}"
        return self._ask(request, claimant, _("Describe instead of naming"), said, form, removes=True)

    def _mine(self, request: HttpRequest, pk: Any) -> Claimant:
        claimant = get_object_or_404(self.get_queryset(request), pk=pk)
        if claimant.newsroom_id not in desk(request).deciding:
            raise PermissionDenied
        return claimant

    @staticmethod
    def _page(claimant: Claimant) -> str:
        return reverse("admin:editorial_claimant_change", args=[claimant.pk])

    def _ask(
        self,
        request: HttpRequest,
        claimant: Claimant,
        title: Any,
        explanation: Any,
        form: forms.Form,
        *,
        removes: bool = False,
    ) -> HttpResponse:
        template, back = "admin/editorial/claimant/verb.html", self._page(claimant)
        said = {"explanation": explanation, "form": form, "object": claimant, "removes": removes}
        return page_about(request, claimant, back, title, template, **said)
