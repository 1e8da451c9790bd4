"""A statement as the desk shows it for exact checks: its digest and its JSON."""

import json

from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.statements.parts import Part


def exact_data(statement: Part) -> tuple[str, str]:
    """Return the digest, and the JSON with line breaks."""
    content = statement.to_json_object()
    return sha256_hex(canonical(content)), json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
