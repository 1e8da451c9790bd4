"""Two people at one draft, or one and a program or an erasure."""

from copy import deepcopy

import pytest
from django.forms import inlineformset_factory

from factcheck.editorial.claimants import claimant_digest, confirm_claimant, redact_claimant
from factcheck.editorial.desk.writing.edit_conflicts import ConflictCheckedFormSet
from factcheck.editorial.models import Claimant, Review, SavedState, Source
from factcheck.editorial.proposals import review_policy, workflow
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom
from tests.support.tokens import CLAIM, make_program

pytestmark = pytest.mark.one_database

TOLD = "Not saved: this page has been changed since you opened it."


def test_second_to_save_a_review_is_told_and_keeps_what_was_typed(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    page = f"/admin/editorial/review/{review.pk}/change/"
    lan, hoa = signed_in(newsroom.reporter).open(page), signed_in(newsroom.editor).open(page)
    hoa.fill(headline="Tít của Hoa").press("Save and go on")
    assert Review.objects.get().headline == "Tít của Hoa"
    lan.fill(headline="Tít của Lan").press("Save and go on")
    assert "Not saved: this page has been changed since you opened it." in lan.text
    assert lan.value("headline") == "Tít của Lan"
    assert Review.objects.get().headline == "Tít của Hoa"
    lan.press("Save and go on")
    assert Review.objects.get().headline == "Tít của Lan"
    lan.fill(headline="Tít sau cùng").press("Save and go on")  # people don't conflict with themselves
    assert Review.objects.get().headline == "Tít sau cùng"


def test_page_of_an_earlier_correction_does_not_put_its_note_into_the_next_one_unseen(
    newsroom: Newsroom, live: Review
) -> None:
    newsroom.open_correction(live, note="Ngày quay là ngày 3, không phải ngày 5 tháng 10.", headline="Tít mới")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{live.pk}/change/")
    newsroom.publish_review(live)
    review_policy.open_correction(review=live, by=newsroom.editor, change_class="typo", note="Sửa tên xã.")
    lan.fill(headline="Tít của Lan").press("Save and go on")
    assert TOLD in lan.text
    live.refresh_from_db()
    assert (live.change_class, live.change_note) == ("typo", "Sửa tên xã.")


def test_page_of_the_first_draft_takes_nothing_from_the_correction(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/")
    newsroom.publish_review(review)
    review_policy.open_correction(review=review, by=newsroom.editor, change_class="typo", note="Sửa tên xã.")
    lan.fill(headline="Tít của Lan").press("Save and go on")
    assert TOLD in lan.text
    assert (lan.value("change_class"), lan.value("change_note")) == ("typo", "Sửa tên xã.")
    lan.press("Save and go on")
    review.refresh_from_db()
    assert (review.headline, review.change_class, review.change_note) == ("Tít của Lan", "typo", "Sửa tên xã.")


def test_correction_without_class_and_note_is_not_saved_and_can_be_mended(newsroom: Newsroom, live: Review) -> None:
    newsroom.open_correction(live)
    page = f"/admin/editorial/review/{live.pk}/change/"
    lan = signed_in(newsroom.reporter).open(page)
    lan.fill(change_note="").press("Save and go on")
    assert "This field is required." in lan.text
    Review.objects.update(change_class="", change_note="")  # as an earlier page could leave it
    lan.open(page).choose("change_class", "typing error").fill(change_note="Sửa tên xã.").press("Save and go on")
    live.refresh_from_db()
    assert (live.change_class, live.change_note) == ("typo", "Sửa tên xã.")


def test_change_of_sources_alone_counts_too(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    page = f"/admin/editorial/review/{review.pk}/change/"
    lan, hoa = signed_in(newsroom.reporter).open(page), signed_in(newsroom.editor).open(page)
    hoa.fill(sources__0__title="Nguồn mới").press("Save and go on")
    lan.fill(headline="Tít của Lan").press("Save and go on")
    assert "Not saved: this page has been changed" in lan.text


def test_sources_that_a_program_replaced_meanwhile_are_saved_at_the_second_press(
    newsroom: Newsroom, database: str
) -> None:
    program = make_program(newsroom)
    said = {"claim": {"id": program.post("claims/", CLAIM)}, "language": "vi"}
    sources = [{"title": "Trạm đo", "stance": "refutes"}, {"title": "Báo cũ", "stance": "context"}]
    pk = program.post("reviews/", said | {"sources": sources})
    lan = signed_in(newsroom.editor).open(f"/admin/editorial/review/{pk}/change/")
    program.send("PATCH", f"reviews/{pk}/", {"sources": [{"title": "Của máy", "stance": "context"}]})
    lan.fill(headline="Tít của Lan", sources__0__title="Trạm đo Huế", sources__1__title="Báo năm 2020")
    lan.press("Save and go on")
    assert TOLD in lan.text
    lan.press("Save and go on")
    assert Review.objects.get().headline == "Tít của Lan"
    stored = Source.objects.order_by("pk").values_list("title", "stance")
    assert list(stored) == [("Trạm đo Huế", "refutes"), ("Báo năm 2020", "context")]
    assert "Của máy" in {
        source["title"] for state in SavedState.objects.filter(draft=pk) for source in state.content["sources"]
    }


@pytest.mark.parametrize("removed", [0, pytest.param(1, marks=pytest.mark.prove)])
def test_source_that_a_colleague_removed_meanwhile_is_saved_at_the_second_press(newsroom, removed, database):
    review = newsroom.make_review()
    page = f"/admin/editorial/review/{review.pk}/change/"
    lan, hoa = signed_in(newsroom.reporter).open(page), signed_in(newsroom.editor).open(page)
    hoa.fill(**{f"sources-{removed}-DELETE": True}).press("Save and go on")
    assert Source.objects.count() == 1
    lan.fill(headline="Tít của Lan", sources__0__title="Trạm đo Huế", sources__1__title="Báo năm 2020")
    lan.add_row("sources")
    lan.fill(sources__2__title="Nguồn thứ ba").press("Save and go on")
    assert TOLD in lan.text
    lan.press("Save and go on")
    assert Review.objects.get().headline == "Tít của Lan"
    stored = Source.objects.order_by("title").values_list("title", "url")
    assert list(stored) == [
        ("Báo năm 2020", "https://source.example/2"),
        ("Nguồn thứ ba", ""),
        ("Trạm đo Huế", "https://source.example/1"),
    ]


def test_author_whom_two_add_at_once_is_there_once(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    pages = [signed_in(newsroom.chief).open(f"/admin/editorial/review/{review.pk}/change/") for _who in "12"]
    for each in pages:
        each.add_row("authorships")
        each.fill(authorships__1__user=str(newsroom.second.pk)).press("Save and go on")
    assert pages[1].press("Save and go on").status == 200
    assert review.authorships.count() == 2


def test_rows_that_a_page_never_had_are_not_looked_for(database: str) -> None:
    """A number with 24 digits would hold the row and a thread of the server for ever."""
    rows = inlineformset_factory(Review, Source, formset=ConflictCheckedFormSet, fields=["title"])
    sent = {"sources-TOTAL_FORMS": "0", "sources-INITIAL_FORMS": "100000"}
    assert rows(sent, instance=Review()).data == sent


def test_page_that_cannot_delete_rows_keeps_the_rows_that_it_did_not_submit(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    sent = {"sources-TOTAL_FORMS": "0", "sources-INITIAL_FORMS": "0"}
    for can_delete, left in ((False, 2), (True, 0)):
        of_page = inlineformset_factory(
            Review, Source, formset=ConflictCheckedFormSet, fields=["title"], can_delete=can_delete
        )
        rows = of_page(sent, instance=review)
        assert rows.is_valid()
        rows.save()
        assert review.sources.count() == left


def test_second_to_save_a_claim_is_told_and_keeps_what_was_typed(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    page = f"/admin/editorial/claim/{claim.pk}/change/"
    lan, hoa = signed_in(newsroom.reporter).open(page), signed_in(newsroom.editor).open(page)
    hoa.fill(location="Huế", appearances__0__url="https://social.example/p/9").press("Save")
    lan.fill(location="Đà Nẵng").press("Save")
    assert TOLD in lan.text
    assert lan.value("location") == "Đà Nẵng"
    claim.refresh_from_db()
    assert claim.location == "Huế"
    lan.press("Save")
    claim.refresh_from_db()
    assert claim.location == "Đà Nẵng"


def test_claim_that_a_program_changed_is_not_overwritten(newsroom: Newsroom) -> None:
    program = make_program(newsroom)
    pk = program.post("claims/", CLAIM)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{pk}/change/")
    program.send("PATCH", f"claims/{pk}/", {"appearances": [{"url": "https://social.example/p/2"}]})
    lan.fill(location="Huế").press("Save")
    assert TOLD in lan.text


def test_page_that_the_back_button_shows_again_overwrites_nothing(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/")
    earlier = deepcopy(lan.page)
    lan.fill(headline="Tít một").press("Save and go on")
    lan.page = earlier
    lan.fill(summary="Tóm tắt mới.").press("Save and go on")
    assert "You saved this draft on another page" in lan.text
    assert (lan.value("headline"), lan.value("summary")) == ("Video nước lũ là của năm 2020", "Tóm tắt mới.")
    lan.press("Save and go on")  # what only the newer page changed is kept
    review.refresh_from_db()
    assert (review.headline, review.summary) == ("Tít một", "Tóm tắt mới.")


def test_submission_that_was_taken_back_is_not_an_edit(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/")
    workflow.take_back(proposal=workflow.submit(subject=review, by=newsroom.reporter), by=newsroom.reporter)
    lan.fill(headline="Tít của Lan").press("Save and go on")
    assert Review.objects.get().headline == "Tít của Lan"


@pytest.mark.parametrize("redact", [False, True])
def test_erased_claim_does_not_come_back_from_an_open_form(newsroom: Newsroom, live: Review, redact: bool) -> None:
    if redact:  # the redacted draft is of another claim
        review_policy.open_correction(review=live, by=newsroom.reporter, change_class="update", note="Tuyên bố khác.")
        live.refresh_from_db()
        erased, live.claim = live.claim, newsroom.make_claim(text="Một câu khác.")
        live.save()
    else:
        erased = live.claim
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{erased.pk}/change/")
    newsroom.erase_review(live, redact=redact)
    lan.fill(location="Huế").press("Save")
    assert TOLD in lan.text
    erased.refresh_from_db()
    assert (erased.text, erased.location) == ("[erased]", "")
    assert not SavedState.objects.filter(draft=erased.pk).exists()  # the form still has the erased text


@pytest.mark.parametrize(
    "change",
    [
        lambda newsroom, row: redact_claimant(claimant=row, by=newsroom.editor, description="một quan chức xã"),
        lambda newsroom, row: confirm_claimant(claimant=row, by=newsroom.editor, digest=claimant_digest(row)),
    ],
)
def test_claimant_that_was_redacted_or_confirmed_meanwhile(newsroom, change, database):
    claimant = Claimant.objects.create(
        newsroom=newsroom.publisher, type="person", name="Nguyễn Văn Mẫu", confirmed=False
    )
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claimant/{claimant.pk}/change/")
    change(newsroom, claimant)
    now = Claimant.objects.get()
    lan.fill(job_title="Chủ tịch").press("Save")
    assert TOLD in lan.text
    claimant.refresh_from_db()
    assert (claimant.name, claimant.type, claimant.job_title) == (now.name, now.type, "")
