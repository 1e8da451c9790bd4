"""The page of a review: what can be changed when, and by whom."""

import re

import pytest
from django.conf import settings

from factcheck.editorial.models import Claimant, Membership, Publisher, Review
from factcheck.editorial.proposals import review_policy, workflow
from tests.editorial.desk.addresses import decision, page
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, give_role, make_newsroom, make_scale, waiting

pytestmark = pytest.mark.one_database


def test_submitted_review_cannot_be_changed(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    form = signed_in(newsroom.reporter).open(page(review)).fill(headline="Sau khi gửi")
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    form.press("Save and go on")
    assert "Not saved: the review is no longer a draft." in form.text
    assert (
        "Submitted by reporter@kiemchung.example. Nobody can make changes until the submission is decided" in form.text
    )
    assert not form.has_button("Save and go on")
    review.refresh_from_db()
    assert (review.headline, review.state) == ("Video nước lũ là của năm 2020", "submitted")
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)


def test_page_of_what_is_public_leads_there_first(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    lan = signed_in(newsroom.editor).open(page(review))
    assert "Leave a blank line between paragraphs" in lan.text
    assert not lan.has_link("The public page")
    newsroom.publish_review(review)
    lan.open(page(review))
    assert not lan.has_link("As readers will see it")  # the same
    assert "Leave a blank line" not in lan.text
    assert lan.follow("The public page").path == f"/reviews/{review.pk}/"
    assert lan.status == 200
    review_policy.withdraw(review=review, by=newsroom.reporter, reason="Nguồn chính đã rút lại tuyên bố của họ.")
    assert lan.open(page(review)).has_link("As readers will see it")


def test_form_that_is_wrong_keeps_what_was_typed(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    reporter = signed_in(newsroom.reporter).open(page(review))
    reporter.fill(headline="Đầu đề mới", language="tiếng Việt", sources__0__url="javascript:alert(1)").press(
        "Save and go on"
    )
    assert "Write the language as a tag such as vi, en or pt-BR (BCP 47)." in reporter.text
    assert "Write the full URL, with https:// or http:// and without spaces." in reporter.text
    assert reporter.value("headline") == "Đầu đề mới"
    review.refresh_from_db()
    assert review.headline == "Video nước lũ là của năm 2020"


def test_address_that_a_telephone_began_with_a_capital_is_saved(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    reporter = signed_in(newsroom.reporter).open(page(review))
    reporter.fill(sources__0__url="Https://Bao.example/Tin").press("Save and go on")
    assert review.sources.get(position=0).url == "https://Bao.example/Tin"


def test_correction_is_not_offered_for_submission_while_an_erasure_waits(newsroom: Newsroom, live: Review) -> None:
    review_policy.open_correction(review=live, by=newsroom.reporter, change_class="update", note="Có nguồn mới.")
    lan = signed_in(newsroom.reporter).open(page(live))
    assert lan.has_button("Save and submit for approval")
    review_policy.withdraw(review=live, by=newsroom.editor, reason="Nguồn chính đã rút lại số liệu.")
    lan.fill(headline="Tít mới").press("Save and submit for approval")
    assert (
        "A request to withdraw, reinstate or erase this review is still open. Have the request"
        " decided first, or take it back."
    ) in lan.text
    assert "Someone else may have acted first" not in lan.text
    assert not lan.has_button("Save and submit for approval")
    lan.fill(headline="", sources__0__url="nowhere").press("Save and go on")
    assert "Write the full URL" in lan.text
    assert not lan.has_button("Save and submit for approval")
    live.refresh_from_db()
    assert live.headline == "Tít mới"


def test_author_who_is_nobody_is_refused_in_words(newsroom: Newsroom) -> None:
    lan = signed_in(newsroom.reporter).open(page(newsroom.make_review()))
    lan.fill(authorships__0__user="").press("Save and go on")
    assert "Choose an account or write a name." in lan.text


def test_draft_can_be_thrown_away_and_brought_back(newsroom: Newsroom) -> None:
    review, submitted = newsroom.make_review(), newsroom.make_review(headline="Bị trả lại")
    workflow.submit(subject=submitted, by=newsroom.reporter)
    workflow.take_back(proposal=waiting(submitted), by=newsroom.reporter)
    for draft in (review, submitted):
        reporter = signed_in(newsroom.reporter).open(page(draft)).follow("Throw this draft away")
        assert "You can bring the draft back within 30 days." in reporter.text
        reporter.press("Throw this draft away")
        assert "You can bring this draft back within 30 days." in reporter.text
        assert reporter.open(page(draft).replace("change", "delete")).status == 403
    assert "Bị trả lại" not in reporter.open("/admin/editorial/review/").text
    assert "Bị trả lại" not in reporter.open("/admin/").text
    reporter.open("/admin/editorial/review/?state__exact=discarded").follow("Bị trả lại")
    reporter.follow("Bring this draft back").press("Bring this draft back")
    assert Review.objects.get(pk=submitted.pk).state == "draft"


def test_new_review_has_writer_as_author_and_newsroom_as_publisher(newsroom: Newsroom, database: str) -> None:
    claim = newsroom.make_review().claim
    Review.objects.all().delete()
    reporter = signed_in(newsroom.reporter).open(f"/admin/editorial/review/add/?claim={claim.pk}")
    assert reporter.value("language") == ""
    reporter.fill(headline="Ngắn").press("Save and go on")
    review = Review.objects.get()
    assert [author.user for author in review.authorships.all()] == [newsroom.reporter]
    assert (review.publisher, review.newsroom, review.created_by) == (
        newsroom.publisher,
        newsroom.publisher,
        newsroom.reporter,
    )


def test_demand_chooses_among_reviews_and_begins_none(newsroom: Newsroom) -> None:
    page = signed_in(newsroom.reporter).open("/admin/editorial/demand/add/")
    assert 'id="id_review"' in page.html
    assert 'id="add_id_review"' not in page.html


def test_person_of_two_newsrooms_chooses(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    give_role(newsroom.reporter, other.publisher, "editor")
    reporter = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    reporter.choose("newsroom", "Toà soạn other.example").fill(text="Một câu.").press(
        "Save and write the review of this claim"
    )
    reporter.choose("newsroom", "Toà soạn other.example").fill(headline="Hai").press("Save and go on")
    review = Review.objects.get()
    assert (review.newsroom, review.publisher, review.claim.newsroom) == (other.publisher,) * 3
    assert "Newsroom All" in reporter.open("/admin/editorial/review/").text


def test_imported_review_shows_the_publishers_words_unchangeable(newsroom: Newsroom) -> None:
    theirs = Publisher.objects.create(name="Anderswo", site="anderswo.example")
    review = newsroom.make_review()
    Review.objects.filter(pk=review.pk).update(
        publisher=theirs, original_url="https://anderswo.example/1", original_label="Pants on Fire", verdict=None
    )
    editor = signed_in(newsroom.editor).open(page(review))
    assert "Pants on Fire" in editor.text
    assert "headline" not in [name for form in editor.page.forms for name in form.values]
    verdict = make_scale().verdicts.get(slug="true")
    editor.fill(verdict=verdict.pk).press("Save and go on")
    review.refresh_from_db()
    assert (review.verdict, review.headline, review.sources.count()) == (verdict, "Video nước lũ là của năm 2020", 2)


def test_preview_is_what_readers_see_and_hostile_text_stays_text(newsroom: Newsroom) -> None:
    review = newsroom.make_review(
        headline="<script>alert(1)</script>", body="[x](javascript:alert(1)) **b** <img src=x onerror=y>"
    )
    html = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/preview/").html
    assert "<strong>b</strong>" in html
    assert "<script>alert(1)" not in html
    assert 'href="javascript:' not in html
    assert "<img" not in html


def test_preview_says_that_no_verdict_is_chosen_yet(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    Review.objects.filter(pk=review.pk).update(verdict=None)
    html = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/preview/").html
    assert "not decided yet" in html
    assert ">None<" not in html


@pytest.mark.parametrize("language", ["vi", "en"])
def test_verdicts_are_offered_in_the_language_of_the_desk(newsroom: Newsroom, language: str) -> None:
    review = newsroom.make_review()
    reporter = signed_in(newsroom.reporter)
    reporter.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    offered = list(reporter.open(page(review)).page.forms[-1].choices["verdict"].values())
    assert ("Sai Sai." if language == "vi" else "False False.") in offered


def test_language_of_the_desk_is_switched_by_a_button(newsroom: Newsroom) -> None:
    reporter = signed_in(newsroom.reporter).open("/admin/")
    assert not reporter.has_button("English")
    reporter.press("Tiếng Việt")
    assert reporter.path == "/admin/"
    assert reporter.has_button("English")
    assert '<html lang="vi"' in reporter.html


def test_what_is_no_id_is_not_prefilled(newsroom: Newsroom) -> None:
    reporter = signed_in(newsroom.reporter)
    assert reporter.open("/admin/editorial/review/add/?claim=nonsense").status == 200
    assert reporter.value("language") == ""
    assert reporter.open("/admin/editorial/claim/add/?claimant=nonsense").status == 200
    assert reporter.open("/admin/editorial/demand/add/?review=nonsense").status == 200


def test_pages_keep_to_the_content_security_policy(newsroom: Newsroom) -> None:
    """No script or style inside a page; the header of the site forbids both."""
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    editor = signed_in(newsroom.editor)
    for path in (
        "/admin/",
        page(review),
        decision(review, "approve"),
        "/admin/editorial/review/",
        "/admin/editorial/claim/add/",
    ):
        response = editor.client.get(path)
        html = response.content.decode()
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


@pytest.mark.parametrize("name", ["", "Lan Nguyễn"])
def test_author_who_has_left_stays_when_somebody_else_corrects(newsroom: Newsroom, name: str, database: str) -> None:
    review = newsroom.make_review()
    review.authorships.update(name=name)
    newsroom.publish_review(review)
    Membership.objects.using("owner").filter(user=newsroom.reporter).delete()
    review_policy.open_correction(review=review, by=newsroom.editor, change_class="typo", note="Một dấu phẩy.")
    hoa = signed_in(newsroom.editor).open(page(review))
    hoa.fill(headline="Video nước lũ, là của năm 2020").press("Save and go on")
    assert Review.objects.get().headline == "Video nước lũ, là của năm 2020"
    assert list(review.authorships.values_list("user", "name")) == [(newsroom.reporter.pk, name)]
    assert hoa.value("authorships-0-user") == str(newsroom.reporter.pk)


@pytest.mark.parametrize("lost", ["merged", "withdrawn"])
def test_claim_of_another_newsroom_that_is_live_no_more_stays_in_a_correction(newsroom: Newsroom, lost: str) -> None:
    theirs, ours = newsroom, make_newsroom("checkpoint.example")
    first = theirs.publish_new()
    review = ours.publish_new(first.claim)
    if lost == "merged":
        other = theirs.publish_new()
        theirs.merge_claims(first.claim, other.claim)
    else:
        theirs.withdraw_review(first)
        ours.withdraw_review(review)
    review_policy.open_correction(review=review, by=ours.editor, change_class="typo", note="Một dấu phẩy.")
    hoa = signed_in(ours.editor).open(page(review))
    assert hoa.value("claim") == str(first.claim.pk)
    hoa.fill(headline="Video nước lũ, là của năm 2020").press("Save and go on")
    review.refresh_from_db()
    assert (review.headline, review.claim) == ("Video nước lũ, là của năm 2020", first.claim)


def test_unconfirmed_claimant_of_another_newsroom_is_asked_of_that_newsroom(newsroom: Newsroom) -> None:
    theirs, ours = newsroom, make_newsroom("checkpoint.example")
    first = theirs.publish_new()
    assert first.claim.claimant is not None
    Claimant.objects.filter(pk=first.claim.claimant.pk).update(
        type="person", name="Nguyễn Văn Mẫu", description="", confirmed=False
    )
    review = ours.make_review(first.claim)
    lan = signed_in(ours.reporter).open(page(review))
    assert "The claimant’s name came from an import by Toà soạn kiemchung.example." in lan.text


def test_byline_names_the_language_only_where_it_is_another_than_the_readers(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/preview/")
    assert f"{newsroom.publisher.name} · Vietnamese" in lan.text
    lan.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "vi"
    assert newsroom.publisher.name in lan.open(lan.path).text
    assert not re.search(r"·\s*</p>", lan.html)
