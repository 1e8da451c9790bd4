"""The publishers, claimants, topics and rating scales with verdicts that live reviews refer to."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Exists, F, Func, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.problems import TooSlow
from api.lists.pages import list_response, read_page
from api.lists.requests import ListOptions, read_list_request
from api.schema import references
from api.schema.item_fields import fields_of
from api.schema.operations import documented
from api.schema.references import CountedLanguage, ProfileChange, ReviewOfChange, VerdictOfScale
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.lists.counts import count
from factcheck.record.lists.dimensions import Dimension, name_filter
from factcheck.record.lists.pages import Order
from factcheck.record.lists.values import read_site
from factcheck.record.models import PublishedClaim, PublishedReference, PublishedReview
from factcheck.record.readmodel.profile_rows import changes_with_former
from factcheck.record.statements import review
from factcheck.record.statements.output import Output, read
from factcheck.record.statements.parts import Part
from factcheck.tools.budget import current

Kind = PublishedReference.Kind
MAX_LANGUAGES = 1000
MAX_CLAIMS = 20  # of a claimant, newest first


def _references(kind: Kind) -> QuerySet[Any]:
    return PublishedReference.objects.using("public").filter(kind=kind).annotate(lower_name=Lower("name"))


def _by_name(model: type[Part], kind: Kind, *filters: Dimension) -> ListOptions:
    order = Order("lower_name", tie="key")
    return ListOptions(_references(kind), orders={"name": order}, filters=filters, fields=fields_of(model))


PUBLISHERS = _by_name(review.Publisher, Kind.PUBLISHER, name_filter("name or site", "check", or_site=True))
CLAIMANTS = _by_name(review.Claimant, Kind.CLAIMANT, name_filter("name or description", "nguyen"))
TOPICS = _by_name(review.Topic, Kind.TOPIC)

_scale = Func(F("key"), Value(":"), Value(1), function="split_part", output_field=TextField())
_VERDICTS = _references(Kind.VERDICT).annotate(scale=_scale)
_EARLIER = _VERDICTS.filter(scale=OuterRef("scale"), key__lt=OuterRef("key"))
# Each scale is one row: the row of its first verdict.
BY_SLUG = ListOptions(_VERDICTS.filter(~Exists(_EARLIER)), orders={"slug": Order("scale", tie="key")})


def _respond(request: Request, options: ListOptions) -> HttpResponse:
    list_request = read_list_request(request._request, options)
    return list_response(list_request, read_page(list_request))


def _respond_with(kind: Kind, key: str, added: Output) -> HttpResponse:
    """Return the stored body of a reference, with the fields that the site adds. Raise Http404 if there is none."""
    body = _references(kind).filter(key=key).values_list("body", flat=True).first()
    if body is None:
        raise Http404
    return responses.respond(body[:-1].encode() + b"," + added.to_json()[1:])


class PublisherList(Endpoint):
    @documented(
        "list_publishers", "References", "Publishers of live reviews, sorted by name.", "PublisherList", PUBLISHERS
    )
    def get(self, request: Request) -> HttpResponse:
        return _respond(request, PUBLISHERS)


class PublisherDetail(Endpoint):
    @documented(
        "get_publisher", "References", "A publisher, with the number and the languages of its live reviews.",
        "PublisherDetail", missing=True,
    )  # fmt: skip
    def get(self, request: Request, site: str) -> HttpResponse:
        refuse_parameters(request)
        current().is_cacheable = True
        try:
            site = read_site(site)
        except ValueError:
            raise Http404 from None
        reviews = PublishedReview.objects.using("public").live().filter(publisher=site)
        counts = count(reviews, None, [("language",)], MAX_LANGUAGES)
        newest = reviews.order_by("-published_at", "-id").values_list("body", flat=True).first()
        if newest is None:  # the last review has just been withdrawn
            raise Http404
        if counts is None or not counts.exact:
            raise TooSlow("Counting the reviews of this publisher takes too long. Try again later.")
        added = references.AddedToPublisher(
            review_count=counts.total,
            languages=[
                CountedLanguage(language=str(language), count=number)
                for (language,), number in counts.groups["language",]
            ],
            newest_review=read(references.NewestReview, newest),
            reviews_url=_list_url("reviews", publisher=site),
            profile_changes=[
                ProfileChange(
                    sequence=row.sequence,
                    at=rfc3339(entry.at),
                    review=ReviewOfChange(id=str(entry.subject), revision=entry.number),
                    verdict=row.key or None,
                    content=orjson.Fragment(row.body),
                )
                for row, entry, _former in changes_with_former(site)
            ],
        )
        return _respond_with(Kind.PUBLISHER, site, added)


class ClaimantList(Endpoint):
    @documented("list_claimants", "References", "Claimants in live reviews, sorted by name.", "ClaimantList", CLAIMANTS)
    def get(self, request: Request) -> HttpResponse:
        return _respond(request, CLAIMANTS)


class ClaimantDetail(Endpoint):
    """A claimant with the newest claims.

    It has no numbers and no verdicts, because the record scores claims, never people.
    """

    @documented(
        "get_claimant", "References", "A claimant, with the newest claims that were reviewed.", "ClaimantDetail",
        missing=True,
    )  # fmt: skip
    def get(self, request: Request, claimant_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        current().is_cacheable = True
        rows = PublishedClaim.objects.using("public").live().filter(claimant=claimant_id)
        claims = rows.order_by("-published_at", "-id").values_list("body", flat=True)[:MAX_CLAIMS]
        added = references.AddedToClaimant(
            claims=[read(references.ClaimOfClaimant, claim) for claim in claims],
            claims_url=_list_url("claims", claimant=claimant_id),
        )
        return _respond_with(Kind.CLAIMANT, str(claimant_id), added)


def _list_url(name: str, **parameters: object) -> str:
    return f"{settings.SITE_URL}{reverse(f'api:{name}')}?{urlencode(parameters)}"


class TopicList(Endpoint):
    @documented("list_topics", "References", "Topics of live reviews, sorted by name.", "TopicList", TOPICS)
    def get(self, request: Request) -> HttpResponse:
        return _respond(request, TOPICS)


class RatingScaleList(Endpoint):
    @documented(
        "list_rating_scales", "References", "Rating scales of live reviews, sorted by slug, with the verdicts in use.",
        "RatingScaleList", BY_SLUG,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        list_request = read_list_request(request._request, BY_SLUG)
        page = read_page(list_request, ["scale"])
        slugs = [slug for (slug,) in page.rows]
        verdicts: dict[str, list[review.Verdict]] = {slug: [] for slug in slugs}
        # If documents differ, the document that is newest in the log determines `best` and `worst`.
        for scale, body in _VERDICTS.filter(scale__in=slugs).order_by("sequence").values_list("scale", "body"):
            verdicts[scale].append(read(review.Verdict, body))
        return list_response(list_request, page, [_scale_with(slug, verdicts[slug]).model_dump() for slug in slugs])


def _scale_with(slug: str, verdicts: list[review.Verdict]) -> references.RatingScale:
    """Return a scale without the verdicts' `explanation`, which may be specific to one review."""
    ordered = sorted(verdicts, key=lambda verdict: (verdict.value is None, verdict.value or 0, verdict.slug))
    return references.RatingScale(
        slug=slug,
        best=verdicts[-1].best,
        worst=verdicts[-1].worst,
        verdicts=[
            VerdictOfScale(slug=each.slug or "", value=each.value, labels=each.labels, meanings=each.meanings)
            for each in ordered
        ],
    )
