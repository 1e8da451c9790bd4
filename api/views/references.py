"""The publishers, claimants, topics and rating scales with verdicts that live reviews refer to."""

from typing import Any

import orjson
from django.db.models import Exists, F, Func, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.http import HttpResponse
from rest_framework.request import Request

from api.http.endpoint import Endpoint
from api.lists.keyset import Order
from api.lists.options import ListOptions, read_list_request
from api.lists.pages import list_of_bodies, list_response, read_page
from api.schema.operations import documented
from factcheck.record.models import PublishedReference

Kind = PublishedReference.Kind

BY_NAME = ListOptions(orders={"name": Order("lower_name", tie="key")})
BY_SLUG = ListOptions(orders={"slug": Order("scale", tie="key")})


def references(kind: Kind) -> QuerySet[Any]:
    found = PublishedReference.objects.using("public").filter(kind=kind)
    return found.annotate(lower_name=Lower("name"))


def _respond(request: Request, kind: Kind) -> HttpResponse:
    page = read_page(read_list_request(request._request, BY_NAME), references(kind))
    return list_of_bodies(request._request, page)


class PublisherList(Endpoint):
    @documented(
        "list_publishers", "References", "Publishers of live reviews, sorted by name.", "PublisherList", BY_NAME
    )
    def get(self, request: Request) -> HttpResponse:
        return _respond(request, Kind.PUBLISHER)


class ClaimantList(Endpoint):
    @documented("list_claimants", "References", "Claimants in live reviews, sorted by name.", "ClaimantList", BY_NAME)
    def get(self, request: Request) -> HttpResponse:
        return _respond(request, Kind.CLAIMANT)


class TopicList(Endpoint):
    @documented("list_topics", "References", "Topics of live reviews, sorted by name.", "TopicList", BY_NAME)
    def get(self, request: Request) -> HttpResponse:
        return _respond(request, Kind.TOPIC)


class RatingScaleList(Endpoint):
    @documented(
        "list_rating_scales", "References", "Rating scales of live reviews, sorted by slug, with the verdicts in use.",
        "RatingScaleList", BY_SLUG,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        verdicts = PublishedReference.objects.using("public").filter(kind=Kind.VERDICT).annotate(scale=_scale())
        earlier = verdicts.filter(scale=OuterRef("scale"), key__lt=OuterRef("key"))
        # Each scale is one row: the row of its first verdict.
        page = read_page(
            read_list_request(request._request, BY_SLUG), verdicts.filter(~Exists(earlier)), columns=("scale",)
        )
        slugs = [slug for (slug,) in page.rows]
        bodies: dict[str, list[dict[str, Any]]] = {slug: [] for slug in slugs}
        # If documents differ, the document that is newest in the log determines `best` and `worst`.
        for scale, body in verdicts.filter(scale__in=slugs).order_by("sequence").values_list("scale", "body"):
            bodies[scale].append(orjson.loads(body))
        return list_response(request._request, page, [_scale_with(slug, bodies[slug]) for slug in slugs])


def _scale() -> Func:
    return Func(F("key"), Value(":"), Value(1), function="split_part", output_field=TextField())


def _scale_with(slug: str, verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a scale without the verdicts' `explanation`, which may be specific to one review."""
    newest = verdicts[-1]
    ordered = sorted(verdicts, key=lambda verdict: (verdict["value"] is None, verdict["value"] or 0, verdict["slug"]))
    return {
        "slug": slug,
        "best": newest["best"],
        "worst": newest["worst"],
        "verdicts": [{key: verdict[key] for key in ("slug", "value", "labels")} for verdict in ordered],
    }
