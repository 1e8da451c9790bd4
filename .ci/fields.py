"""Write the tables of fields and filters in the documentation from the models and the dimensions (`make fields`).

    python .ci/fields.py          write the tables
    python .ci/fields.py --check  only compare them; exit code 1 if a table is out of date

A page marks the place of a table with ``<!-- fields of Review -->`` and ``<!-- end of fields -->``. The name is
a component of the OpenAPI document or of the import format. ``<!-- filters of reviews -->`` names a published list.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
django.setup()

from api.schema.components import COMPONENTS
from factcheck.imports.readers.own_format import ImportedReview
from factcheck.record.lists import published_lists
from factcheck.record.statements import values
from factcheck.record.statements.schema import request_schemas

Json = dict[str, Any]

IMPORT_PAGE = "import-formats.md"
# Components with their own table, and the table's location. Other tables link there instead of repeating the keys.
LINKED = {
    "ReviewedClaim": ("claim", "claims.md#fields"),
    "Verdict": ("verdict", "reviews.md#verdict"),
    "Publisher": ("publisher", "references.md#publishers"),
    "Claimant": ("claimant", "references.md#claimants"),
    "Review": ("review", "reviews.md#fields"),
    "Claim": ("claim", "claims.md#fields"),
    "Appearance": ("appearance", "claims.md#appearance"),
    "DraftAppearance": ("appearance", "claims.md#appearance"),
    "Source": ("source", "reviews.md#source"),
    "DraftSource": ("source", "reviews.md#source"),
    "Reply": ("reply", "reviews.md#reply"),
    "Capture": ("capture", "reviews.md#capture"),
    "Selection": ("selection", "reviews.md#selection"),
    "Translated": ("translation", "reviews.md#translation"),
    "Correction": ("correction", "corrections.md#fields"),
    "VerdictName": ("verdict, named", "corrections.md#named-verdict"),
    "Topic": ("topic", "references.md#topics"),
    "DemandedBy": ("sender", "demands.md#sender"),
    "Law": ("law", "demands.md#law"),
    "ErasureNotice": ("notice", "reviews.md#erased-reviews"),
}
_TABLE = re.compile(r"(<!-- (fields|filters) of (\w+) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)
_FORMATS = {"uuid": "UUID", "date": "date", "date-time": "time", "uri": "URL"}
_PATTERNS = {
    values.LANGUAGE_PATTERN: "BCP 47",
    values.URL_PATTERN: "URL",
    values.SLUG_PATTERN: "slug",
    values.SITE_PATTERN: "host",
    values.SHA256_PATTERN: "hex",
}
_TYPES = {"string": "text"}


def main(*, check: bool) -> int:
    outdated = []
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        current = _write_tables(text, page.name)
        if current != text and check:
            outdated.append(str(page.relative_to(ROOT)))
        elif current != text:
            page.write_text(current, encoding="utf-8")
    if outdated:
        print(f"The tables in {', '.join(outdated)} are out of date. Run `make fields`.", file=sys.stderr)
    return 1 if outdated else 0


def _write_tables(text: str, page: str) -> str:
    def written(found: re.Match[str]) -> str:
        lines = filter_table(found[3]) if found[2] == "filters" else table(found[3], page)
        return f"{found[1]}{lines}{found[4]}"

    return _TABLE.sub(written, text)


def filter_table(name: str) -> str:
    rows, filters = [], getattr(published_lists, name.upper()).filters
    for each in filters:
        words = ", ".join(f"`{word}`" for word in each.schema.get("enum", ()))
        meaning = f"{each.description} One of {words}." if words else each.description
        rows.append(f"| `{each.name}` | {meaning} | `{each.example}` |")
    facets = ", ".join(f"`{each.name}`" for each in filters if each.facet)
    counted = ["", f"`facets` counts these values: {facets}."] if name in ("reviews", "claims") else []
    return "\n".join(["| filter | meaning | example |", "|---|---|---|", *rows, *counted, ""])


def table(component: str, page: str) -> str:
    """Return the table of a component, or of the import format's model on the import format's page."""
    imported = request_schemas(ImportedReview)
    if page == IMPORT_PAGE:
        lines = ["| key | type | needed | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{place}` | {_type(schema, {})}{_limit(schema)} | {'yes' if needed else ''} | {_meaning(schema)} |"
            for place, schema, needed in _rows(imported[component], imported, {})
        ]
    else:
        links = {name: f"[{word}]({link.removeprefix(page)})" for name, (word, link) in LINKED.items()}
        lines = ["| field | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{place}` | {_type(schema, links)} | {_meaning(schema)} |"
            for place, schema, _needed in _rows(COMPONENTS[component], COMPONENTS, links)
        ]
    return "\n".join([*lines, ""])


def _rows(
    schema: Json, components: Json, links: Mapping[str, str], before: str = ""
) -> Iterator[tuple[str, Json, bool]]:
    """Yield each key with its schema and whether the key is required. Keys of an inner object follow the object."""
    for key, each in schema["properties"].items():
        place = f"{before}{key}"
        yield place, each, key in schema.get("required", ())
        inner = each.get("items", each)
        name = _component(inner)
        if name not in links and (found := components.get(name, inner)).get("properties"):
            yield from _rows(found, components, links, f"{place}[]." if "items" in each else f"{place}.")


def _component(schema: Json) -> str:
    refs = (each["$ref"] for each in (schema, *schema.get("anyOf", ())) if "$ref" in each)
    return str(next(refs, "")).rpartition("/")[2]


def _type(schema: Json, links: Mapping[str, str]) -> str:
    if "items" in schema:
        return f"list of {_type(schema['items'], links)}" if schema["items"] else "list"
    null = ", null" if {"type": "null"} in schema.get("anyOf", ()) or "null" in schema.get("type", ()) else ""
    if name := _component(schema):
        return links.get(name, "object") + null
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


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
