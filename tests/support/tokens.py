"""Programs that use the API with a token."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from factcheck.editorial.models import User
from factcheck.editorial.programs.tokens import create_token
from tests.support.drafts import Newsroom

CLAIM: dict[str, Any] = {"text": "Nước lũ ở Huế đã lên tới mái chùa.", "language": "vi"}


class Program:
    """A program that sends JSON with its token. Addresses are relative to /api/v1/drafts/."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.client = Client(enforce_csrf_checks=True)

    def send(self, method: str, address: str, content: Any = None, **headers: str) -> HttpResponse:
        data = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
        named = {"Authorization": f"Bearer {self.secret}", **headers}
        return self.client.generic(
            method, f"/api/v1/drafts/{address}", data, content_type="application/json", headers=named
        )

    def get(self, address: str) -> Any:
        response = self.send("GET", address)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def post(self, address: str, content: Any, **headers: str) -> str:
        """Send the content and return the id of the created object."""
        response = self.send("POST", address, content, **headers)
        assert response.status_code == 201, response.content
        return str(json.loads(response.content)["id"])

    def refused(self, method: str, address: str, content: Any, status: int, **headers: str) -> Any:
        response = self.send(method, address, content, **headers)
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), (
            response.content
        )
        return json.loads(response.content)


def make_program(newsroom: Newsroom, by: User | None = None, *scopes: str, days: int = 30) -> Program:
    """Create a program with a token. By default, it can write claims and drafts, and acts as the newsroom's reporter."""
    _token, secret = create_token(
        by=by or newsroom.reporter,
        newsroom=newsroom.publisher.pk,
        name="Đường dây nóng",
        scopes=scopes or ["claims:write", "drafts:write"],
        days=days,
    )
    return Program(secret)
