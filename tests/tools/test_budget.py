"""A request's statements and comparisons share one time, and the response says what had none."""

from threading import Thread

import pytest

from factcheck.tools.budget import Budget, begin, current


def test_statements_and_comparisons_take_from_the_same_time() -> None:
    budget = Budget()
    assert budget.left == float("inf")
    with budget.within(60):
        budget.seconds += 20  # as a statement does
        with budget.spending():
            pass
        assert 39 < budget.left < 40
        budget.seconds += 60
        assert budget.left == 0
    assert budget.left == float("inf")


def test_time_of_its_own_is_not_taken_from_the_time_outside() -> None:
    budget = Budget()
    with budget.within(10):
        with budget.within(5):
            budget.seconds += 4
            assert budget.left == 1
        assert budget.left == pytest.approx(10)


def test_each_thread_has_its_own() -> None:
    mine, found = begin(Budget("mine")), list[Budget]()
    thread = Thread(target=lambda: found.append(current()))
    thread.start()
    thread.join()
    assert current() is mine
    assert found[0].id == ""
