"""Canonical bytes, judged by an independent implementation of RFC 8785."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from factcheck.record.formats.canonical import CanonicalError, canonical, rfc3339, sha256_hex
from factcheck.record.formats.text import find_forbidden

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(lambda text: unicodedata.normalize("NFC", text))
CLEAN = TEXT.filter(lambda text: find_forbidden(text) is None)
KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | CLEAN,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)


@given(VALUES)
def test_canonical_agrees_with_rfc8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_canonical_literal() -> None:
    value = {"b": ["Nước lũ", None, True], "a": {"x": -5}, "A": 'quote " and \\ and \n'}
    assert canonical(value).decode() == ('{"A":"quote \\" and \\\\ and \\n","a":{"x":-5},"b":["Nước lũ",null,true]}')


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": "x\x00y"}, "/a"),
        ({"a": ["ok", "tab is fine\t", "bell \x07"]}, "/a/2"),
        ("\ud800", "/"),
        ({"a": unicodedata.normalize("NFD", "tiếng Việt")}, "/a"),
        ({"a": 0.5}, "/a"),
        ({"a": 2**53}, "/a"),
        ({"é": 1}, "/"),
        ({1: "x"}, "/"),
        ({"a": {"b": b"bytes"}}, "/a/b"),
        ("\U0001fffe", "/"),
    ],
)
def test_canonical_refuses_and_says_where(value: object, where: str) -> None:
    with pytest.raises(CanonicalError) as refusal:
        canonical(value)
    assert str(refusal.value).partition(": ")[0] == where


def test_rfc3339_is_utc_with_microseconds() -> None:
    moment = datetime(2026, 11, 24, 7, 5, 9, tzinfo=timezone(timedelta(hours=7)))
    assert rfc3339(moment) == "2026-11-24T00:05:09.000000Z"
    assert rfc3339(datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)) == "2026-01-02T03:04:05.678901Z"


def test_sha256_hex_of_abc() -> None:
    # FIPS 180-4, example of "abc".
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
