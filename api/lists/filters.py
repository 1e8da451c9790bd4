"""The filters of all lists. A filter defines how values are read, which rows they select, and the documentation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from api.http import parameter_values as values
from factcheck.record.formats.text import MAX_COMPOSED
from factcheck.record.lists.pages import Sql, join
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import MAX_QUERY, Query, read_query
from factcheck.record.search.stems import with_stems
from factcheck.record.search.words import split_words
from factcheck.record.statements.demand import From, Outcome
from factcheck.record.statements.values import MAX_LANGUAGE

MAX_VALUES = 100

UUID_SCHEMA = {"type": "string", "format": "uuid"}
DATE_SCHEMA = {"type": "string", "format": "date"}
TIME_SCHEMA = {"anyOf": [{"type": "string", "format": "date-time"}, DATE_SCHEMA]}
URL_SCHEMA = {"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": values.MAX_URL}

Where = Callable[[list[Any]], Sql]


def _written_as(pattern: str, **limits: int) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$", **limits}


LANGUAGE_SCHEMA = _written_as(values.LANGUAGE, maxLength=MAX_LANGUAGE)
SLUG_SCHEMA, VERDICT_SCHEMA, SITE_SCHEMA = map(_written_as, (values.SLUG, values.VERDICT, values.SITE))


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter that filters a list and can be repeated. A row must match at least one of the values.

    `where` returns the SQL condition for the parsed values. With `reads_log`, the condition depends on the log's head.
    With `walks`, the filter is on an array column (`record.lists.pages.WALK`), and with `few`, few rows have a value.
    """

    name: str
    read: Callable[[str], Any]
    where: Where
    schema: dict[str, Any]
    description: str
    example: str
    comma_separated: bool = False
    walks: bool = False
    few: bool = False
    reads_log: bool = False
    characters: int | None = None  # the maximum for all values together


def is_in(column: str) -> Where:
    return lambda found: (f"{column} IN ({', '.join(['%s'] * len(found))})", found)


def _overlaps(column: str) -> Where:
    return lambda found: (f"{column} && %s::varchar[]", [found])


def _language_is(found: list[Any]) -> Sql:
    return join(" OR ", [("language = %s OR language LIKE %s", [tag, f"{tag}-%"]) for tag in found])


def has_words(query: Query) -> Sql:
    """Return the condition that a row contains all words of the query."""
    return f"search @@ to_tsquery('{SEARCH_CONFIG}', %s)", [with_stems(query.all_terms())]


def _span(name: str, column: str, what: str, times: bool = False, after: bool = True) -> Filter:
    read: Callable[[str], Any] = values.read_time if times else values.read_date
    condition = f"{column} {'>=' if after else '<'} %s"
    return Filter(
        name,
        read,
        lambda found: join(" OR ", [(condition, [value]) for value in found]),
        TIME_SCHEMA if times else DATE_SCHEMA,
        f"{what} {'on or after' if after else 'before'} this {'time (UTC)' if times else 'day'}.",
        "2026-11-05",
    )


def _between(name: str, column: str, what: str, times: bool = False) -> list[Filter]:
    """Return two filters: on or after a time or day, and before a time or day."""
    return [_span(f"{name}_{'after' if after else 'before'}", column, what, times, after) for after in (True, False)]


def _language(what: str) -> Filter:
    return Filter(
        "language", values.read_language, _language_is, LANGUAGE_SCHEMA,
        f"BCP 47 tag of the {what}'s language, in any case. `vi` also matches `vi-VN`.", "vi",
    )  # fmt: skip


