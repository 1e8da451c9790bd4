"""No statement of a search reads the whole table, whatever the words: among 100,000 analysed rows, as PostgreSQL plans
by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from factcheck.record.search import search_reviews

ROWS = 100_000
# "w1" stands in one row of two, "w2" in one of three and so on, "w1999" in one of 2,000.
FILL = f"""
INSERT INTO record_publishedreview (id, claim_id, status, sequence, body, language, verdict, publisher, topics,
                                    appearance_keys, published_at, updated_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'live', n, json_build_object('claim', json_build_object('text', text)),
       'l' || n % 10, 'truth:false', 'check.example', '{{}}', '{{}}', now(), now()
FROM generate_series(1, {ROWS}) n,
LATERAL (SELECT string_agg('w' || w, ' ') AS text FROM unnest(array[1,2,3,4,5,6,7,8,9,10,11,49,99,499,1999]) w WHERE n % (w + 1) = 0) words
"""


@pytest.fixture(scope="module", autouse=True)
def rows(module_database: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(FILL)
        cursor.execute("ANALYZE record_publishedreview")
        cursor.execute("ALTER TABLE record_logentry DISABLE TRIGGER USER")
        # The newest entry, from whose shelf a search goes down.
        cursor.execute(
            "INSERT INTO record_logentry SELECT %s, now(), 'review.original', gen_random_uuid(), 1, repeat('0', 64)",
            [ROWS],
        )


@pytest.mark.parametrize(
    "words",
    [
        "w1",
        "w1999",
        "w1 w2 w3",
        "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11",
        '"w1 w2"',
        "w1 -w2",
        "w1 or w1999",
        "w1 nothing w2",
    ],
)
def test_search_reads_the_index_alone(words: str) -> None:
    plans: list[str] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SELECT score" in sql:
            with connections["owner"].cursor() as cursor:
                cursor.execute(sql.replace("SELECT score", "EXPLAIN SELECT score", 1).partition(";")[2], params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connections["public"].execute_wrapper(explain):
        assert search_reviews(words)
    assert plans
    for plan in plans:
        assert "Bitmap Index Scan on review_search" in plan, plan
        assert "Seq Scan on record_publishedreview" not in plan, plan
