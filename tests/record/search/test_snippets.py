"""The words that the search finds are marked in the texts, all of them, and nothing else is changed."""

import html
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.record.readmodel.bodies import Review
from factcheck.record.search import snippets
from factcheck.record.search.query import read_query
from factcheck.record.search.words import split_words, word_spans
from factcheck.record.statements.output import construct


def marked(words: str, *texts: str) -> list[str | None]:
    """Each text as a headline of its own."""
    bodies = [construct(Review, {"claim": {"text": ""}, "headline": text, "language": "und"}) for text in texts]
    return [found.get("headline") for found in snippets.mark(bodies, read_query(words))]


@pytest.mark.parametrize(
    ("words", "text", "shown"),
    [
        ("istanbul", "Ở İstanbul.", "Ở <mark>İstanbul</mark>."),
        ("हिंदी", "की हिंदी,", "की <mark>हिंदी</mark>,"),
        ("हद", "हिंदी हद", "हिंदी <mark>हद</mark>"),
        ("近平", "习近平视察, 近", "习<mark>近</mark><mark>平</mark>视察, <mark>近</mark>"),
        ("lũ", "Nước lu\u0303, lũy", "Nước <mark>lu\u0303</mark>, lũy"),
        ("lu", "Lũ_lụt &amp; LỤ", "<mark>Lũ</mark>_lụt &amp;amp; <mark>LỤ</mark>"),
        ("vaccine", "\u2068vac\u00adcines\u2069", "\u2068<mark>vac\u00adcines</mark>\u2069"),
        ("خواهم", "می\u200cخواهم", "می\u200c<mark>خواهم</mark>"),
        ("νόμος", "ΝΕΟΣ ΝΟΜΟΣ", "ΝΕΟΣ <mark>ΝΟΜΟΣ</mark>"),
        ("covid❤\ufe0f", "COVID ❤\ufe0f", "<mark>COVID</mark> ❤\ufe0f"),
        ("か\u3099", "か\u3099か", "<mark>か\u3099</mark>か"),
        ("か\u0301\u3099", "か\u0301\u3099", None),  # が, when marks are put in order
        ("xyzzy", "Nước lũ", None),
        ("lodz", "W Łodzi, Łódź", "W Łodzi, <mark>Łódź</mark>"),
        ("Łódź", "LODZ", "<mark>LODZ</mark>"),
        ("orsted aero thor", "Ørsted, æro, Þor", "<mark>Ørsted</mark>, <mark>æro</mark>, <mark>Þor</mark>"),
        ("oeuvre irmak", "L’œuvre, ırmak", "L’<mark>œuvre</mark>, <mark>ırmak</mark>"),
        ("hal dagur", "Ħal ðagur", "<mark>Ħal</mark> <mark>ðagur</mark>"),
        ("ƙasa bera", "kasa ɓera", "<mark>kasa</mark> <mark>ɓera</mark>"),
        ("strasse ssabc", "Straße, ßabc", "<mark>Straße</mark>, <mark>ßabc</mark>"),
        ("finance fake", "ﬁnance 𝐅𝐚𝐤𝐞", "<mark>ﬁnance</mark> <mark>𝐅𝐚𝐤𝐞</mark>"),
        ("lie spy", "lying spies, lay", "<mark>lying</mark> <mark>spies</mark>, lay"),
        ("cries", "cry crisp", "<mark>cry</mark> crisp"),
    ],
)
def test_words_are_marked(module_database: str, words: str, text: str, shown: str | None) -> None:
    assert marked(words, text) == [shown]


def test_every_spelling_is_marked(module_database: str) -> None:
    vowels = "aàáảãạăằắẳẵặâầấẩẫậ"
    spellings = [f"{first}{vowel}n" for first in "cC" for vowel in vowels] + ["CAN"]
    other = " ".join(spellings)
    assert len(set(spellings)) == 37
    assert marked("can bo dang", "Cán bộ Đảng", other) == [
        "<mark>Cán</mark> <mark>bộ</mark> <mark>Đảng</mark>",
        " ".join(f"<mark>{each}</mark>" for each in spellings),
    ]


def test_long_text_is_shown_around_its_first_word(module_database: str) -> None:
    text = "trước " * 50 + "lũ " + "sau " * 40 + "lũ " + "sau " * 40 + "lũ"
    (shown,) = marked("lu", text)
    assert shown is not None
    assert (shown[:6], shown[-4:]) == ("…trước", "sau…")
    assert shown.count("<mark>lũ</mark>") == 2
    assert len(re.sub("<.*?>|…", "", shown)) <= snippets.LENGTH


@pytest.mark.parametrize(
    "text",
    ["的" * 10_000 + "习近平" + "的" * after for after in (0, 10, 10_000)] + ["的" * 70 + "习近平 " + "的" * 10_000],
)
def test_long_text_without_spaces_is_shown_around_its_first_word(module_database: str, text: str) -> None:
    (shown,) = marked("习近平", text)
    assert shown is not None
    assert "…" + "的" * 60 + "<mark>习</mark><mark>近</mark><mark>平</mark>" in shown
    assert 60 < len(re.sub("<.*?>|…", "", shown)) <= snippets.LENGTH


SIGNS = st.sampled_from(
    [*"aAİςΣéलि习か ,._&<1", "\u0301", "か\u3099", "\u200c", "\u200d", "\u00ad", "\u200b", "م", "ی", "đ", "Ǆ"]
)


@given(st.lists(SIGNS, max_size=40).map("".join))
def test_words_stand_at_their_places(text: str) -> None:
    at_places = [word for begin, stop in word_spans(text) for word in split_words(text[begin:stop])]
    assert at_places == split_words(text)


@given(st.lists(SIGNS, min_size=1, max_size=40).map("".join), st.sampled_from(["NFC", "NFD"]))
def test_marks_change_nothing_else(module_database: str, text: str, form: Any) -> None:
    text = unicodedata.normalize(form, text)
    (shown,) = marked(text, text)
    if split_words(text):
        assert shown is not None
        assert html.unescape(re.sub("</?mark>", "", shown)) == text
        assert [*re.findall("<mark>(.*?)</mark>", shown)] == [
            text[slice(*place)] for place in word_spans(text) if split_words(text[slice(*place)])
        ]
