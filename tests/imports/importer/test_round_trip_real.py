"""The real files in, out as ClaimReview, in again into an empty database, and out again: nothing carried is lost."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.imports import averitec
from tests.imports.importer.test_import_real_files import FILES
from tests.imports.importer.test_round_trip import OF_THE_SITE, read_feed, reviews
from tests.imports.own_records import IMPORTER, publish, run, write
from tests.support.databases import fresh_database
from tests.support.drafts import make_newsroom

DOCS = Path(__file__).resolve().parents[3] / "docs" / "reference" / "claimreview.md"


def there_and_back(template: str, files: list[Path], folder: Path) -> tuple[list[Any], list[Any], str]:
    """The ClaimReviews of what the files become here, those of the feed taken in elsewhere, and what was counted there."""
    make_newsroom()
    run("import_reviews", *files, by=IMPORTER, refused=folder / "refused.jsonl")
    publish()
    here = folder / "feed.json"
    here.write_bytes(read_feed())
    with fresh_database(template):
        make_newsroom("elsewhere.example")
        counts = run("import_reviews", here, by="editor@elsewhere.example", refused=folder / "there.jsonl")[0]
        publish(by="second@elsewhere.example")
        return reviews(here.read_bytes()), reviews(read_feed()), counts


def places(node: Any, place: str = "") -> set[str]:
    """Every property anywhere in it, with those above it: "itemReviewed.author.name"."""
    if isinstance(node, list):
        return set().union(*(places(each, place) for each in node))
    if not isinstance(node, dict):
        return {place}
    return set().union(*(places(value, f"{place}.{key}".lstrip(".")) for key, value in node.items() if key != "@type"))


@pytest.mark.parametrize(("folder", "count"), [("claimreview", 18), ("averitec", 4)])
def test_invented_files_go_round(database, template, tmp_path, folder, count):
    data = Path(__file__).parents[2] / "data" / folder
    rows = averitec.merged(averitec.converted(data / "dev.jsonl")) if folder == "averitec" else []
    files = [write(tmp_path / "own.jsonl", *rows)] if rows else [data / f"{name}.jsonl" for name in FILES]
    here, there, counts = there_and_back(template, files, tmp_path)
    assert counts == f"{count} new, 0 unchanged, 0 changed, 0 refused."
    assert there == here


@pytest.mark.prove
def test_real_claim_reviews_go_round(database, template, real_data, tmp_path):
    files = [real_data / "claimreview" / f"{name}.jsonl" for name in FILES]
    here, there, counts = there_and_back(template, files, tmp_path)
    assert counts == "7849 new, 0 unchanged, 0 changed, 0 refused."
    assert len(here) == 7849
    assert there == here
    assert {
        "archivedAt", "author.name", "author.url", "author.logo", "author.sameAs", "citation.url", "claimReviewed", "datePublished",
        "headline", "itemReviewed.appearance.url", "itemReviewed.author.jobTitle", "itemReviewed.author.name",
        "itemReviewed.datePublished", "itemReviewed.locationCreated.name", "reviewRating.alternateName",
        "reviewRating.bestRating", "reviewRating.ratingValue", "reviewRating.worstRating", "sdLicense", "url",
    } <= places(here)  # fmt: skip
    assert {name for place in places(here) for name in place.split(".")} <= documented()


@pytest.mark.prove
def test_averitec_claims_go_round(database, template, real_data, tmp_path):
    """500 annotations of 491 claims, with all 1,360 places of evidence and their quotes."""
    rows = averitec.merged(averitec.converted(real_data / "averitec" / "dev.jsonl"))
    here, there, counts = there_and_back(template, [write(tmp_path / "averitec.jsonl", *rows)], tmp_path)
    assert counts == "491 new, 0 unchanged, 0 changed, 0 refused."
    assert sum(len(review["citation"]) for review in here) == 1360
    assert there == here


# Properties that publishers of ClaimReview are asked for, and others that readers of it understand.
NAMED = [
    "claimReviewed", "reviewRating", "url", "author", "datePublished", "itemReviewed", "appearance",
    "firstAppearance", "sameAs", "alternateName", "ratingValue", "bestRating", "worstRating", "ratingExplanation",
    "inLanguage", "dateModified", "correction", "creativeWorkStatus", "expires", "sdLicense", "license",
    "isBasedOn", "citation", "archivedAt", "correctionsPolicy", "verificationFactCheckingPolicy",
    "unnamedSourcesPolicy", "actionableFeedbackPolicy", "publishingPrinciples",
]  # fmt: skip


def documented() -> set[str]:
    text = re.sub(r"```.*?```", "", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {name for quoted in re.findall(r"`([^`]+)`", text) for name in re.findall(r"[A-Za-z]+\d*", quoted)}


def test_documented_list_leaves_out_nothing():
    assert [name for name in NAMED if name not in documented()] == []
    assert {name.removeprefix("@") for name in OF_THE_SITE} <= documented()
