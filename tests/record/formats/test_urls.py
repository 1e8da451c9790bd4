"""Addresses that lead to the same page have the same key, others have not."""

import hashlib
import time
import tomllib
import unicodedata
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest

from factcheck.record.formats import urls
from factcheck.record.formats.urls import URL_RULES, link_key, review_id_of, site_of, url_key


@pytest.mark.parametrize(
    "same",
    [
        "http://example.org/a/b?x=1",
        "https://WWW.Example.org/a/b?x=1",
        "https://example.org:443/a/b/?x=1",
        "https://example.org/a/b?x=1#part",
        "  https://user:secret@example.org/a/b?x=1 ",
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
        "https://a.example.org/a/b?x=1",
    ],
)
def test_address_key_other_page(other: str) -> None:
    assert url_key(other) != url_key("https://example.org/a/b?x=1")


RULES = tomllib.loads(Path(urls.__file__).with_name("url_rules.toml").read_text(encoding="utf-8"))["rules"]


@pytest.mark.parametrize(("one", "same"), [pair for rule in RULES for pair in rule["examples"]])
def test_rules_make_their_examples_the_same_address(one: str, same: str) -> None:
    assert url_key(one) == url_key(same)


@pytest.mark.parametrize(("one", "other"), [pair for rule in RULES for pair in rule.get("others", ())])
def test_rules_keep_what_names_the_post(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_changed_rules_have_a_new_number() -> None:
    """Raise `version` whenever this digest changes, because `migrate` computes the stored keys only for a new number."""
    meaning = [{**rule, "name": "", "examples": [], "others": []} for rule in RULES]
    assert (URL_RULES, hashlib.sha256(repr(meaning).encode()).hexdigest()[:12]) == (2, "eeb225ca39d2")


def test_links_that_contain_no_url_stay_as_they_are() -> None:
    bare = "https://l.facebook.com/l.php"
    for inside in ("", "?u=", "?u=bao", "?u=https%3A%2F%2F", "?u=https%3A%2F%2F[a", "?u=https%3A%2F%2Fa%3A99999%2F"):
        assert url_key(bare + inside) == url_key(f"{bare}{inside}#x"), inside
        assert url_key(bare + inside) != url_key(f"{bare}?u=x"), inside


@pytest.mark.parametrize("filler", ["/", "-", ".", "1", "a/", "2026/", "a-", "/amp"])
def test_rules_are_fast_on_hostile_urls(filler: str) -> None:
    begun = time.process_time()
    for host in {urlsplit(one).netloc for rule in RULES for one, _same in rule["examples"]}:
        for path in (filler * (1900 // len(filler)), "x/amp/s/" + filler * 900, filler * 400 + "/amp"):
            url_key(f"https://{host}/{path}?{'a=1&' * 10}")
    url = f"https://{'a.' * 120}example/"
    for _times in range(30):
        url_key(url := f"https://l.facebook.com/l.php?u={quote(url, safe='')}"[:4000])
    assert time.process_time() - begun < 2


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
    assert link_key("https://www.a.example/x/#y") == int(url_key("http://a.example/x")[:15], 16)
    assert 0 <= link_key("https://a.example/") < 2**60
