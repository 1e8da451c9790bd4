"""The filters of all lists. A filter defines how values are read, which rows they select, and the documentation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Func, Model, Q, TextField, Value

from api.http import parameter_values as values
from api.lists.frequency import Few, always, never, unless_common
from api.lists.known_verdicts import read_known_verdict
from factcheck.database.compiled_queries import Slot
from factcheck.record.formats.text import MAX_COMPOSED
from factcheck.record.models import PublishedClaim, PublishedReview
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.search.query import MAX_QUERY, read_query
from factcheck.record.search.stems import has_words
from factcheck.record.search.words import split_words
from factcheck.record.statements.demand import From, Outcome
from factcheck.record.statements.values import MAX_LANGUAGE

MAX_VALUES = 100

UUID_SCHEMA = {"type": "string", "format": "uuid"}
DATE_SCHEMA = {"type": "string", "format": "date"}
TIME_SCHEMA = {"anyOf": [{"type": "string", "format": "date-time"}, DATE_SCHEMA]}
URL_SCHEMA = {"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": values.MAX_URL}


def _written_as(pattern: str, **limits: int) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$", **limits}


LANGUAGE_SCHEMA = _written_as(values.LANGUAGE, maxLength=MAX_LANGUAGE)
SLUG_SCHEMA, VERDICT_SCHEMA, SITE_SCHEMA = map(_written_as, (values.SLUG, values.VERDICT, values.SITE))


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter that filters a list and can be repeated. A row must match at least one of the values.

    `select` receives the parsed values. Unless `compiles` is False, `select` also accepts slots instead of values
    (`factcheck.database.compiled_queries`). `select_as_of` replaces `select` if past rows need a different condition.
    `few` returns whether only very few rows have one of the values (see `Order.from_index`).
    """

    name: str
    read: Callable[[str], Any]
    select: Callable[[list[Any]], Q]
    schema: dict[str, Any]
    description: str
    example: str
    comma_separated: bool = False
    few: Few = never
    compiles: bool = True
    select_as_of: Callable[[list[Any], int], Q] | None = None
    characters: int | None = None  # the maximum for all values together


def any_of(condition: Callable[[Any], Q]) -> Callable[[list[Any]], Q]:
    """Return a function that selects the rows that meet the condition for at least one value."""
    return lambda found: reduce(or_, map(condition, found))


def _matches_language(tag: Any) -> Q:
    longer = tag.changed("{}-".format) if isinstance(tag, Slot) else f"{tag}-"
    return Q(language=tag) | Q(language__startswith=longer)


def _has_words(words: str) -> Q:
    return has_words(read_query(words))


def _column(lookup: str) -> Callable[[list[Any]], Q]:
    return lambda found: Q(**{lookup: found})


def _span(name: str, column: str, what: str, times: bool = False, after: bool = True) -> Filter:
    lookup = f"{column}__{'gte' if after else 'lt'}"
    read: Callable[[str], Any] = values.read_time if times else values.read_date
    return Filter(
        name,
        read,
        any_of(lambda value: Q(**{lookup: value})),
        TIME_SCHEMA if times else DATE_SCHEMA,
        f"{what} {'on or after' if after else 'before'} this {'time (UTC)' if times else 'day'}.",
        "2026-11-05",
    )


def _between(name: str, column: str, what: str, times: bool = False) -> list[Filter]:
    """Return two filters: on or after a time or day, and before a time or day."""
    return [_span(f"{name}_{'after' if after else 'before'}", column, what, times, after) for after in (True, False)]


def _language(what: str) -> Filter:
    return Filter(
        "language", values.read_language, any_of(_matches_language), LANGUAGE_SCHEMA,
        f"BCP 47 tag of the {what}'s language, in any case. `vi` also matches `vi-VN`.", "vi",
    )  # fmt: skip


Q_FILTER = Filter(
    "q", values.read_words, any_of(_has_words), _written_as(values.WORDS, maxLength=MAX_COMPOSED * MAX_QUERY),
    'Words to search for, with or without diacritics. You can use "a phrase", `or` and -without, as in web search. The'
    f" best matches come first unless you set `sort`. The response has `meta`. At most {MAX_QUERY} characters in NFC.",
    "nước lũ",
    compiles=False, characters=MAX_QUERY,
)  # fmt: skip
IDS = Filter(
    "ids", values.read_uuid, _column("id__in"), UUID_SCHEMA,
    f"Ids, repeated or separated by commas. At most {MAX_VALUES} ids.", "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a",
    comma_separated=True,
)  # fmt: skip


def _is_named(words: str, *, or_key: bool) -> Q:
    """Return the condition that each word occurs in the name or, for publishers, in the key, which is the site."""
    condition = Q(pk__in=[]) if not (found := split_words(words)) else Q()
    for word in found:
        folded = Func(Value(word), function="public.record_folded", output_field=TextField())
        named = Q(folded__contains=folded)
        condition &= named | Q(key__contains=folded) if or_key else named
    return condition


