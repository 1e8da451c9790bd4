"""The frame that shows a review on other sites."""

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from factcheck.record.readmodel.bodies import Kept
from factcheck.website.templatetags.published import plain

WIDTH, HEIGHT = 600, 360


def embed_code(review: Kept, language: str, width: int = WIDTH, height: int = HEIGHT) -> SafeString:
    """Return the frame's HTML. The frame can't run scripts, and its links open in new windows."""
    return format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" referrerpolicy="no-referrer"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox" style="border:0;max-width:100%"></iframe>',
        f"{settings.SITE_URL}/embed/reviews/{review.id}/?lang={language}",
        gettext("Fact-check by {newsroom}").format(newsroom=plain(review.publisher.name)),
        width,
        height,
    )
