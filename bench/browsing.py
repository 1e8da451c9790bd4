"""The pages for browsing among a million reviews: the first page of each kind, and a page in the middle of the list.

    python bench/browsing.py [--reviews 1000000] [--rounds 9]

The rows are those of `counting.py`, with a body that a list can show and a claimant.
"""

import argparse
import re
import statistics
import time
from collections.abc import Iterator
from uuid import UUID

import counting
import orjson
from loading import own_server
from table import report

CLAIMANTS = 1000
SITE, TOPIC, CLAIMANT = "site1.example", "topic-100", UUID("00000000-0000-4000-8000-000000000001")
BODY = """jsonb_build_object('id', gen_random_uuid(), 'headline', 'Review ' || n, 'language', 'en', 'verdict',
 jsonb_build_object('label', 'False', 'slug', 'false', 'scale', 'truth', 'labels', jsonb_build_object('en', 'False'),
 'value', 1, 'best', 5, 'worst', 1), 'publisher', jsonb_build_object('name', 'Site', 'site', 'site.example'),
 'claim', jsonb_build_object('text', 'A claim', 'language', 'en'), 'published_at', '2026-01-01T00:00:00Z')::text"""
KEY = f"lpad((n %% {CLAIMANTS})::text, 12, '0')"
MADE = (
    counting.MADE.replace("link_keys,", "link_keys, claimant,")
    .replace(" n, '{}',", f" n, {BODY},")
    .replace(" '{}', '{}',\n", f" '{{}}', '{{}}', ('00000000-0000-4000-8000-' || {KEY})::uuid,\n")
)
REFERENCES = (
    ("publisher", SITE, {"name": "Site", "site": SITE}),
    ("topic", TOPIC, {"slug": TOPIC, "labels": {"en": "Topic"}}),
    ("claimant", str(CLAIMANT), {"type": "organization", "name": "Body", "confirmed": True}),
)


def measure(reviews: int, rounds: int) -> Iterator[str]:
    from django.db import connections

    from factcheck.record.models import PublishedReference

    counting.MADE = MADE
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_publishedreview ALTER COLUMN search DROP EXPRESSION")
        counting._fill(cursor, 0, reviews, reviews, totals=True)
        cursor.execute("VACUUM ANALYZE")
    for kind, key, body in REFERENCES:
        PublishedReference.objects.using("owner").create(
            kind=kind, key=key, name=key, sequence=1, body=orjson.dumps(body).decode()
        )
    for path in ("", "browse/", f"publishers/{SITE}/", f"topics/{TOPIC}/", f"claimants/{CLAIMANT}/"):
        yield _row(f"`/en/{path}` of {reviews:,} reviews", _fetch(f"/en/{path}", rounds))
    path = f"/en/topics/{TOPIC}/?after={10**6 * 1640995200}.{CLAIMANT}"
    yield _row(f"a page in the middle of a topic of {reviews:,} reviews", _fetch(path, rounds))
    yield _row(f"`/sitemap.xml` of {reviews:,} reviews", _fetch("/sitemap.xml", 3), "3 s")


def _fetch(path: str, rounds: int) -> float:
    from django.test import Client

    client, taken = Client(SERVER_NAME="127.0.0.1"), []
    for _ in range(rounds):
        begun = time.perf_counter()
        response = client.get(path)
        taken.append(time.perf_counter() - begun)
        assert response.status_code == 200, path
        assert path == "/sitemap.xml" or "browse" in path or re.search(rb"Review \d", response.content), path
    return statistics.median(taken)


def _row(work: str, taken: float, wanted: str = "100 ms") -> str:
    return f"| {work} | – | – | {wanted} | {1000 * taken:.1f} ms |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--reviews", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with own_server():
        report(measure(options.reviews, options.rounds))


if __name__ == "__main__":
    main()
