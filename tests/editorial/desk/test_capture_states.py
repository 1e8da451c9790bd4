"""The states of captures on cards and in the poll, and who can read it."""

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from factcheck.editorial.models import Appearance, Capture, Source
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom


def attach(row: Source | Appearance, newsroom: Newsroom, **values: Any) -> Capture:
    """Gives the row a capture with these values."""
    values = {"newsroom": newsroom.publisher, "requested_by": newsroom.reporter, "url": row.url, **values}
    row.capture = Capture.objects.create(**values)
    row.save()
    return row.capture


def done(**values: Any) -> dict[str, Any]:
    return {
        "state": "done",
        "captured_at": timezone.now(),
        "size": 1_258_291,
        "sha256": "ab" * 32,
        "media_type": "application/warc",
        "file": "captures/x.warc.gz",
        "title": "Nước lũ năm 2020",
        "publisher_name": "Báo Sông Hương",
        "published_on": "2020-10-11",
        **values,
    }


def test_states_are_sentences_by_id_of_the_row(newsroom: Newsroom) -> None:
    waiting, kept = newsroom.make_review().sources.all()
    attach(waiting, newsroom)
    capture = attach(kept, newsroom, **done())
    states = signed_in(newsroom.editor).client.get(f"/admin/editorial/captures/sources/?ids={waiting.pk},{kept.pk}")
    assert states.json() == {
        str(waiting.pk): {"url": waiting.url, "state": "waiting", "text": "Being copied…", "page": "", "values": {}},
        str(kept.pk): {
            "url": kept.url,
            "state": "done",
            "text": f"Kept {capture.captured_at:%H:%M}, 1.2\u00a0MB",
            "page": f"/admin/editorial/capture/{capture.pk}/change/",
            "values": {"title": "Nước lũ năm 2020", "publisher": "Báo Sông Hương", "published_on": "2020-10-11"},
        },
    }


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Mực nước là “4 m”, … hôm ấy", True),
        (unicodedata.normalize("NFD", "mực nước là 'bốn mét'"), False),
        (unicodedata.normalize("NFD", "đê  đã vỡ"), True),
    ],
)
def test_card_says_whether_the_copy_contains_the_quote(newsroom: Newsroom, quote: str, found: bool) -> None:
    review = newsroom.make_review()
    source = review.sources.first()
    assert source is not None
    source.quote = quote
    capture = attach(source, newsroom, **done(text='Mực nước là\u00a0"4 m", theo trạm\u00adđo, hôm ấy. Đê đã vỡ.'))
    says = {True: "The quote is in the copy.", False: "The quote isn’t in the readable text of the copy."}
    browser = signed_in(newsroom.reporter)
    text = browser.client.get(f"/admin/editorial/captures/sources/?ids={source.pk}").json()[str(source.pk)]["text"]
    assert text.startswith(f"Kept {capture.captured_at:%H:%M}, 1.2\u00a0MB. {says[found]}")
    page = browser.open(f"/admin/editorial/review/{review.pk}/change/").text
    assert (says[found] in page, says[not found] in page) == (True, False)


def test_other_captures_are_told_apart(newsroom: Newsroom) -> None:
    appearance = newsroom.make_claim().appearances.get()
    reader = signed_in(newsroom.reporter).client

    def text(**values: Any) -> str:
        attach(appearance, newsroom, **values)
        states = reader.get(f"/admin/editorial/captures/appearances/?ids={appearance.pk}").json()
        return str(states[str(appearance.pk)]["text"])

    assert text(state="failed", failure="not_public") == (
        "Not copied. The URL leads to a private network, or to another port than 80 and 443. Upload your own copy."
    )
    at = timezone.now() - timedelta(days=3)
    assert text(**done(captured_at=at, origin="editor")) == f"Your copy, {at:%-d\u00a0%B\u00a0%Y}, 1.2\u00a0MB"


def test_only_the_newsroom_reads_its_captures(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    source = newsroom.make_review().sources.first()
    assert source is not None
    attach(source, newsroom, **done())
    client = signed_in(other.chief).client
    assert client.get(f"/admin/editorial/captures/sources/?ids={source.pk}").json() == {}
    assert client.get("/admin/editorial/captures/sources/?ids=1,x").status_code == 400
    assert client.get(f"/admin/editorial/captures/sources/?ids={'1,' * 200}1").status_code == 400
    assert client.get("/admin/editorial/captures/reviews/?ids=1").status_code == 404
    client.logout()
    assert client.get(f"/admin/editorial/captures/sources/?ids={source.pk}").status_code == 302


def test_empty_fields_show_what_the_capture_knows_and_are_saved(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    source = review.sources.first()
    assert source is not None
    Source.objects.filter(pk=source.pk).update(title="")
    source.refresh_from_db()
    attach(source, newsroom, **done())
    browser = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/")
    assert browser.value("sources-0-title") == "Nước lũ năm 2020"
    browser.fill(sources__0__publisher="Trạm đo").press("Save and go on")
    source.refresh_from_db()
    assert (source.title, source.publisher, str(source.published_on)) == ("Nước lũ năm 2020", "Trạm đo", "2020-10-11")
