"""The numbers of `/statistics/` and `/api/v1/stats/` of a million reviews, and what their totals cost each import.

    python bench/counting.py [--reviews 1000000] [--rounds 20]

The rows are made by the database, with a short body and without search words, because totals read neither. They come
in statements of 1,000 reviews, as an import's do, once with the triggers of the totals and once without. One review in
twenty has been corrected, and one in twenty has a source that has been checked.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from loading import own_server
from table import ratio_row, report

BATCH = 1000
MADE = """
INSERT INTO record_publishedreview (id, status, sequence, body, language, verdict, publisher, topics,
                                    appearance_keys, link_keys, claimed_on, reviewed_on, published_at, updated_at)
SELECT gen_random_uuid(), 'live', n, '{}', (ARRAY['en', 'vi', 'pt', 'es', 'fr', 'de', 'hi', 'ar'])[1 + n %% 8],
       CASE WHEN n %% 10 < 7 THEN 'truth:' || (ARRAY['false', 'mostly-false', 'half-true', 'true'])[1 + n %% 4] END,
       'site' || n %% 97 || '.example', ARRAY['topic-' || n %% 211, 'area-' || n %% 13], '{}', '{}',
       CASE WHEN n %% 3 > 0 THEN day - (n %% 400) END, day, day + interval '1 day', day + interval '1 day'
FROM generate_series(%s, %s) n, LATERAL (SELECT date '2016-01-01' + (n::bigint * 3650 / %s)::int AS day) made
"""
CORRECTED = """
INSERT INTO record_publishedcorrection (sequence, review_id, kind, publisher, language, change_class, at, days, body)
SELECT n, gen_random_uuid(), 'correction', 'site1.example', 'en', (ARRAY['typo', 'update', 'substantive'])[1 + n %% 3],
       timestamptz '2016-01-01' + n * interval '10 years' / %s, n %% 300, '{}'
FROM generate_series(1, %s, 20) n
"""
CHECKED = """
INSERT INTO record_sourcecheck (review_id, url, state, checked_at, since)
SELECT gen_random_uuid(), 'https://a.example/' || n, (ARRAY['unchanged', 'gone', 'changed'])[1 + n %% 3], now(), now()
FROM generate_series(1, %s, 20) n
"""


def measure(reviews: int, rounds: int) -> Iterator[str]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_publishedreview ALTER COLUMN search DROP EXPRESSION")
        without = _fill(cursor, 0, reviews // 5, reviews, totals=False)
        cursor.execute("TRUNCATE record_publishedreview")
        with_totals = _fill(cursor, 0, reviews, reviews, totals=True)
        cursor.execute("ALTER TABLE record_sourcecheck DISABLE TRIGGER check_is_of_a_source")
        cursor.execute(CORRECTED, [reviews, reviews])
        cursor.execute(CHECKED, [reviews])
        cursor.execute("VACUUM ANALYZE")
        single = _fill(cursor, reviews, reviews + 200, reviews, totals=True, batch=1)
        cursor.execute(
            "SELECT count(*), pg_total_relation_size('record_publishedtotal') >> 10 FROM record_publishedtotal"
        )
        totals, size = cursor.fetchone()
    yield f"| totals of {reviews:,} reviews | – | – | – | {totals:,} rows, {size:,} KiB |"
    yield ratio_row("insert 1,000 reviews with totals", "without totals", with_totals, without, "–")
    yield f"| insert one review among {reviews:,}, with totals | – | – | – | {1000 * single:.1f} ms |"
    for name, work in _questions():
        yield f"| {name} of {reviews:,} reviews | – | – | ≤ 300 ms | {1000 * _median(work, rounds):.1f} ms |"


def _fill(cursor: Any, start: int, end: int, reviews: int, *, totals: bool, batch: int = BATCH) -> float:
    """Insert rows. Returns the median seconds of a batch."""
    for trigger in ("added", "removed"):
        cursor.execute(
            f"ALTER TABLE record_publishedreview {'ENABLE ALWAYS' if totals else 'DISABLE'} TRIGGER totals_of_{trigger}"
        )
    taken = []
    for first in range(start, end, batch):
        begun = time.perf_counter()
        cursor.execute(MADE, [first, first + batch - 1, reviews])
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _questions() -> Iterator[tuple[str, Callable[[], object]]]:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")

    def fetched(path: str) -> Callable[[], object]:
        def fetch() -> object:
            from factcheck.server.response_cache import forget_responses

            forget_responses()
            response = client.get(path)
            assert response.status_code == 200, path
            return response

        return fetch

    stats = "/api/v1/stats/"
    for query in (
        "", "?group_by=month,verdict", "?group_by=publisher,topic", "?group_by=verdict&language=vi",
    ):  # fmt: skip
        yield f"`{stats}{query}`", fetched(stats + query)
    for table in ("days-to-review", "corrections", "days-to-correction", "source-checks"):
        yield f"`{stats}{table}/`", fetched(f"{stats}{table}/")
    yield "`/en/statistics/`", fetched("/en/statistics/")


def _median(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--reviews", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with own_server():
        report(measure(options.reviews, options.rounds))


if __name__ == "__main__":
    main()
