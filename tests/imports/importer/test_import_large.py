"""A large import: memory stays flat from the file to the API, and the rate is printed."""

import gzip
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from factcheck.editorial.models import ImportBatch
from factcheck.record.models import PublishedReview
from tests.imports.own_records import IMPORTER, SECOND, run
from tests.support.drafts import Newsroom

pytestmark = pytest.mark.prove

RECORDS, WARM = 12_000, 3_000
MEGABYTE = 2**20


def lines(first: int, last: int) -> Iterator[bytes]:
    """ClaimReviews of the usual length, 40 publishers, 500 people."""
    for number in range(first, last):
        review = {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "url": f"https://site{number % 40}.example/reviews/{number}",
            "inLanguage": "vi",
            "name": f"Bài kiểm chứng số {number}",
            "claimReviewed": f"Tuyên bố số {number}: " + "một câu dài vừa phải, như người ta vẫn nói. " * 3,
            "datePublished": "2024-05-02",
            "author": {"@type": "Organization", "name": f"Toà soạn {number % 40}"},
            "itemReviewed": {
                "@type": "Claim",
                "author": {"@type": "Person", "name": f"Người nói {number % 500}"},
                "appearance": [f"https://social.example/{number}"],
            },
            "reviewRating": {
                "@type": "Rating",
                "alternateName": "Sai",
                "ratingValue": 1,
                "bestRating": 5,
                "worstRating": 1,
            },
            "citation": [f"https://source.example/{number}/{source}" for source in range(2)],
        }
        yield json.dumps(review, ensure_ascii=False).encode() + b"\n"


def peak() -> int:
    """The largest memory that this process has had so far, in bytes."""
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024


def import_and_publish(file: Path) -> tuple[float, float]:
    """Seconds from the file to the batch, and from the approved batch to the API."""
    begun = time.perf_counter()
    run("import_reviews", file, by=IMPORTER)
    imported = time.perf_counter()
    batch = ImportBatch.objects.latest("pk")
    run("approve_import", batch.pk, by=SECOND, digest=batch.proposal.digest)
    approved = time.perf_counter()
    run("publish_import", batch.pk, by=SECOND)
    return imported - begun, time.perf_counter() - approved


def test_memory_stays_flat(newsroom: Newsroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warm, large = tmp_path / "warm.jsonl", tmp_path / "large.jsonl.gz"
    warm.write_bytes(b"".join(lines(0, WARM)))
    with gzip.open(large, "wb") as out:
        out.writelines(lines(WARM, RECORDS))
    import_and_publish(warm)
    before = peak()
    importing, publishing = import_and_publish(large)
    assert PublishedReview.objects.using("public").count() == RECORDS
    assert peak() - before < 40 * MEGABYTE
    count = RECORDS - WARM
    with capsys.disabled():
        print(
            f"\n{count} reviews: {count / importing:.0f}/s into the batch, {count / publishing:.0f}/s published,"
            f" {count / (importing + publishing):.0f}/s in all; {(peak() - before) / MEGABYTE:.0f} MB more"
        )
