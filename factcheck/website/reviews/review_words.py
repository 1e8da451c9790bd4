"""The words of a review's page that are derived from the document: titles, translations and agreement."""

from collections.abc import Iterable, Sequence

from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from factcheck.record.formats.text import plain, shorten
from factcheck.record.log.models import LogEntry
from factcheck.record.readmodel.answers import (
    MAX_CLAIM,
    MAX_VERDICT,
    answer_of,
    published_answer,
    speaking,
    verdict_words,
)
from factcheck.record.readmodel.bodies import Correction, Erasure, Kept, Review, Tombstone
from factcheck.record.readmodel.translated_reviews import NEW_TEXTS, ListedReview
from factcheck.record.statements.review import Verdict
from factcheck.record.statements.statement_labels import claim_with_verdict
from factcheck.website.queries import WholeClaim
from factcheck.website.words import scale


def title_of(body: Kept, *, current: bool = True, status: str = "live") -> str:
    """Return the title for browsers and other sites: the claim with its verdict."""
    with speaking(body.language, get_language()):
        if isinstance(body, Tombstone):
            headline = shorten(plain(body.headline or ""), MAX_CLAIM)
            return ": ".join(word for word in (_("Withdrawn"), headline) if word)
        title = answer_of(body).line(reason=0)
        if current:
            return title
        # Not inside the f-string, where Babel doesn't find texts to translate.
        state = _("Withdrawn") if status == "withdrawn" else _("Not the current revision")
        return f"{state} – {title}"


def words_in_url(body: Kept | Erasure) -> str:
    """Return the claim and the verdict as the last part of a live review's readable URL, without diacritics.

    The claim alone would spread. The URL without words is the permanent one, which published bodies contain.
    """
    if not isinstance(body, Review):
        return ""
    words = slugify(published_answer(body, claim=60, verdict=30, reason=0).lower().replace("đ", "d"))
    return words if "-" in words else ""


def description_of(body: Kept) -> str:
    """Return the description for other sites: the sentence that says why, or else the title."""
    with speaking(body.language, get_language()):
        if not isinstance(body, Tombstone):
            return answer_of(body).why() or title_of(body)
        return _("The newsroom no longer supports this review. Reason: %(reason)s") % {
            "reason": body.revision.note or ""
        }


def claim_title(claim: WholeClaim) -> str:
    """Return the title of a claim's page: the claim and its verdicts."""
    language = get_language() or ""
    verdicts = [
        f"{shorten(verdict_words(each, language), MAX_VERDICT)} ({shorten(plain(each.publisher.name), MAX_VERDICT)})"
        for each in claim.live_reviews[:2]
    ]
    text = claim.worded(language).text
    return claim_with_verdict(shorten(plain(text), MAX_CLAIM), "; ".join(verdicts))


def important_corrections(corrections: Sequence[Correction]) -> list[Correction]:
    """Return the newest correction and the newest change of the verdict, newest first."""
    newest = {each.revision: each for each in (*corrections[-1:], *verdict_changes(corrections)[-1:])}
    return list(newest.values())


def verdict_changes(corrections: Sequence[Correction]) -> list[Correction]:
    """Return the corrections that changed the verdict."""
    return [each for each in corrections if each.verdict_before not in (None, each.verdict_after)]


def verdict_since(body: Review) -> tuple[str | None, bool]:
    """Return the day or the time of the current verdict, and whether a correction changed the verdict then.

    The day of an imported review comes from its publisher, or is None. After an erasure, the time is that of the next
    revision, because the verdict before the erasure isn't public.
    """
    for each in reversed(body.corrections):
        if each.verdict_before != each.verdict_after:
            return each.at, each.verdict_before is not None
    return body.reviewed_on or (None if body.original_url else body.published_at), False


def split_translations(
    body: Kept, others: Sequence[ListedReview], revisions: Iterable[LogEntry]
) -> tuple[list[ListedReview], list[ListedReview]]:
    """Return the translations of a review, and the remaining reviews of its claim with their agreement.

    A translation is `behind` if the review's text is newer than the revision that was translated. The agreement is
    "same", "different", "own" for another review by the same newsroom, or an empty string.
    """
    newest = max((entry.number for entry in revisions if entry.kind in NEW_TEXTS), default=1)
    live = body if isinstance(body, Review) else None
    translations, remaining = [], []
    for other in others:
        if other.translation_of and other.translation_of.id == body.id:
            other.behind = other.translation_of.revision < newest
            translations.append(other)
        elif not (live and live.translation_of and live.translation_of.id == other.id):
            is_own = other.publisher.site == body.publisher.site
            other.agreement = "own" if is_own else agreement(live.verdict if live else None, other.verdict)
            remaining.append(other)
    return translations, remaining


def agreement(here: Verdict | None, there: Verdict) -> str:
    """Return "same" or "different", or an empty string if the two verdicts can't be compared.

    Verdicts of the same scale are compared by their slugs, and others by their labels in the same language. Verdicts
    from opposite ends of two scales are different.
    """
    if not here or not here.label or not there.label:
        return ""
    if here.slug and here.scale == there.scale:
        return "same" if here.slug == there.slug else "different"
    if _labels(here) & _labels(there):
        return "same"
    tones = {place.tone for place in (scale(here), scale(there)) if place}
    return "different" if tones == {"low", "high"} else ""


def _labels(verdict: Verdict) -> set[tuple[str, str]]:
    labels = {(language.lower(), label.casefold().strip()) for language, label in verdict.labels.items()}
    return labels or {("", (verdict.label or "").casefold().strip())}
