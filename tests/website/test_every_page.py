"""Rules for every page: no script that runs, no cookie, one outline, the reader's language, revalidation, plain faults."""

import logging
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory
from django.views.defaults import permission_denied

from factcheck.website.browse import home_views
from tests.website.conftest import Page, Published, check_page

PAGES = [
    "/",
    "/search/",
    "/search/?q=video",
    "/search/?q=kangaroo",
    "/search/?q=https://social.example/p/1",
    "{0.corrected}",
    "{0.corrected}revisions/1/",
    "{0.english}",
    "{0.withdrawn}",
    "{0.withdrawn}revisions/1/",
    "{0.erased}",
    "{0.imported}",
    "{0.hostile}",
    "{0.claim}",
    "/browse/",
    "/publishers/checkpoint.org/",
    "/corrections/",
    "/statistics/",
    "/data/",
    "/tips/",
    "/about/",
    "/privacy/",
    "/what-we-do-not-do/",
    "/complain/",
    "/publishers/kiemchung.example/methodology/",
    "{0.corrected}report/",
    "/nowhere/",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_page_is_plain_and_accessible(published: Published, path: str, language: str) -> None:
    check_page(Client().get(path.format(published), headers={"accept-language": language}, follow=True), language)


@pytest.mark.parametrize("path", ["{0.corrected}", "{0.withdrawn}", "{0.corrected}revisions/1/"])
def test_page_is_revalidated(published: Published, path: str) -> None:
    path = path.format(published)
    first = Client().get(path, headers={"accept-language": "en"})
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Vary"] == "Accept-Language"
    again = {"if-none-match": first.headers["ETag"]}
    assert Client().get(path, headers={**again, "accept-language": "en"}).status_code == 304
    head = Client().head(path, headers={"accept-language": "en"})
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    assert Client().head(path, headers={**again, "accept-language": "en"}).status_code == 304
    assert Client().get(path, headers={**again, "accept-language": "vi"}).status_code == 200


def test_page_answers_get_and_head_alone(published: Published) -> None:
    assert Client().head(published.english).status_code == 200
    for path in ("/en/", published.english, f"{published.english}revisions/1/"):
        assert Client().post(path).status_code == 405
        assert Client().delete(path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/", "/search/?q=video&topic=x", "/corrections/", "{0.english}", "{0.english}?from=mail"]
)
def test_language_is_chosen_by_a_link(published: Published, path: str) -> None:
    """The interface changes, and the review keeps its language."""
    bare = path.format(published)
    english = Page(Client().get(f"/en{bare}", headers={"accept-language": "vi"}).content.decode())
    assert english.values("html", "lang") == ["en"]
    (other,) = [href for href in english.values("a", "href") if href.startswith("/vi/")]
    assert other == f"/vi{bare}"
    page = Page(Client().get(other, headers={"accept-language": "en"}).content.decode())
    assert page.values("html", "lang") == ["vi"]
    assert page.values("h1", "lang") == english.values("h1", "lang")
    inside = [href for href in page.values("a", "href") if re.match(r"/(?!feeds/|api/|admin/|.*[.]\w+$)", href)]
    assert [href for href in inside if not href.startswith("/vi/")] == [f"/en{bare}"]


@pytest.mark.parametrize(
    "path", ["/", "/search/?q=video&language=en", "/corrections/", "/tips/", "/docs/", "/docs/adr/"]
)
def test_page_without_a_language_redirects_to_the_readers(published: Published, path: str) -> None:
    for accepted, language in (("en", "en"), ("vi-VN,vi;q=0.9", "vi"), ("fr", "en")):
        response = Client().get(path, headers={"accept-language": accepted})
        assert (response.status_code, response.headers["Location"]) == (302, f"/{language}{path}")
        assert "Accept-Language" in response.headers["Vary"]
        assert not response.cookies


def test_permanent_url_answers_without_a_redirect(published: Published) -> None:
    entry = published.corrected.replace("reviews", "demands")
    for path, status in (
        (published.english, 200), (published.erased, 410), (f"{published.corrected}revisions/1/", 200),
        (published.claim, 200), (entry, 404), (published.claim.replace("claims", "reviews"), 404),
    ):  # fmt: skip
        for prefix in ("", "/en", "/vi"):
            response = Client().get(f"{prefix}{path}")
            assert response.status_code == status, path
            assert ("Accept-Language" in response.get("Vary", "")) is not bool(prefix)


@pytest.mark.parametrize(
    "path", ["/", "/corrections/", "/demands/", "/tips/", "/docs/", "/docs/tutorials/first-claim/"]
)
def test_page_names_its_languages_for_search_engines(published: Published, path: str) -> None:
    site = "http://127.0.0.1:8000"
    page = Page(Client().get(f"/vi{path}").content.decode())
    languages = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page.source))
    assert languages == {"en": f"{site}/en{path}", "vi": f"{site}/vi{path}", "x-default": f"{site}{path}"}
    assert f'<link rel="canonical" href="{site}/vi{path}">' in page.source


