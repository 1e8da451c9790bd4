"""The table of words says in how many live reviews' claims and headlines each word occurs, and holds no other."""

import sys
import tracemalloc
import unicodedata
from typing import Any
from uuid import UUID

import pytest
from django.db import Error, connections

from factcheck.record import publish
from factcheck.record.log import entries
from factcheck.record.models import LogEntry, Word
from factcheck.record.search.lookup import look_up
from factcheck.record.search.words import split_words, word_spans
from tests.record.conftest import make_statement

X, Y = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Nước LŨ, nước lũ!", ["nước", "lũ", "nước", "lũ"]),
        ("nu\u031bo\u031b\u0301c", ["nước"]),  # NFD
        ("COVID-19 và/hoặc TP.HCM", ["covid", "19", "và", "hoặc", "tp", "hcm"]),
        ("“Đà Nẵng”… <b>1,5 %</b>", ["đà", "nẵng", "b", "1", "5", "b"]),
        ("मोदी сказал Путин", ["मोदी", "сказал", "путин"]),
        ("قال الرئيس", ["قال", "الرئيس"]),
        ("习近平说 ワクチン", ["习", "近", "平", "说", "ワ", "ク", "チ", "ン"]),
        (f"{'a' * 64} {'b' * 65}", ["a" * 64]),
        ("vac\u00adcine\u200b \u2068Netanyahu\u2069\ufeff", ["vaccine", "netanyahu"]),
        ("می\u200cخواهم", ["می", "خواهم"]),
        ("ශ්\u200dරී র\u200c্যাব", ["ශ්රී", "র্যাব"]),
        ("ΝΟΜΟΣ νόμος", ["νομοσ", "νόμοσ"]),
        ("covid ❤\ufe0f vaccine \u0301", ["covid", "vaccine"]),
        ("1 ½ lít, m², ②\u0301 Ⅷ", ["1", "lít", "m²", "ⅷ"]),
    ],
)
def test_words_of(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.prove
def test_words_have_a_letter_or_a_digit() -> None:
    for code in range(sys.maxunicode + 1):
        kind = unicodedata.category(chr(code))
        assert bool(split_words(chr(code))) == (kind[0] in "LN" and kind != "No"), hex(code)


def test_what_is_no_sign_is_not_kept() -> None:
    """A request for all of them would fill each process's memory."""
    text = "a".join(map(chr, [0x378, 0xD800, 0xE000, 0xFFFF, 0x40000, 0x10FFFF]))
    assert split_words(text) == ["a"] * 5
    assert [text[slice(*place)] for place in word_spans(text)] == ["a"] * 5
    private = "".join(map(chr, range(0xF0000, 0xF4000)))
    tracemalloc.start()
    assert (split_words(private), [*word_spans(private)]) == ([], [])
    assert tracemalloc.get_traced_memory()[0] < 100_000
    tracemalloc.stop()


def test_letters_and_numbers_are_words_where_the_search_has_one_for_them(module_database: str) -> None:
    """Made of signs that every Python and every C library knows."""
    known = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.ucd_3_2_0.category(chr(code)) != "Cn"]
    signs = [sign for sign in known if unicodedata.category(sign)[0] in "LN"]
    with connections["public"].cursor() as cursor:
        cursor.execute(
            "SELECT sign FROM unnest(%s::text[]) sign WHERE length(to_tsvector('public.factcheck', sign)) > 0", [signs]
        )
        assert [sign for (sign,) in cursor.fetchall()] == [sign for sign in signs if split_words(sign)]


