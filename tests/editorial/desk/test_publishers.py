"""Publishers: newsrooms, and who keeps their pages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from factcheck.editorial.models import Publisher
from factcheck.tools import contrast
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_administrator, make_newsroom


def test_publisher_is_kept_by_its_chief_editor(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    page = f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/"
    chief = signed_in(newsroom.chief).open(page)
    chief.fill(name="Tên mới", same_as="https://a.example/1,2\n\nhttps://b.example/").press("Save")
    publisher = Publisher.objects.get(pk=newsroom.publisher.pk)
    assert (publisher.name, publisher.site) == ("Tên mới", "kiemchung.example")
    assert publisher.same_as == ["https://a.example/1,2", "https://b.example/"]
    assert not signed_in(newsroom.editor).open(page).has_button("Save")
    assert chief.open("/admin/editorial/publisher/add/").status == 403
    assert "other.example" not in chief.open("/admin/editorial/publisher/").text
    assert "other.example" not in chief.open(f"/admin/editorial/publisher/{other.publisher.pk}/change/").text
    boss = signed_in(make_administrator()).open(page)
    boss.fill(site="https://neu.example/").press("Save")
    assert "Enter only the host, in lower case, without https:// or a slash, such as example.org." in boss.text
    boss.fill(site="neu.example").press("Save")
    assert Publisher.objects.filter(site="neu.example").exists()
    assert "other.example" in boss.open("/admin/editorial/publisher/").text


def test_wrong_address_of_a_profile_is_refused_in_words(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/")
    chief.fill(same_as="ftp://a.example/").press("Save")
    assert "Write the full URL, with https:// or http:// and without spaces." in chief.text
    assert chief.value("same_as") == "ftp://a.example/"


@pytest.mark.parametrize(
    ("color", "refusal"),
    [
        ("#ffd700", "too pale"),
        ("#1a1a40", "too dark"),
        ("#000000", "too dark"),
        ("red", "six characters"),
        ("#fff", "six characters"),
        ('#1a6b5"', "six characters"),
    ],
)
def test_color_that_some_readers_cannot_see_is_refused(newsroom: Newsroom, color: str, refusal: str) -> None:
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/")
    chief.fill(color=color).press("Save")
    assert refusal in chief.text
    assert Publisher.objects.get(pk=newsroom.publisher.pk).color == ""


def test_color_is_shown_with_the_next_review(newsroom: Newsroom) -> None:
    before = newsroom.publish_new()
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/")
    chief.fill(color="#C2410C").press("Save")
    after = newsroom.publish_new()
    shown = 'fill="#c2410c"'
    pages = [f"/en/reviews/{before.pk}/", f"/en/reviews/{after.pk}/", "/en/publishers/kiemchung.example/methodology/"]
    assert [shown in Client().get(page).content.decode() for page in pages] == [False, True, True]
    assert "color" not in Client().get(f"/api/v1/reviews/{before.pk}/").json()["publisher"]


def test_contrast_is_that_of_wcag_with_the_sites_backgrounds() -> None:
    css = (Path(settings.BASE_DIR) / "factcheck/website/static/website/site.css").read_text()
    assert set(re.findall(r"--(?:paper|raised): (#\w{6})", css)) == set(contrast.BACKGROUNDS)
    assert round(contrast.lowest_contrast("#777777"), 2) == 3.67
