"""Suggestions correct typing errors, and leave ordinary words of both languages alone."""

import json
import time
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest
from django.db import connections

from factcheck.record.search import spelling
from factcheck.record.search.spelling import is_typing_error, is_vietnamese
from factcheck.record.search.words import frequencies, split_words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("vidoe", "video"), ("vacine", "vaccine"), ("goverment", "government"), ("definately", "definitely")),
        *(("recieve", "receive"), ("demm", "đêm"), ("lutt", "lụt"), ("ngiên", "nghiên"), ("вакцны", "вакцины")),
        *(("checkpont", "checkpoint"), ("presdient", "president"), ("hospitsl", "hospital"), ("vaccinnation", "vaccination")),
    ],
)  # fmt: skip
def test_errors_that_people_make(typed: str, meant: str) -> None:
    assert is_typing_error(typed, meant)


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        *(("contest", "content"), ("iceland", "ireland"), ("memo", "memorizing"), ("tiny", "tin"), ("modern", "moderate")),
        *(("ditch", "dịch"), ("slang", "sáng"), ("demo", "đêm"), ("rủi", "ruin"), ("thôn", "thông"), ("bơm", "bomb")),
        *(("board", "aboard"), ("cuban", "cuba"), ("simple", "simply"), ("einstein", "feinstein"), ("hungry", "hung")),
        *(("мир", "mir"), ("", "a"), ("a", ""), ("水", "水水"), ("нет", "лет")),
    ],
)  # fmt: skip
def test_other_words(typed: str, other: str) -> None:
    assert not (typed and other and is_typing_error(typed, other))


def test_vietnamese_syllables() -> None:
    assert all(map(is_vietnamese, ("nghiên", "nước", "khoẻ", "gì", "quyết", "ke", "cua", "dem")))
    assert not any(map(is_vietnamese, ("ngiên", "ghà", "ce", "demo", "nail", "mint", "ruin", "bomb")))


@pytest.mark.prove
def test_ordinary_words_of_real_texts_get_hardly_any_suggestions(database: str, real_data: Path) -> None:
    """The database knows the words of some texts. The ordinary words of the other texts are spelt correctly."""
    english = [
        f"{row['vclaim']} {row['title']}" for row in _rows(real_data / "matching/checkthat22_2a_en/vclaims.jsonl")
    ]
    vietnamese = _rows(real_data / "vietnamese/vifactcheck_dev.jsonl")
    known_english, known_vietnamese = _words(english[:3000]), _words([row["Statement"] for row in vietnamese[:500]])
    known = known_english + known_vietnamese
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_word (word, reviews) SELECT * FROM unnest(%s::text[], %s::int[])",
            [[*known], [*known.values()]],
        )
    others = (
        (_words(english[3000:]), known_vietnamese.keys() - known_english.keys(), 0.12, 0.01),
        (_words([row["Context"] for row in vietnamese]), known_english.keys() - known_vietnamese.keys(), 0.05, 0.04),
    )
    for words, foreign, most, most_foreign in others:
        ordinary = [
            word
            for word, number in sorted(words.items(), key=lambda item: (-item[1], item[0]))
            if number >= 3 and word not in known and word.isalpha()
        ]
        suggested = _suggestions(ordinary[:250])
        assert len(suggested) > 50
        given = [other for other in suggested.values() if other]
        assert len(given) / len(suggested) <= most, given
        assert len([other for other in given if other in foreign]) / len(suggested) <= most_foreign, given


def _rows(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _words(texts: Collection[str]) -> Counter[str]:
    return Counter(word for text in texts for word in {*split_words(text)})


def _suggestions(words: Collection[str]) -> dict[str, str | None]:
    known = frequencies(words)
    end = time.monotonic() + 60
    unknown = [word for word in words if word in known and not known[word].reviews]
    return {word: spelling.most_similar(word, known[word].lexeme, [word], end) for word in unknown}
