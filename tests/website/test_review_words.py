"""Agreement of verdicts, and titles of reviews without a verdict."""

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from factcheck.record.readmodel.bodies import Correction, Review
from factcheck.record.statements.output import construct
from factcheck.record.statements.review import Verdict
from factcheck.website.reviews.review_words import agreement, important_corrections, title_of


def verdict(label: str | None, slug: str | None = None, value: int | None = None, scale: str = "truth") -> Verdict:
    worst, best = (1, 5) if value else (None, None)
    place = {"scale": scale if slug else None, "slug": slug, "value": value, "worst": worst, "best": best}
    return Verdict(label=label, labels={"en": label} if label else {}, **place)


FALSE = verdict("False", "false", 1)
OTHER_FALSE = verdict("false", "wrong", 1, "other")


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        (FALSE, verdict("Sai", "false", 1), "same"),
        (FALSE, verdict("Half true", "half-true", 3), "different"),
        (FALSE, OTHER_FALSE, "same"),
        (FALSE, verdict("Correct", "right", 5, "other"), "different"),
        (FALSE, verdict("Partly", "partly", 3, "other"), ""),
        (FALSE, verdict("Nope"), ""),
        (verdict("Fake"), verdict("fake "), "same"),
        (FALSE, verdict(None), ""),
        (verdict(None), verdict(None), ""),
        (None, FALSE, ""),
    ],
)
def test_agreement_is_only_stated_if_verdicts_can_be_compared(here, there, expected):
    assert agreement(here, there) == expected


def test_review_without_a_verdict_says_so() -> None:
    body = {
        "language": "en",
        "headline": "The video is old",
        "verdict": {"label": None},
        "claim": {"text": "x", "language": "en"},
    }
    with override("en"):
        assert title_of(construct(Review, body)) == "“x” – No verdict"
        label = render_to_string("website/verdict_label.html", {"verdict": verdict(None), "language": "en"})
    assert label.replace("\n", " ") == '<span class="verdict tone-none">No verdict</span>'


def test_important_corrections_are_the_newest_and_the_newest_change_of_the_verdict() -> None:
    verdicts = ((2, "True", "False"), (3, "False", "Half true"), (4, "Half true", "Half true"))
    corrections = [
        construct(Correction, {"revision": each, "verdict_before": {"label": old}, "verdict_after": {"label": new}})
        for each, old, new in verdicts
    ]
    assert [each.revision for each in important_corrections(corrections)] == [4, 3]
    assert [each.revision for each in important_corrections(corrections[:2])] == [3]
    assert important_corrections([]) == []
