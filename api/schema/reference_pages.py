"""The contents of the API reference: the OpenAPI document, with what its pages show in words."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

METHODS = ("get", "post", "put", "patch", "delete")
# The rules of a value, in words. The keys are those of JSON Schema.
_RULES = {
    "format": "format {}",
    "default": "default {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} values",
    "maxItems": "at most {} values",
    "minProperties": "at least {} keys",
    "pattern": "pattern {}",
}
Document = dict[str, Any]


def read_groups(document: Document, site: str) -> dict[str, Document]:
    """Return the tags by slug, each with its operations in the document's order."""
    found: dict[str, Document] = {tag["name"]: {**tag, "operations": []} for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                found[item[method]["tags"][0]]["operations"].append(_operation(path, method, item[method], site))
    return {slugify(name): group for name, group in found.items()}


def read_schemas(document: Document) -> list[Document]:
    """Return all schemas by name, with their fields."""
    return [
        {**schema, "name": name, "kinds": _kinds(schema), "fields": list(_fields(schema, f"{name}."))}
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def _operation(path: str, method: str, operation: Document, site: str) -> Document:
    body = operation.get("requestBody", {}).get("content", {})
    answers = {status: {**answer, **_contents(answer)} for status, answer in operation["responses"].items()}
    examples = [example for answer in answers.values() for example in answer["examples"]]
    return {
        **operation,
        "path": path,
        "method": method.upper(),
        "parameters": [
            _value(each["name"], f"{operation['operationId']}.{each['name']}", {**each["schema"], **each})
            for each in operation.get("parameters", [])
        ],
        "body": next((_kinds(each["schema"]) for each in body.values()), ""),
        "answers": answers,
        "curl": list(_commands(path, method, operation, site, examples)),
        "examples": examples,
    }


def _contents(answer: Document) -> Document:
    """Return the kinds, the media types and the examples of a response, as text."""
    content = answer.get("content", {})
    found = [example for each in content.values() for example in each.get("examples", {}).values()]
    values = [(each.get("summary", ""), each.get("value")) for each in found]
    return {
        "kinds": next((_kinds(each.get("schema", {})) for each in content.values()), ""),
        "media_types": list(content),
        "examples": [(summary, value if isinstance(value, str) else _json(value)) for summary, value in values],
    }


def _value(name: str, anchor: str, schema: Document) -> Document:
    """Return a parameter or a field, with a line about its kind and rules."""
    inner = schema.get("items", {})
    rules = [*dict.fromkeys([*_rules(schema), *_rules(inner)])]
    examples = schema.get("examples") or inner.get("examples") or []
    parts = [schema.get("in", ""), _kinds(schema), "required" if schema.get("required") is True else "", *rules]
    return {
        "name": name,
        "anchor": anchor,
        "line": mark_safe(" · ".join(conditional_escape(part) for part in parts if part)),  # noqa: S308 (its parts are escaped)
        "description": schema.get("description", ""),
        "examples": [json.dumps(example, ensure_ascii=False) for example in examples],
    }


def _fields(schema: Document, prefix: str) -> Iterator[Document]:
    """Yield the fields, and the fields of objects inside them as `outer.inner`."""
    required = set(schema.get("required", []))
    for name, field in schema.get("properties", {}).items():
        anchor = f"{prefix}{name}"
        yield _value(anchor.partition(".")[2], anchor, {**field, "required": name in required})
        for inner in (field, field.get("items", {}), *field.get("anyOf", [])):
            yield from _fields(inner, f"{anchor}.")


def _kinds(schema: Document) -> SafeString | str:
    """Return the type's name as HTML, in which schemas are links."""
    if "$ref" in schema:
        return format_html('<a href="../schemas/#{0}">{0}</a>', schema["$ref"].rpartition("/")[2])
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return escape(" or ".join(json.dumps(value, ensure_ascii=False) for value in values))
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return mark_safe(" or ".join(map(_kinds, options)))  # noqa: S308 (its parts are escaped)
    types = schema.get("type", [])
    name = types if isinstance(types, str) else " or ".join(types)
    if "items" in schema:
        return format_html("{} of {}", name, _kinds(schema["items"]))
    if isinstance(values := schema.get("additionalProperties"), dict):
        return format_html("{} with values of type {}", name, _kinds(values))
    return escape(name)


def _rules(schema: Document) -> Iterator[str]:
    for key, words in _RULES.items():
        value = schema.get(key)
        # A pattern with escaped characters only rules out control characters, which nobody has to read.
        if key in schema and not (key == "pattern" and "\\x" in str(value)):
            yield words.format(value if isinstance(value, str) else json.dumps(value))


def _commands(path: str, method: str, operation: Document, site: str, examples: list[Any]) -> Iterator[str]:
    """Yield a curl command for each example of a request. Without such examples, yield one command for the path."""
    token = ['  -H "Authorization: Bearer $TOKEN"'] if operation.get("security") else []
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    sent = [example for content in bodies for example in content.get("examples", {}).values()]
    for example in sent:
        data = _json(example["value"]).replace("'", "'\\''")
        header = "  -H 'Content-Type: application/json'"
        address = _address(example.get("summary", "")) or path
        yield " \\\n".join([f"curl -X {method.upper()} '{site}{address}'", *token, header, f"  -d '{data}'"])
    if not sent:
        flag = "" if method == "get" else f"-X {method.upper()} "
        address = next((_address(summary) for summary, _ in examples if summary), "") or path
        yield " \\\n".join([f"curl {flag}'{site}{address}'", *token])


def _address(summary: str) -> str:
    """Return the path and query in a summary such as "GET /api/v1/reviews/?q=a", or an empty string."""
    address = summary.partition(" ")[2]
    return address if urlsplit(address).path.startswith("/") else ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
