"""Texts have one spelling, whatever was sent, and getting there takes no longer than reading it."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.record.formats.text import nfc

ABOVE, BELOW, TWO, JOINER = "\u0301", "\u0327", "\u0f73", "\u034f"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("nu\u031bo\u031b\u0301c", "nước"),
        ("x" + ABOVE * 29 + BELOW, "x" + BELOW + ABOVE * 29),
        ("x" + ABOVE * 30 + BELOW, "x" + ABOVE * 30 + JOINER + BELOW),
        ("x" + BELOW + ABOVE * 50, "x" + BELOW + ABOVE * 50),  # in NFC, so that there is nothing to sort
        ("x" + TWO * 31, "x" + "\u0f71" * 30 + "\u0f72" * 30 + JOINER + "\u0f71\u0f72"),
    ],
)
def test_nfc(sent: str, kept: str) -> None:
    assert nfc(sent) == kept


@given(st.text(st.sampled_from(["e", "ệ", "\ufb2c", ABOVE, BELOW, TWO, "\u0323"])).map(lambda text: text * 20))
def test_nfc_is_in_nfc_and_leaves_nothing_out(text: str) -> None:
    kept = nfc(text)
    assert unicodedata.is_normalized("NFC", kept)
    assert nfc(kept) == kept
    letters = sorted(unicodedata.normalize("NFD", kept.replace(JOINER, "")))
    assert letters == sorted(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("text", ["a" + ABOVE * 30_000 + BELOW * 30_000, TWO * 60_000, (ABOVE + BELOW) * 30_000])
def test_nfc_of_many_marks_is_quick(text: str) -> None:
    begun = time.process_time()
    nfc(text)
    assert time.process_time() - begun < 1
