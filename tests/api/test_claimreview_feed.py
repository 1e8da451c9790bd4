"""All ClaimReviews as one DataFeed: a file that the worker makes, and that is never older than an erasure."""

import gzip
import hashlib
import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from api.feeds import claimreview_feed
from factcheck.editorial.models import Review
from factcheck.record.files import dump_files
from factcheck.record.models import LogEntry, PublishedReview
from tests.api.published import World, make_imported, publish_world
from tests.support.drafts import Newsroom, make_newsroom

LINKED_DATA = "application/ld+json"
SITE = "http://127.0.0.1:8000"
FEED = "/feeds/claimreview.json"


@pytest.fixture(scope="module")
def world(module_database, folder) -> World:
    found = publish_world(make_newsroom())
    call_command("make_feed")
    return found


def read(**headers: str):
    response = Client().get(FEED, headers=headers)
    assert (response.status_code, response["Content-Type"]) == (200, LINKED_DATA)
    return response


def feed() -> dict[str, object]:
    return json.loads(read().content)


def remake() -> dict[str, object]:
    call_command("make_feed")
    return feed()


def test_feed_has_every_review_and_says_which_are_no_more(world, schemaorg):
    found = feed()
    assert found.keys() == {"@context", "@type", "url", "license", "dateModified", "dataFeedElement"}
    items = found["dataFeedElement"]
    rows = {str(row.pk): row for row in PublishedReview.objects.all()}
    by_address = {item["url"]: item for item in items}
    assert len(items) == len(by_address) == 4
    live = by_address[f"{SITE}/reviews/{world.live.pk}/"]
    imported = by_address["https://outra.example/1"]
    withdrawn = by_address[f"{SITE}/reviews/{world.withdrawn.pk}/"]
    erased = by_address[f"{SITE}/reviews/{world.erased.pk}/"]
    keys = ["@type", "dateCreated", "dateModified", "identifier", "item", "url"]
    assert sorted(live) == sorted(imported) == keys
    keys = ["@type", "dateCreated", "dateDeleted", "dateModified", "identifier", "url"]
    assert sorted(withdrawn) == sorted(erased) == keys
    for item in (live, imported):
        assert item["identifier"] == item["item"][0]["identifier"]
    assert live["item"][0]["@id"] == live["url"]
    assert imported["item"][0]["url"] == imported["url"]
    deleted = rows[str(world.withdrawn.pk)].updated_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert withdrawn["dateDeleted"] == deleted
    assert schemaorg.faults(found) == []


def test_feed_is_what_the_record_holds_as_of_its_head(world):
    head = LogEntry.objects.newest().first()
    sent = read()
    assert sent.content == b"".join(claimreview_feed.data_feed(head))
    assert sent["Factcheck-Head"] == str(head.sequence)
    assert sent["ETag"] == f'"{hashlib.sha256(sent.content).hexdigest()[:32]}"'
    assert sent["Content-Length"] == str(len(sent.content))


def test_feed_is_compressed_for_clients_that_read_gzip(world):
    plain, packed = read(), read(**{"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]
    assert "Accept-Encoding" in plain["Vary"]
    assert "Content-Encoding" not in read(**{"Accept-Encoding": "gzip;q=0, br"})
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]}
    assert Client().get(FEED, headers=known).status_code == 304


def test_feed_is_read_in_parts(world):
    whole = read()
    content, etag, modified = whole.content, whole["ETag"], whole["Last-Modified"]
    assert whole["Accept-Ranges"] == "bytes"
    parts = []
    for first in range(0, len(content), 1000):
        part = Client().get(FEED, headers={"Range": f"bytes={first}-{first + 999}", "If-Range": etag})
        assert part.status_code == 206
        parts.append(part.content)
    assert b"".join(parts) == content
    for validator, status in ((etag, 206), (modified, 206), ('"other"', 200), ("Thu, 01 Jan 1970 00:00:00 GMT", 200)):
        asked = {"Range": "bytes=10-", "If-Range": validator}
        assert Client().get(FEED, headers=asked).status_code == status
    beyond = Client().get(FEED, headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(content)}")


def test_feed_that_a_client_has_is_not_sent_again(world):
    sent = read()
    for known, status in (
        ({"If-None-Match": sent["ETag"]}, 304),
        ({"If-None-Match": f"W/{sent['ETag']}"}, 304),
        ({"If-Modified-Since": sent["Last-Modified"]}, 304),
        ({"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": sent["Last-Modified"]}, 200),
    ):
        assert Client().get(FEED, headers=known).status_code == status, known
    head = Client().head(FEED)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", sent["ETag"])


