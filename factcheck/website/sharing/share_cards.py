"""The words on share pictures, in the picture's language. The claim is, too, if the review has a wording of it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from factcheck.record.readmodel.answers import answer_of, verdict_words
from factcheck.record.readmodel.bodies import Correction, Kept, Review, Tombstone
from factcheck.website.responses import is_sample
from factcheck.website.reviews.review_words import title_of, verdict_changes, verdict_since
from factcheck.website.sharing.share_picture import MAX_CHARACTERS, Card, drawable
from factcheck.website.words import day_of, plain, scale

LANGUAGES = ("en", "vi")
DIGEST_LENGTH = 16  # characters of the digest in the picture's URL


def picture_path(review: Kept | None, language: str) -> str:
    """Return the path of the picture of a review or, for None, of the site.

    A correction changes the path, because platforms keep a picture under its path.
    """
    if review is None:
        return f"/share/{language}.png"
    return f"/reviews/{review.id}/share/{review.revision.digest[:DIGEST_LENGTH]}-{language}.png"


def alternative_text(review: Kept | None, language: str) -> str:
    """Return the text that describes the picture to people who don't see it."""
    if isinstance(review, Tombstone):
        return title_of(review)
    with translation.override(language):
        if review is None:
            return gettext("The Fact-Check Record")
        return answer_of(review, language).line(claim=MAX_CHARACTERS, verdict=MAX_CHARACTERS)


def picture_language(language: str) -> str:
    """Return the picture's language for a review in this language."""
    return "vi" if language.partition("-")[0].lower() == "vi" else "en"


def review_card(review: Kept, language: str) -> Card:
    """Return the card of a live or withdrawn review."""
    with translation.override(language):
        return _withdrawn_card(review) if isinstance(review, Tombstone) else _live_card(review, language)


def site_card(language: str) -> Card:
    """Return the card of pages that aren't about a review."""
    with translation.override(language):
        text = gettext("Published fact-checks with their sources, corrections and a public log.")
        name = gettext("The Fact-Check Record")
        return Card(name, "none", "", "", "", "", text, "", _host(), settings.SITE_URL)


def newest_correction(corrections: Sequence[Correction]) -> Correction | None:
    """Return the newest correction.

    A corrected verdict is shown even after other corrections. A corrected typo isn't shown. Return None without a
    correction.
    """
    found = [each for each in corrections if each.kind == "correction" and each.class_ != "typo"]
    return next(reversed(verdict_changes(found) or found), None)


def _live_card(review: Review, language: str) -> Card:
    verdict = drawable(verdict_words(review, language)) or gettext("See the verdict")
    place = scale(review.verdict)
    answer = answer_of(review, language)
    text = drawable(answer.claim)
    unreadable = gettext("The claim is in a script that this picture can’t show. Scan the code to read it.")
    return Card(
        verdict=verdict,
        tone=place.tone if place else "none",
        newsroom=_newsroom(review),
        date=day_of(verdict_since(review)[0] or "", review.publisher),
        note=_correction_note(review),
        label=gettext("Claim that was checked – verdict: {verdict}").format(verdict=verdict),
        text=f"“{text}”" if text else unreadable,
        reason=drawable(answer.why()),
        footer=_footer(review),
        url=review.url,
    )


def _withdrawn_card(review: Tombstone) -> Card:
    return Card(
        verdict=gettext("Withdrawn"),
        tone="none",
        newsroom=_newsroom(review),
        date=day_of(review.updated_at, review.publisher),
        note="",
        label=gettext("This review has been withdrawn"),
        text=gettext("The newsroom no longer supports this review. Scan the code to read the reason."),
        reason="",
        footer=_footer(review),
        url=review.url,
    )


def _correction_note(review: Review) -> str:
    newest = newest_correction(review.corrections)
    if newest is None:
        return ""
    date = day_of(newest.at, review.publisher)
    before = newest.verdict_before if verdict_changes([newest]) else None
    if label := drawable(plain((before and before.label) or "")):
        return gettext("Corrected on {date}. Verdict before: {verdict}").format(date=date, verdict=label)
    return gettext("Corrected on {date}").format(date=date)


def _newsroom(review: Kept) -> str:
    return drawable(plain(review.publisher.name)) or review.publisher.site


def _footer(review: Kept) -> str:
    parts = [gettext("The Fact-Check Record"), _host()]
    if is_sample(review.publisher.site):
        parts.insert(0, gettext("Sample data"))
    return " · ".join(parts)


def _host() -> str:
    return urlsplit(settings.SITE_URL).netloc
