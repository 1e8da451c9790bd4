"""The API reference: pages that need no script, with an anchor for each operation, parameter and field."""

import gzip
import json
import re

import pytest
from django.conf import settings

from api.schema.reference_pages import read_groups, read_schemas
from api.views.pages import openapi
from factcheck.record.formats.markdown import to_html
from tests.api.conftest import Api

DOCUMENT = json.loads(openapi())
GROUPS = read_groups(DOCUMENT, settings.SITE_URL)
PAGES = ["/api/docs/", *(f"/vi/api/docs/{slug}/" for slug in GROUPS), "/en/api/docs/schemas/"]
MAX_GZIPPED = 100_000


@pytest.mark.parametrize("path", PAGES)
def test_page_is_small_and_needs_no_script(api: Api, path: str) -> None:
    response = api.send(path)
    page = response.content.decode()
    assert response.status_code == 200
    assert "<script" not in page
    assert "<style" not in page
    assert not re.search(r"\son\w+=|style=", page)
    assert len(gzip.compress(response.content)) < MAX_GZIPPED
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_every_operation_and_parameter_has_an_anchor(api: Api) -> None:
    found = set[str]()
    for slug in GROUPS:
        found |= set(re.findall(r'\bid="([^"]+)"', api.send(f"/api/docs/{slug}/").content.decode()))
    for item in DOCUMENT["paths"].values():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                name = operation["operationId"]
                assert name in found
                assert {f"{name}.{each['name']}" for each in operation.get("parameters", [])} <= found
                assert {f"{name}.{status}" for status in operation["responses"]} <= found


def test_every_field_has_an_anchor_and_every_link_its_target(api: Api) -> None:
    page = api.send("/api/docs/schemas/").content.decode()
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert name in ids
        assert {f"{name}.{field}" for field in schema.get("properties", {})} <= ids
    for slug in GROUPS:
        text = api.send(f"/api/docs/{slug}/").content.decode()
        assert set(re.findall(r'href="../schemas/#([^"]+)"', text)) <= ids


def test_headers_are_described(api: Api) -> None:
    for slug, group in GROUPS.items():
        text = api.send(f"/api/docs/{slug}/").content.decode()
        for operation in group["operations"]:
            for answer in operation["answers"].values():
                for name, header in answer.get("headers", {}).items():
                    assert header["description"]
                    assert f"<dt><code>{name}</code></dt><dd>{to_html(header['description'])}</dd>" in text


def test_types_are_in_words() -> None:
    (source,) = (schema for schema in read_schemas(DOCUMENT) if schema["name"] == "Source")
    fields = {field["name"]: field for field in source["fields"]}
    assert fields["capture"]["line"] == '<a href="../schemas/#Capture">Capture</a> or null · required'
    stances = "&quot;supports&quot; or &quot;refutes&quot; or &quot;context&quot; or null"
    assert fields["stance"]["line"] == f"{stances} · required"
    assert fields["title"]["line"] == "string or null · required · at most 1000 characters"
    assert fields["title"]["examples"] == ['"The video as first posted"']


def test_commands_are_complete() -> None:
    operations = {each["operationId"]: each for group in GROUPS.values() for each in group["operations"]}
    assert operations["list_reviews"]["curl"][0].startswith(f"curl '{settings.SITE_URL}/api/v1/reviews/?")
    (command, *_others) = operations["draft_review"]["curl"]
    assert command.startswith("curl -X POST ")
    assert '-H "Authorization: Bearer $TOKEN"' in command
    assert all(operation["curl"] for operation in operations.values())


def test_unknown_page_is_a_problem(api: Api) -> None:
    assert api.send("/api/docs/nothing/").status_code == 404
