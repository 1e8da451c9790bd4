"""The dimensions of all lists. Each is declared once.

A dimension defines how values are read, which rows they select, the column that is counted, the label on pages for
readers, and the documentation. The parameters of the API, facets, counts, statistics, pages for readers, feeds,
Google's form and the tools for assistants derive from it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.canonical import JsonObject
from factcheck.record.formats.text import MAX_COMPOSED, find_forbidden
from factcheck.record.formats.urls import link_key_of
from factcheck.record.lists import values
from factcheck.record.lists.pages import Sql, join
from factcheck.record.log.models import CORRECTION_CLASSES
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.search.lookup import with_stems
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import MAX_QUERY, Query, read_query
from factcheck.record.search.words import split_words
from factcheck.record.statements.demand import From, Outcome
from factcheck.record.statements.values import MAX_LANGUAGE

MAX_VALUES = 100

UUID_SCHEMA: JsonObject = {"type": "string", "format": "uuid"}
DATE_SCHEMA: JsonObject = {"type": "string", "format": "date"}
TIME_SCHEMA: JsonObject = {"anyOf": [{"type": "string", "format": "date-time"}, DATE_SCHEMA]}
URL_SCHEMA: JsonObject = {"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": values.MAX_URL}

Where = Callable[[list[Any]], Sql]


def _written_as(pattern: str, **limits: int) -> JsonObject:
    return {"type": "string", "pattern": f"^{pattern}$", **limits}


LANGUAGE_SCHEMA = _written_as(values.LANGUAGE, maxLength=MAX_LANGUAGE)
SLUG_SCHEMA, VERDICT_SCHEMA, SITE_SCHEMA = map(_written_as, (values.SLUG, values.VERDICT, values.SITE))


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing by which reviews, claims, corrections or demands can be found, as a parameter that can be repeated.

    A row must match at least one of the values. `where` returns the SQL condition for the parsed values. With
    `reads_log`, the condition depends on the log's head. With `walks`, `column` is an array (`lists.pages.WALK`). With
    `few`, few rows have a value. Pages for readers have the dimensions with a `label`. `facet` says whether the rows
    are counted by the values of `column`. With `varied`, pages count them only for browsing, because that takes long.
    """

    name: str
    read: Callable[[str], Any]
    where: Where
    schema: JsonObject
    description: str
    example: str
    comma_separated: bool = False
    walks: bool = False
    few: bool = False
    reads_log: bool = False
    characters: int | None = None  # the maximum for all values together
    column: str = ""
    label: str | Promise = ""
    facet: bool = False
    varied: bool = False
    mistyped: Callable[[Collection[Any]], Mapping[Any, ValueError]] = lambda _parsed: {}  # returns errors by value

    def read_all(self, texts: Iterable[str]) -> tuple[dict[str, Any], dict[str, ValueError]]:
        """Return the parsed values by text, and the errors of the other texts."""
        found, errors = dict[str, Any](), dict[str, ValueError]()
        for text in texts:
            try:
                found[text] = self.read(_allowed(text).strip())
            except ValueError as error:
                errors[text] = error
        mistyped = self.mistyped(found.values())
        errors |= {text: mistyped[value] for text, value in found.items() if value in mistyped}
        return {text: value for text, value in found.items() if text not in errors}, errors

    def of_reviews(self, column: str, what: str) -> "Dimension":
        """Return the dimension of claims whose column contains the values of all reviews of the claim."""
        described = f"{what} {self.description}"
        return replace(self, column=column, where=_overlaps(column), walks=True, description=described)


def _allowed(text: str) -> str:
    if forbidden := find_forbidden(text):
        raise ValueError(f"The character {forbidden} isn't allowed. Remove it.")
    return text


def conditions_of(chosen: Iterable[tuple[Dimension, list[Any]]]) -> list[Sql]:
    """Return the conditions that a row matches one value of each dimension. No row matches one of no values."""
    return [each.where(found) if found else ("false", []) for each, found in chosen]


def is_in(column: str) -> Where:
    return lambda found: (f"{column} IN ({', '.join(['%s'] * len(found))})", found)


def _overlaps(column: str) -> Where:
    return lambda found: (f"{column} && %s::varchar[]", [found])


