"""An editor asks for an erasure or a redaction at the desk, another decides, and readers get the notice."""

from typing import Any

from django.test import Client

from factcheck.editorial.models import Review, User
from tests.journeys.browser import Browser, signed_in
from tests.support.drafts import Newsroom, make_newsroom

NOTICE = "Xoá theo yêu cầu của người có dữ liệu cá nhân được bảo vệ."


def at_review(person: User, review: Review) -> Browser:
    return signed_in(person).open(f"/admin/editorial/review/{review.pk}/change/")


def problem(path: str) -> Any:
    response = Client().get(f"/api/v1/{path}")
    assert response.status_code == 410
    return response.json()


def test_erasure_asked_for_and_approved_at_the_desk(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    other = make_newsroom("checkpoint.example").make_review(review.claim)
    newsroom.publish_review(review)
    assert not at_review(newsroom.reporter, review).has_link("Erase…")

    asks = at_review(newsroom.editor, review)
    assert not asks.has_link("Erase what is published, keep this draft…")
    asks.follow("Erase…")
    assert "1 published revision will be permanently erased, with all its drafts, messages and notes." in asks.text
    assert "1 other review of the same claim still contains the claim’s text" in asks.text
    assert "Video nước lũ là của năm 2020" in asks.text
    asks.press("Erase…")
    assert asks.codes == {"incomplete"}
    asks.choose("ground", "a private person’s data").fill(notice="Bài “Video nước lũ là của năm 2020”.").press("Erase…")
    assert asks.codes == {"repeats_content"}
    asks.fill(notice=NOTICE).press("Erase…")
    assert "The erasure is waiting for someone else’s decision." in asks.text
    assert "has requested its erasure. Someone else has to decide." in asks.text
    assert not asks.has_link("Read and decide")
    assert not asks.has_link("Erase…")

    decides = at_review(newsroom.chief, review).open("/admin/")
    assert "Erasure · editor@kiemchung.example" in decides.text
    decides.follow("Video nước lũ là của năm 2020").open(f"/admin/editorial/review/{review.pk}/preview/")
    assert "Readers will see this page in place of the review and its earlier revisions." in decides.text
    decides = at_review(newsroom.chief, review).follow("Read and decide")
    assert "What will be lost" in decides.text
    assert "Erased: a private person’s data" in decides.text
    assert NOTICE in decides.text
    decides.press("Approve")
    assert "Readers see the public notice on the review’s page." in decides.text
    assert "Video nước lũ là của năm 2020" not in decides.html
    assert not decides.has_link("Withdraw")
    assert not decides.has_link("Erase…")
    assert problem(f"reviews/{review.pk}/")["notice"] == {
        "ground": "personal_data",
        "text": NOTICE,
        "redaction": False,
        "newsroom": {"name": "Toà soạn kiemchung.example", "site": "kiemchung.example"},
    }
    assert decides.open("/admin/editorial/review/").status == 200
    assert "[erased]" not in decides.text  # the other newsroom's review keeps the claim
    assert other.claim.text == "Nước lũ ở Huế đã lên tới mái chùa."


def test_redaction_asked_for_and_published_at_the_desk(newsroom: Newsroom) -> None:
    review = newsroom.publish_new(headline="Ông Ba bịa chuyện nước lũ")
    asks = at_review(newsroom.editor, review).follow("Open a correction")
    asks.choose("change_class", "substantive").fill(note="Bài không còn nêu tên người đã đăng đoạn phim này.")
    asks.press("Open a correction").follow("Erase what is published, keep this draft…")
    asks.choose("ground", "a court’s order").fill(notice="Theo quyết định của toà án.").press(
        "Erase what is published, keep this draft…"
    )
    assert (
        "A redaction keeps the draft. First open a correction and delete the content to be erased from the draft."
    ) in asks.text
    asks.open(f"/admin/editorial/review/{review.pk}/change/").fill(headline="Một người bịa chuyện nước lũ")
    asks.press("Save and go on").follow("Erase what is published, keep this draft…")
    assert "The current draft will not be erased. Read the draft again before you continue." in asks.text
    assert "Headline Removed: Ông Ba Added: Một người bịa chuyện nước lũ" in asks.text
    asks.choose("ground", "a court’s order").fill(notice="Theo quyết định của toà án.").press(
        "Erase what is published, keep this draft…"
    )
    assert "The erasure of the published revisions is waiting for someone else’s decision." in asks.text

    decides = at_review(newsroom.chief, review).follow("Read and decide")
    assert "Headline Removed: Ông Ba Added: Một người bịa chuyện nước lũ" in decides.text
    assert "The draft that is kept Một người bịa chuyện nước lũ" in decides.text
    assert "Verdict: Removed" not in decides.text
    decides.press("Approve")
    assert "All published revisions have been erased. To publish this draft in their place, submit it." in decides.text
    assert "Ông Ba" not in decides.html
    assert problem(f"reviews/{review.pk}/")["detail"] == "Theo quyết định của toà án."

    asks.open(f"/admin/editorial/review/{review.pk}/change/").press("Save and submit for approval")
    assert "Submitted. Someone else now has to decide." in asks.text
    decides.open(f"/admin/editorial/review/{review.pk}/change/").follow("Read and decide")
    decides.press("Approve and publish")
    assert Client().get(f"/api/v1/reviews/{review.pk}/").json()["headline"] == "Một người bịa chuyện nước lũ"
    assert "Ông Ba" not in decides.open(f"/admin/editorial/review/{review.pk}/change/").html
