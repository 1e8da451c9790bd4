"""The writing screen's parts as served: the steps in the save bar, the chosen claim, and the preview of the text."""

import pytest
from django.test import Client

from factcheck.editorial.models import Review, User
from factcheck.editorial.proposals import workflow
from tests.journeys.browser import client_of, signed_in
from tests.support.drafts import Newsroom, make_newsroom

pytestmark = pytest.mark.one_database

PREVIEW = "/admin/editorial/review/text-preview/"


def preview(user: User, **texts: str) -> dict[str, str]:
    return dict(client_of(user).post(PREVIEW, texts).json())


def main_step(html: str) -> str:
    bar = html[html.index('class="save-bar') :]
    start = bar.find('class="button default"')
    return "" if start < 0 else bar[bar.index(">", start) + 1 : bar.index("</a>", start)]


def test_main_button_is_the_next_step(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    page = f"/admin/editorial/review/{review.pk}/change/"
    reporter, editor = signed_in(newsroom.reporter), signed_in(newsroom.editor)
    assert reporter.open(page).has_button("Save and submit for approval")
    assert main_step(reporter.html) == ""
    workflow.submit(subject=review, by=newsroom.reporter)
    assert main_step(reporter.open(page).html) == "Take back"
    assert main_step(editor.open(page).html) == "Read and decide"


def test_published_review_opens_a_correction_next(newsroom: Newsroom, live: Review) -> None:
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/review/{live.pk}/change/")
    assert main_step(editor.html) == "Open a correction"
    assert editor.has_link("Withdraw")


def test_preview_is_what_readers_get(newsroom: Newsroom) -> None:
    shown = preview(
        newsroom.reporter,
        headline="Tít <b>",
        summary="Sai.",
        body="**a** <script>x</script> [b](javascript:x)\n\n| c |\n|---|\n| d |",
    )
    assert "Tít &lt;b&gt;" in shown["html"]
    assert "<strong>a</strong>" in shown["html"]
    assert "<td>d</td>" in shown["html"]
    assert "<script" not in shown["html"]
    assert "href" not in shown["html"]


@pytest.mark.parametrize(
    ("headline", "language"),
    [
        ("The video was filmed five years ago in another city.", "English (detected)"),
        ("Đoạn video được quay năm năm trước ở một thành phố khác.", "Vietnamese (detected)"),
        ("COVID-19", ""),
    ],
)
def test_preview_names_the_detected_language(newsroom: Newsroom, headline: str, language: str) -> None:
    assert preview(newsroom.reporter, headline=headline)["language"] == language


def test_preview_is_for_the_desk_alone(newsroom: Newsroom) -> None:
    assert Client().post(PREVIEW, {"body": "x"}).status_code != 200
    assert client_of(newsroom.reporter).get(PREVIEW).status_code == 405


def test_chosen_claim_is_shown_with_what_the_person_may_read(newsroom: Newsroom) -> None:
    mine, other = newsroom, make_newsroom("other.example")
    claim, secret = mine.make_claim(), other.make_claim(text="Chưa đăng.")
    client = client_of(mine.reporter)
    shown = client.get(f"/admin/editorial/review/claim/{claim.pk}/").content.decode()
    assert claim.text in shown
    assert "https://social.example/p/1" in shown
    assert client.get(f"/admin/editorial/review/claim/{secret.pk}/").status_code == 404
    other.publish_new(claim=secret)
    shown = client.get(f"/admin/editorial/review/claim/{secret.pk}/").content.decode()
    assert "Chưa đăng." in shown
    assert "https://social.example/p/1" not in shown


def test_what_is_missing_is_in_the_save_bar(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=0, headline="")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/")
    bar = lan.html[lan.html.index('class="save-bar') :]
    assert "missing</summary>" in bar
    assert "Before you can submit this review:" in bar
