"""The site in Vietnamese: every text has its translation, browsers get it, and dates are read with the day first."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf.locale import LANG_INFO
from django.forms import DateField
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

ROOT = Path(__file__).parent.parent


@pytest.fixture
def vietnamese() -> Iterator[None]:
    with translation.override("vi"):
        yield


def test_languages_have_vietnamese_names(vietnamese: None) -> None:
    names = {translation.gettext(info["name"]) for info in LANG_INFO.values() if "name" in info}
    assert len(names) > 90
    assert {name for name in names if not name.startswith("Tiếng ")} == {"Quốc tế ngữ"}
    assert {name for name in names if "Tàu" in name} == set()


@pytest.mark.parametrize(
    ("accepts", "title"), [("vi-VN,vi;q=0.9,en;q=0.8", "Sổ Kiểm Chứng"), ("fr", "The Fact-Check Record")]
)
def test_browser_gets_its_language_on_the_website(database: str, accepts: str, title: str) -> None:
    page = Client().get("/", headers={"accept-language": accepts}, follow=True)
    assert title in page.content.decode()
    assert page.headers["Content-Language"] == {"Sổ Kiểm Chứng": "vi"}.get(title, "en")


def test_browser_gets_its_language_at_the_desk(database: str) -> None:
    page = Client().get("/admin/login/", headers={"accept-language": "vi"}).content.decode()
    assert "Hệ thống biên tập" in page
    assert "Đăng nhập" in page


def test_language_is_chosen_before_the_login(database: str) -> None:
    """And there is a way back to the site."""
    client, asked = Client(), "/admin/login/?next=/admin/editorial/claim/"
    page = client.get(asked, headers={"accept-language": "en"}).content.decode()
    assert f'<input type="hidden" name="next" value="{asked}">' in page
    assert '<a href="/">' in page
    client.post("/admin/language/", {"language": "vi", "next": asked})
    assert client.cookies["django_language"]["path"] == "/admin/"  # readers' pages never receive it
    page = client.get(asked, headers={"accept-language": "en"}).content.decode()
    assert "Đăng nhập" in page
    assert '<button name="language" value="en" lang="en">English</button>' in page


def test_day_stands_before_month_in_vietnamese_forms(vietnamese: None) -> None:
    field = DateField()
    assert field.clean("5/11/2026") == date(2026, 11, 5)
    assert field.clean("25-11-2026") == date(2026, 11, 25)
    assert field.clean("2026-11-25") == date(2026, 11, 25)
    assert field.widget.format_value(date(2026, 11, 5)) == "05/11/2026"


def test_moments_say_their_time_zone(vietnamese: None) -> None:
    at = datetime(2026, 11, 25, 15, 4, tzinfo=UTC)
    assert date_format(at, "DATETIME_FORMAT") == "15:04\xa025/11/2026, UTC"
    with translation.override("en"):
        assert date_format(date(2026, 11, 5)) == "5\xa0November\xa02026"
        assert date_format(at, "DATETIME_FORMAT") == "25\xa0November\xa02026, 15:04\xa0UTC"
        assert date_format(at, "SHORT_DATETIME_FORMAT") == "25\xa0Nov\xa02026, 15:04\xa0UTC"


def test_dates_are_written_in_vietnamese_order(vietnamese: None) -> None:
    assert date_format(date(2026, 11, 25)) == "25/11/2026"
    assert date_format(date(2026, 11, 25), "SHORT_DATE_FORMAT") == "25/11/2026"


# Two spellings of a word, straight quotation marks, and words of software where Vietnamese has others.
RULED_OUT = re.compile(r"\b(?:toà|xoá|khoá|hoà|hoá|huỷ|tuỳ|thuỷ)\b|\"|[Ll]ượt (?:nhập|duyệt)|mục nhật ký")
# A claim is "nội dung", a feed is "feed", and a proof is "chứng thực", because evidence is "bằng chứng".
OTHER_WORDS = {
    r"\bclaims?\b": "tuyên bố|thông tin",
    r"\bfeeds?\b": "nguồn tin|bản tin|nguồn cấp",
    r"\bproof\b": "bằng chứng",
}


def test_catalogue_keeps_to_one_spelling_and_to_its_words() -> None:
    with (ROOT / "factcheck/locale/vi/LC_MESSAGES/django.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="vi") if message.id]
    assert len(messages) > 1000
    assert [message.string for message in messages if RULED_OUT.search(str(message.string))] == []
    for thing, others in OTHER_WORDS.items():
        named = [str(message.string) for message in messages if re.search(thing, str(message.id), re.IGNORECASE)]
        assert [text for text in named if re.search(others, text, re.IGNORECASE)] == []
    assert [
        message.string for message in messages if re.fullmatch(r"(.{30,}?)\1+", str(message.string), re.DOTALL)
    ] == []
