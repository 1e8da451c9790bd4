"""Time of one publication at the end of a long log beside one at its beginning.

    python bench/append.py [--reviews 100000] [--singles 300]

Publishes generated reviews through record.publish one by one at first, then fills the log in batches of 1,000, then
publishes one by one again, each a durable transaction. The editors' rule that entries need an approval is switched
off by the owner: this measures the log.
"""

import argparse
import statistics
import sys
import time
from itertools import count
from uuid import UUID

from generated import Reviews
from loading import own_server
from table import report

BATCH = 1000


def measure(entries: int, singles: int) -> str:
    """A row of the table."""
    from django.db import connections

    from factcheck.record import publish
    from factcheck.record.log import entries as log
    from factcheck.record.models import LogEntry

    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_logentry DISABLE TRIGGER entry_was_approved")
    reviews, indexes = Reviews(1), count()

    def published(number: int) -> float:
        batch = [reviews.statement(next(indexes)) for _ in range(number)]
        start = time.perf_counter()
        publish.publish([log.Publication(subject=UUID(each["id"]), statement=each) for each in batch])
        return time.perf_counter() - start

    for _ in range(20):  # connections, caches
        published(1)
    first = [published(1) for _ in range(singles)]
    begun, filled = time.perf_counter(), LogEntry.objects.count()
    while (size := LogEntry.objects.count()) < entries:
        published(min(BATCH, entries - size))
        sys.stderr.write(f"\r{size}/{entries}")
    rate = (entries - filled) / (time.perf_counter() - begun)
    last = [published(1) for _ in range(singles)]
    a, b = statistics.median(first), statistics.median(last)
    sys.stderr.write("\r")
    return (
        f"| one publication at {entries:,} entries | the same at 20 | {b / a:.2f} × | –"
        f" | {b * 1000:.1f} ms, {a * 1000:.1f} ms; batches of {BATCH:,}: {rate:.0f} a second |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--reviews", type=int, default=100_000)
    parser.add_argument("--singles", type=int, default=300)
    options = parser.parse_args()
    with own_server():
        report([measure(options.reviews, options.singles)])


if __name__ == "__main__":
    main()
