"""Texts that people write, before the database holds them against its own rule."""

import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from factcheck.editorial.fields import LanguageField, WebAddressField
from factcheck.editorial.models import Appearance, Source


def validate(address: str) -> None:
    WebAddressField().clean(address, None)


def test_address_that_is_too_long_is_not_taken_apart() -> None:
    """Its length is refused anyway; urlsplit sorts the marks of a host in a time that grows with their square."""
    begun = time.process_time()
    with pytest.raises(ValidationError, match="at most 2000 characters"):
        validate("https://x" + "\u0301\uff9e" * 20 * 2000)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("address", ["https://bao.example@x.example/", "https://user:pw@x.example/a"])
def test_address_that_hides_its_host_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="Delete the part before the @"):
        validate(address)
    validate("https://x.example/@bao/video/1?an=a@b.example")


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        (WebAddressField(), " Https://Bao.example/Tin ", "https://Bao.example/Tin"),
        (LanguageField(), "VI_vn", "vi-VN"),
        (LanguageField(blank=True), " ", ""),
    ],
)
def test_value_is_kept_in_its_one_spelling(field: Any, typed: str, kept: str) -> None:
    assert field.clean(typed, None) == kept


def test_columns_have_the_limits_and_words_of_the_statement() -> None:
    assert [Source._meta.get_field(name).max_length for name in ("title", "url", "quote")] == [1000, 2000, 10_000]
    assert [word for word, _label in Source._meta.get_field("stance").choices or ()] == [
        "supports",
        "refutes",
        "context",
    ]
    with translation.override("vi"):
        assert str(Source._meta.get_field("archive_url").verbose_name) == "liên kết bản lưu"
        assert str(dict(Appearance._meta.get_field("medium").choices or ())["text"]) == "văn bản"
