"""The search for garbage is put off for a while, and no longer."""

import gc

import pytest

from factcheck.garbage import seldom_collected


def test_collecting_is_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), seldom_collected():
        assert gc.get_threshold() == (200_000, 50, 100)
        assert gc.get_freeze_count() > 0
        raise ZeroDivisionError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_function_is_wrapped_each_time() -> None:
    @seldom_collected()
    def threshold() -> int:
        return gc.get_threshold()[0]

    assert (threshold(), threshold()) == (200_000, 200_000)
