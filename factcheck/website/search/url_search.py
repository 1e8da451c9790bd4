"""The search for reviews by a URL: of a post, a source, a publisher's page, an archived copy, or this site.

Withdrawn and erased reviews are found as well, so that readers learn what happened to them. For an erased review, only
the public notice is shown.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.database.query_timeout import rows_within
from factcheck.record.formats.urls import link_key
from factcheck.record.models import PublicCapture, PublishedDemand, PublishedReview, Status
from factcheck.record.readmodel.bodies import Erasure, Review, Tombstone
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.comparable_verdicts import compare
from factcheck.record.readmodel.review_rows import evidence_of, urls_of
from factcheck.record.readmodel.translated_reviews import ListedReview, judgements
from factcheck.record.search.lookup import with_stems
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import read_query
from factcheck.record.search.words import split_words
from factcheck.record.statements.output import read
from factcheck.tools.budget import current
from factcheck.website.search.search_text import SearchText

MAX_FOUND = 20
NEWEST_WITHDRAWN = 1000  # withdrawn reviews whose claims are compared with the words of a search
SAME = 0.6  # the share of a claim's words that a post must contain
MIN_WORDS = 2  # words in a search for withdrawn reviews


@dataclass(frozen=True, slots=True)
class Cited:
    """Live reviews, and what the URL is in them. Without roles, the URL is the page of the review or of its claim."""

    roles: tuple[str | Promise, ...]
    reviews: list[ListedReview]


@dataclass(frozen=True, slots=True)
class FoundByUrl:
    """Live reviews, and reviews that have been withdrawn or erased."""

    live: list[Cited] = field(default_factory=list)
    former: list[Tombstone | Erasure] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.live or self.former)


def find_by_url(text: SearchText) -> FoundByUrl:
    """Return the reviews that cite one of the URLs or have one of the ids, newest first."""
    if not text.has_url:
        return FoundByUrl()
    reviews = PublishedReview.objects.using("public")
    linked = _reviews_of(text)
    rows = {row.pk: row for row in _newest(reviews.filter(pk__in=linked))}
    keys = {link_key(url) for url in text.urls}
    if keys:
        citing = _newest(reviews.live().filter(link_keys__overlap=[*keys]))
        if led_to := _redirects(citing, keys):
            keys |= led_to
            citing = _newest(reviews.live().filter(link_keys__overlap=[*keys]))
        gone_rows = _newest(reviews.filter(status=Status.WITHDRAWN, link_keys__overlap=[*keys]))
        rows |= {row.pk: row for row in (*citing, *gone_rows)}
    live: dict[tuple[str | Promise, ...], list[ListedReview]] = {}
    for row in [*rows.values()][:MAX_FOUND]:
        review = read(ListedReview, row.body) if row.status == Status.LIVE else None
        if review and ((roles := _roles(review, keys)) or row.pk in linked):
            live.setdefault(roles, []).append(review)
    gone = [body for row in rows.values() if not isinstance(body := row.published, Review)]
    compare([each for some in live.values() for each in some])
    return FoundByUrl([Cited(roles, judgements(each)) for roles, each in live.items()], gone[:MAX_FOUND])


def find_withdrawn(words: str) -> list[Tombstone]:
    """Return recently withdrawn reviews of the claim that the words contain, or with all the words in their title.

    The title is the claim and the headline. The words can be a whole post. The claim comes from the last public
    revision before the withdrawal. Raise TimeoutError if the search takes too long.
    """
    terms = read_query(words).all_terms()
    if not terms or len(split_words(words)) < MIN_WORDS:
        return []
    rows = rows_within(_WITHDRAWN, [NEWEST_WITHDRAWN, with_stems(terms), words, SAME, MAX_FOUND])
    if rows is None:
        current().left_out.append("withdrawn")
        raise TimeoutError
    return [read(Tombstone, body) for (body,) in rows]


# The document that a withdrawal replaced.
_BEFORE = """JOIN record_logentry entry ON entry.sequence = gone.sequence
    JOIN record_logentry earlier ON earlier.subject = gone.id AND earlier.number = entry.number - 1
    JOIN record_revisiondocument before ON before.sequence = earlier.sequence"""
_WITHDRAWN = f"""
SELECT body FROM (
    SELECT gone.body, gone.updated_at,
        to_tsvector('{SEARCH_CONFIG}', record_words(concat_ws(' ', claim, past ->> 'headline'))) AS title,
        tsvector_to_array(to_tsvector('{SEARCH_CONFIG}', record_words(claim))) AS lexemes
    FROM (SELECT id, sequence, updated_at, body FROM record_publishedreview WHERE status = 'withdrawn'
          ORDER BY updated_at DESC LIMIT %s) gone
    {_BEFORE},
    LATERAL (SELECT convert_from(before.document, 'UTF8')::jsonb AS past) shown,
    LATERAL (SELECT past #>> '{{claim,text}}' AS claim) said
) compared
WHERE title @@ to_tsquery('{SEARCH_CONFIG}', %s) OR (
    SELECT count(*) FROM unnest(lexemes) lexeme
    WHERE lexeme = ANY (tsvector_to_array(to_tsvector('{SEARCH_CONFIG}', record_words(%s))))
) >= greatest(3, %s * cardinality(lexemes))
ORDER BY updated_at DESC LIMIT %s
"""  # noqa: S608 (a constant)


def _newest(rows: QuerySet[PublishedReview, Any]) -> Sequence[PublishedReview]:
    # Python sorts the rows, because PostgreSQL would read the whole index of this order.
    found = rows.defer("search")[: 5 * MAX_FOUND]
    return sorted(found, key=lambda row: (row.published_at, row.pk), reverse=True)


def _reviews_of(text: SearchText) -> set[UUID]:
    """Return the ids, the reviews of the claims and demands with these ids, and the reviews with the captures."""
    found = set(text.ids)
    if text.ids:
        group = MergeGroup.of(text.ids, using="public")
        claims = {member for claim in text.ids for member in group.shown_under(group.root(claim))}
        rows = PublishedReview.objects.using("public").filter(claim_id__in=claims)
        found |= set(rows.values_list("pk", flat=True)[:MAX_FOUND])
        demands = PublishedDemand.objects.using("public").filter(pk__in=text.ids, review__isnull=False)
        found |= {review for review in demands.values_list("review", flat=True) if review}
    if text.captures:
        captures = PublicCapture.objects.using("public").live().filter(sha256__in=text.captures)
        found |= set(captures.values_list("review_id", flat=True)[:MAX_FOUND])
    return found


def _redirects(rows: Iterable[PublishedReview], keys: Collection[int]) -> set[int]:
    """Return the keys of the pages to which the URLs with these keys led when newsrooms copied them."""
    cited = (each for row in rows for each in evidence_of(row.live_body))
    found = {link_key(url) for each in cited if each.url and link_key(each.url) in keys for url in urls_of([each])}
    return found.difference(keys)


def _roles(review: Review, keys: Collection[int]) -> tuple[str | Promise, ...]:
    """Return the roles of the URLs with these keys in the review."""
    seen = review.claim.appearances
    copies = (each.archive_url for each in evidence_of(review))
    parts: tuple[tuple[str | Promise, Iterable[str | None]], ...] = (
        (_("where the claim appeared"), urls_of(seen)),
        (_("a source of the review"), urls_of(review.sources)),
        (_("the review on its publisher’s page"), [review.original_url]),
        (_("an archived copy"), [review.archive_url, *copies]),
    )
    return tuple(role for role, urls in parts if any(url and link_key(url) in keys for url in urls))
