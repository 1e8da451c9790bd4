"""Two people at one draft."""

from factcheck.editorial.models import Review
from tests.drafts import make_demand, make_newsroom, make_review
from tests.journeys.browser import signed_in


def test_second_to_save_a_review_is_told_and_keeps_what_was_typed(database: str) -> None:
    newsroom = make_newsroom()
    review = make_review(newsroom)
    page = f"/admin/editorial/review/{review.pk}/change/"
    lan, hoa = signed_in(newsroom.reporter).open(page), signed_in(newsroom.editor).open(page)
    hoa.fill(headline="Tít của Hoa").press("Save and go on")
    assert Review.objects.get().headline == "Tít của Hoa"
    lan.fill(headline="Tít của Lan").press("Save and go on")
    assert "Not saved: somebody else has saved this draft since you opened it." in lan.text
    assert lan.value("headline") == "Tít của Lan"
    assert Review.objects.get().headline == "Tít của Hoa"
    lan.press("Save and go on")
    assert Review.objects.get().headline == "Tít của Lan"
    lan.fill(headline="Tít sau cùng").press("Save and go on")  # one's own saving is no other's
    assert Review.objects.get().headline == "Tít sau cùng"


def test_change_of_sources_alone_counts_too(database: str) -> None:
    newsroom = make_newsroom()
    review = make_review(newsroom)
    page = f"/admin/editorial/review/{review.pk}/change/"
    lan, hoa = signed_in(newsroom.reporter).open(page), signed_in(newsroom.editor).open(page)
    hoa.fill(sources__0__title="Nguồn mới").press("Save and go on")
    lan.fill(headline="Tít của Lan").press("Save and go on")
    assert "Not saved: somebody else has saved this draft" in lan.text


def test_second_to_save_a_demand_is_told(database: str) -> None:
    newsroom = make_newsroom()
    demand = make_demand(newsroom)
    page = f"/admin/editorial/demand/{demand.pk}/change/"
    lan, hoa = signed_in(newsroom.reporter).open(page), signed_in(newsroom.editor).open(page)
    hoa.fill(done="Đã trả lời.").press("Save and go on")
    lan.fill(done="Chưa trả lời.").press("Save and go on")
    assert "Not saved: somebody else has saved this draft" in lan.text
    assert lan.value("done") == "Chưa trả lời."
