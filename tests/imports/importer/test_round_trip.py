"""Our own DataFeed into an empty database: the same claims, reviews and verdicts come out again."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.test import Client, override_settings

from api.feeds.claimreview_feed import make_feed
from tests.api.published import make_imported
from tests.imports.own_records import IMPORTER, publish, run
from tests.record.readmodel.test_claimreview import full_review
from tests.support.databases import fresh_database
from tests.support.drafts import make_newsroom

# Values of this site and this moment (docs/reference/claimreview.md).
OF_THE_SITE = {"@id", "identifier", "dateModified", "creativeWorkStatus", "correction", "license", "sdDatePublished"}


def read_feed() -> bytes:
    with TemporaryDirectory() as folder, override_settings(DUMPS_FOLDER=Path(folder)):
        make_feed()
        return Client().get("/feeds/claimreview.json").getvalue()


def carried(node: Any) -> Any:
    if isinstance(node, list):
        return [carried(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: carried(value) for key, value in node.items() if key not in OF_THE_SITE}
    if node["@type"] == "ClaimReview" and "datePublished" in node:
        found["datePublished"] = node["datePublished"][:10]
    return found


def reviews(feed: bytes) -> list[Any]:
    items = json.loads(feed)["dataFeedElement"]
    found = (carried(each) for item in items for each in item.get("item", []))
    return sorted(found, key=lambda each: (each["url"], each["claimReviewed"]))


def test_feed_comes_in_and_goes_out_the_same(newsroom, template, tmp_path):
    full, plain = (
        full_review(newsroom),
        newsroom.make_review(language="en", headline="Seen from 2020", summary="False."),
    )
    imported, withdrawn = (
        make_imported(newsroom, "https://outra.example/1"),
        newsroom.make_review(headline="Bài đã rút"),
    )
    for review in (full, plain, imported, withdrawn):
        newsroom.publish_review(review)
    newsroom.correct_review(full, summary="Sai. Quay năm 2019.")
    newsroom.withdraw_review(withdrawn)
    file = tmp_path / "feed.json"
    file.write_bytes(read_feed())
    with fresh_database(template):
        make_newsroom("elsewhere.example")
        counts = run("import_reviews", file, by="editor@elsewhere.example")[0]
        assert counts == "3 new, 0 unchanged, 0 changed, 1 refused (withdrawn 1)."
        publish(by="second@elsewhere.example")
        there = read_feed()
    assert len(reviews(there)) == 3
    assert reviews(there) == reviews(file.read_bytes())


def test_feed_at_home_brings_nothing_new(live, tmp_path):
    """The newsroom's own review isn't taken for another publisher's, though the site's host is not the newsroom's."""
    file, answer = tmp_path / "feed.json", tmp_path / "answer.json"
    file.write_bytes(read_feed())
    answer.write_bytes(Client().get("/v1alpha1/claims:search", {"query": "chùa"}).content)
    for each in (file, answer):
        counts = run("import_reviews", each, by=IMPORTER)[0]
        assert counts == "0 new, 0 unchanged, 0 changed, 1 refused (own_newsroom 1)."
