"""The figures of one newsroom in a period, for the desk. They count what is published, and no drafts.

A week begins on Monday in the newsroom's zone. Sources and replies are only in the bodies of reviews, so they are
counted in the newest MAX_READ reviews.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from factcheck.database.rows import run_public
from factcheck.record.lists.statistics import Row, Statistic, median

# The newest of the period: those that are counted, and those whose bodies are read, which takes 100 microseconds each.
MAX_REVIEWS, MAX_READ = 20_000, 1_000

# The figures with the names of their values.
FIGURES = {
    "weeks": ("week",), "topics": ("topic",), "sources": ("sources",), "standard": ("met",), "replies": ("reply",),
    "corrections": ("change",), "days": ("days",), "demands": ("from", "outcome"),
}  # fmt: skip

# `found` is the newsroom's own live reviews. A source is named by its title or its publisher. Entries of the log have
# an index by time, so corrections are read from the first entry of the period on.
_FIGURES = """
WITH found AS MATERIALIZED (
    SELECT id, published_at, topics FROM record_publishedreview
    WHERE publisher = %(site)s AND status = 'live' AND original_key IS NULL
        AND published_at >= %(begin)s AND published_at < %(end)s
    ORDER BY published_at DESC, id DESC LIMIT %(all)s
), read AS MATERIALIZED (
    SELECT cited.*, asked.* FROM (SELECT id FROM found ORDER BY published_at DESC, id DESC LIMIT %(most)s) AS newest
    JOIN record_publishedreview AS review USING (id)
    CROSS JOIN LATERAL (SELECT review.body::json AS body OFFSET 0) AS parsed
    CROSS JOIN LATERAL (
        SELECT count(*) AS sources, count(coalesce(source ->> 'title', source ->> 'publisher')) AS named,
            count(*) FILTER (WHERE (source ->> 'primary')::boolean) AS first_hand
        FROM json_array_elements(parsed.body -> 'sources') AS source
    ) AS cited CROSS JOIN LATERAL (
        SELECT count(*) AS asked, count(reply ->> 'answer') AS answered
        FROM json_array_elements(parsed.body -> 'replies') AS reply
    ) AS asked
), changed AS MATERIALIZED (
    SELECT coalesce(change_class, kind) AS change, days FROM record_publishedcorrection
    WHERE publisher = %(site)s AND at >= %(begin)s AND at < %(end)s
        AND (change_class IS NOT NULL OR kind NOT IN ('update', 'correction'))
        AND sequence >= (SELECT sequence FROM record_logentry WHERE at >= %(begin)s ORDER BY at LIMIT 1)
)
SELECT 'weeks', date_trunc('week', published_at AT TIME ZONE %(zone)s)::date::text, count(*) FROM found GROUP BY 2
UNION ALL SELECT 'topics', topic, count(*) FROM found, unnest(topics) AS topic GROUP BY 2
UNION ALL SELECT 'sources', sources::text, count(*) FROM read GROUP BY 2
UNION ALL SELECT 'standard', (named >= 2 AND first_hand >= 1)::text, count(*) FROM read GROUP BY 2
UNION ALL SELECT 'replies', 'asked', coalesce(sum(asked), 0) FROM read
UNION ALL SELECT 'replies', 'answered', coalesce(sum(answered), 0) FROM read
UNION ALL SELECT 'corrections', change, count(*) FROM changed GROUP BY 2
UNION ALL SELECT 'days', days::text, count(*) FROM changed WHERE change = 'substantive' GROUP BY 2
UNION ALL SELECT 'demands', from_type || ' ' || outcome, count(*) FROM record_publisheddemand
    WHERE publisher = %(site)s AND received_on BETWEEN %(first)s AND %(last)s GROUP BY 2
"""


def newsroom_figures(site: str, first: date, last: date, zone: ZoneInfo) -> Mapping[str, Statistic]:
    """Count a newsroom's publications from the first to the last day. Weeks without a review count 0."""
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    values = {"site": site, "zone": zone.key, "begin": begin, "end": end, "first": first, "last": last}
    monday = first - timedelta(days=first.weekday())
    weeks = [str(monday + timedelta(weeks=place)) for place in range((last - monday).days // 7 + 1)]
    numbers: dict[str, dict[tuple[str, ...], int]] = {name: {} for name in FIGURES}
    numbers["weeks"] = {(week,): 0 for week in weeks}
    for name, value, number in run_public(_FIGURES, values | {"all": MAX_REVIEWS, "most": MAX_READ}):
        numbers[name][tuple(value.split())] = int(number)
    days = {int(day): number for (day,), number in numbers["days"].items()}
    return {
        name: Statistic(columns, _in_order(name, numbers[name]), median(days) if name == "days" else None)
        for name, columns in FIGURES.items()
    }


def _in_order(name: str, numbers: dict[tuple[str, ...], int]) -> list[Row]:
    """Return dates and quantities in their order, and other values with the most frequent first."""
    if name in ("weeks", "sources", "days"):
        return sorted(numbers.items(), key=lambda row: str(row[0][0]).zfill(10))
    return sorted(numbers.items(), key=lambda row: (-row[1], row[0]))
