"""The page of one review in each of its states."""

import re
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import Review
from factcheck.record.models import LogEntry
from tests.support.drafts import Newsroom
from tests.website.conftest import Published, get


def test_review_says_what_the_document_says(published: Published) -> None:
    page = get(published.english)
    assert page.title == "“Nước lũ ở Huế đã lên tới mái chùa.” – False – Toà soạn checkpoint.org"
    for words in (
        "The video is of 2020",
        "Nước lũ ở Huế đã lên tới mái chùa.",
        "Said by một người dùng mạng xã hội",
        "Said on 3 October 2026",
        "Seen at social.example/p/1 (video) first appearance",
        "Claim: Nước lũ ở Huế đã lên tới mái chùa. Verdict: False claim is false claim is true"
        " 1 on a scale from 1 (claim is false) to 5 (claim is true) Why this verdict The video is of 2020 Verdict by",
        "Đoạn video không quay năm nay.",
        "refutes the claim Nguồn 1 source.example",
        "gives context Nguồn 2 source.example",
        "Corrections policy",
        "Licence: CC BY 4.0",
        "Published",
    ):
        assert words in page.text
    assert page.values("span", "class").count("here") == 1
    assert "https://source.example/1" in page.links
    assert "https://checkpoint.org/corrections" in page.links
    assert page.values("blockquote", "lang") == ["vi"]
    assert page.values("bdi", "lang")[:3] == ["vi", "en", "en"]


def test_review_has_a_readable_url_and_a_printed_proof(published: Published) -> None:
    """The words follow the verdict, disappear with the text, and never hide another page."""
    words, review = "nuoc-lu-o-hue-da-len-toi-mai-chua-dung/", published.corrected
    page = get(f"{review}{words}")
    assert page.values("link", "href")[0] == f"http://127.0.0.1:8000{review}"
    assert f"http://127.0.0.1:8000{review}{words}" in page.values("input", "value")
    assert f"/verify/?review={review.split('/')[2]}&amp;revision=2 <svg" in page.source
    assert Client().get("/oembed/", {"url": f"http://127.0.0.1:8000{review}{words}"}).status_code == 200
    for outdated, target in (
        (f"/vi{review}nuoc-lu-o-hue-da-len-toi-mai-chua-sai/", f"/vi{review}{words}"),
        (f"{published.withdrawn}a-b/", published.withdrawn),
        (f"{published.erased}a-b/", published.erased),
        (f"{review}report/", f"/en{review}report/"),
    ):
        response = Client().get(outdated)
        assert (response.status_code, response.headers["Location"]) == (302, target)


def test_review_links_to_its_data(published: Published) -> None:
    entry = LogEntry.objects.get(subject=published.english.split("/")[2])
    api = f"http://127.0.0.1:8000/api/v1{published.english}"
    page = get(published.english)
    assert {api, f"{api}revisions/", f"{published.english}revisions/1/proof.json"} <= set(page.values("a", "href"))
    assert entry.digest in page.text
    assert page.values("link", "href") == [
        f"http://127.0.0.1:8000{published.english}",
        api,
        f"{api}claimreview/",
        f"/feeds/corrections.atom?ids={published.english.split('/')[2]}",
        f"/feeds/reviews.atom?claim={published.claim.split('/')[2]}",
        f"http://127.0.0.1:8000/oembed/?{urlencode({'url': f'http://127.0.0.1:8000{published.english}'})}",
        "/static/website/icon.svg",
        "/feeds/reviews.atom?language=en",
        "/feeds/reviews.atom",
        "/feeds/reviews.rss",
        "/feeds/reviews.json",
        "/feeds/corrections.atom?language=en",
        "/feeds/corrections.atom",
        "/static/website/site.css",
    ]
    assert page.values("meta", "property") == [
        "og:type",
        "og:title",
        "og:description",
        "og:url",
        "og:site_name",
        "article:published_time",
        "article:modified_time",
        "og:image",
        "og:image:type",
        "og:image:width",
        "og:image:height",
        "og:image:alt",
    ]


def test_review_verdict_is_also_in_the_readers_language(published: Published) -> None:
    assert "Đúng (True) claim is false claim is true 5 on a scale" in get(published.corrected).text
    assert "(Sai)" in get(published.english, language="vi").text


def test_review_claims_no_language_for_what_may_be_of_any(published: Published) -> None:
    """The page is English and the review, too; who said it, and what a source is called, may be of any language."""
    source = get(published.english).source
    assert '<bdi lang="">một người dùng mạng xã hội</bdi>' in source
    assert '<p class="source-title" lang=""><a href="https://source.example/1"' in source
    assert (
        '<blockquote lang="" dir="auto">Theo quyết định của tòa án.</blockquote>'
        in get(published.erased, status=410).source
    )


