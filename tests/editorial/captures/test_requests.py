"""Captures are requested where sources and appearances are saved: at the desk and by programs."""

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.editorial.captures.requests import TASK, capture_again, request_missing
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Capture, Claim, ReaderMessage, Review, Source
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom
from tests.support.evidence import age, make_capture
from tests.support.tokens import CLAIM, make_program

URL = "https://source.example/new"


def jobs() -> list[str]:
    return [job.args["capture"] for job in ProcrastinateJob.objects.filter(task_name=TASK).order_by("pk")]


def request(newsroom: Newsroom, *rows: Source) -> None:
    request_missing(rows, newsroom=newsroom.publisher, by=newsroom.reporter)


def test_source_saved_at_the_desk_is_captured_once(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    page = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/")
    page.fill(**{"sources-0-url": URL}).press("Save and go on")
    source = review.sources.get(position=0)
    assert source.capture is not None
    assert (source.capture.url, source.capture.state, source.capture.requested_by) == (
        URL,
        "waiting",
        newsroom.reporter,
    )
    assert jobs() == [str(source.capture_id)]
    page.fill(**{"sources-0-quote": "Nước dâng."}).press("Save and go on")
    assert jobs() == [str(source.capture_id)]
    assert review.sources.get(position=1).capture is None  # nobody changed this row


def test_appearance_saved_at_the_desk_is_captured(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    page = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    page.fill(**{"appearances-0-url": URL}).press("Save")
    assert claim.appearances.get().capture.url == URL


def test_recent_capture_of_the_url_is_reused_unless_it_failed(newsroom: Newsroom) -> None:
    first, second = newsroom.make_review().sources.all()
    first.url = second.url = URL
    request(newsroom, first, second)
    assert first.capture == second.capture
    third = newsroom.make_review(newsroom.make_claim()).sources.all()[0]
    third.url = URL
    Capture.objects.update(state="failed", failure="timeout")
    request(newsroom, third)
    assert third.capture != first.capture
    Capture.objects.update(state="done", failure="", captured_at=timezone.now(), size=1, sha256="0" * 64,
                           media_type="text/html", file="x")  # fmt: skip
    Capture.objects.update(is_public=True)
    fourth = newsroom.make_review(newsroom.make_claim()).sources.all()[0]
    fourth.url = URL
    request(newsroom, fourth)
    assert fourth.capture == third.capture  # the newest one
    assert len(jobs()) == 2


def test_capture_from_yesterday_is_not_reused(newsroom: Newsroom) -> None:
    before = make_capture(newsroom, url=URL)
    age(before, days=2)
    source = newsroom.make_review().sources.all()[0]
    source.url = URL
    request(newsroom, source)
    assert source.capture != before


def test_uploaded_capture_is_kept_when_the_url_is_corrected(newsroom: Newsroom) -> None:
    source = newsroom.make_review().sources.all()[0]
    source.capture = make_capture(newsroom, url="https://typo.example/", origin="editor")
    request(newsroom, source)
    assert source.capture.origin == "editor"
    assert jobs() == []


def test_capture_again_replaces_the_capture(newsroom: Newsroom) -> None:
    source = newsroom.make_review().sources.all()[0]
    request(newsroom, source)
    before = source.capture
    capture_again(source, newsroom=newsroom.publisher, by=newsroom.reporter)
    source.refresh_from_db()
    assert source.capture != before
    assert len(jobs()) == 2


def test_program_requests_captures_and_keeps_them_when_it_sends_its_list_again(newsroom: Newsroom) -> None:
    program = make_program(newsroom)
    claim = program.post("claims/", CLAIM | {"appearances": [{"url": URL}]})
    assert Claim.objects.get(pk=claim).appearances.get().capture.url == URL
    source = {"title": "A", "url": "https://a.example/1", "published_on": "2026-01-02", "no_capture_reason": "Chặn."}
    made = program.post("reviews/", {"claim": {"id": claim}, "language": "vi", "sources": [source]})
    first = Review.objects.get(pk=made).sources.get()
    assert first.capture is not None
    age(first.capture, days=2)
    program.send("PATCH", f"reviews/{made}/", {"sources": [source | {"title": "B"}, {"title": "C"}]})
    sources = list(Review.objects.get(pk=made).sources.all())
    assert [(row.title, row.capture) for row in sources] == [("B", first.capture), ("C", None)]
    answered = program.get(f"reviews/{made}/")["sources"][0]
    assert (answered["published_on"], answered["no_capture_reason"]) == ("2026-01-02", "Chặn.")
    said = source | {"capture": {"sha256": "0" * 64}}
    program.refused("PATCH", f"reviews/{made}/", {"sources": [said]}, 422)


def test_address_of_a_readers_tip_is_captured(newsroom: Newsroom) -> None:
    values = {"text": "Có tin đồn này.", "language": "vi", "url": URL}
    reader_messages.receive_message(kind=ReaderMessage.Kind.TIP, values=values, address="x")
    message = ReaderMessage.objects.get()
    reader_messages.take_up(message=message, by=newsroom.editor, newsroom=newsroom.publisher.pk)
    capture = Claim.objects.get().appearances.get().capture
    assert capture is not None
    assert (capture.url, jobs()) == (URL, [str(capture.pk)])
