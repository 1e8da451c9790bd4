"""Records in the project's own format, a newsroom that imports them, and the commands."""

import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command

from factcheck.editorial.models import ImportBatch
from factcheck.record.models import PublishedReview

IMPORTER, SECOND = "editor@kiemchung.example", "second@kiemchung.example"


def record(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The needed keys and little more; `claim`, `verdict` and `publisher` are merged, other changes replace."""
    row: dict[str, Any] = {
        "original_url": f"https://other.example/{number}",
        "language": "en",
        "headline": f"Headline {number}",
        "claim": {"text": f"Claim {number}.", "claimant": {"type": "person", "name": "Ann Other"}},
        "verdict": {"original": {"label": "Falso", "value": "1"}},
        "publisher": {"name": "Other"},
    }
    for key, value in changes.items():
        row[key] = row[key] | value if isinstance(row.get(key), dict) and isinstance(value, dict) else value
    return row


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def run(command: str, *args: object, **options: Any) -> list[str]:
    """The lines that the command prints."""
    out = io.StringIO()
    call_command(command, *args, stdout=out, **options)
    return out.getvalue().splitlines()


def take(path: Path, *rows: dict[str, Any], by: str = IMPORTER, **options: Any) -> str:
    """Imports the records and returns the counts."""
    counts: str = run("import_reviews", write(path, *rows), by=by, **options)[0]
    return counts


def publish(by: str = SECOND) -> str:
    """Approves and publishes the newest import."""
    batch = ImportBatch.objects.latest("pk")
    run("approve_import", batch.pk, by=by, digest=digest(batch))
    return "\n".join(run("publish_import", batch.pk, by=by))


def digest(batch: ImportBatch) -> str:
    """The statement that a second person approves."""
    assert batch.proposal is not None
    return batch.proposal.digest


def bodies() -> list[dict[str, Any]]:
    """The public bodies, in the order of the log."""
    return [json.loads(row.body) for row in PublishedReview.objects.using("public").order_by("sequence")]