def test_review_in_a_language_without_labels_says_which_the_label_is_in(newsroom: Newsroom) -> None:
    review = newsroom.publish_new(language="ar", headline="الفيديو من عام 2020")
    source = get(f"/reviews/{review.pk}/").source
    assert '<bdi lang="en">False</bdi>' in source
    assert '<dd lang="" dir="auto">False.</dd>' in source
    assert '<bdi lang="en">False</bdi>' in get("/").source


def test_review_corrected_says_what_changed(published: Published) -> None:
    page = get(published.corrected)
    assert (
        "(substantive correction) Verdict before: Sai → after: Đúng Ngày quay đã được xác minh lại với người quay phim."
        in page.text
    )
    assert "last changed" in page.text
    assert f"{published.corrected}revisions/1/" in page.links


def test_review_leads_to_other_reviews_of_the_claim(published: Published) -> None:
    page = get(published.corrected)
    assert "Toà soạn checkpoint.org came to another verdict: " in page.text
    assert "Claim: Nước lũ ở Huế đã lên tới mái chùa. Verdict: False Why: The video is of 2020 " in page.text
    # Another newsroom's review isn't a translation of this one.
    assert page.values("link", "hreflang") == []


def test_review_names_its_translation(newsroom: Newsroom, live: Review) -> None:
    english = newsroom.publish_new(live.claim, language="en-GB", headline="The video is of 2020")
    again = newsroom.publish_new(live.claim, headline="Thêm một bài")
    here, there = f"/reviews/{live.pk}/", f"/reviews/{english.pk}/"
    assert _alternates(here) == [("vi", here), ("en-GB", there)]
    assert _alternates(there) == [("en-GB", there), ("vi", here)]
    assert _alternates(f"/reviews/{again.pk}/") == [("vi", f"/reviews/{again.pk}/"), ("en-GB", there)]
    unknown = newsroom.publish_new(live.claim, language="und", headline="2020")
    assert _alternates(f"/reviews/{unknown.pk}/") == []
    assert _alternates(here) == [("vi", here), ("en-GB", there)]
    newsroom.correct_review(live, headline="Video là của năm 2020")
    assert _alternates(f"{here}revisions/1/") == []


def _alternates(path: str) -> list[tuple[str, str]]:
    found = re.findall(
        r'<link rel="alternate" hreflang="([^"]+)" href="http://127.0.0.1:8000([^"]+)">', get(path).source
    )
    return [(language, address) for language, address in found]


def test_revision_former_is_marked(published: Published) -> None:
    page = get(f"{published.corrected}revisions/1/")
    assert "This is revision 1, published on" in page.text
    assert "It isn’t the current revision. The verdict has changed since then. Go to the current revision" in page.text
    assert "Sai (False) claim is false" in page.text
    assert "share-post" not in page.ids, "nobody passes on a verdict that has changed"
    assert "noindex" in page.values("meta", "content")
    assert f"http://127.0.0.1:8000/api/v1{published.corrected}revisions/1/" in page.values("link", "href")


def test_revision_current_is_not_marked_as_former(published: Published) -> None:
    page = get(f"{published.corrected}revisions/2/")
    assert "It isn’t the current revision" not in page.text
    assert "share-post" in page.ids
    assert f"http://127.0.0.1:8000{published.corrected}" in page.values("link", "href")


def test_review_withdrawn_keeps_its_reason_and_revisions(published: Published) -> None:
    page = get(published.withdrawn)
    assert "This review has been withdrawn Bài bị rút lại" in page.text
    assert "The reason Nguồn chính đã rút lại số liệu." in page.text
    assert '<div class="standfirst" lang="vi" dir="auto"><p>Nguồn chính đã rút lại số liệu.</p></div>' in page.source
    assert '<p class="note" lang="vi" dir="auto">Nguồn chính đã rút lại số liệu.</p>' in page.source
    assert "Nguồn 1" not in page.text
    assert "noindex" in page.values("meta", "content")
    former = get(f"{published.withdrawn}revisions/1/")
    assert "The review has since been withdrawn." in former.text
    assert "refutes the claim Nguồn 1" in former.text


@pytest.mark.parametrize("revision", ["", "revisions/1/", "revisions/2/"])
def test_review_erased_is_gone_with_the_notice(published: Published, revision: str) -> None:
    page = get(published.erased + revision, status=410)
    assert "This text has been erased" in page.text
    assert "The public notice Theo quyết định của tòa án." in page.text
    assert "Tên của một người" not in page.source
    assert "Published (text erased)" in page.text


def test_review_redacted_shows_what_stands_now(newsroom: Newsroom) -> None:
    review = newsroom.publish_new(headline="Tên của một người")
    newsroom.redact_review(review)
    page = get(f"/reviews/{review.pk}/", status=410)
    assert "It protects a private person’s data. Responsible: Toà soạn kiemchung.example" in page.text
    assert "Go to the current revision" not in page.text
    newsroom.publish_review(review)
    page = get(f"/reviews/{review.pk}/")
    assert "Bài không còn nêu tên người quay đoạn phim này." in page.text
    assert "Verdict before:" not in page.text  # it was erased
    assert "Published (text erased)" in page.text
    for former in (1, 2):
        page = get(f"/reviews/{review.pk}/revisions/{former}/", status=410)
        assert "The public notice Xoá theo yêu cầu" in page.text
        assert "Go to the current revision" in page.text
        assert "Tên của một người" not in page.source


