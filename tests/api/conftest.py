"""Asking the API, and holding every answer against what the OpenAPI document promises."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from openapi_schema_validator import OAS31Validator

from api.views.pages import openapi

Get = Callable[..., Any]


@pytest.fixture
def api() -> "Api":
    return Api()


@cache
def _document() -> Any:
    return json.loads(openapi())


class Api:
    """`get` returns the decoded content of a 200 that fits its schema; `problem` the problem of an error."""

    def __init__(self) -> None:
        self.client = Client()
        self.document = _document()

    def send(self, address: str, query: Any = None, **headers: str) -> HttpResponse:
        return self.client.get(address if "/api/" in address else f"/api/v1/{address}", query, headers=headers)

    def get(self, address: str, query: Any = None) -> Any:
        response = self.send(address, query)
        assert response.status_code == 200, response.content
        content = json.loads(response.content)
        self.check(response, content)
        return content

    def ids(self, address: str, query: Any = None) -> list[str]:
        return [result["id"] for result in self.get(address, query)["results"]]

    def problem(self, address: str, query: Any = None, status: int = 400) -> Any:
        response = self.send(address, query)
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), (
            response.content
        )
        content = json.loads(response.content)
        self.validate({"$ref": "#/components/schemas/Problem"}, content)
        assert content["status"] == status
        return content

    def check(self, response: HttpResponse, content: Any) -> None:
        route = (
            response.resolver_match.route.replace("<uuid:", "{")
            .replace("<int:", "{")
            .replace("<str:", "{")
            .replace(">", "}")
        )
        media = self.document["paths"][f"/{route}"]["get"]["responses"]["200"]["content"]
        self.validate(media["application/json"]["schema"], content)

    def validate(self, schema: Any, content: Any) -> None:
        whole = {"components": self.document["components"], **schema}
        OAS31Validator(whole, format_checker=OAS31Validator.FORMAT_CHECKER).validate(content)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the module's dumps and feeds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DUMPS_FOLDER", tmp_path_factory.mktemp("dumps") / "made")
        yield settings.DUMPS_FOLDER


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "DUMPS_FOLDER", tmp_path / "dumps")
    return settings.DUMPS_FOLDER
