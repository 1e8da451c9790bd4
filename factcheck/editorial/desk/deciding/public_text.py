"""The public text of other newsrooms' claims, which the desk shows in place of their drafts."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any, cast
from uuid import UUID

import orjson
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.lists.large_lists import MAX_HITS
from factcheck.editorial.models import Claim, Review
from factcheck.editorial.search.queries import contains
from factcheck.record.models import PublishedClaim
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.search.query import Query
from factcheck.record.search.ranking import Search
from factcheck.tools.budget import SEARCH_SECONDS, current

HIDDEN = _("no longer available")


def show_public_text(desk: Desk, claims: Iterable[Claim]) -> None:
    """Replace the text of other newsrooms' claims with their public text.

    The changed claims are for display. If they were saved, the public text would overwrite the draft.
    """
    others = [claim for claim in claims if claim.newsroom_id not in desk.roles]
    texts = _public_texts({claim.pk for claim in others}) if others else {}
    for claim in others:
        claim.text, claim.language = texts.get(claim.pk, (str(HIDDEN), "und"))


def search_public_claims(desk: Desk, query: Query) -> list[UUID]:
    """Return other newsrooms' claims whose public text has all words of the query.

    Drafts of other newsrooms aren't searched. Only what is found in time is returned.
    """
    with current().within(SEARCH_SECONDS):
        found = Search(PublishedClaim, query, unfinished=True).page(MAX_HITS)
    texts = _public_texts(MergeGroup.of([hit.id for hit in found.hits]).members)
    others = Claim.objects.filter(pk__in=texts).exclude(newsroom__in=list(desk.roles)).values_list("pk", flat=True)
    # A page of merged claims matches as a whole. Return only the claims whose own text contains all words.
    return [pk for pk in others if contains(texts[pk][0], query)]


class ReviewReferencesMixin:
    """A mixin for pages with references to reviews, or to rows that `suggested` names, of the person's newsrooms."""

    suggested: tuple[Any, ...] = (Review,)

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        page = cast("admin.ModelAdmin[Any]", self)
        references = [field.name for field in page.model._meta.concrete_fields if field.related_model in self.suggested]
        return [*page.autocomplete_fields, *references]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model not in self.suggested:
            return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        kwargs["queryset"] = get_desk(request).own(db_field.related_model.objects.all())
        kwargs["form_class"] = partial(PublicTextChoiceField, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.related_model in self.suggested:
            field.widget.can_add_related = False  # a new review isn't public yet
        return field


class PublicTextChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A field for a claim or review that shows the title that the person can read.

    Django shows this title in the form and in messages after saving.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def to_python(self, value: Any) -> Any:
        row = super().to_python(value)
        return None if row is None else self._with_public_text(row)

    def label_from_instance(self, obj: Any) -> str:
        return str(self._with_public_text(obj))

    def _with_public_text(self, row: Any) -> Any:
        model_admin: Any = admin.site.get_model_admin(type(row))
        model_admin.show_public_text(self.request, [row])
        return row


def _public_texts(ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return the text and language of live claims by id, including claims merged into a live claim."""
    group = MergeGroup.of(ids)
    live = PublishedClaim.objects.live().filter(pk__in={group.root(pk) for pk in ids})
    bodies = map(orjson.loads, live.values_list("body", flat=True))
    return {UUID(part["id"]): (part["text"], part["language"]) for body in bodies for part in (body, *body["merged"])}
