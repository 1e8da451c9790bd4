"""ClaimReview out: every property of it, and what others' programs make of it."""

from datetime import date

import orjson
import pytest

from factcheck.editorial.models import Appearance, Authorship, Claim, Claimant, Publisher, Review, Source
from factcheck.editorial.proposals import review_policy
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.record.readmodel.claimreview import claim_review, claim_review_document
from tests.api.published import make_imported
from tests.support.drafts import Newsroom, make_scale

pytestmark = pytest.mark.one_database

CAPTURE = "https://web.archive.org/web/20261003000000/https://social.example/p/1"
SITE = "http://127.0.0.1:8000"


def published(review: Review) -> dict[str, object]:
    return claim_review(PublishedReview.objects.get(pk=review.pk).live_body)


def full_review(newsroom: Newsroom) -> Review:
    """A review that has everything a review can have."""
    Publisher.objects.filter(pk=newsroom.publisher.pk).update(
        logo_url="https://kiemchung.example/logo.png",
        same_as=["https://social.example/kiemchung"],
        methodology_url="https://kiemchung.example/method",
        principles_url="https://kiemchung.example/principles",
        unnamed_sources_url="https://kiemchung.example/sources",
        feedback_url="https://kiemchung.example/feedback",
    )
    newsroom.publisher.refresh_from_db()
    claimant = Claimant.objects.create(
        newsroom=newsroom.publisher, type="person", name="Nguyễn Văn Ví Dụ", job_title="Bộ trưởng", confirmed=True,
        is_public_figure=True, same_as=["https://www.wikidata.org/wiki/Q1"],
    )  # fmt: skip
    claim = newsroom.make_claim(claimant=claimant, location="Huế")
    claim.appearances.update(archive_url=CAPTURE, media_sha256="ab" * 32)
    Appearance.objects.create(claim=claim, url="https://paper.example/2", medium="text", no_capture_reason="Đã bị xóa.")
    review = newsroom.make_review(claim, reviewed_on=date(2026, 10, 5))
    Source.objects.filter(review=review, position=0).update(
        publisher="Cục Thống kê", quote="Mực nước là 2 mét.", archive_url="https://web.archive.org/web/1/https://source.example/1",
    )  # fmt: skip
    return review


def test_every_property_of_a_review_of_ours(newsroom, database):
    review = full_review(newsroom)
    newsroom.publish_review(review)
    correction = newsroom.correct_review(review, summary="Sai. Quay năm 2019.")
    row = PublishedReview.objects.get(pk=review.pk)
    body = orjson.loads(row.body)
    assert claim_review(row.live_body) == {
        "@type": "ClaimReview",
        "@id": f"{SITE}/reviews/{review.pk}/",
        "identifier": f"urn:uuid:{review.pk}",
        "url": f"{SITE}/reviews/{review.pk}/",
        "inLanguage": "vi",
        "headline": "Video nước lũ là của năm 2020",
        "abstract": "Sai. Quay năm 2019.",
        "reviewBody": "Đoạn video **không** quay năm nay.",
        "datePublished": "2026-10-05",
        "dateModified": body["updated_at"],
        "creativeWorkStatus": "Published",
        "author": [
            {
                "@type": "NewsMediaOrganization",
                "name": "Toà soạn kiemchung.example",
                "url": "https://kiemchung.example/",
                "logo": "https://kiemchung.example/logo.png",
                "sameAs": ["https://social.example/kiemchung"],
                "verificationFactCheckingPolicy": "https://kiemchung.example/method",
                "correctionsPolicy": "https://kiemchung.example/corrections",
                "publishingPrinciples": "https://kiemchung.example/principles",
                "unnamedSourcesPolicy": "https://kiemchung.example/sources",
                "actionableFeedbackPolicy": "https://kiemchung.example/feedback",
            },
            {"@type": "Person", "name": "reporter@kiemchung.example"},
        ],
        "claimReviewed": "Nước lũ ở Huế đã lên tới mái chùa.",
        "itemReviewed": {
            "@type": "Claim",
            "@id": f"{SITE}/api/v1/claims/{review.claim_id}/",
            "text": "Nước lũ ở Huế đã lên tới mái chùa.",
            "inLanguage": "vi",
            "datePublished": "2026-10-03",
            "locationCreated": {"@type": "Place", "name": "Huế"},
            "author": {
                "@type": "Person",
                "name": "Nguyễn Văn Ví Dụ",
                "jobTitle": "Bộ trưởng",
                "sameAs": ["https://www.wikidata.org/wiki/Q1"],
            },
            "firstAppearance": {
                "@type": "MediaObject",
                "url": "https://social.example/p/1",
                "encodingFormat": "video/*",
                "archivedAt": CAPTURE,
                "sha256": "ab" * 32,
            },
            "appearance": [{"@type": "TextObject", "url": "https://paper.example/2"}],
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": "Sai",
            "ratingValue": 1,
            "bestRating": 5,
            "worstRating": 1,
            "ratingExplanation": "Sai.",
        },
        "correction": [
            {
                "@type": "CorrectionComment",
                "datePublished": correction.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "text": "Ngày quay đã được xác minh lại với người quay phim.",
            }
        ],
        "citation": [
            {
                "@type": "CreativeWork",
                "name": "Nguồn 1",
                "url": "https://source.example/1",
                "archivedAt": "https://web.archive.org/web/1/https://source.example/1",
                "publisher": {"@type": "Organization", "name": "Cục Thống kê"},
                "hasPart": {"@type": "Quotation", "text": "Mực nước là 2 mét."},
            },
            {"@type": "CreativeWork", "name": "Nguồn 2", "url": "https://source.example/2"},
        ],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "sdLicense": "https://creativecommons.org/licenses/by/4.0/",
        "sdDatePublished": body["updated_at"][:10],
    }


