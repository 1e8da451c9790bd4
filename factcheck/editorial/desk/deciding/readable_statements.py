"""A statement as the desk shows it for exact checks: its digest and its JSON."""

import json

from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.statements.parts import Part


def digest_of(statement: Part) -> str:
    return sha256_hex(canonical(statement.to_json_object()))


def readable_json(statement: Part) -> str:
    return json.dumps(statement.to_json_object(), ensure_ascii=False, indent=2, sort_keys=True)
