"""The frame that other sites show, and oEmbed (oembed.com), which tells them the frame's HTML."""

import re
from math import ceil
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls.converters import UUIDConverter
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_exempt

from factcheck.record.models import Status
from factcheck.record.readmodel.answers import MAX_VERDICT, answer_of
from factcheck.record.readmodel.bodies import Erasure, Kept, Review, kept_review
from factcheck.record.readmodel.comparable_verdicts import compare
from factcheck.record.readmodel.public_state import find_state
from factcheck.record.readmodel.revisions import disowned_among
from factcheck.website import queries
from factcheck.website.responses import is_sample, page_for_readers
from factcheck.website.reviews.review_words import title_of
from factcheck.website.sharing import share_cards, share_picture
from factcheck.website.words import plain

_REVIEW_PATH = re.compile(
    rf"/(?:(?P<language>en|vi)/)?reviews/(?P<id>{UUIDConverter.regex})/(?:revisions/[0-9]+/|[\w-]+/)?"
)
# Any site can frame the page. The page only loads its style sheet, and runs no scripts.
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'self'; frame-ancestors *"
WIDTH, NARROW, MAX_HEIGHT = 600, 320, 900
EDGES = 92  # pixels of the frame's height without its lines
# The parts of the frame's text: pixels of a character and of a line with `embed.css`, and the maximum of lines.
SMALL, NOTE, LINKS = (8.0, 21, 3), (9.0, 21, 3), (8.0, 43, 2)
CLAIM, REASON = (10.4, 23, 4), (9.3, 24, 4)
VERDICT, WORDY = (15.5, 34, 4), (11, 25, 8)
MAX_AGE = 3600  # seconds for which a site can keep the frame's HTML. Caches ask again each time.


@xframe_options_exempt
@page_for_readers
def embed(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Show the current state of a review in a frame. Return a 410 with the public notice for an erased review."""
    row = queries.find_review(review_id)
    body = row.published
    erased = isinstance(body, Erasure)
    newsroom = body.notice.newsroom if isinstance(body, Erasure) else body.publisher
    chosen = request.GET.get("lang", "")
    language = chosen if chosen in share_cards.LANGUAGES else translation.get_language()
    context = {
        "review": body,
        "erased": erased,
        "withdrawn": row.status == Status.WITHDRAWN,
        "corrected": share_cards.newest_correction(body.corrections),
        "newsroom": newsroom,
        "sample": is_sample(newsroom.site),
        "disowned": disowned_among([row.sequence]),
    }
    with translation.override(language):
        queries.add_wordings([body])
        response = render(request, "website/embed.html", context, status=410 if erased else 200)
    response.headers["Content-Language"] = language
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@page_for_readers
def oembed(request: HttpRequest) -> HttpResponse:
    """Return the frame for the URL of a review as oEmbed 1.0. The status codes are those of oembed.com."""
    if request.GET.get("format", "json") != "json":
        return _problem(501, "Not Implemented", "This site offers oEmbed only as JSON. Set format=json.")
    url = request.GET.get("url", "")
    if not url:
        return _problem(400, "Bad Request", "The parameter url is missing. Set it to the URL of a review.")
    found = _REVIEW_PATH.fullmatch(_path(url))
    state = find_state("review", UUID(found["id"])) if found else None
    if found is None or state is None or state.status == Status.ERASED:
        return _problem(404, "Not Found", "The parameter url must be the URL of a published review on this site.")
    (body,) = compare([kept_review(state.body)])
    language = found["language"] or share_cards.picture_language(body.language)
    most = [_number(request.GET.get(name, "")) for name in ("maxwidth", "maxheight")]
    return JsonResponse(_oembed(body, language, *most), json_dumps_params={"ensure_ascii": False})


def _oembed(review: Kept, language: str, most_width: int, most_height: int) -> dict[str, str | int | None]:
    width = min(WIDTH, most_width)
    with translation.override(language):
        answer: dict[str, str | int | None] = {
            "version": "1.0",
            "type": "rich",
            "title": title_of(review),
            "author_name": plain(review.publisher.name),
            "author_url": review.publisher.url,
            "provider_name": gettext("The Fact-Check Record"),
            "provider_url": f"{settings.SITE_URL}/",
            "cache_age": MAX_AGE,
            "html": embed_code(review, language, most_width, most_height),
            "width": width,
            "height": min(frame_height(review, language, min(width, NARROW)), most_height),
        }
    if most_width >= share_picture.WIDTH and most_height >= share_picture.HEIGHT:
        answer["thumbnail_url"] = f"{settings.SITE_URL}{share_cards.picture_path(review, language)}"
        answer["thumbnail_width"], answer["thumbnail_height"] = share_picture.WIDTH, share_picture.HEIGHT
    return answer


def _path(url: str) -> str:
    """Return the path of a URL on this site, or an empty string for other URLs."""
    try:
        parts, here = urlsplit(url), urlsplit(settings.SITE_URL)
    except ValueError:
        return ""
    return parts.path if parts.scheme in ("http", "https") and parts.netloc.lower() == here.netloc.lower() else ""


def _number(value: str) -> int:
    """Return a maximum in pixels. A missing or invalid value doesn't limit anything."""
    return int(value) if value.isascii() and value.isdecimal() and 0 < len(value) < 6 and int(value) else 99_999


def _problem(status: int, title: str, detail: str) -> HttpResponse:
    """Return a problem document (RFC 9457)."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(content, status=status, content_type="application/problem+json")


def frame_height(review: Kept, language: str, width: int) -> int:
    """Return the pixels that the frame's text needs at this width. The frame runs no script that could measure it."""
    date = review.publisher.name + " " * 25
    parts = [(date, SMALL), (" " * 75, NOTE), (" " * 60, LINKS)]
    if isinstance(review, Review):
        answer = answer_of(review, language)
        gloss = len(answer_of(review).verdict) * (review.language != language)
        verdict = answer.verdict[:160] + " " * (gloss * 3 // 4)
        parts += [(answer.claim, CLAIM), (verdict, WORDY if len(answer.verdict) > MAX_VERDICT else VERDICT)]
        parts += [(answer.why(), REASON), (" " * 70 if review.corrections else "", NOTE)]
    lines = (min(ceil(len(text) * character / (width - 40)), most) * line for text, (character, line, most) in parts)
    return min(EDGES + sum(lines), MAX_HEIGHT)


def embed_code(review: Kept, language: str, most_width: int = WIDTH, most_height: int = MAX_HEIGHT) -> SafeString:
    """Return the frame's HTML. The frame can't run scripts, and its links open in new windows.

    The frame has the height that a telephone needs. Its style makes it lower in wider windows.
    """
    width = min(WIDTH, most_width)
    low, high = (min(frame_height(review, language, each), most_height) for each in (width, min(width, NARROW)))
    return format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" referrerpolicy="no-referrer"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox"'
        ' style="border:0;max-width:100%;height:clamp({}px,{}px - (100vw - 400px)*{},{}px)"></iframe>',
        f"{settings.SITE_URL}/embed/reviews/{review.id}/?lang={language}",
        gettext("Fact-check by {newsroom}").format(newsroom=plain(review.publisher.name)),
        width,
        high,
        low,
        high,
        f"{(high - low) / (WIDTH - NARROW):.2f}",
        high,
    )
