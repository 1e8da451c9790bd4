"""Texts that people write, before the database holds them against its own rule."""

import time

import pytest
from django.core.exceptions import ValidationError

from factcheck.editorial.fields import URL_LENGTH, validate_web_address


def test_address_that_is_too_long_is_not_taken_apart() -> None:
    """Its length is refused anyway; urlsplit sorts the marks of a host in a time that grows with their square."""
    begun = time.process_time()
    validate_web_address("https://x" + "\u0301\uff9e" * 20 * URL_LENGTH)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("address", ["https://bao.example@x.example/", "https://user:pw@x.example/a"])
def test_address_that_hides_its_host_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="Leave out what stands before the @"):
        validate_web_address(address)
    validate_web_address("https://x.example/@bao/video/1?an=a@b.example")
