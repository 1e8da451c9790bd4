"""The list of sources to check again, from home to the decision, and what readers see."""

from typing import Any

from django.test import Client
from django.utils import timezone

from factcheck.editorial.models import Review, WatchedSource
from factcheck.record.models import LogEntry, SourceCheck
from tests.journeys.browser import client_of
from tests.support.drafts import Newsroom, make_newsroom

LIST = "/admin/editorial/watchedsource/"


def found(newsroom: Newsroom, state: str = "gone") -> tuple[Review, WatchedSource]:
    """A published review whose first source has this problem."""
    review = newsroom.publish_new()
    url = "https://source.example/1"
    source = WatchedSource.objects.create(review=review, url=url, sequence=0, state=state)
    SourceCheck.objects.create(review_id=review.pk, url=url, state=state, since=source.since, checked_at=timezone.now())
    return review, source


def text(client: Client, address: str) -> str:
    response: Any = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_problem_is_on_home_and_in_the_list_of_its_newsroom(newsroom: Newsroom) -> None:
    review, source = found(newsroom)
    client = client_of(newsroom.reporter)
    assert "Sources have changed" in text(client, "/admin/")
    page = text(client, LIST)
    assert "No longer available" in page
    assert source.url in page
    assert f"/admin/editorial/review/{review.pk}/do/correct/" in page
    stranger = client_of(make_newsroom("khac.example").editor)
    assert source.url not in text(stranger, LIST)
    assert "Sources have changed" not in text(stranger, "/admin/")
    assert client.get(f"{LIST}{source.pk}/change/").status_code in (200, 302)
    assert stranger.get(f"{LIST}{source.pk}/change/").status_code in (302, 403, 404)
    assert client.get(f"{LIST}add/").status_code == 403


def test_seen_and_still_fine_makes_it_quiet(newsroom: Newsroom) -> None:
    _review, source = found(newsroom, "without_quote")
    entries = LogEntry.objects.count()
    client = client_of(newsroom.editor)
    response = client.post(LIST, {"action": "accept", "_selected_action": [source.pk]}, follow=True)
    assert "Marked 1 source as fine." in response.content.decode()
    source.refresh_from_db()
    assert source.accepted_by == newsroom.editor
    assert source.url not in text(client, LIST)
    assert "have to be checked again" not in text(client, "/admin/")
    assert LogEntry.objects.count() == entries
    assert SourceCheck.objects.get().state == "without_quote"  # readers still learn what the check has found


def test_readers_see_the_newest_check_beside_the_source(newsroom: Newsroom) -> None:
    review, _source = found(newsroom)
    page = f"/reviews/{review.pk}/"
    assert "No longer available (last checked" in text(Client(), page)
    for state, words in (
        ("changed", "Still available, but changed since the copy was made (last checked"),
        ("without_quote", "Still available, but without the quoted words (last checked"),
        ("unchanged", "Still available and unchanged (last checked"),
    ):
        SourceCheck.objects.update(state=state, checked_at=timezone.now())
        assert words in text(Client(), page)
    assert "No longer available" not in text(Client(), page)
    SourceCheck.objects.all().delete()
    assert "last checked" not in text(Client(), page)
