"""The whole body at each URL."""

import hashlib
import json
from types import SimpleNamespace

import jsonschema_rs  # schemathesis reads schemas with it, and minds formats
import pytest

from factcheck.editorial.models import Appearance, RatingScale, Review, Source, Topic, TopicLabel, Verdict, VerdictLabel
from factcheck.editorial.proposals import review_policy
from factcheck.record.models import LogEntry
from factcheck.record.statements import review as said
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.whole import whole

SITE = "http://127.0.0.1:8000"
NOTE = "Người quay đoạn video đã xác nhận ngày quay với toà soạn."
LICENSE = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture(scope="module")
def world(module_database):
    newsroom = make_newsroom()
    scale = RatingScale.objects.create(slug="lights", name="Lights", worst=1, best=3)
    red = Verdict.objects.create(scale=scale, slug="red", value=1)
    for language, label, explanation in (("vi", "Đỏ", "Dừng."), ("en", "Red", "Stop.")):
        VerdictLabel.objects.create(verdict=red, language=language, label=label, explanation=explanation)
    made = {name: newsroom.make_review(verdict=red) for name in ("corrected", "withdrawn", "erased", "reinstated")}
    topic = Topic.objects.create(slug="floods")
    TopicLabel.objects.create(topic=topic, language="vi", label="Lũ lụt")
    made["corrected"].claim.topics.add(topic)
    for review in made.values():
        newsroom.publish_review(review)
    review = made["corrected"]
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="substantive", note=NOTE)
    Review.objects.filter(pk=review.pk).update(summary="Sai. Đoạn video được quay năm 2019.")
    newsroom.publish_review(review)
    newsroom.withdraw_review(made["withdrawn"])
    newsroom.withdraw_review(made["reinstated"])
    newsroom.reinstate_review(made["reinstated"])
    newsroom.erase_review(made["erased"], notice="Theo quyết định của toà án.")
    return SimpleNamespace(newsroom=newsroom, **made)


def entry(review, number):
    return LogEntry.objects.get(subject=review.pk, number=number)


def at(review, number):
    return entry(review, number).at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


PUBLISHER = {
    "type": "organization",
    "name": "Toà soạn kiemchung.example",
    "site": "kiemchung.example",
    "url": "https://kiemchung.example/",
    "logo_url": None,
    "same_as": [],
    "description": None,
    "codes": [],
    "methodology_url": None,
    "corrections_url": "https://kiemchung.example/corrections",
    "principles_url": None,
    "unnamed_sources_url": None,
    "feedback_url": None,
}
VERDICT = {
    "scale": "lights",
    "slug": "red",
    "label": "Đỏ",
    "labels": {"vi": "Đỏ", "en": "Red"},
    "meanings": {"vi": "Dừng.", "en": "Stop."},
    "value": 1,
    "best": 3,
    "worst": 1,
    "explanation": "Dừng.",
    "original": None,
}


def claimant(review):
    return {
        "id": str(review.claim.claimant_id),
        "type": "unnamed",
        "name": None,
        "description": "một người dùng mạng xã hội",
        "job_title": None,
        "same_as": [],
        "confirmed": True,
    }


def claim(review):
    expected = {
        "id": str(review.claim_id),
        "text": "Nước lũ ở Huế đã lên tới mái chùa.",
        "language": "vi",
        "claimed_on": "2026-10-03",
        "location": None,
        "claimant": claimant(review),
        "appearances": [
            {
                "url": "https://social.example/p/1",
                "medium": "video",
                "media_sha256": None,
                "archive_url": None,
                "first": True,
                "no_capture_reason": "Bài đăng đã bị xóa.",
            }
        ],
    }
    return whole(expected, said.ReviewedClaim)


def source(number, stance):
    return {
        "title": f"Nguồn {number}",
        "url": f"https://source.example/{number}",
        "publisher": None,
        "stance": stance,
        "quote": None,
        "archive_url": None,
        "accessed_on": None,
        "no_capture_reason": "Trang này chặn sao chép.",
    }


