"""Addresses that lead to the same page have the same key, others have not."""

import unicodedata
from uuid import UUID

import pytest

from factcheck.record.formats.urls import link_key, review_id_of, site_of, url_key


@pytest.mark.parametrize(
    "same",
    [
        "http://example.org/a/b?x=1",
        "https://WWW.Example.org/a/b?x=1",
        "https://example.org:443/a/b/?x=1",
        "https://example.org/a/b?x=1#part",
        "  https://user:secret@example.org/a/b?x=1 ",
        "https://m.example.org/a/b?x=1",
        "https://example.org/a/b?utm_source=zalo&x=1&utm_campaign=a%20b&fbclid=IwAR1",
        "https://example.org/a/b?x=1&FBCLID",
    ],
)
def test_address_key_same_page(same: str) -> None:
    assert url_key(same) == url_key("https://example.org/a/b?x=1")


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/a/b",
        "https://example.org/a/b?x=2",
        "https://example.org/A/b?x=1",
        "https://example.org:8080/a/b?x=1",
        "https://example.com/a/b?x=1",
        "https://example.org/a/b?x=1&fbclids=1",
        "https://a.example.org/a/b?x=1",
    ],
)
def test_address_key_other_page(other: str) -> None:
    assert url_key(other) != url_key("https://example.org/a/b?x=1")


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("https://vi.m.wikipedia.org/wiki/X", "https://vi.wikipedia.org/wiki/X"),
        ("https://post.example/1?fbclid=a", "https://post.example/1"),
        ("http://m.me/", "http://www.m.me"),
    ],
)
def test_address_key_ignores_mobile_hosts_and_tracking(one: str, same: str) -> None:
    assert url_key(one) == url_key(same)


def test_address_key_keeps_short_hosts() -> None:
    assert url_key("https://m.me/x") != url_key("https://me/x")


COMPOSED = "https://vi.example/wiki/Phở?q=lũ+lụt~1"


@pytest.mark.parametrize(
    "same",
    [
        COMPOSED,
        unicodedata.normalize("NFD", COMPOSED),
        "https://vi.example/wiki/Ph%E1%BB%9F?q=l%C5%A9+l%E1%BB%A5t~1",
        "https://vi.example/wik%69/Ph%e1%bb%9f/?q=l%c5%a9+l%e1%bb%a5t%7E1",
    ],
)
def test_address_key_same_characters(same: str) -> None:
    assert url_key(same) == url_key("https://vi.example/wiki/Ph%E1%BB%9F?q=l%C5%A9+l%E1%BB%A5t~1")


@pytest.mark.parametrize(
    ("one", "other"),
    [("a%2Fb", "a/b"), ("a%3Fb", "a?b"), ("?a=b%26c", "?a=b&c"), ("a%2Bb", "a+b"), ("100%", "100%25"), ("a/%2f", "a")],
)
def test_address_key_other_characters(one: str, other: str) -> None:
    assert url_key(f"https://example.org/{one}") != url_key(f"https://example.org/{other}")


def test_site_of_is_host_without_www_and_port() -> None:
    assert site_of("https://www.Newsmobile.in:80/x") == "newsmobile.in"
    assert site_of("not an address") == ""


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://127.0.0.1:8000/reviews/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a/", True),
        ("http://127.0.0.1:8000/reviews/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a", True),
        ("http://127.0.0.1:8000/reviews/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a/revisions/", False),
        ("http://127.0.0.1:8000/reviews/", False),
        ("http://127.0.0.1:8000/claims/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a/", False),
        ("https://other.example/reviews/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a/", False),
    ],
)
def test_page_of_a_review_of_ours_is_known(address: str, found: bool) -> None:
    assert review_id_of(address) == (UUID("01912d68-783e-7a51-9b2c-3f0e8d6c5b4a") if found else None)


def test_link_key_is_a_short_form_of_the_key() -> None:
    assert (
        link_key("https://www.a.example/x/#y")
        == link_key("http://a.example/x")
        == int(url_key("http://a.example/x")[:15], 16)
    )
    assert 0 <= link_key("https://a.example/") < 2**60
