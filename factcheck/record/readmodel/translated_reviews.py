"""The comparison of translations with their originals.

A translation names the original's revision that it translates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Subquery
from django.utils.translation import get_language

from factcheck.record.log.models import LogEntry
from factcheck.record.readmodel.bodies import Review
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.readmodel.row_models import Status
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Translated, Wording
from factcheck.record.statements.values import same_language

Listed = TypeVar("Listed", bound="ListedReview")

# The entries that change the text of a published review.
NEW_TEXTS = (LogEntry.Kind.UPDATE, LogEntry.Kind.CORRECTION)
MOST = 100  # the maximum number of translations of a review


class ListedReview(Review):
    """A review in a list. `also` are its other languages. For the rest, see `review_words.split_translations`."""

    also: list[Any] = []
    agreement: str = ""
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Original:
    """The original of a translation: its public state, and its current revision.

    `is_newer` is true if the original has a newer text than the translated revision.
    """

    status: str
    revision: int
    is_newer: bool


def find_original(translated: Translated) -> Original | None:
    """Return the original of a translation, from the translation's `translation_of`."""
    number = translated.revision
    newer = LogEntry.objects.filter(subject=translated.id, number__gt=number, kind__in=NEW_TEXTS)
    newest = Subquery(newer.order_by("-number").values("number")[:1])
    row = PublishedReview.objects.using("public").filter(pk=translated.id).values_list("status", newest).first()
    if row is None:
        return None
    status, revision = row
    return Original(status, revision or number, revision is not None)


def list_translations(review: PublishedReview) -> list[Review]:
    """Return the live translations of a review, oldest first. A translation has the review's claim."""
    if review.claim_id is None or review.status == Status.ERASED:
        return []
    group = MergeGroup.of([review.claim_id], using="public")
    same_claim = (
        PublishedReview.objects.using("public")
        .live()
        .filter(
            claim_id__in=group.shown_under(group.root(review.claim_id)),
            body__contains=f'"translation_of":{{"id":"{review.pk}"',
        )
    )
    found = same_claim.order_by("published_at", "id").values_list("body", flat=True)[:MOST]
    return [read(Review, body) for body in found]


def judgements(reviews: Iterable[Listed], others: Sequence[Listed] = (), *, newest_first: bool = False) -> list[Listed]:
    """Return each judgement once. An original and its translations by the same publisher are one judgement.

    The review in the reader's language is kept, or else the first. `also` are its other languages. A translation that
    is behind doesn't hide another verdict. `others` are on other pages of the list. They can replace a review on this
    page. With `newest_first`, a judgement that an earlier page shows is left out.
    """
    groups: dict[tuple[str, str, str | None], list[Listed]] = {}
    for each in (reviews := [*reviews]):
        groups.setdefault(_judgement(each), []).append(each)
    for each in others:
        groups.get(_judgement(each), []).append(each)
    share_wordings([*reviews, *others])
    found = []
    for group in groups.values():
        if newest_first and max(group, key=lambda each: (each.published_at, each.id)) in others:
            continue
        shown = min(group, key=lambda each: not same_language(each.language, get_language() or ""))
        shown.also = [each for each in group if each is not shown]
        found.append(shown)
    return found


def _judgement(review: Review) -> tuple[str, str, str | None]:
    original = review.translation_of.id if review.translation_of else review.id
    return review.publisher.site, original, review.verdict.slug


def share_wordings(reviews: Iterable[Review]) -> None:
    """Give each claim the wordings of all these reviews, so that a page can show the claim in the reader's language.

    A wording of an earlier text of the claim isn't shared.
    """
    wordings: dict[tuple[str, str], dict[str, Wording]] = {}
    for each in (reviews := [*reviews]):
        own = wordings.setdefault((each.claim.id, each.claim.text), {})
        own |= {wording.language: wording for wording in each.claim.wordings if wording.language not in own}
    for each in reviews:
        each.claim.wordings = [*wordings[each.claim.id, each.claim.text].values()]


def newest_text(review_id: UUID) -> int | None:
    """Return the number of the newest revision that changed the text, or None if the first revision is the newest."""
    entries = LogEntry.objects.using("public").filter(subject=review_id, kind__in=NEW_TEXTS)
    return entries.order_by("-number").values_list("number", flat=True).first()
