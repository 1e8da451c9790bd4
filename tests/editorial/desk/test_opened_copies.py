"""The evidence on the page of a decision: each copy beside the text, a translation beside its original. Nothing foreign is loaded."""

from pathlib import Path

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factcheck.editorial.captures.uploads import store_upload
from factcheck.editorial.drafts import translations
from factcheck.editorial.models import Capture, Proposal, Review
from factcheck.editorial.proposals import workflow
from tests.clean_room.test_copy_decoder import FOREIGN
from tests.editorial.desk.addresses import decision
from tests.journeys.browser import client_of, signed_in
from tests.support.chromium import desk_of
from tests.support.copies import warc
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.scenes import as_bytes, scene

URL = "https://source.example/1"
PAGE = (
    FOREIGN
    + b"<h1>The river</h1><p>The water <b>ro</b>se in 2020.</p><img src=/p.jpg alt='A bridge'>"
    + b"<p>More." * 60
)


def proposal_with_copy(newsroom: Newsroom) -> tuple[Proposal, Capture]:
    review = newsroom.make_review()
    source = review.sources.get(position=0)
    source.quote, source.no_capture_reason = "the water rose in 2020", ""
    source.save()
    page = b"<!doctype html><html lang=en><title>T</title><base href=/><body>" + PAGE
    files = (URL, "text/html", page), ("https://source.example/p.jpg", "image/jpeg", as_bytes(scene(1)))
    file = SimpleUploadedFile("copy.warc.gz", warc(*files))
    capture = store_upload(row=source, file=file, by=newsroom.reporter)
    return workflow.submit(subject=Review.objects.get(pk=review.pk), by=newsroom.reporter), capture


def test_copy_opens_beside_the_text_with_its_quote(newsroom: Newsroom, storage: Path) -> None:
    proposal, capture = proposal_with_copy(newsroom)
    page = f"/admin/editorial/capture/{capture.pk}/text/"
    editor = signed_in(newsroom.editor).open(decision(proposal, "decide"))
    assert f'<iframe src="{page}#quote"' in editor.html
    client = client_of(newsroom.editor)
    shown = client.get(page)
    assert '<p dir="auto">The <mark id=quote>' not in shown.text
    assert '<p dir="auto"><mark id=quote>The water rose in 2020</mark>.</p>' in shown.text
    assert '<img src="pictures/0/" alt="A bridge" loading="lazy">' in shown.text
    assert "evil" not in shown.text
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "script" not in shown["Content-Security-Policy"]
    picture = client.get(f"{page}pictures/0/")
    assert (picture["Content-Type"], client.get(f"{page}pictures/1/").status_code) == ("image/jpeg", 404)
    client.force_login(make_newsroom("other.example").editor)
    assert [client.get(address).status_code for address in (page, f"{page}pictures/0/")] == [404, 404]


def test_translation_is_decided_beside_its_original(newsroom: Newsroom) -> None:
    original = newsroom.publish_new(body="# Đầu\n\nMột *hai*.\n\n- Ba\n\nBốn.")
    draft = translations.start_translation(review=original, by=newsroom.reporter)
    values = {"headline": "The flood video is from 2020", "summary": "False.", "claim_wording": "The flood."}
    Review.objects.filter(pk=draft.pk).update(body="# Head\n\nOne *two*.\n\n> Added.\n\n- Three\n\nFour.", **values)
    proposal = workflow.submit(subject=Review.objects.get(pk=draft.pk), by=newsroom.reporter)
    page = lxml.html.fromstring(signed_in(newsroom.editor).open(decision(proposal, "decide")).html)
    rows = [
        [" ".join(cell.text_content().split()) for cell in row] for row in page.xpath("//section[@class='beside']//tr")
    ]
    assert rows[2:] == [
        ["Video nước lũ là của năm 2020", "The flood video is from 2020"],
        ["Sai. Đoạn video được quay năm 2020.", "False."],
        ["Sai.", "False."], ["Đầu", "Head"], ["Một hai.", "One two."], ["", "Added."], ["Ba", "Three"], ["Bốn.", "Four."],
    ]  # fmt: skip


@pytest.mark.prove
def test_browser_asks_nobody_else_for_a_hostile_copy(newsroom: Newsroom, storage: Path) -> None:
    """At 1440 px, the copy is beside the text, and below its source at 390 px. The keyboard opens it."""
    proposal, _capture = proposal_with_copy(newsroom)
    with desk_of(newsroom.editor, "") as page:
        requests: list[str] = []
        page.context.on("request", lambda request: requests.append(request.url))
        site = page.url.partition("/admin/")[0]
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(site + decision(proposal, "decide"))
            page.locator(".opened-copy summary").press("Enter")
            frame = page.frame_locator("iframe")
            frame.get_by_text("The water rose in 2020", exact=True).wait_for()
            frame.get_by_alt_text("A bridge").scroll_into_view_if_needed()
            page.wait_for_function("document.querySelector('iframe').contentDocument.images[0].naturalWidth == 480")
            copy, text = page.locator("iframe").bounding_box(), page.locator(".decision-read").bounding_box()
            assert copy is not None
            assert text is not None
            assert (copy["x"] >= text["x"] + text["width"]) == (width == 1440)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [url for url in requests if not url.startswith(site)] == []
        assert sum("/pictures/" in url for url in requests) == 2