def test_verdict_is_said_in_the_language_of_the_review(newsroom):
    review = newsroom.publish_new(language="en", headline="The video is of 2020", summary="False.")
    assert published(review)["reviewRating"]["alternateName"] == "False"


def test_claimant_who_is_described_is_no_author(live):
    item = published(live)["itemReviewed"]
    assert "author" not in item
    assert item["creditText"] == "một người dùng mạng xã hội"


def test_claimant_who_is_unknown_is_left_out(newsroom):
    review = newsroom.publish_new(newsroom.make_claim(claimant=None, claimed_on=None))
    item = published(review)["itemReviewed"]
    assert item.keys() & {"author", "creditText", "datePublished", "locationCreated"} == set()


def test_organization_is_typed_as_one(newsroom):
    claimant = Claimant.objects.create(
        newsroom=newsroom.publisher, type="organization", name="Công ty Nước Ví Dụ", confirmed=True
    )
    review = newsroom.publish_new(newsroom.make_claim(claimant=claimant))
    assert published(review)["itemReviewed"]["author"] == {"@type": "Organization", "name": "Công ty Nước Ví Dụ"}


def test_review_of_another_publisher_keeps_to_what_that_publisher_said(newsroom):
    review = make_imported(newsroom, "https://outra.example/1")
    newsroom.publish_review(review)
    found = published(review)
    assert found["url"] == "https://outra.example/1"
    assert found["@id"] == f"{SITE}/reviews/{review.pk}/"
    assert found["reviewRating"] == {"@type": "Rating", "alternateName": "Pants on Fire"}
    assert found.keys() & {"datePublished", "dateModified", "license"} == set()
    assert found["sdLicense"] == "https://creativecommons.org/licenses/by/4.0/"


def test_update_is_no_correction(newsroom, live):
    review_policy.open_correction(review=live, by=newsroom.reporter, change_class="update", note="Đã có số liệu mới.")
    Review.objects.filter(pk=live.pk).update(summary="Sai. Đã có số liệu mới.")
    newsroom.publish_review(Review.objects.get(pk=live.pk))
    assert "correction" not in published(live)


