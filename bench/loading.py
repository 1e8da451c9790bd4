"""A PostgreSQL of its own, as in service, with the read model of as many generated reviews as are wanted.

Rows are those that the record makes of entries and documents; only their way into the tables is shorter: COPY by
two processes into tables without secondary indexes, which are built afterwards.
"""

import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "baselines")]

import django
from django.db import connections, transaction

CHUNK = 2000  # even tens, so that the two reviews of one claim are in the same
PROCESSES = 2


@contextmanager
def own_server() -> Iterator[None]:
    """Django with an embedded PostgreSQL in a temporary folder, migrated and empty; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="factcheck-bench-"))
    folder.chmod(0o711)  # root's PostgreSQL runs as another account, which must pass through
    os.environ.update(
        FACTCHECK_VAR=str(folder), DJANGO_SETTINGS_MODULE="factcheck.settings",
        API_RATE_LIMIT="off", SEARCH_RATE_LIMIT="off",
    )  # fmt: skip
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    try:
        call_command("migrate", database="owner", verbosity=0)
        yield
    finally:
        connections.close_all()
        settings.DATABASE_SERVER.destroy()
        shutil.rmtree(folder)


def make_database(name: str) -> None:
    """An empty copy of the migrated database; `use` turns to it."""
    from django.conf import settings

    from factcheck.database import roles
    from factcheck.database.embedded import DATABASE

    cluster = settings.DATABASE_SERVER
    connections.close_all()
    with cluster.superuser() as superuser:
        superuser.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE} OWNER {cluster.logins().owner.name}")
        for line in roles.connect_rights(name, cluster.logins()):  # rights on the database itself are not copied
            superuser.execute(line)


def use(name: str) -> None:
    """Every alias connects to this database from now on."""
    connections.close_all()
    for alias in connections.settings.values():
        alias["NAME"] = name


def load(count: int, seed: int = 1) -> None:
    """Fills the empty database in use with `count` reviews, analysed."""
    begun = time.perf_counter()
    database = connections.settings["owner"]["NAME"]
    with _without_triggers(), rebuilt_indexes(_record()):
        connections.close_all()
        parts = [(database, seed, start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
        references: dict[tuple[str, str], Any] = {}
        with ProcessPoolExecutor(PROCESSES, get_context("spawn"), initializer=begin_process) as processes:
            for (__, __, __, end), found in zip(parts, processes.map(_load_part, parts), strict=True):
                references |= found  # in the log's order: the newest speaks
                sys.stderr.write(f"\r{end}/{count} reviews, {time.perf_counter() - begun:.0f} s ")
        from factcheck.record.models import PublishedReference, PublishedTotal
        from factcheck.record.readmodel.totals import compute_totals

        copy(PublishedReference, references.values())
        totals = compute_totals().items()
        copy(
            PublishedTotal,
            [
                PublishedTotal(rows=rows, facet=facet, value=value, other=other, number=n)
                for (rows, facet, value, other), n in totals
            ],
        )
        sys.stderr.write("indexes ")
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    sys.stderr.write(f"\r{count} reviews in {time.perf_counter() - begun:.0f} s{' ' * 30}\n")


def begin_process() -> None:
    django.setup()


def _load_part(part: tuple[str, int, int, int]) -> dict[tuple[str, str], Any]:
    """Loads the reviews of these indexes; returns what they refer to."""
    database, seed, start, end = part
    from factcheck.record.log import entries
    from factcheck.record.models import (
        LogEntry,
        PastClaim,
        PublishedClaim,
        PublishedCorrection,
        PublishedReview,
        RevisionDocument,
    )
    from factcheck.record.readmodel import claim_merges, claim_rows, correction_rows, review_rows
    from factcheck.record.search import words

    if connections.settings["owner"]["NAME"] != database:
        use(database)
    published = [publication(seed, index) for index in range(start, end)]
    rows = [review_rows.review_row(entry, document) for entry, document in published]
    corrections = [row for entry, document in published for row in correction_rows.correction_rows(entry, document)]
    spans = claim_rows.spans_by_claim(((row, None) for row in rows), claim_merges.MergeGroup(frozenset(), {}))
    of_claims = [row for claim_id, found in spans.items() for row in claim_rows.claim_rows(claim_id, found)]
    copy(LogEntry, [entry for entry, __ in published])
    copy(RevisionDocument, [entry.revision_document for entry, __ in published])
    copy(PublishedReview, rows)
    copy(PublishedCorrection, corrections)
    copy(PublishedClaim, [row for row in of_claims if isinstance(row, PublishedClaim)])
    copy(PastClaim, [row for row in of_claims if isinstance(row, PastClaim)])
    with transaction.atomic():
        entries.lock()  # which words are counted under
        words.count(Counter(word for row in rows for word in words.title_words(row.parsed_body)))
    newest = {key: row for row in rows for key in review_rows.references_of(row)}
    return {key: review_rows.reference_row(*key, row) for key, row in newest.items()}


_reviews: dict[int, Any] = {}


def publication(seed: int, index: int) -> tuple[Any, dict[str, Any]]:
    """The entry of a generated review, with its row of bytes, and the document; one in twenty has been corrected."""
    import hashlib

    from generated import Reviews

    from factcheck.record.formats.canonical import canonical_unchecked, rfc3339, sha256_hex
    from factcheck.record.models import LogEntry, RevisionDocument

    made = _reviews.get(seed) or _reviews.setdefault(seed, Reviews(seed))
    at, subject = made.published_at(index), made.review_id(index)
    corrected = index % 20 == 7
    number, kind, change = (2, LogEntry.Kind.CORRECTION, "typo") if corrected else (1, LogEntry.Kind.ORIGINAL, None)
    statement = made.statement(index)
    verdict = {key: statement["verdict"][key] for key in ("scale", "slug", "label")}
    correction = {
        "revision": 2, "at": rfc3339(at), "kind": "correction", "class": change, "note": None,
        "publisher": statement["publisher"]["site"], "verdict_before": verdict, "verdict_after": verdict,
    }  # fmt: skip
    document = {
        **statement, "published_at": rfc3339(at), "updated_at": rfc3339(at),
        "revision": {"number": number, "kind": kind.partition(".")[2], "class": change, "note": None},
        "corrections": [correction] if corrected else [],
    }  # fmt: skip
    salt, data = hashlib.sha256(str(subject).encode()).digest(), canonical_unchecked(document)
    digest = sha256_hex(salt + data)
    entry = LogEntry(sequence=index, at=at, kind=kind, subject=subject, number=number, digest=digest)
    entry.revision_document = RevisionDocument(entry=entry, salt=salt, document=data)
    return entry, document


def copy(model: Any, rows: Iterable[Any]) -> None:
    """Rows of the model into its table, by the owner."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    if model._meta.pk.get_internal_type() == "BigAutoField":
        fields.remove(model._meta.pk)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with (
        connections["owner"].cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as into,
    ):
        for row in rows:
            into.write_row([getattr(row, field.attname) for field in fields])