def corrected(review):
    expected = {
        "id": str(review.pk),
        "url": f"{SITE}/reviews/{review.pk}/",
        "original_url": None,
        "archive_url": None,
        "language": "vi",
        "headline": "Video nước lũ là của năm 2020",
        "summary": "Sai. Đoạn video được quay năm 2019.",
        "body": "Đoạn video **không** quay năm nay.",
        "claim": claim(review),
        "verdict": VERDICT,
        "sources": [source(1, "refutes"), source(2, "context")],
        "publisher": PUBLISHER,
        "authors": [{"name": "reporter@kiemchung.example"}],
        "topics": [{"slug": "floods", "labels": {"vi": "Lũ lụt"}}],
        "reviewed_on": None,
        "license": LICENSE,
        "published_at": at(review, 1),
        "updated_at": at(review, 2),
        "revision": {
            "number": 2,
            "kind": "correction",
            "class": "substantive",
            "note": NOTE,
            "sequence": entry(review, 2).sequence,
            "digest": entry(review, 2).digest,
        },
        "corrections": [
            {
                "revision": 2,
                "at": at(review, 2),
                "kind": "correction",
                "class": "substantive",
                "note": NOTE,
                "publisher": "kiemchung.example",
                "verdict_before": {"scale": "lights", "slug": "red", "label": "Đỏ"},
                "verdict_after": {"scale": "lights", "slug": "red", "label": "Đỏ"},
            }
        ],
    }
    return whole(expected, said.Review)


def test_review_is_its_body(world, api):
    assert api.get(f"reviews/{world.corrected.pk}/") == corrected(world.corrected)


def test_list_has_the_same_bytes_as_the_address(world, api):
    alone = api.send(f"reviews/{world.corrected.pk}/").content
    listed = api.send("reviews/", {"ids": str(world.corrected.pk)}).content
    assert listed == b'{"results":[' + alone + b'],"next":null,"previous":null}'


def test_list_has_live_reviews_alone(world, api):
    assert api.ids("reviews/") == [str(world.reinstated.pk), str(world.corrected.pk)]


def test_withdrawn_review_leaves_a_tombstone(world, api):
    review = world.withdrawn
    assert api.get(f"reviews/{review.pk}/") == {
        "id": str(review.pk),
        "url": f"{SITE}/reviews/{review.pk}/",
        "original_url": None,
        "language": "vi",
        "headline": "Video nước lũ là của năm 2020",
        "claim": {"id": str(review.claim_id)},
        "publisher": PUBLISHER,
        "license": LICENSE,
        "published_at": at(review, 1),
        "updated_at": at(review, 2),
        "revision": {
            "number": 2,
            "kind": "withdrawal",
            "class": None,
            "note": "Nguồn chính đã rút lại số liệu.",
            "sequence": entry(review, 2).sequence,
            "digest": entry(review, 2).digest,
        },
        "corrections": [],
    }


def test_claim_has_its_live_reviews(world, api):
    review = world.corrected
    assert api.get(f"claims/{review.claim_id}/") == {
        **claim(review),
        "url": f"{SITE}/api/v1/claims/{review.claim_id}/",
        "merged": [],
        "topics": [{"slug": "floods", "labels": {"vi": "Lũ lụt"}}],
        "license": LICENSE,
        "published_at": at(review, 1),
        "updated_at": at(review, 2),
        "reviews": [
            {
                "id": str(review.pk),
                "url": f"{SITE}/reviews/{review.pk}/",
                "original_url": None,
                "language": "vi",
                "headline": "Video nước lũ là của năm 2020",
                "verdict": VERDICT,
                "reviewed_on": None,
                "published_at": at(review, 1),
                "updated_at": at(review, 2),
                "publisher": {"name": "Toà soạn kiemchung.example", "site": "kiemchung.example"},
            }
        ],
    }


def test_claim_without_live_reviews_says_nothing_of_itself(world, api):
    claim_id = world.withdrawn.claim_id
    assert api.get(f"claims/{claim_id}/") == {
        "id": str(claim_id),
        "url": f"{SITE}/api/v1/claims/{claim_id}/",
        "reviews": [],
        "license": LICENSE,
    }
    assert str(claim_id) not in api.ids("claims/")


def test_erased_review_is_gone_with_the_public_reason(world, api):
    for address in ("", "revisions/1/", "revisions/1/document/", "revisions/2/"):
        problem = api.problem(f"reviews/{world.erased.pk}/{address}", status=410)
        assert problem == {
            "type": f"{SITE}/api/problems/gone/",
            "title": "Erased",
            "status": 410,
            "detail": "Theo quyết định của toà án.",
            "notice": {
                "ground": "personal_data",
                "text": "Theo quyết định của toà án.",
                "redaction": False,
                "newsroom": {"name": "Toà soạn kiemchung.example", "site": "kiemchung.example"},
            },
            "instance": f"/api/v1/reviews/{world.erased.pk}/{address}",
        }


