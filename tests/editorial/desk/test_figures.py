"""The figures of a newsroom: what is published in the period, for its own Editors, on a page and as CSV."""

import csv
import re
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest

from factcheck.editorial.models import Review, Topic
from factcheck.record.models import PublishedCorrection, PublishedDemand, PublishedReview
from tests.journeys.browser import client_of
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_newsroom

PERIOD: dict[str, Any] = {"first": "2026-11-23", "last": "2026-12-06"}


def publish_at(newsroom: Newsroom, at: datetime, sources: int = 2, primary: bool = True) -> Review:
    review = newsroom.make_review(sources=sources, claim=newsroom.make_claim())
    review.claim.topics.add(Topic.objects.get_or_create(slug="floods")[0])
    review.sources.filter(position=0).update(primary=primary)
    answer = {"answer": "Không có thư nào."} if primary else {"no_answer": True}
    review.replies.create(type="organization", name="Sở Y tế", asked_on="2026-10-03", **answer)
    newsroom.publish_review(review)
    PublishedReview.objects.filter(pk=review.pk).update(published_at=at)
    return review


@pytest.fixture
def counted(newsroom: Newsroom) -> Newsroom:
    newsroom.publisher.time_zone = "Asia/Ho_Chi_Minh"
    newsroom.publisher.save()
    publish_at(newsroom, datetime(2026, 11, 29, 16, 59, tzinfo=UTC))
    corrected = publish_at(newsroom, datetime(2026, 11, 29, 17, tzinfo=UTC))  # Monday in Hanoi, Sunday in London
    publish_at(newsroom, datetime(2026, 12, 1, tzinfo=UTC), sources=3, primary=False)
    publish_at(newsroom, datetime(2026, 12, 6, 17, tzinfo=UTC))  # after the period
    newsroom.correct_review(corrected, headline="Video nước lũ cũ")
    PublishedReview.objects.filter(pk=corrected.pk).update(published_at=datetime(2026, 11, 29, 17, tzinfo=UTC))
    PublishedCorrection.objects.update(at=datetime(2026, 12, 2, tzinfo=UTC), days=3)
    newsroom.publish_demand(newsroom.make_demand(corrected))
    PublishedDemand.objects.update(received_on=date(2026, 12, 6))
    other = make_newsroom("khac.example")
    publish_at(other, datetime(2026, 12, 1, tzinfo=UTC))
    return newsroom


def test_period_is_counted_in_the_newsrooms_zone(counted: Newsroom) -> None:
    page = client_of(counted.editor).get("/admin/figures/", {**PERIOD, "newsroom": counted.publisher.pk})
    assert (page.context["reviews"], page.context["standard_true"], page.context["median"]) == (3, 2, 3)
    answer = client_of(counted.editor).get("/admin/figures.csv", {**PERIOD, "newsroom": counted.publisher.pk})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kiemchung.example-2026-11-23.csv"'
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [(name, value, number) for name, value, _label, number in rows] == [
        ("figure", "value", "count"),
        ("weeks", "2026-11-23", "1"),
        ("weeks", "2026-11-30", "2"),
        ("topics", "floods", "3"),
        ("sources", "2", "2"),
        ("sources", "3", "1"),
        ("standard", "true", "2"),
        ("standard", "false", "1"),
        ("replies", "asked", "3"),
        ("replies", "answered", "2"),
        ("corrections", "substantive", "1"),
        ("days", "3", "1"),
        ("demands", "state_body refused", "1"),
    ]


def test_figures_are_for_the_newsrooms_own_editors(counted: Newsroom) -> None:
    other = make_newsroom("thu-ba.example")
    asked = {**PERIOD, "newsroom": counted.publisher.pk}
    assert client_of(counted.reporter).get("/admin/figures/").status_code == 403
    assert "newsroom" not in client_of(other.editor).get("/admin/figures/", asked).context
    assert client_of(other.editor).get("/admin/figures.csv", asked).headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("first", ["2025-11-01", "2026-12-07", "2026-02-30"])
def test_period_is_at_most_a_year(newsroom: Newsroom, first: str) -> None:
    asked = {**PERIOD, "first": first, "newsroom": newsroom.publisher.pk}
    assert "newsroom" not in client_of(newsroom.editor).get("/admin/figures/", asked).context


@pytest.mark.prove
def test_a_year_is_one_page_of_paper_and_fits_a_telephone(counted: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    query = f"?newsroom={counted.publisher.pk}&first=2025-12-07&last=2026-12-07"
    with desk_of(counted.editor, f"figures/{query}") as page:
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
