"""A change inside keeps the bytes of log, documents and bodies: those of the demo and of 1,000 imports.

`RECORD_BYTES=1` records them again in `same_bytes/`, a line for each with the first 16 digits of its SHA-256.
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.test import Client

from factcheck.demo.loading import load_demo
from factcheck.record import models
from tests.journeys.bytes_story import Story, everything_fixed

RECORDING = "RECORD_BYTES" in os.environ
FOLDER = Path(__file__).parent / "same_bytes"
# Answers that the API builds itself, in the demo.
ANSWERS = (
    "", "changes/?page_size=100", "log/proofs/consistency?from=4", "publishers/", "publishers/checkpoint.demo.example/", "claimants/?page_size=100", "claimants/07a37bee-42cd-5ed3-ba58-1e4f6257f19e/",
    "rating-scales/", "topics/", "stats/?group_by=verdict,year", "stats/corrections/", "stats/demands/", "reviews/?nothing=1",
    "reviews/?facets=verdict&count=true&page_size=100", "corrections/", "demands/", "reviews/ce8fd38f-3f89-5ed1-9fc5-5b5e36f37a37/",
    *(f"reviews/0e086616-cb36-589d-a49a-d4faa98d1d64/{part}" for part in ("", "revisions/", "revisions/1/", "translations/")),
)  # fmt: skip


def recorded() -> Iterator[str]:
    """A line for everything that the public gets or can check."""
    for entry in models.LogEntry.objects.all():
        yield line("leaf", entry.sequence, entry.leaf())
    for row in models.RevisionDocument.objects.order_by("pk"):
        yield line("document", row.pk, row.document)
        yield line("salt", row.pk, row.salt)
    for checkpoint in models.LogCheckpoint.objects.order_by("size"):
        yield line("checkpoint", checkpoint.size, checkpoint.note.encode())
    for model in (models.PublishedReview, models.PublishedClaim, models.PublishedDemand):
        for row in model.objects.order_by("pk"):
            yield line(
                model.__name__, f"{row.pk} {row.sequence} {getattr(row, 'status', '')}".rstrip(), row.body.encode()
            )
    for row in models.PublishedReference.objects.order_by("kind", "key"):
        yield line("PublishedReference", f"{row.kind} {row.key} {row.sequence}", row.body.encode())
    for row in models.PublishedCorrection.objects.order_by("sequence"):
        yield line("PublishedCorrection", f"{row.sequence} {row.review_id}", row.body.encode())
    for row in models.PublishedMerge.objects.order_by("sequence"):
        yield line("PublishedMerge", f"{row.sequence} {row.until} {row.claim_id} {row.into_id}", row.body.encode())


def answers() -> Iterator[str]:
    for address in ANSWERS:
        response = Client().get(f"/api/v1/{address}")
        yield line("answer", f"{response.status_code} {address}", response.content)


def line(what: str, key: object, data: bytes) -> str:
    return f"{what} {key} {sha256(data).hexdigest()[:16]}\n"


def compare(name: str, *more: str) -> None:
    file, found = FOLDER / f"{name}.txt", [*recorded(), *more]
    if RECORDING:
        FOLDER.mkdir(exist_ok=True)
        file.write_text("".join(found), encoding="utf-8")
    kept = file.read_text(encoding="utf-8").splitlines(keepends=True)
    gone, new = sorted(set(kept) - set(found)), sorted(set(found) - set(kept))
    assert (gone[:10], new[:10]) == ([], []), f"{len(gone)} lines are gone and {len(new)} are new."
    assert found == kept


def test_demo_gives_the_same_bytes(database: str, settings: Any, tmp_path: Path) -> None:
    with everything_fixed(settings, tmp_path):
        load_demo(tmp_path / "logins.json")
        compare("demo", *answers())


def test_imports_and_what_became_of_them_give_the_same_bytes(database: str, settings: Any, tmp_path: Path) -> None:
    with everything_fixed(settings, tmp_path) as clock:
        Story(clock, settings, tmp_path).tell()
        compare("imports")
