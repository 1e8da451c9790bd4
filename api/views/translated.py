"""The translations of a review, and which of them are behind the review's newest revision."""

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.schema.operations import documented
from factcheck.record.models import PublishedReview
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
        return responses.respond(orjson.dumps({"newest_revision": newest, "results": results}))


def _translation(body: dict[str, Any], newest: int) -> dict[str, Any]:
    translated = body["translation_of"]["revision"]
    return {
        "id": body["id"],
        "language": body["language"],
        "headline": body["headline"],
        "url": body["url"],
        "translated_revision": translated,
        "is_behind": translated < newest,
    }
