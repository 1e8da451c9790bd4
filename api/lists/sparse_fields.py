"""The parameter `fields`: only these fields of each result, for example `fields=id,claim.text`."""

from collections.abc import Collection
from typing import Any

import orjson

from api.http.parameters import Parameters, unknown_field

NAME = "fields"
MAX_FIELDS = 100
EMPTY = "A name is missing. Send names separated by commas, for example id,claim.text."

Mask = dict[str, Any]  # maps each name to the mask below it, which is empty for a whole value


def read_fields(parameters: Parameters, known: Collection[str]) -> Mask:
    """Return the requested fields. `known` contains the paths of all fields, for example `claim.text`."""
    paths = [path.strip() for value in parameters.query.getlist(NAME) for path in value.split(",")]
    if len(paths) > MAX_FIELDS:
        parameters.faults.append((NAME, f"There are too many fields. Send at most {MAX_FIELDS}."))
        return {}
    parameters.faults += [
        (NAME, unknown_field(path, known) if path else EMPTY) for path in dict.fromkeys(paths) if path not in known
    ]
    mask: Mask = {}
    for path in paths:
        if not any(path.startswith(f"{other}.") for other in paths):  # otherwise `other` contains it
            place = mask
            for name in path.split("."):
                place = place.setdefault(name, {})
    return mask


def respond_with(mask: Mask, body: str) -> bytes:
    """Return the content of a response with these fields of a stored body."""
    return orjson.dumps(pick(mask, body)) if mask else body.encode()


def pick(mask: Mask, body: str) -> Any:
    """Return these fields of a stored body. Without a mask, the body is sent unchanged."""
    return _picked(mask, orjson.loads(body)) if mask else orjson.Fragment(body)


def _picked(mask: Mask, value: Any) -> Any:
    if not mask or value is None:
        return value
    if isinstance(value, list):
        return [_picked(mask, each) for each in value]
    return {name: _picked(below, value[name]) for name, below in mask.items() if name in value}
