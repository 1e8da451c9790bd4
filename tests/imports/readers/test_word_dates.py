"""Days whose month is a word, in the languages of fact-checkers, and the days that stay ambiguous."""

import pytest

from factcheck.imports.readers.word_dates import word_date


@pytest.mark.parametrize(
    "text",
    [
        "9 October 2020",
        "October 9, 2020",
        "Oct. 9, 2020",
        "October 9th, 2020",
        "Friday, October 9, 2020",
        "Thu, 09 Oct 2020 10:00:00 GMT",
        "October 9, 2020 11:52 AM EDT",
        "9 October 2020 at 10:31 pm",
        "Fri Oct 09 2020 00:00:00 GMT+0000 (Coordinated Universal Time)",
        "09-Oct-2020",
        "9 tháng 10 năm 2020",
        "Ngày 9 tháng 10, 2020",
        "Thứ Sáu, ngày 9 tháng 10 năm 2020 lúc 20:15",
        "9 thg 10, 2020",
        "9 octobre 2020",
        "9 de octubre de 2020",
        "9 de outubro de 2020",
        "9. Oktober 2020",
        "Jumat, 9 Oktober 2020",
        "9 ottobre 2020",
        "9 oktober 2020",
        "9 октября 2020 г.",
        "9 жовтня 2020",
        "9 października 2020",
        "9 Ekim 2020",
        "9 Οκτωβρίου 2020",
        "9 أكتوبر 2020",
        "٩ أكتوبر ٢٠٢٠",
        "9 تشرين الأول 2020",
        "9 تشرين الأول/أكتوبر 2020",
        "9 अक्टूबर 2020",
        "৯ অক্টোবর ২০২০",
        "2020年10月9日",
        "2020년 10월 9일",
    ],
)
def test_word_date(text: str) -> None:
    assert word_date(text) == "2020-10-09"


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2020",
        "03/04/2020 10:00 AM",
        "Mon 03/04/2020",
        "9.10.2020",
        "yesterday",
        "2 days ago",
        "hôm qua",
        "October 2020",
        "9 October",
        "9 October 20",
        "31 February 2020",
        "9 October 2020 / 10 October 2020",
        "9 تشرين الأول/نوفمبر 2020",
        "9 October 1399",
        "10 of 2020",
        "10 2020",
        "",
        "On 9 October 2020 the ministry said that it had never heard of the video, which was false.",
    ],
)
def test_word_date_ambiguous_or_incomplete(text: str) -> None:
    assert word_date(text) is None


def test_word_date_with_a_month_that_languages_contradict() -> None:
    """In Polish this is November, in Croatian October."""
    assert [word_date("9 listopada 2020", language) for language in ("", "pl", "pl-PL", "hr", "und", "en")] == [
        None, "2020-11-09", "2020-11-09", "2020-10-09", None, None,
    ]  # fmt: skip