@pytest.mark.parametrize(
    ("medium", "digest", "expected"),
    [
        ("video", None, {"@type": "MediaObject", "encodingFormat": "video/*"}),
        ("image", "ab" * 32, {"@type": "MediaObject", "encodingFormat": "image/*", "sha256": "ab" * 32}),
        ("audio", None, {"@type": "AudioObject"}),
        ("text", None, {"@type": "TextObject"}),
        (None, "ab" * 32, {"@type": "MediaObject", "sha256": "ab" * 32}),
        (None, None, {"@type": "CreativeWork"}),
    ],
)
def test_appearance_has_what_google_demands_of_its_type(newsroom, schemaorg, medium, digest, expected):
    """Google demands of videos and images what nobody knows of an appearance: their name, file, thumbnail and rights."""
    claim = newsroom.make_claim()
    claim.appearances.update(medium=medium or "", media_sha256=digest or "")
    review = newsroom.publish_new(claim)
    document = orjson.loads(claim_review_document(PublishedReview.objects.get(pk=review.pk).body))
    assert document["itemReviewed"]["firstAppearance"] == {"url": "https://social.example/p/1", **expected}
    assert schemaorg.faults(document) == []


def test_verdict_without_a_number_has_words_alone(newsroom, schemaorg):
    """Google demands only `alternateName` of a Rating. A number for a claim that can't be judged would mislead."""
    unproven = make_scale().verdicts.get(slug="unproven")
    review = newsroom.publish_new(verdict=unproven)
    document = orjson.loads(claim_review_document(PublishedReview.objects.get(pk=review.pk).body))
    assert document["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "Chưa có căn cứ",
        "ratingExplanation": "Bằng chứng hiện có chưa đủ để xác nhận hay bác bỏ. Kết luận này không nằm trên thang từ sai"
        " đến đúng.",
    }
    assert schemaorg.faults(document) == []


def test_document_means_in_schema_org_what_it_says(newsroom, schemaorg, database):
    review = full_review(newsroom)
    newsroom.publish_review(review)
    newsroom.correct_review(review, summary="Sai. Quay năm 2019.")
    document = orjson.loads(claim_review_document(PublishedReview.objects.get(pk=review.pk).body))
    assert schemaorg.faults(document) == []
    (node,) = schemaorg.expand(document)
    assert node["@type"] == ["http://schema.org/ClaimReview"]
    (rating,) = node["http://schema.org/reviewRating"]
    assert rating["http://schema.org/alternateName"] == [{"@value": "Sai"}]
    assert rating["http://schema.org/ratingValue"] == [{"@value": 1}]
    (item,) = node["http://schema.org/itemReviewed"]
    assert item["http://schema.org/author"][0]["@type"] == ["http://schema.org/Person"]


def test_shapes_find_what_is_wrong(newsroom, schemaorg, database):
    """Otherwise the test above would prove nothing."""
    review = full_review(newsroom)
    newsroom.publish_review(review)
    document = orjson.loads(claim_review_document(PublishedReview.objects.get(pk=review.pk).body))
    document["itemReviewed"]["appearance"] = "not a node"
    document["reviewRating"]["verdict"] = "Sai"
    document["claimReviewed"] = {"@type": "Claim"}
    assert {fault.split()[0] for fault in schemaorg.faults(document)} == {
        "http://schema.org/appearance",
        "http://schema.org/claimReviewed",
        "verdict:",
    }


def test_hostile_text_stays_text(newsroom, schemaorg):
    text = '</script><script>alert(1)</script>\u202ehsilgne "quoted" \\ \u2028 end'
    review = newsroom.publish_new(newsroom.make_claim(text=text), summary=text)
    document = orjson.loads(claim_review_document(PublishedReview.objects.get(pk=review.pk).body))
    assert document["claimReviewed"] == text
    assert document["abstract"] == text
    assert schemaorg.faults(document) == []


def test_drafts_do_not_show(live):
    Claim.objects.filter(pk=live.claim_id).update(text="Bản nháp mới.")
    Authorship.objects.filter(review=live).update(name="Một người khác")
    found = published(live)
    assert found["claimReviewed"] == "Nước lũ ở Huế đã lên tới mái chùa."
    assert found["author"][1]["name"] == "reporter@kiemchung.example"
    assert LogEntry.objects.count() == 1
