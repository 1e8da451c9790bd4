"""The paths of all fields of a component, from its JSON Schema. The parameter `fields` accepts these paths."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.schema.components import COMPONENTS


def fields_of(component: str) -> tuple[str, ...]:
    """Return the paths in the order of the schema, for example `claim`, `claim.id`, `claim.text`."""
    return tuple(dict.fromkeys(_paths(COMPONENTS[component])))


def _paths(schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield from _paths(COMPONENTS[schema["$ref"].rpartition("/")[2]])
    for alternative in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _paths(alternative)
    if "items" in schema:
        yield from _paths(schema["items"])
    for name, below in schema.get("properties", {}).items():
        yield name
        yield from (f"{name}.{path}" for path in _paths(below))
