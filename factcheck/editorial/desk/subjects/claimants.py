"""Claimants at the desk, where editors confirm an imported name or describe the claimant without a name."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial.claimants import claimant_digest, confirm_claimant, redact_claimant, reviews_naming
from factcheck.editorial.desk.access import NewsroomAdmin, get_desk
from factcheck.editorial.desk.action_forms import DigestForm, ProseField
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, by_name
from factcheck.editorial.desk.lists.filters import OwnNewsroomFilter
from factcheck.editorial.desk.lists.finding import WordSearchMixin
from factcheck.editorial.desk.writing.edit_conflicts import ConflictCheckedForm, LockingAdmin
from factcheck.editorial.models import Claimant, Review
from factcheck.record.models import PublishedReview
from factcheck.record.readmodel.bodies import Review as PublicReview
from factcheck.record.statements import review as review_statement
from factcheck.record.statements.parts import max_length
from factcheck.record.statements.statement_labels import choices

PERSON = Claimant.Type.PERSON
UNCONFIRMED_PERSON = _("person (not confirmed)")  # no editor has confirmed that the person is a public figure
LISTED = 20  # the page lists at most this many reviews that still show a name
NAME_IN_REVISIONS = _(
    "Earlier revisions still show the name. To remove the name from these revisions, open a correction and"
    " delete the name from the draft. Then use “Erase what is published, keep this draft…”."
)


class UrlLinesField(forms.CharField):
    """A field for a list of URLs, one per line."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField short"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class ClaimantForm(ConflictCheckedForm[Claimant]):
    same_as = UrlLinesField(
        label=capfirst(_("same as")),
        required=False,
        help_text=_("URLs that identify the claimant, for example a Wikidata page. Enter one URL per line."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = self.fields.get("type")
        if not isinstance(types, forms.ChoiceField):  # a read-only page doesn't have this field
            return
        if self.instance.confirmed:
            types.widget.attrs["data-ticks"] = "is_public_figure"  # desk.js ticks this checkbox for a person
        else:
            labels = {**dict(choices(Claimant.Type)), PERSON: UNCONFIRMED_PERSON}
            types.choices = [*labels.items()]


class RedactionForm(forms.Form):
    description = ProseField(
        label=capfirst(_("description")),
        max_length=max_length(review_statement.Claimant, "description"),
        help_text=_("Readers will see this description in place of the name, for example “a Facebook user”."),
        widget=forms.TextInput(attrs={"class": "vTextField wide"}),
    )


def _count_named(reviews: int) -> str:
    """Return a warning if published reviews still show the name."""
    return ngettext(
        "%(count)s published review still shows the name. Open a correction for this review.",
        "%(count)s published reviews still show the name. Open a correction for each review.",
        reviews,
    ) % {"count": reviews} if reviews else ""  # fmt: skip


CONFIRM_PERSON = _(
    "You confirm that this person is a public figure and is named for a statement made in a public office or role."
)
ACTIONS: dict[str, DeskAction[Claimant]] = by_name(
    DeskAction(
        "confirm",
        _("Confirm the name"),
        _("You confirm that this claimant is an organisation and that the name is correct."),
        _("The name has been confirmed."),
        lambda claimant, by, data: confirm_claimant(claimant=claimant, by=by, digest=data["digest"]),
        DigestForm,
    ),
    DeskAction(
        "redact",
        _("Describe instead of naming"),
        format_lazy(
            "{} {}",
            _(
                "A description replaces the name, role and identifying URLs in all drafts. Published reviews show"
                " the name until you publish a correction. Earlier submissions contain the name until the review is"
                " erased."
            ),
            NAME_IN_REVISIONS,
        ),
        _("The name has been removed from all drafts."),
        lambda claimant, by, data: redact_claimant(claimant=claimant, by=by, description=data["description"]),
        RedactionForm,
        is_destructive=True,
        warning=_count_named,
    ),
)


@admin.register(Claimant)
class ClaimantAdmin(WordSearchMixin, ActionsAdmin[Claimant], LockingAdmin[Claimant], NewsroomAdmin[Claimant]):
    desk_actions = ACTIONS
    action_template = "admin/editorial/claimant/action.html"
    recorded = ("added", "changed", "removed")
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

    def has_delete_permission(self, request: HttpRequest, obj: Claimant | None = None) -> bool:
        """Allow deletion only if no draft and no published claim refers to the claimant."""
        if obj is None or not self.has_change_permission(request, obj) or obj.claims.exists():
            return False
        return not PublishedReview.objects.live().filter(claimant=obj.pk).exists()

    def status_context(self, request: HttpRequest, row: Claimant) -> dict[str, object]:
        context = super().status_context(request, row) | {"in_revisions": NAME_IN_REVISIONS}
        if request.method == "GET":  # after a refused form, the row in memory has the typed values
            try:
                named = reviews_naming(row, LISTED + 1)
                context |= {"named": self._links(request, named[:LISTED]), "more_named": len(named) > LISTED}
            except TimeoutError:
                context["too_many"] = True
        return context

    @staticmethod
    def _links(request: HttpRequest, bodies: Sequence[PublicReview]) -> list[tuple[str, str, str]]:
        """Return the title, URL and publisher of published reviews.

        The person's own reviews get the URL at the desk and an empty publisher.
        """
        own = get_desk(request).own(Review.objects.filter(pk__in=[body.id for body in bodies]))
        at_desk = {str(pk) for pk in own.values_list("pk", flat=True)}

        def link(body: PublicReview) -> tuple[str, str]:
            at = reverse("admin:editorial_review_change", args=[body.id])
            return (at, "") if body.id in at_desk else (body.url, body.publisher.name)

        return [(body.headline or body.claim.text, *link(body)) for body in bodies]

    def may_act(self, request: HttpRequest, row: Claimant) -> bool:
        return row.newsroom_id in get_desk(request).deciding_newsrooms

    def available_actions(self, request: HttpRequest, row: Claimant) -> list[str]:
        if not row.name or not self.may_act(request, row):
            return []
        return ["redact"] if row.confirmed else ["confirm", "redact"]

    def action_context(
        self, request: HttpRequest, row: Claimant, action: DeskAction[Claimant], form: forms.Form
    ) -> dict[str, object]:
        if action.name == "redact":
            return {"object": row}
        # After a refusal, the next try confirms what the page shows now.
        form.initial = form.data = {"digest": claimant_digest(row)}
        return {"object": row, "explanation": CONFIRM_PERSON if row.type == PERSON else action.explanation}