def test_redacted_review_is_live_and_its_past_is_gone(newsroom: Newsroom, api):
    review = newsroom.publish_new(headline="Tên của một người")
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="substantive", note=NOTE)
    Review.objects.filter(pk=review.pk).update(headline="Đoạn phim là của năm 2020")
    newsroom.erase_review(review, redact=True)
    newsroom.publish_review(review)
    body = api.get(f"reviews/{review.pk}/")
    assert body["revision"]["kind"] == "correction"
    assert [(change["verdict_before"], change["note"]) for change in body["corrections"]] == [(None, NOTE)]
    for address in (
        f"reviews/{review.pk}/revisions/1/",
        f"reviews/{review.pk}/revisions/1/document/",
        "log/documents/0",
    ):
        assert api.problem(address, status=410)["notice"]["redaction"] is True
    assert [
        (revision["kind"], revision["note"] is None, revision["document_url"] is None)
        for revision in api.get(f"reviews/{review.pk}/revisions/")["results"]
    ] == [("original", True, True), ("erasure", False, False), ("correction", False, False)]


def test_claim_of_an_erased_review_is_not_there(world, api):
    api.problem(f"claims/{world.erased.claim_id}/", status=404)


def test_erased_review_keeps_the_metadata_of_its_revisions(world, api):
    address = f"{SITE}/api/v1/reviews/{world.erased.pk}/revisions"
    assert api.get(f"reviews/{world.erased.pk}/revisions/")["results"] == [
        {
            "number": 1,
            "kind": "original",
            "class": None,
            "note": None,
            "at": at(world.erased, 1),
            "sequence": entry(world.erased, 1).sequence,
            "digest": entry(world.erased, 1).digest,
            "url": f"{address}/1/",
            "disowned_by": None,
            "document_url": None,
            "proof_url": f"{SITE}/reviews/{world.erased.pk}/revisions/1/proof.json",
        },
        {
            "number": 2,
            "kind": "erasure",
            "class": None,
            "note": "Theo quyết định của toà án.",
            "at": at(world.erased, 2),
            "sequence": entry(world.erased, 2).sequence,
            "digest": entry(world.erased, 2).digest,
            "url": f"{address}/2/",
            "disowned_by": None,
            "document_url": f"{address}/2/document/",
            "proof_url": f"{SITE}/reviews/{world.erased.pk}/revisions/2/proof.json",
        },
    ]


def test_notice_of_an_erasure_has_the_bytes_of_its_digest(world, api):
    response = api.send(f"reviews/{world.erased.pk}/revisions/2/document/")
    salt = bytes.fromhex(response["Factcheck-Salt"])
    assert hashlib.sha256(salt + response.content).hexdigest() == entry(world.erased, 2).digest


def test_revision_has_metadata_and_the_review_as_it_was(world, api):
    review = world.corrected
    second = api.get(f"reviews/{review.pk}/revisions/2/")
    address = f"{SITE}/api/v1/reviews/{review.pk}/revisions/2/"
    assert second == {
        "number": 2,
        "kind": "correction",
        "class": "substantive",
        "note": NOTE,
        "at": at(review, 2),
        "sequence": entry(review, 2).sequence,
        "digest": entry(review, 2).digest,
        "url": address,
        "disowned_by": None,
        "document_url": f"{address}document/",
        "proof_url": f"{SITE}/reviews/{review.pk}/revisions/2/proof.json",
        "review": corrected(review),
    }
    first = api.get(f"reviews/{review.pk}/revisions/1/")["review"]
    assert (first["summary"], first["corrections"]) == ("Sai. Đoạn video được quay năm 2020.", [])
    assert first["revision"]["digest"] == entry(review, 1).digest


def test_revisions_are_listed_oldest_first(world, api):
    found = api.get(f"reviews/{world.reinstated.pk}/revisions/")["results"]
    assert [(each["number"], each["kind"]) for each in found] == [
        (1, "original"),
        (2, "withdrawal"),
        (3, "reinstatement"),
    ]


def test_withdrawn_review_keeps_its_earlier_revisions(world, api):
    revision = api.get(f"reviews/{world.withdrawn.pk}/revisions/1/")
    assert revision["review"]["claim"]["text"] == "Nước lũ ở Huế đã lên tới mái chùa."


