"""Comments beside the text: who sees and writes them, and that they leave the draft alone."""

import pytest
from django.db import connections
from playwright.sync_api import FloatRect, Locator, expect

from factcheck.editorial.models import Comment, ReaderMessage, Review
from tests.api.test_messages import TIP, sent
from tests.editorial.test_comments import SECRET, say
from tests.journeys.browser import Browser, client_of, signed_in
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_administrator, make_newsroom


def page_of(review: Review, page: str = "change") -> str:
    return (
        f"/admin/comments/review/{review.pk}/" if page == "comments" else f"/admin/editorial/review/{review.pk}/{page}/"
    )


def writes(browser: Browser, subject: str, text: str) -> Browser:
    return browser.fill(comment=text).choose("subject", subject).press("Comment")


def test_colleagues_comment_answer_and_resolve(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    editor = writes(signed_in(newsroom.editor).open(page_of(review)), "Source: Nguồn 2", "Ai đã nói vậy?")
    assert editor.path == page_of(review, "comments")
    comment = Comment.objects.get()
    reporter = signed_in(newsroom.reporter).open(page_of(review))
    assert "Source: Nguồn 2 editor" in reporter.text
    reporter.fill(**{f"answer__{comment.pk}": "Ông Minh."}).press("Answer")
    assert comment.answers.get().text == "Ông Minh."
    editor.open(page_of(review)).press("Resolve")
    assert Comment.objects.get(pk=comment.pk).resolved_by == newsroom.editor
    assert editor.press("Open again").has_button("Resolve")
    claim = signed_in(newsroom.chief).open(f"/admin/editorial/claim/{review.claim_id}/change/")
    claim.fill(comment="Đã có bài của báo khác.").press("Comment")
    assert "Đã có bài của báo khác." in signed_in(newsroom.reporter).open(page_of(review)).text


def test_refused_comment_stays_in_the_form(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    refused = writes(signed_in(newsroom.editor).open(page_of(review)), "Review", "x" * 2001)
    assert (refused.codes, refused.value("comment")) == ({"wrong_value"}, "x" * 2001)
    assert not Comment.objects.exists()


def test_nobody_sees_or_writes_comments_on_rows_they_may_not_open(newsroom: Newsroom) -> None:
    review, other = newsroom.make_review(), make_newsroom("khac.example")
    sent("tips", TIP)
    message = ReaderMessage.objects.get()
    for subject in (review, message):
        say(newsroom, subject, by=newsroom.editor)
    tip = f"/admin/comments/readermessage/{message.pk}/"
    pages = [page_of(review, "comments"), f"/admin/comments/claim/{review.claim_id}/"]
    for person in (other.editor, make_administrator()):
        stranger = client_of(person)
        asked = [stranger.get(page) for page in pages]
        asked.append(stranger.post(pages[0], {"comment": "Chào", "subject": f"review-{review.pk}"}))
        assert {answer.status_code for answer in asked} == {404}
    assert signed_in(newsroom.reporter).open(tip).status == 404  # only Editors read messages
    assert SECRET in signed_in(newsroom.editor).open(tip).text
    reader = signed_in(other.editor).open(tip)  # another newsroom also reads a tip to every newsroom
    assert (reader.status, SECRET in reader.text) == (200, False)
    reader.fill(comment="Của chúng tôi.").press("Comment")
    assert "Của chúng tôi." not in signed_in(newsroom.editor).open(tip).text
    elsewhere = str(Comment.objects.get(newsroom=other.publisher).pk)
    mine = client_of(newsroom.editor)
    for posted in ({"subject": f"message-{message.pk}"}, {"answer": elsewhere}, {"resolve": elsewhere}):
        assert mine.post(pages[0], {"comment": "Chào", f"answer-{elsewhere}": "Chào", **posted}).status_code == 404
    with connections["owner"].cursor() as cursor:  # an Editor here, and a Reporter there
        cursor.execute(
            "INSERT INTO editorial_membership (user_id, publisher_id, role) VALUES (%s, %s, 'reporter')",
            [newsroom.editor.pk, other.publisher.pk],
        )
    assert "Của chúng tôi." not in signed_in(newsroom.editor).open(tip).text


def place_of(element: Locator) -> FloatRect:
    place = element.bounding_box()
    assert place is not None
    return place


@pytest.mark.prove
def test_comment_leaves_the_page_and_its_autosave_alone(newsroom: Newsroom) -> None:
    """A comment in a browser: sent in place, with a completed name, and with the draft if it wasn't sent."""
    review = newsroom.make_review()
    version, person, editor = review.version, newsroom.reporter, str(newsroom.editor)
    with desk_of(person, f"editorial/review/{review.pk}/change/") as page:
        saves: list[str] = []
        page.on("request", lambda request: saves.append(request.url) if "/autosave/" in request.url else None)
        page.set_viewport_size({"width": 1440, "height": 900})
        panel, text = page.get_by_role("region", name="Comments"), page.get_by_label("New comment")
        text_column = page.locator(".writing-text")
        assert place_of(panel)["x"] > place_of(text_column)["x"] + place_of(text_column)["width"]
        panel.get_by_role("heading", name="Comments").click()
        text.type("Xem giúp @Edi")
        expect(page.locator(".comment-names").get_by_role("option")).to_have_text([editor])
        page.keyboard.press("Enter")
        expect(text).to_have_value(f"Xem giúp @{editor} ")
        page.get_by_role("button", name="Comment", exact=True).click()
        expect(panel).to_contain_text(f"Xem giúp @{editor}")
        expect(text).to_have_value("")
        page.get_by_label(f"Your answer to {person}").fill("Nhắc lại")
        page.reload()
        expect(page.get_by_label(f"Your answer to {person}")).to_have_value("Nhắc lại")
        page.wait_for_timeout(3_500)
        assert saves == []
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_role("region", name="Comments")).to_contain_text("Nhắc lại")
        page.set_viewport_size({"width": 390, "height": 844})
        assert place_of(panel)["y"] >= place_of(text_column)["y"] + place_of(text_column)["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [each.text for each in Comment.objects.all()] == [f"Xem giúp @{editor}", "Nhắc lại"]
    assert version == review.version