def test_feed_tells_an_erased_import_from_another_review_of_the_same_page(database, own_folder):
    """Items that have to go are recognised by their ClaimReview, though its publisher's address is gone."""
    newsroom, url = make_newsroom(), "https://outra.example/1"
    erased, live = make_imported(newsroom, url), newsroom.make_review()
    live.publisher, live.original_url, live.original_label = erased.publisher, url, "Half true"
    live.save()
    for review in (erased, live):
        newsroom.publish_review(review)
    before = {item["item"][0]["identifier"]: item["url"] for item in remake()["dataFeedElement"]}
    assert before == {f"urn:uuid:{erased.pk}": url, f"urn:uuid:{live.pk}": url}
    newsroom.erase_review(erased)
    after = {item["identifier"]: item for item in remake()["dataFeedElement"]}
    assert after.keys() == before.keys()
    assert "dateDeleted" in after[f"urn:uuid:{erased.pk}"]
    assert url not in json.dumps(after[f"urn:uuid:{erased.pk}"])
    assert "item" in after[f"urn:uuid:{live.pk}"]


def test_feed_is_made_again_only_when_something_was_published(newsroom: Newsroom, own_folder, capsys):
    empty = remake()
    assert (empty["dataFeedElement"], "dateModified" in empty) == ([], False)
    review = newsroom.publish_new()
    assert feed() == empty  # until the worker's next run
    assert len(remake()["dataFeedElement"]) == 1
    first = read()["ETag"]
    capsys.readouterr()
    call_command("make_feed")
    assert "up to date" in capsys.readouterr().out
    assert read()["ETag"] == first
    newsroom.withdraw_review(review)
    assert "dateDeleted" in remake()["dataFeedElement"][0]
    newsroom.reinstate_review(review)
    assert "item" in remake()["dataFeedElement"][0]
    assert len(list(own_folder.glob("*.json"))) == len(list(own_folder.glob("*.json.gz"))) == 2


def test_feed_is_made_again_for_another_address_of_the_site(database, own_folder, monkeypatch):
    call_command("make_feed")
    monkeypatch.setattr(settings, "SITE_URL", "http://localhost:9000")
    assert remake()["url"] == "http://localhost:9000/feeds/claimreview.json"


def test_feed_that_holds_what_was_erased_is_not_sent(newsroom: Newsroom, own_folder, monkeypatch):
    review = newsroom.publish_new(headline="Zwielicht")
    call_command("make_feed")
    with monkeypatch.context() as patch:
        patch.setattr(dump_files, "discard_outdated", lambda: None)  # as if the file could not be deleted
        newsroom.erase_review(review)
    assert list(own_folder.glob("*.json"))
    problem = Client().get(FEED)
    assert (problem.status_code, problem["Retry-After"]) == (503, "300")
    assert problem.json()["type"] == f"{SITE}/api/problems/unavailable/"
    assert "Zwielicht" not in json.dumps(remake())
    assert len(list(own_folder.glob("*.json"))) == 1


def test_erasure_takes_the_feed_that_holds_the_review(newsroom: Newsroom, live: Review, own_folder):
    call_command("make_feed")
    newsroom.erase_review(live)
    assert sorted(path.name for path in own_folder.iterdir()) == ["feed.lock", "lock"]


def test_site_without_a_feed_says_when_to_come_back(database, own_folder):
    problem = Client().get(FEED)
    assert (problem.status_code, problem["Retry-After"], problem["Content-Type"]) == (
        503, "300", "application/problem+json",
    )  # fmt: skip
    assert problem.json()["detail"] == (
        "The feed hasn't been made yet. The site makes it every five minutes. Try again later."
    )


def test_feed_that_cannot_be_finished_leaves_the_previous_one(newsroom: Newsroom, own_folder, monkeypatch):
    call_command("make_feed")
    newsroom.publish_new()

    def full(row):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(claimreview_feed, "feed_item", full)
        with pytest.raises(CommandError, match="The previous feed is kept"):
            call_command("make_feed")
    assert feed()["dataFeedElement"] == []
    assert not [path for path in own_folder.iterdir() if path.is_dir()]
    with dump_files.lock_folder("feed.lock"), pytest.raises(CommandError, match="Another process"):
        call_command("make_feed")


def test_feed_takes_no_parameter_and_no_other_form(world):
    refused = Client().get(FEED, {"page": "1"})
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert Client().get(FEED, headers={"Accept": "text/csv"}).status_code == 406


def test_feed_is_sent_without_reading_a_review(world, django_assert_num_queries):
    with django_assert_num_queries(1, connection=connections["public"]):  # for erasures
        read()
