"""robots.txt and /.well-known/."""

import json
import re
from datetime import UTC, datetime
from urllib.robotparser import RobotFileParser

import pytest
from django.templatetags.static import static
from django.test import Client

SITE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module", autouse=True)
def world(module_database):
    pass


def test_robots_may_read_what_is_published():
    response = Client().get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    robots = RobotFileParser()
    robots.parse(response.content.decode().splitlines())
    assert robots.site_maps() == [f"{SITE}/sitemap.xml"]
    for address in ("/", "/reviews/1/", "/feeds/claimreview.json", "/api/v1/reviews/", "/sitemap.xml"):
        assert robots.can_fetch("Anybot", SITE + address)
    for address in ("/admin/", "/admin/login/", "/receipts/x/", "/v1alpha1/claims:search"):
        assert not robots.can_fetch("Anybot", SITE + address)


def test_robots_may_not_follow_the_filters_of_searches():
    lines = Client().get("/robots.txt").content.decode().splitlines()
    patterns = [
        ".*".join(map(re.escape, line.removeprefix("Disallow: ").split("*")))
        for line in lines
        if line.startswith("Disallow: ")
    ]

    def allowed(address: str) -> bool:
        return not any(re.match(pattern, address) for pattern in patterns)

    for address in ("/en/?q=x", "/search/?verdict=x", "/vi/search/?topic=x", "/en/search/as-you-type/?topic=x"):
        assert not allowed(address), address
    for address in ("/en/", "/en/search/", "/vi/topics/research/?after=1.x", "/en/tips/", "/reviews/1/"):
        assert allowed(address), address


def test_security_contact_is_named_when_there_is_one(settings):
    assert Client().get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@factcheck.example.org"
    response = Client().get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields.keys() == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    assert fields["Contact"] == "mailto:security@factcheck.example.org"
    assert fields["Canonical"] == f"{SITE}/.well-known/security.txt"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert 150 < left.days < 185


def test_password_is_changed_at_the_desk():
    response = Client().get("/.well-known/change-password")
    assert (response.status_code, response["Location"]) == (302, "/admin/password_change/")


def test_catalog_leads_to_descriptions_that_are_there():
    response = Client().get("/.well-known/api-catalog")
    assert response["Content-Type"] == ('application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"')
    assert response["Link"] == f'<{SITE}/.well-known/api-catalog>; rel="api-catalog"'
    ours, google = json.loads(response.content)["linkset"]
    assert google["anchor"] == f"{SITE}/v1alpha1/claims:search"
    for link in (*ours["service-desc"], *ours["service-doc"], *google["service-desc"]):
        described = Client().get(link["href"].removeprefix(SITE))
        assert (described.status_code, described["Content-Type"].split(";")[0]) == (200, link["type"])
    assert Client().head("/.well-known/api-catalog").status_code == 200


@pytest.mark.parametrize("address", ["/robots.txt", "/.well-known/api-catalog", "/sitemap.xml"])
def test_nothing_here_is_written_or_kept_in_a_cookie(address):
    assert Client().post(address).status_code == 405
    assert "Set-Cookie" not in Client().get(address)


def test_icon_is_found_without_markup():
    """A browser asks for it where it shows plain text or JSON."""
    response = Client().get("/favicon.ico")
    assert (response.status_code, response["Location"]) == (302, static("website/icon.svg"))
    assert not response.cookies
