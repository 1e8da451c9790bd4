"""Time of one publication at the end of a long log beside one at its beginning.

    python bench/append.py [--entries 100000] [--singles 300]

Publishes through record.log one by one at first, then fills the log in batches of 1,000 (the real ClaimReviews
of ../shared/data/claimreview first, then texts made of their words), then publishes one by one again, each a
durable transaction. The editors' rule that entries need an approval is switched off by the owner: this measures
the log.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "claimreview"
BATCH = 1000


def statements(seed: int) -> Iterator[dict[str, Any]]:
    """Statements of real reviews, then of reviews made from their words without end."""
    from factcheck.exchange.records import records
    from factcheck.exchange.shapes import Record

    words: list[str] = []
    sample: dict[str, Any] = {}
    for file in sorted(DATA.glob("*.jsonl")):
        for record in records(file):
            if isinstance(record, Record):
                data: Any = record.data
                words += data["claim"]["text"].split()
                sample = complete(data)
                yield sample
    if not words:
        sys.exit(f"{DATA} has no reviews to take words from")
    chance = random.Random(seed)
    while True:
        text = " ".join(chance.choices(words, k=chance.randrange(8, 40)))
        yield complete({**sample, "claim": {**sample["claim"], "text": text}, "headline": text[:80], "summary": text})


def complete(data: dict[str, Any]) -> dict[str, Any]:
    """A record of the importer as a statement of its own: new ids, our licence, the publisher's verdict."""
    claimant = data["claim"]["claimant"]
    if claimant:
        keys = ("type", "name", "description", "job_title", "same_as", "confirmed")
        claimant = {"id": str(uuid4()), **{key: claimant[key] for key in keys}}
    original = (data.get("verdict") or {}).get("original")
    verdict = dict.fromkeys(("scale", "slug", "value", "best", "worst", "explanation")) | {
        "label": original["label"], "labels": {}, "original": original,
    }  # fmt: skip
    publisher = {**data["publisher"], "name": data["publisher"]["name"] or data["publisher"]["site"]}
    return {
        **data, "id": str(uuid4()), "claim": {**data["claim"], "id": str(uuid4()), "claimant": claimant},
        "verdict": verdict, "publisher": publisher, "topics": [], "license": "https://creativecommons.org/licenses/by/4.0/",
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--singles", type=int, default=300)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="factcheck-bench-"))
    folder.chmod(0o711)
    os.environ.update(FACTCHECK_VAR=str(folder), DJANGO_SETTINGS_MODULE="factcheck.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from factcheck.record import log
    from factcheck.record.models import LogEntry

    call_command("migrate", database="owner", verbosity=0)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_logentry DISABLE TRIGGER published_was_approved")
    source = statements(1)

    def publish(count: int) -> float:
        batch = [next(source) for _ in range(count)]
        start = time.perf_counter()
        log.publish([log.Publication(subject=UUID(each["id"]), statement=each) for each in batch])
        return time.perf_counter() - start

    for _ in range(20):  # connections, caches
        publish(1)
    first = [publish(1) for _ in range(options.singles)]
    begun, filled = time.perf_counter(), LogEntry.objects.count()
    while (size := LogEntry.objects.count()) < options.entries:
        publish(min(BATCH, options.entries - size))
        sys.stderr.write(f"\r{size}/{options.entries}")
    rate = (options.entries - filled) / (time.perf_counter() - begun)
    last = [publish(1) for _ in range(options.singles)]
    a, b = statistics.median(first), statistics.median(last)
    sys.stderr.write("\r")
    print(
        f"| one publication at {options.entries} entries | the same at 20 | {b / a:.2f} ×"
        f" | {b * 1000:.1f} ms, {a * 1000:.1f} ms |"
    )
    print(f"(batches of {BATCH}: {rate:.0f} entries a second)")
    for connection in connections.all():
        connection.close()
        connection.close_pool()
    settings.DATABASE_SOURCE.embedded.destroy()


if __name__ == "__main__":
    main()