def _language_is(found: list[Any]) -> Sql:
    patterns = [re.sub(r"([\\%_])", r"\\\1", tag) + "-%" for tag in found]  # pages keep values that aren't tags
    return join(" OR ", [("language = %s OR language LIKE %s", [*each]) for each in zip(found, patterns, strict=True)])


def has_words(query: Query) -> Sql:
    """Return the condition that a row contains all words of the query."""
    return f"search @@ to_tsquery('{SEARCH_CONFIG}', %s)", [with_stems(query.all_terms())]


def _choice(name: str, known: Collection[str], where: Where, description: str, example: str, **more: Any) -> Dimension:
    schema: JsonObject = {"type": "string", "enum": [*known]}
    return Dimension(name, values.read_choice(known), where, schema, description, example, **more)


def _span(name: str, column: str, what: str, times: bool = False, after: bool = True) -> Dimension:
    read: Callable[[str], Any] = values.read_time if times else values.read_date
    condition = f"{column} {'>=' if after else '<'} %s"
    return Dimension(
        name,
        read,
        lambda found: join(" OR ", [(condition, [value]) for value in found]),
        TIME_SCHEMA if times else DATE_SCHEMA,
        f"{what} {'on or after' if after else 'before'} this {'time (UTC)' if times else 'day'}.",
        "2026-11-05",
    )


def _between(name: str, column: str, what: str, times: bool = False) -> list[Dimension]:
    """Return two filters: on or after a time or day, and before a time or day."""
    return [_span(f"{name}_{'after' if after else 'before'}", column, what, times, after) for after in (True, False)]


Q_FILTER = Dimension(
    "q", values.read_words, lambda found: join(" OR ", [has_words(read_query(words)) for words in found]),
    _written_as(values.WORDS, maxLength=MAX_COMPOSED * MAX_QUERY),
    'Words with or without diacritics. You can use "a phrase", `or` and -without.'
    f" At most {MAX_QUERY} characters in NFC.",
    "nước lũ",
    characters=MAX_QUERY,
)  # fmt: skip
IDS = Dimension(
    "ids", values.read_uuid, is_in("id"), UUID_SCHEMA,
    f"Ids, repeated or separated by commas. At most {MAX_VALUES} ids.", "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a",
    comma_separated=True,
)  # fmt: skip


def _is_named(columns: Sequence[str], found: list[Any]) -> Sql:
    """Return the condition that each word of a value occurs in one of the columns."""
    return join(" OR ", [_has_parts(columns, split_words(words)) for words in found])


def _has_parts(columns: Sequence[str], words: Sequence[str]) -> Sql:
    one = " OR ".join(f"{column} LIKE public.record_folded(%s)" for column in columns)
    return join(" AND ", [(one, [f"%{word}%"] * len(columns)) for word in words]) if words else ("false", [])


def name_filter(what: str, example: str, *, or_site: bool = False) -> Dimension:
    return Dimension(
        "q", values.read_words, partial(_is_named, ["folded", "key"] if or_site else ["folded"]),
        _written_as(values.WORDS, maxLength=MAX_COMPOSED * MAX_QUERY),
        f"Words or beginnings of words in the {what}, with or without diacritics.", example,
        characters=MAX_QUERY,
    )  # fmt: skip


