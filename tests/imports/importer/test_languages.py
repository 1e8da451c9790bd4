"""Languages that a file doesn't state: stated for the whole file, detected, or corrected later."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.test import Client

from factcheck.editorial.models import Review
from factcheck.editorial.proposals import review_policy, workflow
from tests.imports.own_records import IMPORTER, bodies, publish, record, run, take, write
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, waiting

TEXT = "Nước lũ ở Huế đã lên tới mái chùa trong đêm qua."


def unstated(**changes: object) -> dict[str, object]:
    """A record without a language, as in AVeriTeC's file of ClaimReviews."""
    row = record(headline=None, claim={"text": TEXT}, **changes)
    return {key: value for key, value in row.items() if key not in ("language", "headline")}


def test_language_is_detected_and_marked(newsroom: Newsroom, file: Path) -> None:
    lines = run("import_reviews", write(file, unstated(), record(2)), by=IMPORTER)
    assert lines[:2] == ["2 new, 0 unchanged, 0 changed, 0 refused.", "Languages that the files didn't state: vi 1"]
    publish()
    first, second = bodies()
    assert (first["language"], first["claim"]["language"], first["language_detected"]) == ("vi", "vi", True)
    assert (second["language"], second["language_detected"]) == ("en", False)
    client = Client()
    assert [each["id"] for each in client.get("/api/v1/reviews/?language=vi").json()["results"]] == [first["id"]]
    found = client.get("/v1alpha1/claims:search?query=chùa&languageCode=vi").json()["claims"]
    assert [each["claimReview"][0]["languageCode"] for each in found] == ["vi"]


def test_short_text_stays_without_a_language(newsroom: Newsroom, file: Path) -> None:
    take(file, unstated() | {"claim": {"text": "Bill Gates"}})
    publish()
    (body,) = bodies()
    assert (body["language"], body["claim"]["language"], body["language_detected"]) == ("und", "und", False)


def test_language_of_the_file_can_be_stated(newsroom: Newsroom, file: Path) -> None:
    take(file, unstated(), record(2), language="pt_br")
    publish()
    assert [(body["language"], body["language_detected"]) for body in bodies()] == [("pt-BR", False), ("en", False)]
    with pytest.raises(CommandError, match="'Vietnamese!' isn't a language tag. Use a tag such as vi or pt-BR."):
        take(file, unstated(), language="Vietnamese!")


def test_language_that_is_stated_later_changes_the_same_review(newsroom: Newsroom, file: Path) -> None:
    """By a later file, or by the option: a change of metadata."""
    take(file, unstated())
    publish()
    for again, options in ((unstated() | {"language": "fr"}, {}), (unstated(), {"language": "pt"})):
        assert take(file, again, **options) == "0 new, 0 unchanged, 1 changed, 0 refused."
        publish()
    (body,) = bodies()
    assert (body["language"], body["language_detected"], body["revision"]["number"]) == ("pt", False, 3)
    assert (body["revision"]["kind"], body["revision"]["class"]) == ("update", "metadata")
    assert body["corrections"] == Client().get("/api/v1/corrections/").json()["results"] == []


def test_language_that_is_stated_later_in_a_table_changes_the_same_review(newsroom: Newsroom, tmp_path: Path) -> None:
    """An empty cell keeps what the review has. A language from the option or from a later table isn't an empty cell."""
    row = {"original_url": "https://check.example/1", "claim.text": TEXT, "verdict.original.label": "False"}
    for stated, options, expected in (
        ("", {}, ("vi", "vi", True)),
        ("", {"language": "pt"}, ("pt", "pt", False)),
        ("", {}, ("pt", "pt", False)),
        ("fr", {}, ("fr", "pt", False)),
    ):
        file = tmp_path / "reviews.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            table = csv.DictWriter(out, [*row, "language"])
            table.writeheader()
            table.writerow(row | {"language": stated})
        if "0 new, 1 unchanged" not in run("import_reviews", file, by=IMPORTER, **options)[0]:
            publish()
        (body,) = bodies()
        assert (body["language"], body["claim"]["language"], body["language_detected"]) == expected


def test_language_that_an_editor_corrected_is_kept(newsroom: Newsroom, file: Path) -> None:
    take(file, unstated())
    publish()
    review = Review.objects.get()
    note = "The review is in Lao."
    review_policy.open_correction(review=review, by=newsroom.editor, change_class="metadata", note=note)
    page = signed_in(newsroom.editor).open(f"/admin/editorial/review/{review.pk}/change/")
    page.fill(language="lo").press("Save and go on")
    approval = workflow.submit(subject=Review.objects.get(), by=newsroom.editor)
    workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest)
    workflow.publish(proposal=waiting(review), by=newsroom.second)
    (body,) = bodies()
    assert (body["language"], body["language_detected"], body["revision"]["class"]) == ("lo", False, "metadata")
    assert take(file, unstated()) == "0 new, 1 unchanged, 0 changed, 0 refused."
    assert take(file, unstated(reviewed_on="2020-10-09")) == "0 new, 0 unchanged, 1 changed, 0 refused."
    publish()
    (body,) = bodies()
    assert (body["language"], body["language_detected"], body["reviewed_on"]) == ("lo", False, "2020-10-09")


@pytest.mark.parametrize("earlier", [{}, {"language": "vi"}])
def test_file_without_languages_makes_no_second_reviews(newsroom, file, earlier):
    """Neither if the earlier file had no languages, nor if it stated them."""
    take(file, unstated() | earlier)
    publish()
    assert take(file, unstated()).startswith("0 new")
    (body,) = bodies()
    assert body["language"] == "vi"