def test_review_imported_speaks_in_its_publishers_words(published: Published) -> None:
    page = get(published.imported)
    for words in (
        "The publisher’s own page: marsad.org/1",
        "فلان, وزير name as printed by the publisher, not confirmed by an editor on this site",
        "Verdict by مرصد",
        "In the publisher’s own words كاذب",
        "The publisher’s rating 2 (claim is false: 1, claim is true: 7)",
        "Why this verdict لا دليل.",
        "This verdict hasn’t been mapped to a rating scale on this site.",
    ):
        assert words in page.text
    assert "https://marsad.org/1" in page.links
    assert page.values("bdi", "lang")[0] == "ar"
    # The language is not known: said so, not guessed.
    assert "" in page.values("bdi", "lang")


def test_review_is_described_with_its_verdict(published: Published) -> None:
    """The claim alone would spread what a newsroom found to be false."""
    for path, card, description in (
        (published.english, "“Nước lũ ở Huế đã lên tới mái chùa.” – False", "Why: The video is of 2020"),
        (
            f"{published.corrected}revisions/1/",
            "Không phải phiên bản hiện hành – “Nước lũ ở Huế đã lên tới mái chùa.” – Sai",
            "Lý do: Đoạn video được quay năm 2020.",
        ),
        (
            f"{published.withdrawn}revisions/1/",
            "Đã rút lại – “Nước lũ ở Huế đã lên tới mái chùa.” – Sai",
            "Lý do: Đoạn video được quay năm 2020.",
        ),
        (
            published.withdrawn,
            "Đã rút lại: Bài bị rút lại",
            "Tòa soạn không còn khẳng định nội dung bài này. Lý do: Nguồn",
        ),
    ):
        page = get(path)
        assert f'<meta property="og:title" content="{card}">' in page.source
        assert f'<meta property="og:description" content="{description}' in page.source
        assert page.title.startswith(card)


def test_review_hostile_is_text_everywhere(published: Published) -> None:
    page = get(published.hostile)
    assert (page.elements["script"], page.elements["img"]) == (
        2,
        0,
    )  # the ClaimReview (test_structured_data.py) and site.js
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert page.source.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 12
    # Nothing would end an override in a title.
    assert page.title.startswith('“"><script>alert(1)</script><img src=x onerror=alert(1)>hsilgne” – ')
    assert "\u202e" not in "".join(page.values("meta", "content"))
    home = get("/")
    assert (home.elements["script"], home.elements["img"]) == (1, 0)  # search.js


@pytest.mark.parametrize(
    "path",
    [
        "/reviews/00000000-0000-0000-0000-000000000000/",
        "/reviews/00000000-0000-0000-0000-000000000000/revisions/1/",
        "/reviews/1/",
        "{0}revisions/0/",
        "{0}revisions/3/",
        "{0}revisions/99999999999999999999/",
        "{0}revisions/-1/",
        "{0}revisions/x/",
    ],
)
def test_review_absent_is_404(published: Published, path: str) -> None:
    assert "This page doesn’t exist" in get(path.format(published.corrected), status=404).text


@pytest.mark.parametrize(
    ("name", "path", "queries"),
    [
        ("corrected", "", 1),
        ("withdrawn", "", 1),
        ("erased", "", 1),
        ("imported", "", 2),
        ("corrected", "revisions/1/", 2),
        ("erased", "revisions/1/", 2),
    ],
)
def test_review_queries_are_few_and_of_the_reading_role(published, name, path, queries):
    with (
        CaptureQueriesContext(connections["public"]) as public,
        CaptureQueriesContext(connections["default"]) as others,
    ):
        Client().get(getattr(published, name) + path)
    assert len(public) == queries
    assert len(others) == 0


def test_review_leads_to_reviews_of_merged_claims_until_the_split(newsroom: Newsroom) -> None:
    reviews = [newsroom.make_review(headline=f"Bài {number}") for number in range(3)]
    for each in reviews:
        newsroom.publish_review(each)
    newsroom.merge_claims(reviews[1].claim, reviews[0].claim)
    newsroom.merge_claims(reviews[2].claim, reviews[0].claim)
    for number, others in ((0, {1, 2}), (1, {0, 2}), (2, {0, 1})):
        assert _linked(reviews, number) == others
    newsroom.split_claim(reviews[1].claim)
    assert (_linked(reviews, 1), _linked(reviews, 2)) == (set(), {0})


def _linked(reviews: list[Review], number: int) -> set[int]:
    """Return the numbers of the other reviews that the page of a review links to."""
    links = get(f"/reviews/{reviews[number].pk}/").links
    return {
        other
        for other in {0, 1, 2} - {number}
        if any(link.endswith(f"/reviews/{reviews[other].pk}/") for link in links)
    }