@contextmanager
def _without_triggers() -> Iterator[None]:
    """Make the record's tables quick to fill. The database's rules are for content that comes through the workflow."""
    tables = [model._meta.db_table for model in _record()]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        triggers = [(name, table) for name, table in cursor.fetchall() if table in tables]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE record_publishedclaim ENABLE ALWAYS TRIGGER claim_search")  # fills a column
    yield
    with connections["owner"].cursor() as cursor:
        for name, table in triggers:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


@contextmanager
def rebuilt_indexes(models: Iterable[Any]) -> Iterator[None]:
    """The models' secondary indexes are gone meanwhile and built at the end, by all processors and in memory."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid::regclass::text = ANY(%s) AND NOT indisunique",
            [[model._meta.db_table for model in models]],
        )
        indexes = cursor.fetchall()
        for name, __ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '3GB'")  # as much as the graph of a million vectors
        cursor.execute("SET max_parallel_maintenance_workers = 2")
        for __, definition in indexes:
            cursor.execute(definition)


def _record() -> list[Any]:
    from django.apps import apps

    return [*apps.get_app_config("record").get_models()]


def main() -> None:
    """How long a load takes: python bench/loading.py 100000."""
    with own_server():
        load(int(sys.argv[1]))
        from factcheck.record.models import PublishedReview

        print(PublishedReview.objects.count(), PublishedReview.objects.order_by("-sequence").values().first())


if __name__ == "__main__":
    main()
