"""Everything that the page of a review shows, read in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db.models import CharField, Func, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.utils.translation import get_language

from factcheck.database.rows import run_prepared
from factcheck.record.evidence.public_captures import ON_PAGES
from factcheck.record.evidence.source_checks import SourceCheck
from factcheck.record.models import LogEntry, PublicCapture, PublishedDemand, PublishedReview
from factcheck.record.readmodel.bodies import Demand
from factcheck.record.readmodel.comparable_verdicts import compare
from factcheck.record.readmodel.public_state import find_state
from factcheck.record.readmodel.review_rows import row_without_filters
from factcheck.record.readmodel.translated_reviews import ListedReview
from factcheck.record.statements.output import read
from factcheck.website.queries import OTHERS, PAGE_VERSION, list_revisions

# The claim of a review, and the claims that are merged with it: the component of the review's claim in the forest of
# merges in force.
_SAME_CLAIM = """
WITH RECURSIVE same (id) AS (
    SELECT claim_id FROM record_publishedreview WHERE id = %s
    UNION
    SELECT CASE merge.claim_id WHEN same.id THEN merge.into_id ELSE merge.claim_id END
    FROM same JOIN record_publishedmerge merge ON same.id = merge.claim_id OR same.id = merge.into_id
    WHERE merge.until IS NULL AND merge.into_id IS NOT NULL
) SELECT id FROM same WHERE id IS NOT NULL
"""
SAME_TOPIC = 3
_THE_REVIEW, _LANGUAGE = UUID(int=0), "the reader's language"
_ADDED = ("note", "change_class", "has_document", "is_signed", "disowned")
_ENTRY = ("sequence", "at", "kind", "subject", "number", "digest", *_ADDED)


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review with all that its page shows. The page must be rendered again when `version` changes.

    `others` are the live reviews of the same claim. `same_topic` are the newest reviews of other claims by this site's
    newsrooms, in the reader's language and with the same topic. `revisions` are as from `queries.list_revisions`.
    `captures` are the review's captures that readers can see, by their hashes. `checks` are the checks of its
    sources by URL.
    """

    row: PublishedReview
    version: tuple[Any, ...]
    others: list[ListedReview]
    same_topic: list[ListedReview]
    revisions: list[LogEntry]
    demands: list[Demand]
    captures: dict[str, dict[str, Any]]
    checks: dict[str, SourceCheck]


def read_page(review_id: UUID) -> ReviewPage:
    """Return the current page of a review, as the log gives it. Raise Http404 if nothing has that id."""
    reading = _Reading(review_id)
    state = find_state("review", review_id, run=reading)
    if state is None:
        raise Http404
    others, same_topic, revisions, about, public, checks = reading.parts
    row, reviews = row_without_filters(state.entry, state.body), [read(ListedReview, each["body"]) for each in others]
    compare([row.published, *reviews])
    return ReviewPage(
        row,
        reading.version,
        reviews,
        [read(ListedReview, each["body"]) for each in same_topic],
        [_entry(**each) for each in revisions],
        [read(Demand, each["body"]) for each in about],
        {each["sha256"]: each for each in public},
        {each["url"]: _check(**each) for each in checks},
    )


@cache
def _compiled() -> tuple[str, list[Any]]:
    """Return the columns of the version and of the other parts as SQL, with their parameters.

    `_THE_REVIEW` is in the place of the review's id, and `_LANGUAGE` in that of the reader's language. Django takes
    longer to compile these queries than the database to run them.
    """
    reviews = PublishedReview.objects.using("public").live().exclude(pk=_THE_REVIEW)
    its_claims = RawSQL(_SAME_CLAIM, [_THE_REVIEW])  # noqa: S611 (our own SQL)
    same_claim = reviews.filter(claim_id__in=its_claims)
    here = PublishedReview.objects.filter(pk=_THE_REVIEW)
    topics = here.values_list(Func("topics", function="unnest", output_field=CharField()))
    same_topic = reviews.filter(original_key=None, language=_LANGUAGE, topics__overlap=topics)
    same_topic = same_topic.exclude(claim_id__in=its_claims).order_by("-published_at", "-id")
    demands = PublishedDemand.objects.using("public").filter(review=_THE_REVIEW).order_by("received_on", "id")
    parts: list[QuerySet[Any, Any]] = [
        same_claim.order_by("published_at", "id").values("body")[:OTHERS],
        same_topic.values("body")[:SAME_TOPIC],
        list_revisions(_THE_REVIEW).values(*_ENTRY),
        demands.values("body")[:OTHERS],
        PublicCapture.objects.using("public").live().filter(review_id=_THE_REVIEW).values(*ON_PAGES),
        SourceCheck.objects.using("public").filter(review_id=_THE_REVIEW).values(),
    ]
    compiled = [each.query.get_compiler(using="public").as_sql() for each in parts]
    columns = (f"(SELECT coalesce(json_agg(part), '[]')::text FROM ({sql}) AS part)" for sql, _ in compiled)  # noqa: S608
    parameters = [*[_THE_REVIEW] * 3, *(each for _, parameters in compiled for each in parameters)]
    return ", ".join([PAGE_VERSION, *columns]), parameters


class _Reading:
    """Runs a statement, and reads the version and the other parts of a review's page in the same statement."""

    version: tuple[Any, ...]
    parts: list[Any]

    def __init__(self, review_id: UUID) -> None:
        self._columns, parameters = _compiled()
        filled = {_THE_REVIEW: review_id, _LANGUAGE: get_language()}
        self._parameters = [filled.get(each, each) for each in parameters]

    def __call__(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        rows = run_prepared(f"SELECT {self._columns}, rows.* FROM ({sql}) AS rows", [*self._parameters, *parameters])  # noqa: S608
        for row in rows:
            self.version, self.parts = row[:4], [orjson.loads(each) for each in row[4:10]]
        return [row[10:] for row in rows]


def _entry(sequence: int, at: str, kind: str, subject: str, number: int, digest: str, **added: object) -> LogEntry:
    """Return an entry with the values that `list_revisions` adds."""
    time = datetime.fromisoformat(at)
    entry = LogEntry(sequence=sequence, at=time, kind=kind, subject=UUID(subject), number=number, digest=digest)
    entry.__dict__.update(added)
    return entry


def _check(checked_at: str, since: str, **columns: Any) -> SourceCheck:
    read_time = datetime.fromisoformat
    return SourceCheck(checked_at=read_time(checked_at), since=read_time(since), **columns)