def name_filter(what: str, example: str, *, or_site: bool = False) -> Filter:
    return Filter(
        "q", values.read_words, any_of(partial(_is_named, or_key=or_site)),
        _written_as(values.WORDS, maxLength=MAX_COMPOSED * MAX_QUERY),
        f"Words or beginnings of words in the {what}, with or without diacritics.", example,
        compiles=False, characters=MAX_QUERY,
    )  # fmt: skip


CLAIMANT = Filter(
    "claimant", values.read_uuid, _column("claimant__in"), UUID_SCHEMA,
    "Id of a claimant (see `/api/v1/claimants/`).", "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a",
)  # fmt: skip
APPEARANCE = Filter(
    "appearance_url", values.read_url, _column("appearance_keys__overlap"), URL_SCHEMA,
    "URL where the claim appeared. The scheme, `www.`, a trailing slash and the fragment are ignored. `đ` and `%C4%91`"
    " are treated as equal.",
    "https://social.example/p/1", few=always,
)  # fmt: skip


def _topic(model: type[Model]) -> Filter:
    return Filter(
        "topic", values.read_slug, _column("topics__overlap"), SLUG_SCHEMA,
        "Slug of a topic (see `/api/v1/topics/`).", "health", few=unless_common(model, "topics"),
    )  # fmt: skip


def _claims_that_are(ids: list[UUID], sequence: int | None = None) -> Q:
    group = MergeGroup.of(ids, using="public")
    homes = {group.root(pk, sequence) for pk in ids}
    return Q(claim_id__in={member for home in homes for member in group.shown_under(home, sequence)})


CLAIM = Filter(
    "claim", values.read_uuid, _claims_that_are, UUID_SCHEMA,
    "Id of a claim (see `/api/v1/claims/`). The results include reviews of claims merged into it.",
    "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a", few=always, compiles=False, select_as_of=_claims_that_are,
)  # fmt: skip

VERDICT_HELP = "`scale:slug`, or a slug from the site's own scale (see `/api/v1/rating-scales/`)."
SITE_HELP = "The publisher's host without `www.` (see `/api/v1/publishers/`)."

ORIGINAL_VERDICT_HELP = "the publisher's own words, in any case, up to 200 characters (see `verdict.original.label`)."


def _original_verdict(column: str, what: str, few: Few = never) -> Filter:
    return Filter(
        "original_verdict", values.read_original_verdict, _column(column), _written_as(values.WORDS, maxLength=2000),
        f"{what} {ORIGINAL_VERDICT_HELP}", "Pants on Fire", few=few,
    )  # fmt: skip


REVIEW_FILTERS: Sequence[Filter] = (
    Q_FILTER,
    IDS,
    _language("review"),
    Filter("verdict", read_known_verdict, _column("verdict__in"), VERDICT_SCHEMA, VERDICT_HELP, "truth:false"),
    _original_verdict("original_verdict__in", "The publisher's verdict:"),
    Filter("publisher", values.read_site, _column("publisher__in"), SITE_SCHEMA, SITE_HELP, "example.org"),
    CLAIM,
    CLAIMANT,
    _topic(PublishedReview),
    APPEARANCE,
    Filter(
        "original_url", values.read_url, _column("original_key__in"), URL_SCHEMA,
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
        "publisher", values.read_site, _column("publisher__in"), SITE_SCHEMA,
        f"The publisher that received the demand. {SITE_HELP}", "example.org",
    ),
    Filter(
        "review", values.read_uuid, _column("review__in"), UUID_SCHEMA, "Id of the review that the demand is about.",
        "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a",
    ),
    Filter(
        "from", values.read_choice(From.values()), _column("from_type__in"), {"type": "string", "enum": From.values()},
        "The kind of body or person that made the demand.", "court",
    ),
    Filter(
        "outcome", values.read_choice(Outcome.values()), _column("outcome__in"),
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
        "verdict", read_known_verdict, _column("verdicts__overlap"), VERDICT_SCHEMA,
        f"Claims with a review that has this verdict: {VERDICT_HELP}", "truth:false",
        few=unless_common(PublishedClaim, "verdicts"),
    ),
    _original_verdict(
        "original_verdicts__overlap", "Claims with a review that has this verdict:",
        few=unless_common(PublishedClaim, "original_verdicts"),
    ),
    Filter(
        "publisher", values.read_site, _column("publishers__overlap"), SITE_SCHEMA,
        f"Claims with a review by this publisher. {SITE_HELP}", "example.org",
        few=unless_common(PublishedClaim, "publishers"),
    ),
    CLAIMANT,
    _topic(PublishedClaim),
    APPEARANCE,
    *_between("claimed", "claimed_on", "The claim was made"),
    *_between("published", "published_at", "The claim's first review was published", times=True),
    _span("updated_after", "updated_at", "A review of the claim was published or changed", times=True),
)  # fmt: skip
