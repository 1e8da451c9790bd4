"""Ids of what imports make."""

import time
from pathlib import Path
from uuid import UUID

import pytest

from factcheck.editorial.models import Claim, Review
from factcheck.imports.importer import references
from tests.imports.own_records import record, take
from tests.support.drafts import Newsroom


def test_id_of_the_example_in_rfc_9562(monkeypatch: pytest.MonkeyPatch) -> None:
    """Appendix A.6."""
    monkeypatch.setattr(references.time, "time_ns", lambda: 0x017F22E279B0 * 1_000_000)
    monkeypatch.setattr(references.secrets, "randbits", lambda bits: 0xCC3 << 62 | 0x18C4DC0C0C07398F)
    assert references.new_id() == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


def test_ids_of_imports_follow_the_time(newsroom: Newsroom, tmp_path: Path) -> None:
    before = time.time_ns() // 1_000_000
    take(tmp_path / "one.jsonl", record(1))
    take(tmp_path / "two.jsonl", record(2))
    for model in (Claim, Review):
        found = list(model.objects.order_by("pk").values_list("pk", flat=True))
        assert [pk.version for pk in found] == [7, 7]
        assert before <= found[0].int >> 80 < found[1].int >> 80
    assert list(Review.objects.order_by("pk").values_list("headline", flat=True)) == ["Headline 1", "Headline 2"]
