"""The translations of a review, and which of them are behind the review's newest revision."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.schema import lists
from api.schema.operations import documented
from factcheck.record.models import PublishedReview
from factcheck.record.readmodel import bodies
from factcheck.record.readmodel.translated_reviews import list_translations, newest_text


class TranslationList(Endpoint):
    @documented(
        "list_translations", "Reviews", "The live translations of a review, and whether they are behind.",
        "TranslationList", missing=True,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        review = get_object_or_404(PublishedReview.objects.using("public"), pk=review_id)
        newest = newest_text(review_id) or 1
        results = [_translation(body, newest) for body in list_translations(review)]
        return responses.respond(lists.TranslationList(newest_revision=newest, results=results).to_json())


def _translation(body: bodies.Review, newest: int) -> lists.TranslationOfReview:
    assert body.translation_of
    return lists.TranslationOfReview(
        id=body.id,
        language=body.language,
        headline=body.headline,
        url=body.url,
        translated_revision=body.translation_of.revision,
        is_behind=body.translation_of.revision < newest,
    )
