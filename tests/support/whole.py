"""Expected statements that name only the keys that a test is about."""

from collections.abc import Mapping
from typing import Any

import orjson

from factcheck.record.statements.checks import with_defaults
from factcheck.record.statements.parts import Part, keys_of, parts_of


def whole(expected: Mapping[str, Any], model: type[Part]) -> dict[str, Any]:
    """Return the expected values, and for each key that they leave out its default."""
    parts = {key: parts_of(model).get(name) for key, name in keys_of(model).items()}
    return with_defaults({}, model) | {key: _whole(value, parts.get(key)) for key, value in expected.items()}


def _whole(value: Any, part: type[Part] | None) -> Any:
    if part is None or value is None:
        return value
    return [whole(each, part) for each in value] if isinstance(value, list) else whole(value, part)


def extract_statement(document: bytes) -> dict[str, Any]:
    """Return the statement in a document, without the keys that the publication added."""
    added = ("published_at", "updated_at", "revision", "corrections")
    return {key: value for key, value in orjson.loads(document).items() if key not in added}
