"""Messages from readers in groups: together in other words, apart with another fact, and answered in one decision."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from factcheck.editorial.drafts import discarding
from factcheck.editorial.messages import opened_messages, reader_messages
from factcheck.editorial.messages.opened_messages import Opened, group_messages, open_messages
from factcheck.editorial.models import Claim, Comment, EditorialEvent, ReaderMessage, ReusableAnswer, Review
from factcheck.editorial.proposals import workflow
from factcheck.record.matching import embeddings
from tests.api.test_messages import sent, status
from tests.editorial.test_comments import say
from tests.journeys.browser import signed_in
from tests.support.drafts import FLOOD, Newsroom, make_newsroom
from tests.support.refusals import refused

LIST = "/admin/editorial/readermessage/"
ROOF = "Có thật là nước lũ ở Huế đã lên tới mái chùa không ạ?"


def tip(text: str, language: str = "vi", **more: Any) -> str:
    """The receipt of a tip from a network of its own."""
    number = ReaderMessage.objects.count()
    return sent("tips", {"text": text, "language": language, **more}, f"198.51.{number}.1")


def page_of(text: str) -> str:
    return f"{LIST}{next(row.pk for row in ReaderMessage.objects.all() if row.text == text)}/group/"


def opened(*texts: str) -> list[Opened]:
    return [
        Opened(ReaderMessage(kind="tip", language=text.partition(":")[0]), text.partition(":")[2], "") for text in texts
    ]


def texts_of(messages: Sequence[Opened]) -> list[set[str]]:
    return [{each.text for each in group.messages} for group in group_messages(messages)[0]]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("Ibuprofen tablets contain the virus.", "Is it true that ibuprofen tablets contain a virus?", True),
        ("Ibuprofen tablets contain the virus.", "Paracetamol tablets contain the virus.", False),
        (FLOOD, ROOF, True),
        ("Bộ Y tế khuyên dân uống nước chanh mỗi ngày.", "Bộ Y tế không khuyên dân uống nước chanh mỗi ngày.", False),
        ("Giá xăng tăng thêm 300 đồng từ chiều nay.", "Giá xăng tăng thêm 800 đồng từ chiều nay.", False),
        ("The bank closes on 3 December.", "The bank closes on 13 December.", False),
    ],
)
def test_words_alone_put_a_claim_together_and_keep_another_fact_apart(one: str, other: str, together: bool) -> None:
    assert len(texts_of(opened(f"en:{one}", f"en:{other}"))) == (1 if together else 2)


def test_meaning_puts_two_languages_together_but_not_two_medicines(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is in this process even if the site has an API for vectors: no request leaves."""
    settings.EMBEDDINGS_URL = "http://embeddings.invalid/v1"
    monkeypatch.setattr(embeddings, "send", lambda *_args, **_more: pytest.fail("a tip was sent to an API"))
    english, ibuprofen = "Ibuprofen tablets contain the Machupo virus.", "Thuốc ibuprofen có chứa virus Machupo."
    messages = opened(f"en:{english}", f"vi:{ibuprofen}", "vi:Thuốc paracetamol có chứa virus Machupo.")
    assert texts_of(messages)[0] == {english, ibuprofen}
    assert opened_messages._remembered
    later = opened_messages.time.monotonic() + opened_messages.KEPT_SECONDS + 1
    monkeypatch.setattr(opened_messages.time, "monotonic", lambda: later)
    opened_messages.vector_of("Another text.")
    assert len(opened_messages._remembered) == 1


def test_group_is_answered_in_one_decision_and_each_reader_in_their_language(newsroom: Newsroom) -> None:
    receipts = [tip(FLOOD), tip(ROOF), tip(f"Nghe nói {FLOOD}", "en")]
    other = tip("Giá xăng tăng thêm 300 đồng từ chiều nay.")
    browser = signed_in(newsroom.editor).open(LIST)
    assert FLOOD in browser.text
    browser.open(page_of(FLOOD))
    members = browser.page.forms[-1].values["members"]
    browser.fill(members=members[:1], text_vi="Đoạn phim cũ.", text_en="An old film.").press("Answer")
    assert [status(receipt)["answer"] for receipt in receipts] == ["Đoạn phim cũ.", None, None]
    browser.open(page_of(ROOF)).fill(text_vi="Phim năm 2020.").press("Answer")
    assert browser.codes == {"incomplete"}  # an answer in English is missing, so nobody was answered
    assert status(receipts[1])["status"] == "waiting"
    browser.fill(text_en="A film of 2020.").press("Answer")
    assert [status(receipt)["answer"] for receipt in receipts[1:]] == ["Phim năm 2020.", "A film of 2020."]
    assert status(other)["status"] == "waiting"
    assert EditorialEvent.objects.filter(action="message.answered").count() == 3


def test_review_that_has_checked_a_group_is_linked_at_the_receipt_and_nothing_else_is(
    newsroom: Newsroom, live: Review, settings: Any
) -> None:
    receipt, url = tip(ROOF), f"{settings.SITE_URL}/reviews/{live.pk}/"
    editor, page, fuel = signed_in(newsroom.editor), page_of(ROOF), "Giá xăng tăng thêm 300 đồng từ chiều nay."
    checked = editor.client.get(f"{page}?checked=vi").content.decode()
    assert f'href="{url}">' in checked
    assert "Kết luận: Sai." in checked
    editor.open(page).fill(text_vi=f"{editor.value('text_vi')} https://evil.example/reviews/{live.pk}/ <b>").press(
        "Answer"
    )
    html = Client().get(f"/en/receipts/{receipt}/").content.decode()
    assert f'<a href="{url}">{url}</a>' in html
    assert 'href="https://evil' not in html
    assert "&lt;b&gt;" in html
    tip(fuel)
    assert not editor.client.get(f"{page_of(fuel)}?checked=vi").content.strip()