CLAIMANT = Dimension(
    "claimant", values.read_uuid, is_in("claimant"), UUID_SCHEMA,
    "Id of a claimant (see `/api/v1/claimants/`).", "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a",
)  # fmt: skip
APPEARANCE = Dimension(
    "appearance_url", values.read_url, _overlaps("appearance_keys"), URL_SCHEMA,
    "URL where the claim appeared. Different links to one post are the same URL, for example from a telephone.",
    "https://social.example/p/1", walks=True, few=True,
)  # fmt: skip
CITED = Dimension(
    "cited_url", lambda text: link_key_of(values.read_url(text)), lambda keys: ("link_keys && %s::bigint[]", [keys]),
    URL_SCHEMA,
    "URL that the review cites: where the claim appeared, a source, an archived copy or `original_url`.",
    "https://archive.example/2020/1", walks=True, few=True,
)  # fmt: skip
VERDICT = Dimension(
    "verdict", values.read_verdict, is_in("verdict"), VERDICT_SCHEMA,
    "`scale:slug`, or a slug from the site's own scale (see `/api/v1/rating-scales/`).", "truth:false",
    column="verdict", label=_("Verdict"), facet=True, mistyped=values.mistyped_verdicts,
)  # fmt: skip
ORIGINAL_VERDICT = Dimension(
    "original_verdict", values.read_original_verdict, is_in("original_verdict"),
    _written_as(values.WORDS, maxLength=2000),
    "The publisher's own words, in any case, up to 200 characters.", "Pants on Fire",
    column="original_verdict", label=_("Publisher’s own verdict"), facet=True,
    varied=True,
)  # fmt: skip
_ORIGINS = {
    "own": "original_key IS NULL AND status <> 'erased'",  # erased reviews have no URLs
    "imported": "original_key IS NOT NULL",
}
ORIGIN = _choice(
    "origin", _ORIGINS, lambda found: (" OR ".join(f"({_ORIGINS[each]})" for each in found), []),
    "`own`: by this site's newsrooms, `imported`: by other publishers.", "own",
    column="CASE WHEN original_key IS NULL THEN 'own' ELSE 'imported' END", label=_("Origin"), facet=True,
)  # fmt: skip
LANGUAGE = Dimension(
    "language", values.read_language, _language_is, LANGUAGE_SCHEMA,
    "BCP 47 tag of the review's language, in any case. `vi` also matches `vi-VN`.", "vi",
    column="language", label=_("Language"), facet=True,
)  # fmt: skip
PUBLISHER = Dimension(
    "publisher", values.read_site, is_in("publisher"), SITE_SCHEMA,
    "The publisher's host without `www.` (see `/api/v1/publishers/`).", "example.org",
    column="publisher", label=_("Publisher"), facet=True,
)  # fmt: skip
TOPIC = Dimension(
    "topic", values.read_slug, _overlaps("topics"), SLUG_SCHEMA, "Slug of a topic (see `/api/v1/topics/`).", "health",
    walks=True, column="topics", label=_("Topic"), facet=True,
)  # fmt: skip


# The day of publication: of a review by this site's newsrooms in UTC, of an imported review as its publisher dated it.
PUBLISHED_ON = "CASE WHEN original_key IS NULL THEN (published_at AT TIME ZONE 'UTC')::date ELSE reviewed_on END"


def _within(column: str, years: list[Any], read: Callable[[int], date]) -> Sql:
    spans = [[read(int(year)), read(int(year) + 1)] for year in years]
    return join(" OR ", [(f"{column} >= %s AND {column} < %s", span) for span in spans])


def _added_in(column: str) -> Where:
    return lambda found: _within(column, found, lambda year: datetime(year, 1, 1, tzinfo=UTC))


def _published_in(found: list[Any]) -> Sql:
    imported = _within("reviewed_on", found, lambda year: date(year, 1, 1))
    both = (
        [("original_key IS NULL", []), _added_in("published_at")(found)],
        [("original_key IS NOT NULL", []), imported],
    )
    return join(" OR ", [join(" AND ", each) for each in both])


def _year(column: str, label: str | Promise, what: str) -> Dimension:
    first, last = values.YEARS
    return Dimension(
        "year", values.read_number(first, last), _added_in(column),
        {"type": "integer", "minimum": first, "maximum": last},
        f"The year {what}, in UTC.", "2026",
        column=f"left(({column} AT TIME ZONE 'UTC')::date::text, 4)", label=label, facet=True,
    )  # fmt: skip


def _claim_is(ids: list[UUID]) -> Sql:
    group = MergeGroup.of(ids, using="public")
    homes = {group.root(pk) for pk in ids}
    return is_in("claim_id")([*{member for home in homes for member in group.shown_under(home)}])


CLAIM = Dimension(
    "claim", values.read_uuid, _claim_is, UUID_SCHEMA,
    "Id of a claim (see `/api/v1/claims/`). The results include reviews of claims merged into it.",
    "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a", few=True, reads_log=True,
)  # fmt: skip

