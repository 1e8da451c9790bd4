"""The answer of a review: which field gives the reason, where a sentence ends, and how long a line is."""

from typing import Any

import pytest

from factcheck.record.readmodel.answers import answer_of
from factcheck.record.readmodel.bodies import Review
from factcheck.record.statements.output import construct

FALSE = {"label": "False", "labels": {"en": "False", "vi": "Sai sự thật"}, "meanings": {"en": "It is wrong."}}


def review(verdict: dict[str, Any] | None = None, **values: Any) -> Review:
    claim = {"text": "Nets don't\nwork.", "language": "en"}
    return construct(Review, {"language": "en", "claim": claim, "verdict": FALSE | (verdict or {}), **values})


@pytest.mark.parametrize(
    ("body", "source", "reason"),
    [
        (review(summary="Nets work."), "summary", "Nets work."),
        (review(summary="False. Nets work."), "summary", "Nets work."),
        (review(summary="Sai: Nets\nwork."), "summary", "Nets work."),
        (review(summary="F. Smith's nets work."), "summary", "F. Smith's nets work."),
        (review(summary="False.", headline="Nets work"), "headline", "Nets work"),
        (review({"explanation": "It is wrong."}, headline="Nets work"), "headline", "Nets work"),
        (review({"explanation": "Nets work."}, headline="Nets"), "explanation", "Nets work."),
        (review({"original": {"explanation": "Nets work."}}), "explanation", "Nets work."),
        (review(body="**Nets** [work](https://a.example/) & help.\n\nMore."), "body", "Nets work & help."),
        (review(), "", ""),
    ],
)
def test_reason_is_what_the_review_says_first(body: Review, source: str, reason: str) -> None:
    answer = answer_of(body)
    assert (answer.source, answer.reason, answer.whole) == (source, reason, True)


@pytest.mark.parametrize(
    "sentence",
    [
        "The nets were tested in 2020 by Dr. Smith and by the U.S. Navy in St. Louis.",
        "Not so. The nets were tested in 3.5 million houses!",
        "Màn được thử nghiệm bởi TS. Nguyễn Văn A tại 12 tỉnh…",
        "He said that “the nets work well enough.”",
    ],
)
def test_long_text_is_cut_after_a_sentence_that_says_why(sentence: str) -> None:
    answer = answer_of(review(summary=f"{sentence} {'And more. ' * 40}"))
    assert (answer.reason, answer.whole) == (sentence, False)


def test_line_has_the_own_words_of_a_mapped_verdict() -> None:
    mapped = review({"slug": "false", "original": {"label": "Pants on Fire"}}, summary="Pants on Fire. Nets work.")
    assert answer_of(mapped, "vi").line() == "“Nets don't work.” – Sai sự thật (“Pants on Fire”). Why: Nets work."
    same = review({"slug": "false", "original": {"label": "FALSE"}})
    assert answer_of(same, "vi").line() == "“Nets don't work.” – Sai sự thật"


def test_line_has_the_claim_the_verdict_and_the_reason() -> None:
    answer = answer_of(review(summary="False. Nets work."), "vi")
    assert answer.line() == "“Nets don't work.” – Sai sự thật. Why: Nets work."
    assert answer.line(reason=0) == "“Nets don't work.” – Sai sự thật"
    assert answer.line(claim=5, verdict=4, reason=6) == "“Nets…” – Sai…. Why: Nets…"
    long = answer_of(review({"label": "w " * 1000, "labels": {}}, summary="x" * 5000))
    assert len(long.reason) == 300
    assert len(long.line()) <= 120 + 40 + 300 + 12
