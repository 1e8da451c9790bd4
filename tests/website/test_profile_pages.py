"""The pages that explain: the site, privacy, limits, complaints, and how a newsroom checks claims, with its history."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from factcheck.editorial.models import Publisher, VerdictLabel
from factcheck.record.models import ProfileChange
from factcheck.record.readmodel import profile_rows
from factcheck.record.statements.review import Verdict
from factcheck.website.documentation.profile_views import changed_parts, scales_of
from tests.support.drafts import make_newsroom, make_scale
from tests.website.conftest import Page, Published

PAGES = ["/about/", "/privacy/", "/what-we-do-not-do/", "/complain/"]
METHODOLOGY = "/publishers/kiemchung.example/methodology/"


@cache
def status_of(link: str) -> int:
    """Every page links to the same pages, so each is opened once."""
    return int(Client().get(link).status_code)


def read(path: str, language: str = "en") -> Page:
    response = Client().get(f"/{language}{path}")
    assert response.status_code == 200, path
    return Page(response.content.decode())


@pytest.mark.parametrize("path", [*PAGES, METHODOLOGY])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_links_lead_to_pages_in_the_readers_language(published: Published, path: str, language: str) -> None:
    page = read(path, language)
    for link in page.values("a", "href"):
        if link.startswith(f"/{language}/"):
            assert status_of(link.partition("#")[0]) == 200, link
    if path in ("/about/", "/complain/"):
        assert f"/{language}/corrections/" in page.values("a", "href")
    other = {"en": "vi", "vi": "en"}[language]
    assert f"{settings.SITE_URL}/{other}{path}" in page.values("link", "href")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_about_contrasts_with_an_authority_in_two_sentences(published: Published, language: str) -> None:
    file = Path(settings.BASE_DIR) / "docs/site" / {"en": "about.md", "vi": "about.vi.md"}[language]
    (paragraph,) = [
        each for each in file.read_text().split("\n\n") if each.startswith(("Where an authority", "Ở nơi cơ quan"))
    ]
    assert paragraph.count(". ") == 1
    assert paragraph in read("/about/", language).text


@pytest.mark.parametrize("path", PAGES)
def test_operator_is_named(published: Published, path: str, settings: Any) -> None:
    assert "The operator hasn’t entered a name, an address or a contact." in read(path).text
    settings.OPERATOR = {"name": "Hội Bút <b>", "address": "1 Lê Lợi, Huế", "contact": "mailto:hoi@but.example"}
    page = read(path, "vi")
    assert "Người vận hành trang web này" in page.text
    assert all(text in page.text for text in ("Hội Bút <b>", "1 Lê Lợi, Huế", "hoi@but.example"))
    assert "mailto:hoi@but.example" in page.values("a", "href")


def test_software_promises_nothing_in_the_sites_name() -> None:
    promise = r"advertising|nobody can pay|\b(?<!-)[Ww]e\b|\b[Oo]ur\b|[Cc]húng tôi|không có quảng cáo"
    for file in (Path(settings.BASE_DIR) / "docs/site").iterdir():
        assert re.findall(promise, file.read_text()) == [], file.name


def test_newsrooms_are_listed_with_their_pages(published: Published) -> None:
    for path in ("/about/", "/complain/"):
        links = read(path).values("a", "href")
        assert {f"/en{METHODOLOGY}", "/en/publishers/checkpoint.org/methodology/"} <= set(links)
        assert "/en/publishers/marsad.org/methodology/" not in links  # its reviews were imported
    for site in ("marsad.org", "nowhere.example", "x y", "%00"):
        assert Client().get(f"/en/publishers/{site}/methodology/").status_code == 404


def test_page_of_a_publisher_leads_to_its_rules(published: Published) -> None:
    assert "/publishers/checkpoint.org/methodology/" in read("/publishers/checkpoint.org/").links
    assert "/publishers/checkpoint.org/" in read("/publishers/CHECKPOINT.org/methodology/").links
    assert "/publishers/marsad.org/methodology/" not in read("/publishers/marsad.org/").links
    assert "/publishers/checkpoint.org/methodology/" in read(published.english).links
    assert "/publishers/marsad.org/methodology/" not in read(published.imported).links


def test_methodology_shows_every_change(published: Published) -> None:
    newsroom = make_newsroom("changes.example")
    scale = make_scale()
    false = scale.verdicts.get(slug="false")
    newsroom.publish_new(verdict=false)
    path = "/publishers/changes.example/methodology/"
    second = newsroom.make_review(verdict=false)  # it sets the scale's labels too
    before = read(path).text
    assert "for the first time" in before
    label = VerdictLabel.objects.get(verdict=false, language="vi")
    VerdictLabel.objects.filter(pk=label.pk).update(explanation="Nghĩa mới <b>.")
    Publisher.objects.filter(site="changes.example").update(methodology_url="https://changes.example/cach-lam")
    assert read(path).text == before  # nothing was published
    newsroom.publish_review(second)
    page = read(path, "vi")
    assert "Nghĩa mới <b>." in page.text
    assert "SaiNghĩa mới <b>." in page.text  # the words before and after
    assert "https://changes.example/cach-lam" in page.text
    changes = profile_rows.changes_with_former("changes.example")
    assert [row.key for row, _entry, _former in changes] == ["", "truth:false"] * 2
    for _row, entry, _former in changes:
        assert f"/vi/reviews/{entry.subject}/revisions/1/" in page.values("a", "href")
    VerdictLabel.objects.filter(pk=label.pk).update(explanation=label.explanation)


def test_newsroom_tells_who_it_is_and_which_codes_it_signed(published: Published) -> None:
    newsroom = make_newsroom("codes.example")
    Publisher.objects.filter(site="codes.example").update(description="Hai người. <b>", codes=["ifcn", "efcsn"])
    newsroom.publish_new()
    signed = "The newsroom says that it has signed: IFCN Code of Principles, EFCSN Code of Standards"
    for path in ("/publishers/codes.example/methodology/", "/complain/"):
        assert signed in read(path).text
    for path in ("/publishers/codes.example/methodology/", "/about/"):
        assert "Hai người. <b>" in read(path).text


def test_variants_of_a_language_change_separately() -> None:
    """English and American English have the same name."""
    former = {"labels": {"en": "False", "en-us": "Untrue"}, "slug": "false"}
    after = {"labels": {"en": "Wrong", "en-us": "Untrue"}, "slug": "false"}
    ((label, pieces),) = changed_parts(ProfileChange(key="truth:false", body=json.dumps(after)), json.dumps(former))
    assert label == "Name (English)"
    assert {piece.text for piece in pieces} == {"False", "Wrong"}


def test_scale_has_its_unused_steps() -> None:
    def verdict(slug: str, value: int | None, best: int | None = 3) -> Verdict:
        return Verdict(scale="lights", slug=slug, value=value, worst=1, best=best)

    green, none, red = verdict("green", 3), verdict("none", None), verdict("red", 1)
    ((steps, others),) = scales_of([green, none, red])
    assert steps == [(1, [red]), (2, []), (3, [green])]
    assert others == [none]
    wide = verdict("all", 7, best=1000)
    assert [value for value, _verdicts in scales_of([wide])[0][0]] == [7]
