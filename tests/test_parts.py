"""PART: `site` serves readers with the reading role alone, `desk` serves what writes, and nginx knows which is which."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.contrib.admin import site as desk
from django.db import connections
from django.templatetags.static import static
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from factcheck import middleware
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.models import ReaderMessage
from tests.support.drafts import make_newsroom

CONFIG = (Path(__file__).resolve().parents[1] / "deploy/nginx.conf").read_text()
UUID = "00000000-0000-4000-8000-000000000000"
WRITES = {
    "factcheck.website.intake", "factcheck.operations.first_hour", "factcheck.operations.retention", "api.views.drafts",
    "api.views.messages", "django.views.i18n",
}  # fmt: skip
READING = (
    "/en/", "/en/search/?q=a", "/vi/corrections/", "/en/demands/", "/vi/docs/", "/robots.txt", "/api/", "/api/v1/",
    "/api/v1/reviews/", "/api/v1/changes/", "/api/v1/match/?text=a", "/api/v1/publishers/", "/api/v1/log/checkpoint",
    "/api/v1/dumps/", "/api/docs/", "/api/schema/", "/v1alpha1/claims:search?query=a", "/feeds/reviews.atom",
)  # fmt: skip
WRITING = (
    "/admin/", "/admin/login/", "/admin/editorial/review/", "/tips/", "/vi/tips/", f"/en/reviews/{UUID}/report/",
    "/en/receipts/abc/", "/receipts/abc/", "/api/v1/drafts/claims/", f"/api/v1/drafts/reviews/{UUID}/", "/api/v1/tips/", "/api/v1/correction-requests/",
    "/api/v1/receipts/abc/", "/.well-known/change-password",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def review(module_database: str) -> str:
    newsroom = make_newsroom()
    review = newsroom.make_review()
    newsroom.publish_review(review)
    return str(review.pk)


@pytest.fixture
def reading_role_alone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PART = "site"
    connections.close_all()

    def refuse() -> None:
        raise AssertionError("the application role was used")

    for alias in ("default", "owner"):
        monkeypatch.setattr(connections[alias], "connect", refuse)


def test_site_reads_with_the_reading_role_alone(reading_role_alone: None, review: str):
    client = Client()
    client.cookies["sessionid"] = "a" * 32  # an editor's, who reads the site
    for path in (*READING, f"/reviews/{review}/", f"/reviews/{review}/revisions/1/", f"/api/v1/reviews/{review}/"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize("method", ["get", "post"])
def test_site_has_no_sign_in_and_nothing_that_writes(reading_role_alone: None, path: str, method: str):
    response = getattr(Client(), method)(path)
    assert response.status_code == 404
    if path.startswith("/api/"):
        assert response["Content-Type"] == "application/problem+json"


def test_desk_serves_what_writes_and_nothing_else(settings: Any, review: str):
    settings.PART = "desk"
    for path in READING:
        assert Client().get(path).status_code == 404, path
    for path in ("/admin/login/", "/en/tips/", f"/vi/reviews/{review}/report/"):
        assert Client().get(path).status_code == 200
    assert Client().head(static("website/site.css")).status_code == 200
    assert Client().post("/admin/language/", {"language": "vi"}).status_code == 302


def test_intake_serves_what_readers_send_and_needs_no_private_key(settings: Any, review: str):
    settings.PART, settings.MESSAGES_KEY = "intake", ""
    settings.MESSAGES_RECIPIENT = str(pyrage.x25519.Identity.generate().to_public())
    for path in ("/admin/login/", "/api/v1/drafts/claims/", "/.well-known/change-password", *READING):
        assert Client().get(path).status_code == 404, path
    for path in ("/en/tips/", f"/vi/reviews/{review}/report/"):
        assert Client().get(path).status_code == 200
    tip = {"text": "Video nói nước lũ lên tới mái chùa", "language": "vi"}
    sent = Client().post("/api/v1/tips/", tip, content_type="application/json")
    assert sent.status_code == 201
    assert Client().get(f"/api/v1/receipts/{sent.json()['receipt']}/").status_code == 200
    with pytest.raises(KeyProblem):
        _ = ReaderMessage.objects.get().text


def patterns(entries: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each URL as an example, with its view."""
    for entry in entries:
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from patterns(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            route = re.sub(r"<uuid:\w+>", UUID, prefix + str(entry.pattern))
            route = re.sub(r"<int:\w+>", "1", route)
            yield "/" + re.sub(r"<\w+:\w+>", "abc", route), entry.callback


def test_every_view_that_writes_is_the_desks():
    found = list(patterns(get_resolver().url_patterns))
    assert len(found) > 60
    for path, view in found:
        module = getattr(view, "view_class", view).__module__
        writes = module in WRITES or path == "/.well-known/change-password"
        assert bool(middleware._DESK.match(path)) == writes, path
    assert middleware._DESK.match("/" + "admin/")
    assert desk.name == "admin"


def test_proxy_leads_to_the_part_that_serves():
    places = dict(re.findall(r"\n    location (\S+ ?\S*) {(.*?)\n    }", CONFIG, re.DOTALL))
    leads = {place: re.findall(r"proxy_pass http://127.0.0.1:(\d+);", inside) for place, inside in places.items()}
    to_desk = {place for place, ports in leads.items() if ports == ["8002"]}
    uploads = {
        "= /admin/editorial/capture/upload/",
        "= /admin/editorial/capture/share/",
        "= /admin/editorial/picture/upload/",
        "= /admin/editorial/importbatch/add/",
    }
    assert to_desk == {
        "^~ /admin/",
        "= /admin/editorial/uploads/",
        "= /api/v1/drafts/copies/",
        "= /admin/login/",
        f"~ {middleware.DRAFTS}",
        *uploads,
    }
    assert leads[f"~ {middleware.SENT_IN}"] == ["8003"]
    assert leads["/"] == ["8000"]
