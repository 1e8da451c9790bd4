"""Feeds for feed readers (Atom, RFC 4287)."""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api import responses
from api.endpoint import Endpoint
from api.lists import read_list_request
from api.negotiation import Anything
from api.views.corrections import CORRECTIONS, read_corrections


class _Feed(Atom1Feed):
    """Says of every entry in which language it is, and never takes the time of the request for a time of its own."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, Any]:
        return {"xml:lang": item["language"]}

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=datetime(1970, 1, 1, tzinfo=UTC))


@extend_schema(exclude=True)
class CorrectionFeed(Endpoint):
    """The corrections of /api/v1/corrections/, with the same parameters."""

    content_negotiation_class = Anything

    def get(self, request: Request) -> HttpResponse:
        page = read_corrections(read_list_request(request._request, CORRECTIONS))
        feed = _Feed(
            title="Corrections",
            link=f"{settings.SITE_URL}/",
            description="What was corrected or updated in published reviews, and why.",
            feed_url=f"{settings.SITE_URL}{request.get_full_path()}",
            feed_guid=f"{settings.SITE_URL}{reverse('corrections-feed')}",
            feed_copyright=settings.LICENSE_URL,
            language="en",
        )
        for (body,) in page.rows:
            _add(feed, orjson.loads(body))
        content = feed.writeString("utf-8").encode()
        return responses.respond(request._request, content, "application/atom+xml; charset=utf-8")


def _add(feed: Atom1Feed, correction: dict[str, Any]) -> None:
    review, at = correction["review"], datetime.fromisoformat(correction["at"])
    feed.add_item(
        title=review["headline"] or review["url"],
        link=review["url"],
        description=f"{_change(correction)}\n\n{correction['note'] or ''}".strip(),
        author_name=correction["publisher"],
        unique_id=f"{settings.SITE_URL}{reverse('api:revision', args=[review['id'], correction['revision']])}",
        categories=[correction["class"]] if correction["class"] else [],
        pubdate=at,
        updateddate=at,
        language=review["language"],
    )


def _change(correction: dict[str, Any]) -> str:
    """One line without words of any language but the publisher's own: the class, and the verdicts."""
    before, after = ((correction[key] or {}).get("label") or "–" for key in ("verdict_before", "verdict_after"))
    verdict = after if before == after else f"{before} → {after}"
    return f"[{correction['class'] or correction['kind']}] {verdict}"
