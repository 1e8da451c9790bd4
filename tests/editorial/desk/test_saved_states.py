"""The pages with the saved states of a draft."""

import pytest

from factcheck.editorial.drafts.saved_states import keep_state
from factcheck.editorial.models import Review, SavedState, User
from tests.journeys.browser import client_of, signed_in
from tests.support.drafts import Newsroom, make_newsroom

pytestmark = pytest.mark.one_database


def states_url(review: Review) -> str:
    return f"/admin/editorial/review/{review.pk}/states/"


def change(review: Review, by: User, **values: str) -> SavedState:
    for name, value in values.items():
        setattr(review, name, value)
    review.save()
    state = keep_state(review, by)
    assert state is not None
    return state


def test_two_states_are_compared_and_one_is_restored(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    first = change(review, newsroom.reporter, body="Đoạn video quay năm 2020.")
    second = change(review, newsroom.editor, body="Đoạn video quay năm 2021.")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/").follow("Saved states")
    assert str(newsroom.editor) in lan.text
    lan.open(f"{states_url(review)}?before={first.pk}&after={second.pk}")  # what the form sends
    assert "2020 Added: 2021" in " ".join(lan.text.split())
    lan.press("Restore the first text")
    assert "Restored. The text that was here before is kept" in lan.text
    assert Review.objects.get(pk=review.pk).body == "Đoạn video quay năm 2020."
    kinds = SavedState.objects.filter(draft=review.pk).values_list("kind", flat=True)
    assert list(kinds) == ["restored", "saved", "saved"]
    now = lan.open(f"{states_url(review)}?before={second.pk}&after=now").text
    assert "2021 Added: 2020" in " ".join(now.split())


def test_correction_is_restored_after_it_was_thrown_away(newsroom: Newsroom) -> None:
    review = newsroom.publish_new()
    newsroom.open_correction(review, headline="Tít sửa")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/")
    lan.follow("Throw these changes away").press("Throw these changes away")
    assert Review.objects.get(pk=review.pk).state == "published"
    thrown = SavedState.objects.get(draft=review.pk, kind="discarded")
    assert lan.open(f"{states_url(review)}?before={thrown.pk}&after=now").status == 200
    assert not lan.has_button("Restore the first text")  # open a correction first
    newsroom.open_correction(review, note="Nhầm ngày quay, xem lại bản sửa trước đó của chúng tôi.")
    lan.open(f"{states_url(review)}?before={thrown.pk}&after=now").press("Restore the first text")
    assert Review.objects.get(pk=review.pk).headline == "Tít sửa"


def test_strangers_and_invented_states_find_nothing(newsroom: Newsroom) -> None:
    review, other = newsroom.make_review(), newsroom.make_review()
    state, foreign = change(review, newsroom.reporter, body="a"), change(other, newsroom.reporter, body="b")
    client = client_of(newsroom.reporter)
    for query in ("x", "9" * 30, str(foreign.pk), "-1"):
        assert client.get(states_url(review), {"before": query}).status_code == 404
    assert client.get(f"{states_url(review)}{state.pk}/restore/").status_code == 405
    client.post(f"{states_url(review)}{foreign.pk}/restore/")
    assert Review.objects.get(pk=review.pk).body == "a"
    stranger = client_of(make_newsroom("la.example").chief)
    assert stranger.get(states_url(review)).status_code == 404
    assert stranger.post(f"{states_url(review)}{state.pk}/restore/").status_code == 404


def test_page_of_a_demand(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand()
    page = signed_in(newsroom.chief).open(f"/admin/editorial/demand/{demand.pk}/change/").follow("Saved states")
    assert "This draft has no saved states yet." in page.text
