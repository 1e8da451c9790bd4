"""No statement of a search reads the whole table, whatever the words: among 100,000 analysed rows of reviews and as many
of claims, as PostgreSQL plans without hints."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections
from django.db.models import Q

from factcheck.record.lists import counts
from factcheck.record.lists.counts import FACETS, count
from factcheck.record.matching.matches import match
from factcheck.record.models import PublishedClaim, PublishedReview
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import Search
from factcheck.record.search.results import SearchModel
from factcheck.tools.budget import current

ROWS = 100_000
# "w1" is in one row of two, "w2" in one of three and so on, "w1999" in one of 2,000.
MADE = f"""
SELECT gen_random_uuid() AS id, n, 'l' || n % 10 AS language, text FROM generate_series(1, {ROWS}) n,
LATERAL (SELECT string_agg('w' || w, ' ') AS text FROM unnest(array[1,2,3,4,5,6,7,8,9,10,11,49,99,499,1999]) w WHERE n % (w + 1) = 0) words
"""
FILL = f"""
INSERT INTO record_publishedreview (id, claim_id, status, sequence, body, language, verdict, publisher, topics,
                                    appearance_keys, link_keys, earlier_claims, published_at, updated_at)
SELECT id, id, 'live', n, json_build_object('claim', json_build_object('text', text)), language, 'truth:false',
       'check.example', '{{}}', '{{}}', '{{}}', '{{}}', now(), now() FROM ({MADE}) made;
INSERT INTO record_publishedclaim (id, status, sequence, body, language, verdicts, publishers, topics,
                                   original_verdicts, appearance_keys, published_at, updated_at)
SELECT id, 'live', sequence, json_build_object('text', '', 'reviews', json_build_array(json_build_object('id', id))),
       language,
       '{{truth:false}}', '{{check.example}}', '{{}}', '{{}}', '{{}}', now(), now() FROM record_publishedreview;
INSERT INTO record_word (word, reviews)
SELECT word, count(*) FROM ({MADE}) made, LATERAL unnest(string_to_array(text, ' ')) word GROUP BY word;
"""
pytestmark = pytest.mark.prove

INDEXES = {PublishedReview: "review_search", PublishedClaim: "claim_search"}


@pytest.fixture(scope="module", autouse=True)
def rows(module_database: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(FILL)
        for table in ("record_publishedreview", "record_publishedclaim"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("ALTER TABLE record_logentry DISABLE TRIGGER USER")
        # The newest entry, from whose shelf a search goes down.
        cursor.execute(
            "INSERT INTO record_logentry SELECT %s, now(), 'review.original', gen_random_uuid(), 1, repeat('0', 64)",
            [ROWS],
        )


@pytest.fixture(autouse=True)
def request_with_time() -> Iterator[None]:
    with current().within(60):
        yield


def live(model: SearchModel) -> Any:
    return model.objects.using("public").live()


@contextmanager
def found_plans() -> Iterator[list[str]]:
    """The executed plans of the statements that come after one that limits their time."""
    plans: list[str] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        statement = re.sub("^(SET LOCAL [^;]*; )+", "", sql)
        if statement != sql:
            with connections["owner"].cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {statement}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall() if "(never executed)" not in line))
        return execute(sql, params, many, context)

    with connections["public"].execute_wrapper(explain):
        yield plans
    assert plans


@pytest.mark.parametrize("model", INDEXES)
@pytest.mark.parametrize("condition", [Q(), Q(language="l3")], ids=["all", "filtered"])
@pytest.mark.parametrize(
    "words",
    [
        "w1",
        "w1999",
        "w1 w2 w3",
        "w9 w49 w99 w499",
        "w9 w49 w99 w499 w1999",
        "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11",
        "w1 w99 or w2 w499 -w3",
        '"w1 w2"',
        "w1 -w2",
        "w1 or w1999",
        "w1 nothing w2",
    ],
)
def test_search_reads_the_index_alone(model: SearchModel, condition: Q, words: str) -> None:
    with found_plans() as plans:
        found = Search(model, read_query(words), condition).page()
    assert found.hits or condition
    for plan in plans:
        # The index of a filter may find fewer rows than that of the words.
        assert f"Bitmap Index Scan on {INDEXES[model]}" in plan or (condition and "Index Scan" in plan), plan
        assert f"Seq Scan on {model._meta.db_table}" not in plan, plan


@pytest.mark.parametrize("model", INDEXES)
def test_counting_what_is_rare_reads_the_index_alone(model: SearchModel) -> None:
    with found_plans() as plans:
        counted = count(live(model), "'w1999'", [(name,) for name in FACETS], 10)
    assert counted is not None
    assert (counted.total, counted.exact) == (50, True)
    for plan in plans:
        assert f"Bitmap Index Scan on {INDEXES[model]}" in plan, plan


@pytest.mark.parametrize("model", INDEXES)
def test_counting_in_too_little_time_gives_lower_bounds(model: SearchModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "SHARE", 0)
    counted = count(live(model).filter(language="l3"), None, [("language",), ("verdict", "year")], 10)
    assert counted is not None
    assert (counted.total, counted.exact) == (10_000, False)
    assert counted.groups["language",] == [(("l3",), 10_000)]
    assert counted.groups["verdict", "year"] == [(("truth:false", str(datetime.now(UTC).year)), 10_000)]


@pytest.mark.parametrize("words", ["w1999", "w1999 w499 unknown", "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w1999"])
def test_matching_reads_the_index_alone(words: str) -> None:
    with found_plans() as plans:
        assert match(words).ranked
    plan = plans[0]  # the second reads the claims that are compared
    assert "Bitmap Index Scan on review_search" in plan, plan
    assert "Seq Scan on record_publishedreview" not in plan, plan
