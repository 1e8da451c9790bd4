"""Numbers of ratings: what a reader of schema.org may take them for, and when there had better be none."""

import pytest

from factcheck.record.readmodel.claimreview import rating_numbers
from factcheck.record.statements.output import construct
from factcheck.record.statements.review import Verdict

OURS: dict[str, object] = {"value": 2, "best": 5, "worst": 1, "original": None}


def of(value: str | None, best: str | None = None, worst: str | None = None) -> dict[str, object]:
    original = {"label": "Words", "value": value, "best": best, "worst": worst}
    return dict(numbers({"value": 1, "best": 5, "worst": 1, "original": original}))


def numbers(verdict: dict[str, object]) -> dict[str, int | float | str]:
    return rating_numbers(construct(Verdict, verdict))


def test_numbers_are_those_of_our_scale():
    assert numbers(OURS) == {"ratingValue": 2, "bestRating": 5, "worstRating": 1}


def test_verdict_without_a_number_has_none():
    assert numbers({**OURS, "value": None}) == {}


def test_numbers_of_an_import_are_its_publishers_and_never_ours():
    assert of("2", "7", "1") == {"ratingValue": 2, "bestRating": 7, "worstRating": 1}
    assert of(None, None, None) == {}


@pytest.mark.parametrize(
    ("written", "sent"), [("4", 4), ("1.5", 1.5), ("1.50", "1.50"), ("04", "04"), ("4.0", 4.0), (" 3 ", 3)]
)
def test_digits_stay_as_they_were_written(written, sent):
    found = of(written)["ratingValue"]
    assert found == sent
    assert type(found) is type(sent)


def test_scale_that_does_not_say_its_ends_is_1_to_5():
    assert of("3") == {"ratingValue": 3}
    assert of("6") == {}
    assert of("6", best="7") == {"ratingValue": 6, "bestRating": 7}


def test_scale_that_runs_downwards_is_turned_round():
    assert of("1", best="1", worst="5") == {"ratingValue": 5, "bestRating": 5, "worstRating": 1}
    assert of("4.5", best="1", worst="5") == {"ratingValue": 1.5, "bestRating": 5, "worstRating": 1}


def test_scale_that_begins_below_1_is_moved_up():
    assert of("0", best="4", worst="0") == {"ratingValue": 1, "bestRating": 5, "worstRating": 1}
    assert of("-2", best="2", worst="-2") == {"ratingValue": 1, "bestRating": 5, "worstRating": 1}
    assert of("0", best="-1", worst="3") == {"ratingValue": 4, "bestRating": 5, "worstRating": 1}


@pytest.mark.parametrize(
    ("value", "best", "worst"),
    [
        ("-1", "5", "1"),  # "not rated", as several publishers write it
        ("1", "1", "1"),
        ("9", "5", "1"),
        ("three", "5", "1"),
        ("3", "five", "1"),
        ("1e999999", None, None),
        ("9" * 400, "9" * 401, "1"),
        ("½", None, None),
        ("٣", None, None),
        ("", None, None),
        ("NaN", "5", "1"),
    ],
)
def test_numbers_that_would_mislead_are_left_out(value, best, worst):
    assert of(value, best, worst) == {}