@pytest.mark.parametrize("pattern", ["abc{}", "ab{}cd", "{}abc", "م{}ی"])
def test_words_with_a_format_character_are_found(module_database: str, pattern: str) -> None:
    """By PostgreSQL's parser, which must cut them as `split_words` does."""
    signs = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"]
    texts = [pattern.format(sign) for sign in signs]
    asked = ["<->".join(f"'{word}'" for word in split_words(text)) for text in texts]
    with connections["public"].cursor() as cursor:
        cursor.execute(
            """
            SELECT text, to_tsvector('public.factcheck', public.record_words(text)) found, to_tsquery('public.factcheck', asked)
            FROM unnest(%s::text[], %s::text[]) given (text, asked)
            WHERE NOT to_tsvector('public.factcheck', public.record_words(text)) @@ to_tsquery('public.factcheck', asked)
            OR text LIKE '%%abc%%' AND NOT to_tsvector('public.factcheck', public.record_words(text)) @@ 'abc'::tsquery
            """,
            [texts, asked],
        )
        assert cursor.fetchall() == []
    assert len(signs) > 150


def counts() -> dict[str, int]:
    return dict(Word.objects.using("public").values_list("word", "reviews"))


def said(review: UUID, text: str, headline: str | None = None) -> dict[str, Any]:
    return {**make_statement(review, text), "headline": headline}


def test_words_are_counted_once_a_review(bare_record: None) -> None:
    publish.publish(
        [entries.Publication(X, said(X, "Lũ lũ lớn", "Nước lũ")), entries.Publication(Y, said(Y, "Lụt", "Không có lũ"))]
    )
    assert counts() == {"lũ": 2, "lớn": 1, "nước": 1, "lụt": 1, "không": 1, "có": 1}


def test_words_follow_a_correction(bare_record: None) -> None:
    publish.publish([entries.Publication(X, said(X, "Lũ lớn"))])
    publish.publish(
        [
            entries.Publication(
                X,
                said(X, "Lũ nhỏ"),
                change_class="substantive",
                note="Đo lại mực nước ở cầu số 3 hôm qua: sáu mươi xăng-ti-mét.",
            )
        ]
    )
    assert counts() == {"lũ": 1, "nhỏ": 1}


def test_words_of_a_withdrawn_and_of_an_erased_review_vanish(bare_record: None) -> None:
    publish.publish([entries.Publication(X, said(X, "Lũ lớn")), entries.Publication(Y, said(Y, "Lũ nhỏ"))])
    kept = {key: said(X, "")[key] for key in ("id", "original_url", "language", "headline", "publisher", "license")}
    publish.publish(
        [entries.Publication(X, {**kept, "claim": {"id": str(X)}}, LogEntry.Kind.WITHDRAWAL, note="Sai nguồn.")]
    )
    assert counts() == {"lũ": 1, "nhỏ": 1}
    notice = {"text": "Theo lệnh của toà án.", "ground": "court_order", "newsroom": {"site": "x.example"}}
    erased = {"id": str(Y), "notice": notice}
    publish.publish([entries.Publication(Y, erased, LogEntry.Kind.ERASURE, note=notice["text"])])
    assert counts() == {}


def test_lookup_counts_every_spelling(bare_record: None) -> None:
    publish.publish([entries.Publication(X, said(X, "Đá lở")), entries.Publication(Y, said(Y, "Đã floods, flooding"))])
    known = look_up(["da", "đá", "flood", "what", "?"]).words
    assert {word: each.reviews for word, each in known.items()} == {"da": 2, "đá": 2, "flood": 2, "what": 0}
    assert [each.lexeme for each in known.values() if each.is_common] == ["what"]


@pytest.mark.parametrize("sql", ["DELETE FROM record_word", "UPDATE record_word SET reviews = 7"])
def test_words_cannot_be_written_by_the_reading_role(module_database: str, sql: str) -> None:
    with connections["public"].cursor() as cursor, pytest.raises(Error, match="permission denied"):
        cursor.execute(sql)


def test_words_of_no_review_are_refused(module_database: str) -> None:
    with connections["default"].cursor() as cursor, pytest.raises(Error, match="word_in_a_review"):
        cursor.execute("INSERT INTO record_word (word, reviews) VALUES ('lũ', 0)")
