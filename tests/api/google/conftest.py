"""Asking claims:search as a program does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.support.drafts import make_newsroom
from tests.support.serving import served

PATH = "/v1alpha1/claims:search"


class Google:
    """`search` returns the decoded content of a 200, `error` the `error` of anything else."""

    def __init__(self) -> None:
        self.client = Client()

    def send(self, query: Any = None, path: str = PATH, **headers: str) -> Any:
        return self.client.get(path, query, headers=headers)

    def search(self, **query: Any) -> Any:
        response = self.send(query)
        assert (response.status_code, response["Content-Type"]) == (200, "application/json; charset=UTF-8")
        return json.loads(response.content)

    def texts(self, **query: Any) -> list[str]:
        return [claim["text"] for claim in self.search(**query).get("claims", [])]

    def error(self, query: Any, status: int = 400, path: str = PATH) -> Any:
        response = self.send(query, path)
        assert (response.status_code, response["Content-Type"]) == (status, "application/json; charset=UTF-8")
        error = json.loads(response.content)["error"]
        assert error.keys() == {"code", "message", "status", "details"}
        assert error["code"] == status
        return error


@pytest.fixture
def google() -> Google:
    return Google()


@pytest.fixture(scope="module")
def site(module_database: str) -> Iterator[str]:
    """A site with three claims, over HTTP."""
    newsroom = make_newsroom()
    for number in range(3):
        newsroom.publish_new(newsroom.make_claim(text=f"Nước lũ số {number}"))
    with served() as address:
        yield address