def test_review_has_one_address_of_its_own(published: Published) -> None:
    for path in (published.english, published.claim):
        for prefix in ("", "/en", "/vi"):
            source = Client().get(f"{prefix}{path}").content.decode()
            assert source.count(f'<link rel="canonical" href="http://127.0.0.1:8000{path}">') == 1


def test_english_guide_has_one_address() -> None:
    source = Client().get("/vi/docs/adr/0001-postgresql-always/").content.decode()
    assert '<link rel="canonical" href="http://127.0.0.1:8000/en/docs/adr/0001-postgresql-always/">' in source
    assert "x-default" not in source


def test_language_unknown_falls_back() -> None:
    assert Page(Client().get("/nowhere/", headers={"accept-language": "fr"}).content.decode()).values(
        "html", "lang"
    ) == ["en"]


@pytest.mark.parametrize("tag", ["en", "vi"])
def test_fault_500_says_nothing_of_its_cause(published, monkeypatch, caplog, tag):
    def fail(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(home_views, "newest_first", fail)
    with caplog.at_level(logging.CRITICAL, "django.request"):
        response = Client(raise_request_exception=False).get(f"/{tag}/")
    page = Page(response.content.decode())
    assert response.status_code == 500
    assert page.values("html", "lang") == [tag]
    assert "hunter2" not in page.source
    assert page.elements["h1"] == 1
    assert {"/en/", "/vi/"} <= set(page.values("a", "href"))


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_fault_503_while_the_database_is_away(monkeypatch, caplog, error):
    def fail(*_: object) -> None:
        raise error("the socket is /var/secret")

    monkeypatch.setattr(home_views, "newest_first", fail)
    with caplog.at_level(logging.CRITICAL, "django.request"):
        response = Client(raise_request_exception=False).get("/vi/")
    page = Page(response.content.decode())
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert "Hiện chưa hiển thị được trang này" in page.text
    assert page.values("html", "lang") == ["vi"]
    assert "secret" not in page.source


def test_fault_400_is_ours() -> None:
    response = Client().get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "We could not read this request" in response.content.decode()


def test_fault_403_is_ours() -> None:
    response = permission_denied(RequestFactory().get("/"), PermissionDenied())
    assert response.status_code == 403
    assert "You don’t have access to this page" in response.content.decode()


def test_fault_403_of_a_form_is_ours(database: str) -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert response.status_code == 403
    assert "The form could not be sent" in response.content.decode()
    assert "reload" not in response.content.decode()  # which empties the form


def test_stylesheet_asks_no_other_host() -> None:
    response = Client().get("/static/website/site.css")
    sheet = b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()
    assert response.status_code == 200
    assert not re.search(r"url\(|@import|@font-face", sheet)