YEAR = replace(
    _year("published_at", _("Year of publication"), "of the publisher's date, or of a newsroom's publication here"),
    where=_published_in, column=f"left(({PUBLISHED_ON})::text, 4)",
)  # fmt: skip
REVIEW_DIMENSIONS: Sequence[Dimension] = (
    Q_FILTER,
    IDS,
    VERDICT,
    ORIGINAL_VERDICT,
    LANGUAGE,
    PUBLISHER,
    ORIGIN,
    TOPIC,
    YEAR,
    CLAIM,
    CLAIMANT,
    APPEARANCE,
    CITED,
    Dimension(
        "original_url", values.read_url, is_in("original_key"), URL_SCHEMA,
        "URL of an imported review on its publisher's site. URLs are compared as for `appearance_url`.",
        "https://example.org/check/1",
    ),
    *_between("claimed", "claimed_on", "The claim was made"),
    *_between("reviewed", "reviewed_on", "The publisher's date for the review is"),
    *_between("published", "published_at", "First published on this site", times=True),
    _span("updated_after", "updated_at", "Last changed on this site", times=True),
)  # fmt: skip

DEMAND_DIMENSIONS: Sequence[Dimension] = (
    replace(PUBLISHER, description=f"The publisher that received the demand. {PUBLISHER.description}"),
    Dimension(
        "review", values.read_uuid, is_in("review"), UUID_SCHEMA, "Id of the review that the demand is about.",
        "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a",
    ),
    _choice("from", From.values(), is_in("from_type"), "The kind of body or person that made the demand.", "court"),
    _choice("outcome", Outcome.values(), is_in("outcome"), "The outcome of the demand.", "refused"),
    *_between("received", "received_on", "Received"),
    *_between("published", "published_at", "First published on this site", times=True),
    _span("updated_after", "updated_at", "Last changed on this site", times=True),
)  # fmt: skip

CLAIM_DIMENSIONS: Sequence[Dimension] = (
    Q_FILTER,
    IDS,
    VERDICT.of_reviews("verdicts", "Claims with a review that has this verdict:"),
    ORIGINAL_VERDICT.of_reviews("original_verdicts", "Claims with a review that has this verdict:"),
    replace(LANGUAGE, description="BCP 47 tag of the claim's language, in any case. `vi` also matches `vi-VN`."),
    PUBLISHER.of_reviews("publishers", "Claims with a review by this publisher."),
    ORIGIN.of_reviews("origins", "Claims with a review of this origin:"),
    TOPIC,
    YEAR.of_reviews("years", "Claims with a review:"),
    CLAIMANT,
    APPEARANCE,
    *_between("claimed", "claimed_on", "The claim was made"),
    *_between("published", "published_at", "The claim's first review was published", times=True),
    _span("updated_after", "updated_at", "A review of the claim was published or changed", times=True),
)  # fmt: skip


def _by_review(each: Dimension) -> Dimension:
    """Return the dimension of corrections, applied to the current version of the review.

    Erased reviews keep only their language and publisher.
    """
    if each in (LANGUAGE, PUBLISHER):
        return each

    def where(found: list[Any]) -> Sql:
        condition, parameters = each.where(found)
        reviews = f"SELECT id FROM {PublishedReview._meta.db_table} WHERE {condition}"  # noqa: S608 (our own names)
        # The ids of few reviews are read first, as an array. With a subquery, PostgreSQL would overestimate the number
        # of ids and read all corrections.
        return f"review_id = ANY(ARRAY({reviews}))" if each.few else f"review_id IN ({reviews})", parameters

    return replace(each, where=where, walks=not each.few, facet=False, label="")


KIND = _choice(
    "kind", PublishedCorrection.Kind.values, is_in("kind"), "The kind of change.", "withdrawal",
    column="kind", label=_("Kind of change"), facet=True,
)  # fmt: skip
CORRECTION_DIMENSIONS: Sequence[Dimension] = (
    KIND,
    _choice("class", CORRECTION_CLASSES, is_in("change_class"), "How significant the correction is.", "substantive"),
    *(_by_review(each) for each in REVIEW_DIMENSIONS if each.name != "year"),
    _year("at", _("Year"), "of the change"),
)  # fmt: skip
FACETS: Sequence[str] = [each.name for each in REVIEW_DIMENSIONS if each.facet]
