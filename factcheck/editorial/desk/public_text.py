"""Of another newsroom's claim the desk shows what readers see, and nothing of its draft."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any, cast
from uuid import UUID

import orjson
from django import forms
from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.database.query_timeout import time_limit
from factcheck.editorial.desk.access import Desk, desk
from factcheck.editorial.desk.lists import MOST_HITS
from factcheck.editorial.models import Claim, Review
from factcheck.record.models import PublishedClaim
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.search.models import EXACT_CONFIG, SEARCH_CONFIG
from factcheck.record.search.words import split_words

HIDDEN = _("can no longer be seen")
SECONDS = 0.5  # for a look through what is public, where a word may stand in very many claims


def put_public_words(at: Desk, claims: Iterable[Claim]) -> None:
    """Gives each claim of another newsroom the words that readers see: to be shown, and neither saved nor published."""
    others = [claim for claim in claims if claim.newsroom_id not in at.roles]
    said = _public_words({claim.pk for claim in others}) if others else {}
    for claim in others:
        claim.text, claim.language = said.get(claim.pk, (str(HIDDEN), "und"))


def found_in_public(at: Desk, words: Collection[str]) -> list[UUID]:
    """Other newsrooms' claims in whose public text words begin so; what is drafted of them decides nothing.

    None while too many have such words: as with all hits, whoever finds none looks for something rarer.
    """
    parts = split_words(" ".join(words))
    query = _all_begin(parts, SEARCH_CONFIG)
    if marked := [word for word in parts if not word.isascii()]:
        query &= _all_begin(marked, EXACT_CONFIG)
    shown = PublishedClaim.objects.using("public").live().filter(search=query).order_by()
    try:
        with time_limit(SECONDS):
            homes = list(shown.values_list("pk", flat=True)[:MOST_HITS])
    except TimeoutError:
        return []
    said = _public_words(MergeGroup.of(homes).members)
    others = Claim.objects.filter(pk__in=said).exclude(newsroom__in=list(at.roles)).values_list("pk", flat=True)
    told = [word.casefold() for word in words]
    return [pk for pk in others if all(word in said[pk][0].casefold() for word in told)]


class RefersToReviews:
    """Pages on which a reference to a review is chosen from the suggestions of the person's newsrooms."""

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        page = cast("admin.ModelAdmin[Any]", self)
        reviews = [field.name for field in page.model._meta.concrete_fields if field.related_model is Review]
        return [*page.autocomplete_fields, *reviews]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is not Review:
            return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        kwargs["queryset"] = Review.objects.filter(newsroom__in=list(desk(request).roles))
        kwargs["form_class"] = partial(NamedField, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.related_model is Review:
            field.widget.can_add_related = False  # a new one is not public
        return field


class NamedField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A claim or a review, named as the person may read it: in the form, and in what is said when it was saved."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return None if found is None else self._named(found)

    def label_from_instance(self, obj: Any) -> str:
        return str(self._named(obj))

    def _named(self, row: Any) -> Any:
        at: Any = admin.site.get_model_admin(type(row))
        at.put_public_words(self.request, [row])
        return row


def _all_begin(words: Collection[str], config: str) -> SearchQuery:
    """For words that `split_words` has cut, of letters and digits alone."""
    return SearchQuery(" & ".join(f"'{word}':*" for word in words), config=config, search_type="raw")


def _public_words(ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Text and language of those that are live, by themselves or under the claim into which they were merged."""
    group = MergeGroup.of(ids)
    shown = PublishedClaim.objects.live().filter(pk__in={group.root(pk) for pk in ids})
    bodies = map(orjson.loads, shown.values_list("body", flat=True))
    return {UUID(said["id"]): (said["text"], said["language"]) for body in bodies for said in (body, *body["merged"])}