def test_group_becomes_one_claim_with_every_place(newsroom: Newsroom) -> None:
    tip(FLOOD, url="https://social.example/p/1")
    tip(ROOF, url="https://social.example/p/2")
    signed_in(newsroom.editor).open(page_of(ROOF)).press("Take up")
    claim = Claim.objects.get()
    assert sorted(each.url[-4:] for each in claim.appearances.all()) == ["/p/1", "/p/2"]
    assert set(ReaderMessage.objects.values_list("claim", "state")) == {(claim.pk, "taken_up")}
    browser = signed_in(newsroom.editor).open(page_of(FLOOD)).fill(text_vi="Phim năm 2020.").press("Answer")
    assert "Answered." in browser.text


def test_group_is_decided_whole_or_not_at_all(newsroom: Newsroom) -> None:
    tip(FLOOD)
    tip(ROOF)
    one, other = ReaderMessage.objects.order_by("received_at")
    acting: dict[str, Any] = {"by": newsroom.editor, "newsroom": newsroom.publisher.pk}
    reader_messages.dismiss(message=other, **acting)
    for act, more in ((reader_messages.answer, {"text": "Phim cũ."}), (reader_messages.take_up, {})):
        with refused("already_decided"):
            act(message=one, others=[other.pk], **acting, **more)
    one.refresh_from_db()
    assert one.state == "waiting"


def test_comments_on_every_message_of_a_group_are_read_and_answered_together(newsroom: Newsroom) -> None:
    tip(FLOOD)
    tip(ROOF)
    tip("Giá xăng tăng thêm 300 đồng từ chiều nay.")
    for row in ReaderMessage.objects.all():
        say(newsroom, row, f"Về: {row.text}", by=newsroom.editor)
    browser = signed_in(newsroom.second).open(page_of(FLOOD)).follow("Comments")
    assert (f"Về: {FLOOD}" in browser.text, f"Về: {ROOF}" in browser.text, "Giá xăng" in browser.text) == (
        True,
        True,
        False,
    )
    about = next(each for each in Comment.objects.all() if each.text == f"Về: {ROOF}")
    browser.fill(**{f"answer__{about.pk}": "Đã gọi."}).press("Answer")
    assert about.answers.get().message.text == ROOF
    browser.fill(comment="Cho cả nhóm.").press("Comment")
    assert browser.text.count("Cho cả nhóm.") == 1


def test_nobody_sees_or_groups_messages_that_they_may_not_read(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    tip(FLOOD, newsroom={"site": "kiemchung.example"})
    tip(ROOF)
    assert [len(group_messages(open_messages([room.publisher.pk]))[0]) for room in (newsroom, other)] == [2, 1]
    page = page_of(FLOOD)
    assert signed_in(other.editor).client.get(page).status_code == 302


def test_reusable_answers_are_edited_on_one_page_and_fill_the_form(newsroom: Newsroom) -> None:
    browser = signed_in(newsroom.editor).open(f"{LIST}answers/")
    row = {"name": "Không kiểm chứng được", "language": "vi", "text": "Đây là một ý kiến."}
    browser.fill(**{f"answers__0__{key}": value for key, value in row.items()}).press("Save")
    assert ReusableAnswer.objects.values_list("newsroom", "name", "language", "text").get() == (
        newsroom.publisher.pk, *row.values(),
    )  # fmt: skip
    tip(FLOOD)
    browser.open(page_of(FLOOD)).follow("Không kiểm chứng được")
    assert browser.value("text_vi") == "Đây là một ý kiến."
    assert signed_in(newsroom.reporter).client.get(f"{LIST}answers/").status_code == 404
    other = signed_in(make_newsroom("khac.example").editor)
    assert "Đây là một ý kiến." not in other.open(f"{LIST}answers/").html


@pytest.mark.parametrize("thrown_away", [False, True])
def test_correction_from_a_request_is_named_at_the_receipt_and_at_the_desk_alone(
    newsroom: Newsroom, live: Review, thrown_away: bool
) -> None:
    ask = {"text": "Năm quay phim ghi sai, phải là 2019.", "language": "vi", "review": {"id": str(live.pk)}}
    receipt = sent("correction-requests", ask)
    message = ReaderMessage.objects.get()
    browser = signed_in(newsroom.editor).open(page_of(ask["text"]))
    assert browser.value("note") == "Một bạn đọc đã chỉ ra điều này: "  # in the review's language
    browser.choose("change_class", "substantive").fill(note="Một độc giả cho biết phim được quay vào năm 2019.")
    browser.press("Open a correction")
    assert browser.path == f"/admin/editorial/review/{live.pk}/change/"
    assert browser.has_link("A reader asked for this correction")
    page = f"/en/receipts/{receipt}/"
    if thrown_away:
        discarding.discard_draft(draft=live, by=newsroom.editor)
        newsroom.correct_review(live, summary="Sai. Đoạn video được quay năm 2019.")
        assert "/revisions/" not in Client().get(page).content.decode()
        assert browser.open(page_of(ask["text"])).has_button("Open a correction")
        return
    assert "/revisions/" not in Client().get(page).content.decode()
    Review.objects.filter(pk=live.pk).update(summary="Sai. Đoạn video được quay năm 2019.")
    proposal = workflow.submit(subject=Review.objects.get(pk=live.pk), by=newsroom.editor)
    workflow.approve_and_publish(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    assert f'/reviews/{live.pk}/revisions/2/"' in Client().get(page).content.decode()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT convert_from(document, 'UTF8') FROM record_revisiondocument")
        published = "".join(row[0] for row in cursor.fetchall())
    for secret in (receipt, str(message.pk), message.receipt, ask["text"]):
        assert secret not in published
