"""Filters for sharing a review: its picture, its citation, the wording of a post, and the frame for other sites.

The title of a review and the date of its verdict are also here.
"""

from functools import lru_cache
from urllib.parse import urlencode

import segno
from django import template
from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from factcheck.record.models import LogEntry
from factcheck.record.readmodel.bodies import Kept, Review
from factcheck.website.queries import WholeClaim
from factcheck.website.reviews import review_words
from factcheck.website.sharing import citations, embed_views, post_texts, share_cards
from factcheck.website.sharing.share_picture import HEIGHT, WIDTH
from factcheck.website.words import full_url, time_tag

register = template.Library()


def _interface() -> str:
    return share_cards.picture_language(get_language() or "")


register.filter("title_of", review_words.title_of)
register.filter(review_words.words_in_url)
register.filter("citation", citations.plain_citation)


@register.filter
def verdict_date(review: Review) -> SafeString:
    """Return the date of the current verdict, which an imported review may not have."""
    at, is_changed = review_words.verdict_since(review)
    if at is None:
        return escape(gettext("date unknown"))
    day = time_tag(at, review.publisher)
    return format_html(gettext("verdict changed on {}"), day) if is_changed else day


@register.filter
def share_picture(review: Kept, language: str) -> str:
    """Return the URL of the review's picture in this language."""
    return f"{settings.SITE_URL}{share_cards.picture_path(review, language)}"


@register.inclusion_tag("website/card_tags.html")
def card_tags(about: Kept | WholeClaim | None = None) -> dict[str, str | int]:
    """Return the elements for a preview's picture: of a review, of the newest review of a claim, or of the site."""
    review = about.live_reviews[-1] if isinstance(about, WholeClaim) else about
    language = share_cards.picture_language(review.language) if review else _interface()
    return {
        "picture": f"{settings.SITE_URL}{share_cards.picture_path(review, language)}",
        "alternative": share_cards.alternative_text(review, language),
        "width": WIDTH,
        "height": HEIGHT,
        "oembed": f"{settings.SITE_URL}/oembed/?{urlencode({'url': review.url})}" if review and review is about else "",
    }


@register.simple_tag
def proof_code(entry: LogEntry) -> SafeString:
    """Return the URL at which everyone can verify an entry, with its QR code as an SVG element, for a printed page."""
    url = f"{full_url('verify')}?review={entry.subject}&revision={entry.number}"
    return format_html("{} {}", url, _code(url))


@lru_cache(maxsize=256)  # for pages that are rendered again. A fixed mask takes 2 ms, choosing the best one takes 60.
def _code(url: str) -> SafeString:
    code = segno.make(url, error="l", micro=False, boost_error=False, mask=1)
    return mark_safe(code.svg_inline(scale=3))  # noqa: S308 (drawn from the modules alone)


@register.filter
def post_text(review: Kept) -> str:
    return post_texts.post_text(review, _interface())


@register.filter
def embed_code(review: Kept) -> SafeString:
    return embed_views.embed_code(review, _interface())
