"""Filters and tags: from the record's words to the reader's."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from factcheck.record.formats.markdown import is_safe_address
from factcheck.record.statements.review import Publisher, Topic, Verdict
from factcheck.website import words


def verdict(value: int | None, worst: int | None = 1, best: int | None = 5) -> Verdict:
    return Verdict(value=value, worst=worst, best=best)


@pytest.mark.parametrize(
    ("value", "worst", "best", "tone", "steps"),
    [
        (1, 1, 5, "low", [True, False, False, False, False]),
        (3, 1, 5, "middle", [False, False, True, False, False]),
        (4, 1, 5, "high", [False, False, False, True, False]),
        (1, 5, 1, "high", [False, False, False, False, True]),
        (50, 1, 100, "middle", []),
    ],
)
def test_scale_place(value: int, worst: int, best: int, tone: str, steps: list[bool]) -> None:
    assert words.scale(verdict(value, worst, best)) == (tone, steps)


@pytest.mark.parametrize("outside", [verdict(None), verdict(1, None), verdict(1, 1, None), verdict(1, 1, 1)])
def test_scale_none(outside: Verdict) -> None:
    assert words.scale(outside) is None


def test_word_known_and_unknown() -> None:
    assert words.in_words("review.correction", "kind") == "Corrected"
    assert words.in_words("refutes", "stance") == "refutes the claim"
    assert words.in_words("parrot", "Medium") == "parrot"
    assert words.in_words(None, "class") == ""


@pytest.mark.parametrize(
    ("labels", "language", "spoken"),
    [
        ({"vi": "Sai", "en": "False"}, "vi", "vi"),
        ({"vi": "Sai", "en": "False"}, "en-GB", "en-GB"),
        ({"vi": "Sai", "en": "False"}, "ar", "en"),
        ({"vi": "Sai"}, "ar", "und"),  # the slug
        ({"zh-Hans": "错误"}, "zh-hans", "zh-hans"),
        ({}, "ar", "ar"),  # the publisher's own words
    ],
)
def test_label_language(labels: dict[str, str], language: str, spoken: str) -> None:
    assert words.label_language(Verdict(labels=labels), language) == spoken


def test_dates_in_words() -> None:
    assert words.day_of("2026-10-03") == "3\xa0October\xa02026"
    assert words.day_of(None) == ""
    assert words.day_of("2026-10-03T23:59:59.000001Z") == "3\xa0October\xa02026"


@pytest.mark.parametrize(
    ("name", "language", "day", "moment"),
    [
        ("UTC", "en", "3 October 2026", "3 October 2026, 23:30 UTC"),
        ("Asia/Ho_Chi_Minh", "en", "4 October 2026", "4 October 2026, 06:30 Hanoi time (UTC+7)"),
        ("Asia/Ho_Chi_Minh", "vi", "4/10/2026", "06:30 4/10/2026, giờ Hà Nội (UTC+7)"),
        ("America/St_Johns", "en", "3 October 2026", "3 October 2026, 21:00 St Johns time (UTC−2:30)"),
        ("Asia/Kathmandu", "vi", "4/10/2026", "05:15 4/10/2026, giờ Kathmandu (UTC+5:45)"),
        ("Nowhere/Land", "en", "3 October 2026", "3 October 2026, 23:30 UTC"),
    ],
)
def test_time_near_midnight_is_on_the_day_of_the_newsroom(name: str, language: str, day: str, moment: str) -> None:
    """The machine-readable time stays in UTC. A line can only break between the day and the time."""
    at, newsroom = "2026-10-03T23:30:00.5Z", Publisher(name="A", site="a.example", time_zone=name)
    with translation.override(language), timezone.override(None):
        shown = [words.time_tag(at, newsroom)]
        words.show_times_of(newsroom)
        shown += [words.time_tag(at), words.moment_tag(datetime(2026, 10, 3, 23, 30, tzinfo=UTC))]
    assert shown == [
        '<time datetime="2026-10-03T23:30:00Z">{}</time>'.format(text.replace(" ", "\xa0").replace(",\xa0", ", "))
        for text in (day, day, moment)
    ]


@pytest.mark.parametrize(
    ("value", "interface", "name"),
    [
        ("vi", "en", "Vietnamese"),
        ("vi-VN", "en", "Vietnamese"),
        ("EN", "en", ""),
        ("en-GB", "en", ""),
        ("und", "en", ""),
        ("tlh", "en", "tlh"),
        ("zh-Hans", "en", "Simplified Chinese"),
        ("en", "vi", "Tiếng Anh"),
        ("zh-Hans", "vi", "Tiếng Trung giản thể"),
        ("lt", "vi", "Tiếng Litva"),
        ("he-IL", "vi", "Tiếng Do Thái"),
        ("my", "vi", "Tiếng Miến Điện"),
    ],
)
def test_language_name(value: str, interface: str, name: str) -> None:
    with translation.override(interface):
        assert words.language_name(value) == name


@pytest.mark.parametrize(
    ("url", "html"),
    [
        (
            'https://a.example/?a=1&b="2"',
            '<a href="https://a.example/?a=1&amp;b=&quot;2&quot;" rel="nofollow noopener noreferrer"><bdi>&lt;x&gt;</bdi></a>',
        ),
        ("javascript:alert(1)", "<bdi>&lt;x&gt;</bdi>"),
        ("//evil.example/", "<bdi>&lt;x&gt;</bdi>"),
        ("http://[", "<bdi>&lt;x&gt;</bdi>"),
        (None, "<bdi>&lt;x&gt;</bdi>"),
    ],
)
def test_link_out(url: str | None, html: str) -> None:
    assert words.external_link(url, "<x>") == html


def test_link_out_without_words_shows_the_address() -> None:
    assert words.external_link("javascript:x", None) == "<bdi>javascript:x</bdi>"


def test_address_short() -> None:
    assert words.short("https://a.example/b") == "a.example/b"
    assert words.short("https://a.example/" + "b" * 100) == "a.example/" + "b" * 45 + "…"


def test_plain_takes_directions_out() -> None:
    assert words.plain("a\u202eb\u2066c\n d") == "abc d"


def test_license_name() -> None:
    assert words.license_name("https://creativecommons.org/licenses/by-sa/4.0/") == "CC BY-SA 4.0"
    assert words.license_name("https://www.example.org/licence") == "example.org"


def test_topic_label_falls_back() -> None:
    assert (
        words.topic_label(Topic.model_validate({"slug": "health", "labels": {"en": "Health", "vi": "Sức khỏe"}}))
        == "Health"
    )
    assert words.topic_label(Topic.model_validate({"slug": "health", "labels": {"vi": "Sức khỏe"}})) == "Sức khỏe"
    assert words.topic_label(Topic.model_validate({"slug": "health", "labels": {}})) == "health"


@pytest.mark.parametrize("address", ["", "https:", "a:b", "/x", "javascript:x", " javascript:x", "HTTPX://a"])
def test_address_unsafe(address: str) -> None:
    assert not is_safe_address(address)
