"""The table of words says in how many live reviews' claims and headlines each word stands, and holds no other."""

from typing import Any
from uuid import UUID

import pytest
from django.db import Error, connections

from factcheck.record import log
from factcheck.record.models import LogEntry, Word
from factcheck.record.words import Frequency, frequencies, words_of
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
    ],
)
def test_words_of(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def counts() -> dict[str, int]:
    return dict(Word.objects.using("public").values_list("word", "reviews"))


def said(review: UUID, text: str, headline: str | None = None) -> dict[str, Any]:
    return {**make_statement(review, text), "headline": headline}


def test_words_are_counted_once_a_review(bare_record: None) -> None:
    log.publish(
        [log.Publication(X, said(X, "Lũ lũ lớn", "Nước lũ")), log.Publication(Y, said(Y, "Lụt", "Không có lũ"))]
    )
    assert counts() == {"lũ": 2, "lớn": 1, "nước": 1, "lụt": 1, "không": 1, "có": 1}


def test_words_follow_a_correction(bare_record: None) -> None:
    log.publish([log.Publication(X, said(X, "Lũ lớn"))])
    log.publish(
        [
            log.Publication(
                X,
                said(X, "Lũ nhỏ"),
                change_class="substantive",
                note="Đo lại mực nước ở cầu số 3 hôm qua: sáu mươi xăng-ti-mét.",
            )
        ]
    )
    assert counts() == {"lũ": 1, "nhỏ": 1}


def test_words_of_a_withdrawn_and_of_an_erased_review_vanish(bare_record: None) -> None:
    log.publish([log.Publication(X, said(X, "Lũ lớn")), log.Publication(Y, said(Y, "Lũ nhỏ"))])
    kept = {key: said(X, "")[key] for key in ("id", "original_url", "language", "headline", "publisher", "license")}
    log.publish([log.Publication(X, {**kept, "claim": {"id": str(X)}}, LogEntry.Kind.WITHDRAWAL, note="Sai nguồn.")])
    assert counts() == {"lũ": 1, "nhỏ": 1}
    log.publish([log.Publication(Y, {"id": str(Y)}, LogEntry.Kind.ERASURE, note="Theo lệnh của toà án.")])
    assert counts() == {}


def test_frequencies_count_every_spelling(bare_record: None) -> None:
    log.publish([log.Publication(X, said(X, "Đá lở")), log.Publication(Y, said(Y, "Đã floods, flooding"))])
    assert frequencies(["da", "đá", "flood", "lạ", "?"]) == {
        "da": Frequency("da", 2), "đá": Frequency("da", 2), "flood": Frequency("flood", 2), "lạ": Frequency("la", 0),
    }  # fmt: skip


@pytest.mark.parametrize("sql", ["DELETE FROM record_word", "UPDATE record_word SET reviews = 7"])
def test_words_cannot_be_written_by_the_reading_role(database: str, sql: str) -> None:
    with connections["public"].cursor() as cursor, pytest.raises(Error, match="permission denied"):
        cursor.execute(sql)


def test_words_of_no_review_are_refused(database: str) -> None:
    with connections["default"].cursor() as cursor, pytest.raises(Error, match="word_in_a_review"):
        cursor.execute("INSERT INTO record_word (word, reviews) VALUES ('lũ', 0)")
