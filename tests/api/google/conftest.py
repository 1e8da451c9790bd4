"""Asking claims:search as a program does."""

import json
from typing import Any

import pytest
from django.test import Client

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
