"""The contents of the API reference: the OpenAPI document in a form for people."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.safestring import SafeString
from django.utils.text import slugify

from factcheck.record.formats.markdown import to_html

METHODS = ("get", "post", "put", "patch", "delete")
_SCHEMA = "#/components/schemas/"
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
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A part of a type's name. `schema` is the schema that the part names, or ""."""

    text: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter, or a field of a schema. `place` is "query", "path" or "header" for a parameter."""

    name: str
    anchor: str
    kinds: list[Kind]
    rules: list[str]
    description: SafeString
    examples: list[str]
    required: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    description: SafeString
    kinds: list[Kind]
    media_types: list[str]
    headers: dict[str, SafeString]


@dataclass(frozen=True, slots=True)
class Example:
    request: str
    response: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: SafeString
    description: SafeString
    needs_token: bool
    parameters: list[Value]
    body: list[Kind]
    answers: list[Answer]
    curl: list[str]
    examples: list[Example]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one tag, on one page."""

    name: str
    slug: str
    description: SafeString
    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class Schema:
    name: str
    description: SafeString
    kinds: list[Kind]
    fields: list[Value]


def read_groups(document: Document, site: str) -> list[Group]:
    """Return the operations by tag, in the document's order."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                found[item[method]["tags"][0]].append(_operation(path, method, item[method], site))
    return [
        Group(tag["name"], slugify(tag["name"]), to_html(tag.get("description", "")), found[tag["name"]])
        for tag in document["tags"]
    ]


def read_schemas(document: Document) -> list[Schema]:
    """Return all schemas by name, with their fields."""
    return [
        Schema(name, to_html(schema.get("description", "")), list(_kinds(schema)), list(_fields(schema, f"{name}.")))
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def _operation(path: str, method: str, operation: Document, site: str) -> Operation:
    name = operation["operationId"]
    body = operation.get("requestBody", {}).get("content", {})
    return Operation(
        id=name,
        method=method.upper(),
        path=path,
        summary=to_html(operation.get("summary", "")),
        description=to_html(operation.get("description", "")),
        needs_token=bool(operation.get("security")),
        parameters=[_parameter(name, each) for each in operation.get("parameters", [])],
        body=next((list(_kinds(each["schema"])) for each in body.values()), []),
        answers=[_answer(status, answer) for status, answer in operation["responses"].items()],
        curl=list(_commands(path, method, operation, site)),
        examples=list(_examples(operation)),
    )


def _parameter(operation: str, parameter: Document) -> Value:
    schema = parameter["schema"]
    return _value(
        parameter["name"],
        f"{operation}.{parameter['name']}",
        {**schema, "description": parameter.get("description", schema.get("description", ""))},
        required=parameter.get("required", False),
        place=parameter["in"],
    )


def _value(name: str, anchor: str, schema: Document, *, required: bool, place: str = "") -> Value:
    inner = schema.get("items", {})
    examples = schema.get("examples") or inner.get("examples") or []
    return Value(
        name=name,
        anchor=anchor,
        kinds=list(_kinds(schema)),
        rules=list(_rules(schema)) + [rule for rule in _rules(inner) if rule not in set(_rules(schema))],
        description=to_html(schema.get("description", "")),
        examples=[json.dumps(example, ensure_ascii=False) for example in examples],
        required=required,
        place=place,
    )


def _answer(status: str, answer: Document) -> Answer:
    content = answer.get("content", {})
    schema: Document = next((each.get("schema", {}) for each in content.values()), {})
    return Answer(
        status,
        to_html(answer.get("description", "")),
        list(_kinds(schema)),
        list(content),
        {name: to_html(header.get("description", "")) for name, header in answer.get("headers", {}).items()},
    )


def _fields(schema: Document, prefix: str) -> Iterator[Value]:
    """Yield the fields, and the fields of objects inside them as `outer.inner`."""
    required = set(schema.get("required", []))
    for name, field in schema.get("properties", {}).items():
        anchor = f"{prefix}{name}"
        yield _value(anchor.partition(".")[2], anchor, field, required=name in required)
        for inner in (field, field.get("items", {}), *field.get("anyOf", [])):
            yield from _fields(inner, f"{anchor}.")


def _kinds(schema: Document) -> Iterator[Kind]:
    """Yield the parts of the type's name. Names of schemas are separate parts, so that the page can link them."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_SCHEMA)
        yield Kind(name, name)
    elif "const" in schema:
        yield Kind(json.dumps(schema["const"], ensure_ascii=False))
    elif "enum" in schema:
        yield Kind(" or ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"]))
    elif options := schema.get("anyOf") or schema.get("oneOf"):
        for number, option in enumerate(options):
            yield from [Kind(" or ")] if number else []
            yield from _kinds(option)
    else:
        types = schema.get("type", [])
        names = [types] if isinstance(types, str) else types
        yield Kind(" or ".join(names))
        if "items" in schema:
            yield Kind(" of ")
            yield from _kinds(schema["items"])
        if isinstance(values := schema.get("additionalProperties"), Mapping):
            yield Kind(" with values of type ")
            yield from _kinds(values)


def _rules(schema: Document) -> Iterator[str]:
    for key, words in _RULES.items():
        value = schema.get(key)
        # A pattern with escaped characters only rules out control characters, which nobody has to read.
        if key in schema and not (key == "pattern" and "\\x" in str(value)):
            yield words.format(value if isinstance(value, str) else json.dumps(value))


def _examples(operation: Document) -> Iterator[Example]:
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            for example in content.get("examples", {}).values():
                value = example.get("value")
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
                yield Example(example.get("summary", ""), text)


def _commands(path: str, method: str, operation: Document, site: str) -> Iterator[str]:
    """Yield a curl command for each example of a request. Without such examples, yield one command for the path."""
    token = ['  -H "Authorization: Bearer $TOKEN"'] if operation.get("security") else []
    sent = [
        example
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for example in content.get("examples", {}).values()
    ]
    for example in sent:
        data = json.dumps(example["value"], ensure_ascii=False, indent=1).replace("'", "'\\''")
        header = "  -H 'Content-Type: application/json'"
        address = _address(example.get("summary", ""), path)
        yield " \\\n".join([f"curl -X {method.upper()} '{site}{address}'", *token, header, f"  -d '{data}'"])
    if not sent:
        flag = "" if method == "get" else f"-X {method.upper()} "
        summaries = [example.request for example in _examples(operation)]
        address = next((_address(summary, "") for summary in summaries if summary), "") or path
        yield " \\\n".join([f"curl {flag}'{site}{address}'", *token])


def _address(summary: str, otherwise: str) -> str:
    """Return the path and query in a summary such as "GET /api/v1/reviews/?q=a"."""
    _method, _space, address = summary.partition(" ")
    parts = urlsplit(address)
    return address if parts.path.startswith("/") else otherwise
