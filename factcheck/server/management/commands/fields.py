"""``make fields`` and ``make check``: the tables of fields in the documentation, from the statements' models.

A table stands between ``<!-- fields of Review -->`` and ``<!-- end of fields -->``. The name is that of a component.
"""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from api.schema.components import COMPONENTS
from factcheck.imports.readers.own_format import ImportedReview
from factcheck.record.statements import values
from factcheck.record.statements.schema import sent

Json = dict[str, Any]

PAGES = ("docs/api.md", "docs/reference/import-formats.md")
# Components that have a heading of their own; the keys of others stand in the table of what they belong to.
HEADINGS = {"ReviewedClaim": "claim", "Verdict": "verdict", "Publisher": "publisher", "Claimant": "claimant"}
_TABLE = re.compile(r"(<!-- fields of (\w+) -->\n).*?(<!-- end of fields -->)", re.DOTALL)
_FORMATS = {"uuid": "UUID", "date": "date", "date-time": "time", "uri": "URL"}
_PATTERNS = {
    values.LANGUAGE_PATTERN: "BCP 47",
    values.ADDRESS_PATTERN: "URL",
    values.SLUG_PATTERN: "slug",
    values.SITE_PATTERN: "host",
    values.SHA256_PATTERN: "hex",
}
_TYPES = {"string": "text"}


class Command(BaseCommand):
    help = "Writes the tables of fields into docs/api.md and docs/reference/import-formats.md; --check only compares."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a table is out of date; change nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        for name in PAGES:
            page = settings.BASE_DIR / name
            text = page.read_text(encoding="utf-8")
            now = _TABLE.sub(lambda found: found[1] + table(found[2]) + found[3], text)
            if check and now != text:
                raise CommandError(f"The tables of fields in {name} are out of date: run make fields")
            page.write_text(now, encoding="utf-8")


def table(component: str) -> str:
    """The table of a component, or of the import format."""
    imported = sent(ImportedReview)
    if component in imported:
        lines = ["| key | type | needed | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{place}` | {_type(schema)}{_limit(schema)} | {'yes' if needed else ''} | {_meaning(schema)} |"
            for place, schema, needed in _rows(imported[component], imported, {})
        ]
    else:
        lines = ["| field | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{place}` | {_type(schema)} | {_meaning(schema)} |"
            for place, schema, _needed in _rows(COMPONENTS[component], COMPONENTS, HEADINGS)
        ]
    return "\n".join([*lines, ""])


def _rows(schema: Json, components: Json, linked: dict[str, str], before: str = "") -> Iterator[tuple[str, Json, bool]]:
    """Each key with its schema, and whether it has to be there; keys of objects without a heading by their place."""
    for key, each in schema["properties"].items():
        place = f"{before}{key}"
        yield place, each, key in schema.get("required", ())
        inner = each.get("items", each)
        name = _component(inner)
        if name not in linked and (found := components.get(name, inner)).get("properties"):
            yield from _rows(found, components, linked, f"{place}[]." if "items" in each else f"{place}.")


def _component(schema: Json) -> str:
    refs = (each["$ref"] for each in (schema, *schema.get("anyOf", ())) if "$ref" in each)
    return str(next(refs, "")).rpartition("/")[2]


def _type(schema: Json) -> str:
    if "items" in schema:
        return f"list of {_type(schema['items'])}" if schema["items"] else "list"
    null = ", null" if {"type": "null"} in schema.get("anyOf", ()) or "null" in schema.get("type", ()) else ""
    if name := _component(schema):
        return (f"[{HEADINGS[name]}](#{HEADINGS[name]})" if name in HEADINGS else "object") + null
    if words := schema.get("enum"):
        return ", ".join(f"`{word}`" for word in words if word is not None) + null
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "null":
        return kind
    known = _FORMATS.get(schema.get("format", "")) or _PATTERNS.get(schema.get("pattern", ""))
    return (known or _TYPES.get(kind, kind)) + null


def _limit(schema: Json) -> str:
    if "maxItems" in schema:
        return f" (at most {schema['maxItems']:,})"
    return f" (at most {schema['maxLength']:,} characters)" if "maxLength" in schema else ""


def _meaning(schema: Json) -> str:
    return str(schema.get("description") or COMPONENTS.get(_component(schema), {}).get("description", ""))
