"""A statement as the desk shows it for exact checks: its digest and its JSON."""

import json
from typing import Any

from factcheck.record.formats.canonical import canonical, sha256_hex


def digest_of(statement: dict[str, Any]) -> str:
    return sha256_hex(canonical(statement))


def readable_json(statement: dict[str, Any]) -> str:
    return json.dumps(statement, ensure_ascii=False, indent=2, sort_keys=True)
