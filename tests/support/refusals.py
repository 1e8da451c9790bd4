"""Checks of refusals on the newsroom's side, by their code instead of their sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from factcheck.editorial.errors import EditorialError


@contextmanager
def refused(code: str, words: str = "") -> Iterator[pytest.ExceptionInfo[EditorialError]]:
    """Expect an EditorialError with this code, or with a more exact one. For example, `not_member` is a `not_allowed`.

    Pass `words` only if one code has several reasons, such as `incomplete`.
    """
    with pytest.raises(EditorialError) as caught:
        yield caught
    codes = [getattr(each, "code", "") for each in type(caught.value).__mro__]
    assert code in codes, f"refused with {codes[0]}: {caught.value}"
    assert re.search(words, str(caught.value))