def test_document_is_the_bytes_of_the_digest(world, api):
    response = api.send(f"reviews/{world.corrected.pk}/revisions/1/document/")
    stored = entry(world.corrected, 1)
    assert response.content == bytes(stored.revision_document.document)
    assert response["Content-Type"] == "application/json"
    assert response["Factcheck-Sequence"] == str(stored.sequence)
    assert response["Factcheck-Digest"] == stored.digest
    salt = bytes.fromhex(response["Factcheck-Salt"])
    assert hashlib.sha256(salt + response.content).hexdigest() == stored.digest


def test_publishers_are_those_of_live_reviews(world, api):
    assert api.get("publishers/") == {"results": [PUBLISHER], "next": None, "previous": None}


def test_rating_scales_have_the_verdicts_in_use(world, api):
    assert api.get("rating-scales/")["results"] == [
        {
            "slug": "lights",
            "best": 3,
            "worst": 1,
            "verdicts": [{key: VERDICT[key] for key in ("slug", "value", "labels", "meanings")}],
        }
    ]


def test_claimants_are_those_of_live_reviews(world, api):
    found = api.get("claimants/")["results"]
    expected = [claimant(world.corrected), claimant(world.reinstated)]
    assert sorted(found, key=lambda each: each["id"]) == sorted(expected, key=lambda each: each["id"])


def test_topics_have_their_labels(world, api):
    assert api.get("topics/")["results"] == [{"slug": "floods", "labels": {"vi": "Lũ lụt"}}]


def test_root_lists_the_addresses(world, api, settings):
    root = api.get("")
    assert (root["log-key"], root["reviews-atom"]) == (f"{SITE}/api/v1/log/key", f"{SITE}/feeds/reviews.atom")
    assert (root["mcp"], root["license"]) == (None, LICENSE)
    assert api.send("/api/").content == api.send("/api/v1/").content
    settings.LOCAL = False
    assert api.get("")["mcp"] == f"{SITE}/mcp"


def test_addresses_of_what_never_was_are_not_found(world, api):
    nobody = "00000000-0000-4000-8000-000000000000"
    review = world.corrected.pk
    for address in (
        f"reviews/{nobody}/",
        f"claims/{nobody}/",
        f"reviews/{nobody}/revisions/",
        f"reviews/{nobody}/revisions/1/",
        f"reviews/{review}/revisions/3/",
        f"reviews/{review}/revisions/0/",
        f"reviews/{review}/revisions/99999999999999999999/",
        f"reviews/{review}/revisions/3/document/",
    ):
        api.problem(address, status=404)


def test_addresses_of_others_fit_the_schema_as_people_copy_them(database, api):
    """`format: uri` would promise what the desk does not ask for: letters of one script, no brackets (RFC 3986)."""
    newsroom, seen, cited = make_newsroom(), "https://vi.wiki.example/wiki/Nước_lũ", "https://bao.example/tin[1]|lũ"
    review = newsroom.make_review(sources=0)
    appearance = Appearance(
        claim=review.claim, url=seen, archive_url=f"https://archive.example/{seen}", no_capture_reason="Đã bị xóa."
    )
    source = Source(review=review, title="Bài báo", url=cited, stance=Source.Stance.REFUTES, no_capture_reason="Chặn.")
    for row in (appearance, source):
        row.full_clean()
        row.save()
    Source.objects.create(review=review, title="Nguồn khác", position=1, stance=Source.Stance.CONTEXT)
    newsroom.publish_review(review)
    for place, component in (("", "Review"), ("claimreview/", "ClaimReview")):
        content = api.send(f"reviews/{review.pk}/{place}").content
        assert seen in content.decode()
        assert cited in content.decode()
        schema = {"components": api.document["components"], "$ref": f"#/components/schemas/{component}"}
        jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(json.loads(content))


def test_list_says_which_ids_it_leaves_out(world, api):
    """The words of `q` don't count."""
    unknown = "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a"
    ids = [str(world.corrected.pk), str(world.withdrawn.pk), str(world.erased.pk), unknown]
    found = api.get("reviews/", {"ids": ",".join(ids)})
    assert [review["id"] for review in found["results"]] == ids[:1]
    reasons = dict(zip(ids[1:], ("withdrawn", "erased", "unknown"), strict=True))
    assert {each["id"]: each["reason"] for each in found["meta"]["ids_left_out"]} == reasons
    found = api.get("reviews/", {"ids": ids[0], "language": "fr"})
    assert found["meta"]["ids_left_out"] == [{"id": ids[0], "reason": "other filters"}]
    assert "meta" not in api.get("reviews/", {"ids": ids[0]})
