"""Addresses that lead to the same page have the same key, others have not."""

import pytest

from factcheck.record.addresses import address_key, site_of


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
    assert address_key(same) == address_key("https://example.org/a/b?x=1")


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/a/b",
        "https://example.org/a/b?x=2",
        "https://example.org/A/b?x=1",
        "https://example.org:8080/a/b?x=1",
        "https://example.com/a/b?x=1",
    ],
)
def test_address_key_other_page(other: str) -> None:
    assert address_key(other) != address_key("https://example.org/a/b?x=1")


def test_site_of_is_host_without_www_and_port() -> None:
    assert site_of("https://www.Newsmobile.in:80/x") == "newsmobile.in"
    assert site_of("not an address") == ""
