"""The comparison of two texts, word by word."""

import random
import time
import unicodedata

import pytest
import regex

from factcheck.record.formats import word_diff
from factcheck.record.formats.text import nfc

LIMIT = 3.0  # seconds on a busy machine, for 200,000 characters
SIZE = 200_000


def diff(before: str, after: str) -> list[tuple[str, str]]:
    """The pieces, after checks that hold for each pair of texts."""
    pieces = word_diff.word_diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == nfc(before)
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == nfc(after)
    return [*map(tuple, pieces)]


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("Same.", "Same.", [("same", "Same.")]),
        ("", "New.", [("added", "New.")]),
        ("Old.", "", [("removed", "Old.")]),
        ("It cost 1,000 dong.", "It cost 2,000 dong.",
         [("same", "It cost "), ("removed", "1,000"), ("added", "2,000"), ("same", " dong.")]),
        ("They don’t know.", "They can’t know.",
         [("same", "They "), ("removed", "don’t"), ("added", "can’t"), ("same", " know.")]),
        ("Vắc-xin gây vô sinh", "Vắc-xin không gây vô sinh", [("same", "Vắc-xin "), ("added", "không "), ("same", "gây vô sinh")]),
        ("ข่าวนี้เป็นเท็จ", "ข่าวนี้ไม่เป็นเท็จ", [("same", "ข่าวนี้"), ("added", "ไม่"), ("same", "เป็นเท็จ")]),
        ("他说的是假的", "他说的不是假的", [("same", "他说的"), ("added", "不"), ("same", "是假的")]),
        ("هذا الخبر صحيح", "هذا الخبر غير صحيح", [("same", "هذا الخبر "), ("added", "غير "), ("same", "صحيح")]),
    ],
)  # fmt: skip
def test_words(before: str, after: str, pieces: list[tuple[str, str]]) -> None:
    assert diff(before, after) == pieces


def test_normalization_is_not_a_change() -> None:
    text = "Thủ tướng phủ nhận việc tăng thuế"
    assert diff(unicodedata.normalize("NFD", text), text) == [("same", text)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ok 👨‍👩‍👧 yes", "ok 👨‍👩‍👦 yes"),
        ("👍🏽👍🏿", "👍🏿👍🏽"),
        ("🇻🇳🇳🇱", "🇳🇻🇳🇱"),
        ("🇻🇳🇳", "🇻🇳"),
        ("นี้น้ำ", "นี่น้ำ"),
        ("e\u0323\u0302\u0301 a\u0316", "e\u0323\u0302 a\u0317"),
        ("क्षत्रिय", "क्षत्र"),
        (" \u0301x", " \u0302x"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_pieces_keep_grapheme_clusters(before: str, after: str) -> None:
    for kept, text in (("removed", before), ("added", after)):
        pieces = [piece for kind, piece in diff(before, after) if kind in ("same", kept)]
        clusters = [cluster for piece in pieces for cluster in regex.findall(r"\X", piece)]
        assert clusters == regex.findall(r"\X", nfc(text))


def _long() -> dict[str, tuple[str, str]]:
    dice = random.Random(1)
    words = [f"từ{dice.randrange(5000)}" for _ in range(SIZE // 6)]
    shuffled = dice.sample(words, len(words))
    edited = [dice.choice(words) if dice.random() < 0.02 else word for word in words]
    han = [chr(0x4E00 + dice.randrange(20_000)) for _ in range(SIZE)]
    return {
        "an edited text": (" ".join(words), " ".join(edited)),
        "another order": (" ".join(words), " ".join(shuffled)),
        "random characters": ("".join(han), "".join(reversed(han))),
        "repeated words": ("a " * (SIZE // 2) + "x", "y" + "a " * (SIZE // 2 - 9) + " z"),
        "two words": ("a b " * (SIZE // 4), "b a " * (SIZE // 4)),
        "flags": ("🇻🇳" * (SIZE // 2), "🇳🇻" * (SIZE // 2)),
        "joined emoji": ("👨\u200d" * (SIZE // 2), "👩\u200d" * (SIZE // 2)),
        "marks": ("e" + "\u0301" * SIZE, "e" + "\u0302" * SIZE),
        "spaces": (" " * SIZE, "\n" * SIZE),
        "hyphens": ("a-" * (SIZE // 2), "b-" * (SIZE // 2)),
        "digits": ("1," * (SIZE // 2), "2." * (SIZE // 2)),
    }


@pytest.mark.prove
@pytest.mark.parametrize("name", _long())
def test_long_and_hostile_texts(name: str) -> None:
    before, after = _long()[name]
    start = time.process_time()
    diff(before, after)
    assert time.process_time() - start < LIMIT


def test_more_words_than_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_diff, "_LAST", word_diff._FIRST + 1)
    assert diff("one two", "one three") == [("removed", "one two"), ("added", "one three")]


def test_unchanged_text_is_shortened_between_words() -> None:
    many = "một hai ba bốn năm "
    pieces = word_diff.word_diff(f"{many * 9}sai {many * 9}", f"{many * 9}đúng {many * 9}")
    assert word_diff.shorten(pieces, 12) == [
        ("same", "… ba bốn năm "), ("removed", "sai"), ("added", "đúng"), ("same", " một hai ba …"),
    ]  # fmt: skip
    assert word_diff.shorten(pieces, 1000) == pieces
