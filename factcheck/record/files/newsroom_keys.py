"""The keys that sign for newsrooms, as readers see them: dates and numbers, without names.

Readers' processes can't ask the log's signer, so the worker writes its answer into a file once a minute.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone

from factcheck.record.formats.canonical import rfc3339
from factcheck.tools.whole_files import whole_file


def write_keys(newsrooms: Mapping[str, Any]) -> None:
    """Store what the signer says about all newsrooms, if it has changed."""
    dates = {
        site: {
            "since": row["since"],
            "off_at": row["off_at"],
            "keys": [k["since"] for k in row["keys"] if not k["revoked"]],
        }
        for site, row in newsrooms.items()
    }
    if dates != _stored():
        _file().parent.mkdir(parents=True, exist_ok=True)
        with whole_file(_file(), 0o644) as out:
            out.write(orjson.dumps(dates))


def read_keys(site: str) -> dict[str, Any] | None:
    """Return since when two people sign for the newsroom, until when, and the keys. Return None if nobody signs."""
    found, now = _stored().get(site), rfc3339(timezone.now())
    if found is None or (found["off_at"] or "~") <= now:
        return None
    return {
        **found,
        "count": sum(since <= now for since in found["keys"]),
        "new": [s for s in found["keys"] if s > now],
    }


def _stored() -> dict[str, Any]:
    return dict(orjson.loads(_file().read_bytes())) if _file().exists() else {}


def _file() -> Path:
    folder: Path = settings.DUMPS_FOLDER
    return folder / "newsroom-keys.json"