Q_FILTER = Filter(
    "q", values.read_words, lambda found: join(" OR ", [has_words(read_query(words)) for words in found]),
    _written_as(values.WORDS, maxLength=MAX_COMPOSED * MAX_QUERY),
    'Words to search for, with or without diacritics. You can use "a phrase", `or` and -without, as in web search. The'
    f" best matches come first unless you set `sort`. The response has `meta`. At most {MAX_QUERY} characters in NFC.",
    "nước lũ",
    characters=MAX_QUERY,
)  # fmt: skip
IDS = Filter(
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


def name_filter(what: str, example: str, *, or_site: bool = False) -> Filter:
    return Filter(
        "q", values.read_words, partial(_is_named, ["folded", "key"] if or_site else ["folded"]),
        _written_as(values.WORDS, maxLength=MAX_COMPOSED * MAX_QUERY),
        f"Words or beginnings of words in the {what}, with or without diacritics.", example,
        characters=MAX_QUERY,
    )  # fmt: skip


CLAIMANT = Filter(
    "claimant", values.read_uuid, is_in("claimant"), UUID_SCHEMA,
    "Id of a claimant (see `/api/v1/claimants/`).", "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a",
)  # fmt: skip
APPEARANCE = Filter(
    "appearance_url", values.read_url, _overlaps("appearance_keys"), URL_SCHEMA,
    "URL where the claim appeared. The scheme, `www.`, `m.`, a trailing slash, the fragment and tracking parameters are"
    " ignored. `đ` and `%C4%91` are treated as equal.",
    "https://social.example/p/1", walks=True, few=True,
)  # fmt: skip


TOPIC = Filter(
    "topic", values.read_slug, _overlaps("topics"), SLUG_SCHEMA, "Slug of a topic (see `/api/v1/topics/`).", "health",
    walks=True,
)  # fmt: skip


def _claim_is(ids: list[UUID]) -> Sql:
    group = MergeGroup.of(ids, using="public")
    homes = {group.root(pk) for pk in ids}
    return is_in("claim_id")([*{member for home in homes for member in group.shown_under(home)}])


CLAIM = Filter(
    "claim", values.read_uuid, _claim_is, UUID_SCHEMA,
    "Id of a claim (see `/api/v1/claims/`). The results include reviews of claims merged into it.",
    "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a", few=True, reads_log=True,
)  # fmt: skip

VERDICT_HELP = "`scale:slug`, or a slug from the site's own scale (see `/api/v1/rating-scales/`)."
SITE_HELP = "The publisher's host without `www.` (see `/api/v1/publishers/`)."

ORIGINAL_VERDICT_HELP = "the publisher's own words, in any case, up to 200 characters (see `verdict.original.label`)."


def _original_verdict(where: Where, what: str, **options: Any) -> Filter:
    return Filter(
        "original_verdict", values.read_original_verdict, where, _written_as(values.WORDS, maxLength=2000),
        f"{what} {ORIGINAL_VERDICT_HELP}", "Pants on Fire", **options,
    )  # fmt: skip


REVIEW_FILTERS: Sequence[Filter] = (
    Q_FILTER,
    IDS,
    _language("review"),
    Filter("verdict", values.read_known_verdict, is_in("verdict"), VERDICT_SCHEMA, VERDICT_HELP, "truth:false"),
    _original_verdict(is_in("original_verdict"), "The publisher's verdict:"),
    Filter("publisher", values.read_site, is_in("publisher"), SITE_SCHEMA, SITE_HELP, "example.org"),
    CLAIM,
    CLAIMANT,
    TOPIC,
    APPEARANCE,
    Filter(
        "original_url", values.read_url, is_in("original_key"), URL_SCHEMA,
        "URL of an imported review on its publisher's site. URLs are compared as for `appearance_url`.",
        "https://example.org/check/1",
    ),
    *_between("claimed", "claimed_on", "The claim was made"),
    *_between("reviewed", "reviewed_on", "The publisher's date for the review is"),
    *_between("published", "published_at", "First published on this site", times=True),
    _span("updated_after", "updated_at", "Last changed on this site", times=True),
)  # fmt: skip

DEMAND_FILTERS: Sequence[Filter] = (
    Filter(
        "publisher", values.read_site, is_in("publisher"), SITE_SCHEMA,
        f"The publisher that received the demand. {SITE_HELP}", "example.org",
    ),
    Filter(
        "review", values.read_uuid, is_in("review"), UUID_SCHEMA, "Id of the review that the demand is about.",
        "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a",
    ),
    Filter(
        "from", values.read_choice(From.values()), is_in("from_type"), {"type": "string", "enum": From.values()},
        "The kind of body or person that made the demand.", "court",
    ),
    Filter(
        "outcome", values.read_choice(Outcome.values()), is_in("outcome"),
        {"type": "string", "enum": Outcome.values()},
        "The outcome of the demand.", "refused",
    ),
    *_between("received", "received_on", "Received"),
    *_between("published", "published_at", "First published on this site", times=True),
    _span("updated_after", "updated_at", "Last changed on this site", times=True),
)  # fmt: skip

CLAIM_FILTERS: Sequence[Filter] = (
    Q_FILTER,
    IDS,
    _language("claim"),
    Filter(
        "verdict", values.read_known_verdict, _overlaps("verdicts"), VERDICT_SCHEMA,
        f"Claims with a review that has this verdict: {VERDICT_HELP}", "truth:false",
        walks=True,
    ),
    _original_verdict(
        _overlaps("original_verdicts"), "Claims with a review that has this verdict:",
        walks=True,
    ),
    Filter(
        "publisher", values.read_site, _overlaps("publishers"), SITE_SCHEMA,
        f"Claims with a review by this publisher. {SITE_HELP}", "example.org",
        walks=True,
    ),
    CLAIMANT,
    TOPIC,
    APPEARANCE,
    *_between("claimed", "claimed_on", "The claim was made"),
    *_between("published", "published_at", "The claim's first review was published", times=True),
    _span("updated_after", "updated_at", "A review of the claim was published or changed", times=True),
)  # fmt: skip
