"""Claims, claimants, scales and verdict mappings at the desk."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from factcheck.editorial import claimants, workflow
from factcheck.editorial.admin import claimants as admin_claimants
from factcheck.editorial.models import (
    Appearance,
    Claim,
    Claimant,
    EditorialEvent,
    RatingScale,
    Review,
    Topic,
    VerdictMapping,
)
from tests.drafts import (
    correct_review,
    make_claim,
    make_newsroom,
    make_review,
    make_scale,
    make_user,
    publish_review,
    withdraw_review,
)
from tests.journeys.browser import signed_in


def make_unconfirmed(newsroom_id: int) -> Claimant:
    return Claimant.objects.create(
        newsroom_id=newsroom_id, type="person", name="Nguyễn Văn Mẫu", job_title="Chủ tịch", confirmed=False
    )


def test_claim_knows_its_newsroom_and_who_logged_it(database: str) -> None:
    newsroom = make_newsroom()
    topic = Topic.objects.create(slug="floods")
    topic.labels.create(language="vi", label="Lũ lụt")
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Một câu.", language="vi", topics=topic.pk, appearances__0__media_sha256="ABC").press("Save")
    assert "Write the SHA-256 as 64 digits 0–9, a–f." in lan.text
    lan.fill(appearances__0__media_sha256="a" * 64, appearances__0__url="https://a.example/_/ạ").press("Save")
    claim = Claim.objects.get()
    assert (claim.newsroom, claim.logged_by, claim.topics.get()) == (newsroom.publisher, newsroom.reporter, topic)
    assert claim.appearances.get().media_sha256 == "a" * 64


def test_second_first_appearance_is_refused_and_what_was_typed_stays(database: str) -> None:
    newsroom = make_newsroom()
    claim = make_claim(newsroom)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    lan.add_row("appearances")
    lan.fill(text="Nước lũ ngập cả mái chùa.", appearances__1__url="https://social.example/p/2")
    lan.fill(appearances__1__first=True).press("Save")
    assert "Only one appearance can be the first." in lan.text
    assert lan.value("text") == "Nước lũ ngập cả mái chùa."
    assert claim.appearances.get().url == "https://social.example/p/1"
    lan.fill(appearances__0__first=False).press("Save")
    assert claim.appearances.get(first=True).url == "https://social.example/p/2"


def test_first_appearance_moves_whatever_the_order_of_the_rows(database: str) -> None:
    newsroom = make_newsroom()
    claim = make_claim(newsroom)
    page = f"/admin/editorial/claim/{claim.pk}/change/"
    later = Appearance.objects.create(claim=claim, url="https://social.example/p/2")
    lan = signed_in(newsroom.reporter).open(page)
    claim.appearances.update(first=False)
    Appearance.objects.filter(pk=later.pk).update(first=True)  # another window meanwhile
    lan.press("Save")
    assert claim.appearances.get(first=True).url == "https://social.example/p/1"
    lan.open(page).fill(appearances__0__DELETE=True, appearances__1__first=True).press("Save")
    assert list(claim.appearances.values_list("url", "first")) == [("https://social.example/p/2", True)]


def test_claim_under_way_is_warned_of_and_kept(database: str) -> None:
    newsroom = make_newsroom()
    review = make_review(newsroom)
    workflow.submit(review=review, by=newsroom.reporter)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{review.claim_id}/change/")
    assert "A review of this claim is submitted or approved." in lan.text
    assert "Video nước lũ là của năm 2020 (waiting for approval, vi)" in lan.text
    assert not lan.has_link("Delete")
    assert lan.open(f"/admin/editorial/claim/{review.claim_id}/delete/").status == 403
    spare = make_claim(newsroom)
    lan.open(f"/admin/editorial/claim/{spare.pk}/change/").follow("Delete").press("Yes, I’m sure")
    assert not Claim.objects.filter(pk=spare.pk).exists()


def test_private_person_is_not_named(database: str) -> None:
    newsroom = make_newsroom()
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claimant/add/")
    assert re.search(r'<input [^>]*value="person"[^>]* data-ticks="is_public_figure"', lan.html)  # with a script
    lan.choose("type", "public figure").fill(name="Trần Thị Mẫu").press("Save")
    assert "A private person is not named." in lan.text
    lan.fill(is_public_figure=True, same_as="https://www.wikidata.org/wiki/Q1").press("Save")
    claimant = Claimant.objects.get()
    assert (claimant.name, claimant.confirmed, claimant.newsroom) == ("Trần Thị Mẫu", True, newsroom.publisher)
    lan.open(f"/admin/editorial/claimant/{claimant.pk}/change/").follow("Delete").press("Yes, I’m sure")
    assert not Claimant.objects.exists()


def test_imported_name_is_confirmed_by_an_editor(database: str) -> None:
    newsroom = make_newsroom()
    claimant = make_unconfirmed(newsroom.publisher.pk)
    page = f"/admin/editorial/claimant/{claimant.pk}/"
    lan = signed_in(newsroom.reporter).open(f"{page}change/")
    assert "This name came in with an import" in lan.text
    assert not lan.has_link("Confirm the name")
    assert lan.open(f"{page}confirm/").status == 403
    editor = signed_in(newsroom.editor).open("/admin/")
    editor.follow("Names that came in with imports wait to be confirmed or described.").follow("Nguyễn Văn Mẫu")
    editor.follow("Confirm the name")
    assert "You state that this is a public figure" in editor.text
    other = signed_in(newsroom.second).open(f"{page}confirm/")
    editor.press("Confirm the name")
    assert "This name is confirmed already." in other.press("Confirm the name").text
    claimant.refresh_from_db()
    assert (claimant.confirmed, claimant.is_public_figure) == (True, True)
    event = EditorialEvent.objects.get(action="claimant.confirmed")
    assert (event.actor, event.newsroom, event.subject) == (newsroom.editor, newsroom.publisher, str(claimant.pk))


def test_imported_person_is_called_a_public_figure_once_it_is_confirmed(database: str) -> None:
    newsroom = make_newsroom()
    claimant = make_unconfirmed(newsroom.publisher.pk)
    page = f"/admin/editorial/claimant/{claimant.pk}/"
    editor = signed_in(newsroom.editor)
    shown = '<td class="field-type_so_far">{}</td>'
    assert shown.format("person (not confirmed)") in editor.open("/admin/editorial/claimant/").html
    editor.open(f"{page}change/").choose("type", "person (not confirmed)")
    assert "data-ticks" not in editor.html
    editor.press("Save")
    claimant.refresh_from_db()
    assert (claimant.type, claimant.confirmed, claimant.is_public_figure) == ("person", False, False)
    editor.open(f"{page}confirm/").press("Confirm the name")
    assert shown.format("public figure") in editor.open("/admin/editorial/claimant/").html
    editor.open(f"{page}change/").choose("type", "public figure")
    assert "person (not confirmed)" not in editor.text


def test_name_is_confirmed_as_it_was_read(database: str) -> None:
    newsroom = make_newsroom()
    claimant = make_unconfirmed(newsroom.publisher.pk)
    page = f"/admin/editorial/claimant/{claimant.pk}/confirm/"
    for change in (
        {"name": "Trần Thị Mẫu"}, {"type": "organization"}, {"job_title": "Bí thư"}, {"same_as": ["https://a.example/"]}
    ):  # fmt: skip
        editor = signed_in(newsroom.editor).open(page)
        Claimant.objects.update(**change)
        editor.press("Confirm the name")
        assert "The claimant was changed since you opened it." in editor.text
        assert not Claimant.objects.get().confirmed
    assert "Trần Thị Mẫu, Bí thư https://a.example/" in editor.text
    editor.press("Confirm the name")
    assert Claimant.objects.get().confirmed


def test_imported_organisation_is_confirmed_as_one(database: str) -> None:
    newsroom = make_newsroom()
    claimant = Claimant.objects.create(
        newsroom=newsroom.publisher, type="organization", name="Hội Mẫu", confirmed=False
    )
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/claimant/{claimant.pk}/confirm/")
    assert "You state that this is an organisation and the name is right." in editor.text
    editor.press("Confirm the name")
    claimant.refresh_from_db()
    assert (claimant.confirmed, claimant.is_public_figure) == (True, False)


def test_name_is_redacted_everywhere_but_in_what_is_published(database: str) -> None:
    newsroom = make_newsroom()
    claimant = make_unconfirmed(newsroom.publisher.pk)
    Claimant.objects.filter(pk=claimant.pk).update(
        confirmed=True, is_public_figure=True, same_as=["https://a.example/"]
    )
    claimant.refresh_from_db()
    publish_review(newsroom, make_review(newsroom, claim=make_claim(newsroom, claimant=claimant)))
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/claimant/{claimant.pk}/change/")
    editor.fill(job_title="Phó chủ tịch xã").press("Save")
    assert "Mẫu" in LogEntry.objects.get().object_repr
    editor.open(f"/admin/editorial/claimant/{claimant.pk}/redact/")
    editor.press("Describe instead of naming")
    assert "This field is required." in editor.text
    editor.fill(description="một quan chức xã").press("Describe instead of naming")
    assert "The name is gone from all drafts." in editor.text
    assert "1 published review still shows it: open a correction there." in editor.text
    claimant.refresh_from_db()
    assert (claimant.type, claimant.name, claimant.description, claimant.job_title, claimant.same_as) == (
        "unnamed",
        "",
        "một quan chức xã",
        "",
        [],
    )
    assert "Mẫu" not in str(list(EditorialEvent.objects.filter(action="claimant.redacted").values()))
    assert LogEntry.objects.get().object_repr == "[erased]"
    editor.open(f"/admin/editorial/claimant/{claimant.pk}/redact/").fill(description="khác")
    assert "described, not named, already" in editor.press("Describe instead of naming").text


STILL_NAMED = "These published reviews still show a name. Open a correction of each, or ask the newsroom whose it is:"
EARLIER = (
    "Earlier revisions stay readable with the name. If it has to go from those too, open a correction, and when the name"
    " is out of the draft use “Erase what is published, keep this draft…”."
)


def test_page_of_a_described_claimant_lists_the_reviews_that_still_name_it(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom, other = make_newsroom(), make_newsroom("khac.example")
    claimant = make_unconfirmed(newsroom.publisher.pk)
    Claimant.objects.update(confirmed=True, is_public_figure=True)
    claim = make_claim(newsroom, claimant=claimant)
    ours, second = (make_review(newsroom, claim=claim, headline=headline) for headline in ("Bài một", "Bài hai"))
    theirs = make_review(other, claim=claim, headline="Bài của tòa soạn khác")
    for room, review in ((newsroom, ours), (newsroom, second), (other, theirs)):
        publish_review(room, review)
    make_review(newsroom, claim=claim, headline="Bản nháp")
    page = f"/admin/editorial/claimant/{claimant.pk}/change/"
    editor = signed_in(newsroom.editor).open(page)
    assert STILL_NAMED not in editor.text

    editor.open(f"/admin/editorial/claimant/{claimant.pk}/redact/").fill(description="một quan chức xã")
    assert EARLIER in editor.text
    editor.press("Describe instead of naming")
    assert "3 published reviews still show it: open a correction of each." in editor.text
    assert STILL_NAMED in editor.open(page).text
    assert EARLIER in editor.text
    assert editor.has_link("Bài của tòa soạn khác")
    assert not editor.has_link("Bản nháp")
    assert editor.follow("Bài một").path == f"/admin/editorial/review/{ours.pk}/change/"
    monkeypatch.setattr(admin_claimants, "LISTED", 1)
    assert "and more" in editor.open(page).text
    monkeypatch.undo()
    monkeypatch.setattr(claimants, "SECONDS", 0)
    assert "so many published reviews" in editor.open(page).text
    monkeypatch.undo()

    for room, review in ((newsroom, ours), (other, theirs)):
        correct_review(room, review)
    withdraw_review(newsroom, second)
    assert STILL_NAMED not in editor.open(page).text
    assert EARLIER not in editor.text
    assert signed_in(newsroom.reporter).open(page).status == 200


def test_claimant_who_was_never_named_is_named_nowhere(database: str) -> None:
    newsroom = make_newsroom()
    claimant = Claimant.objects.create(
        newsroom=newsroom.publisher, type="unnamed", description="một người dùng mạng xã hội"
    )
    publish_review(newsroom, make_review(newsroom, claim=make_claim(newsroom, claimant=claimant)))
    page = signed_in(newsroom.editor).open(f"/admin/editorial/claimant/{claimant.pk}/change/")
    assert STILL_NAMED not in page.text


def test_scales_and_topics_are_changed_by_chief_editors(database: str) -> None:
    newsroom = make_newsroom()
    scale = make_scale()
    verdict = scale.verdicts.get(slug="false")
    for page in (
        f"/admin/editorial/ratingscale/{scale.pk}/change/",
        f"/admin/editorial/verdict/{verdict.pk}/change/",
    ):
        assert not signed_in(newsroom.editor).open(page).has_button("Save")
        assert signed_in(newsroom.chief).open(page).has_button("Save")
        assert signed_in(newsroom.chief).open(page.replace("change", "delete")).status == 403
    chief = signed_in(newsroom.chief).open("/admin/editorial/topic/add/")
    chief.fill(slug="dich-benh", labels__0__language="vi", labels__0__label="Dịch bệnh").press("Save")
    assert str(Topic.objects.get()) == "Dịch bệnh"
    assert "Dịch bệnh" in chief.open("/admin/editorial/topic/").text
    assert "Mostly false" in chief.open("/admin/editorial/verdict/").text
    chief.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "vi"
    assert "Phần lớn sai" in chief.open("/admin/editorial/verdict/").text
    chief.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    chief.open(f"/admin/editorial/verdict/{verdict.pk}/change/").fill(value="9").press("Save")
    assert "The value must lie between 1 and 5." in chief.text
    assert chief.open("/admin/editorial/verdict/add/").status == 200
    assert RatingScale.objects.get(slug="truth").verdicts.get(slug="false").value == 1


def test_short_name_that_the_scale_has_already_is_refused_in_words(database: str) -> None:
    newsroom = make_newsroom()
    verdict = make_scale().verdicts.get(slug="false")
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/verdict/{verdict.pk}/change/")
    chief.fill(slug="true", labels__0__label="Sai hẳn").press("Save")
    assert chief.status == 200
    assert "Verdict with this Rating scale and Short name already exists." in chief.text
    assert chief.value("labels-0-label") == "Sai hẳn"


def test_what_a_scale_must_be_is_said_in_words(database: str) -> None:
    newsroom = make_newsroom()
    chief = signed_in(newsroom.chief).open("/admin/editorial/ratingscale/add/")
    chief.fill(slug="second", name="Thang thứ hai", worst="0", best="0").press("Save")
    for words in ("The worst value is 1 or more.", "The best value must be above the worst."):
        assert words in chief.text
    assert "Constraint" not in chief.text
    assert RatingScale.objects.count() == 1


def test_default_scale_is_offered_first(database: str, settings: Any) -> None:
    newsroom = make_newsroom()
    for slug in ("above", "zone"):  # in the order of short names before and after "truth"
        scale = RatingScale.objects.create(slug=slug, name=f"Thang {slug}")
        scale.verdicts.create(slug="true", value=5)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/review/add/")
    assert re.findall("Mức độ đúng sai|Thang above|Thang zone", lan.text) == [
        "Mức độ đúng sai", "Thang above", "Thang zone"
    ]  # fmt: skip
    settings.DEFAULT_RATING_SCALE = "zone"
    lan.open("/admin/editorial/review/add/")
    assert re.findall("Mức độ đúng sai|Thang above|Thang zone", lan.text) == [
        "Thang zone", "Thang above", "Mức độ đúng sai"
    ]  # fmt: skip


def test_verdict_mapping_needs_two_editors(database: str) -> None:
    newsroom = make_newsroom()
    verdict = make_scale().verdicts.get(slug="false")
    editor = signed_in(newsroom.editor).open("/admin/editorial/verdictmapping/add/")
    editor.fill(words="Pants on Fire", verdict=verdict.pk).press("Save and continue editing")
    assert not editor.has_link("Approve")
    mapping = VerdictMapping.objects.get()
    page = f"/admin/editorial/verdictmapping/{mapping.pk}/"
    editor.open(f"{page}approve/").press("Approve")
    assert "You proposed this yourself; somebody else has to approve it." in editor.text
    assert "Only an Editor or Chief editor can approve this." in (
        signed_in(newsroom.reporter).open(f"{page}approve/").press("Approve").text
    )
    assert signed_in(newsroom.reporter).open("/admin/editorial/verdictmapping/add/").status == 403
    assert signed_in(make_user("root", is_superuser=True)).open(f"{page}approve/").status in (403, 404)
    second = signed_in(newsroom.second).open(f"{page}change/").follow("Approve").press("Approve")
    assert "Approved: imports use it from now on." in second.text
    assert VerdictMapping.objects.get().approved_by == newsroom.second
    second.open(f"{page}approve/").press("Approve")
    event = EditorialEvent.objects.get(action="mapping.approved")
    assert (event.subject, event.newsroom) == (f"mapping:{mapping.pk}", None)
    assert event.detail == {"words": "Pants on Fire", "site": "", "verdict": verdict.pk}
    chief = signed_in(make_newsroom("khac.example").chief).open("/admin/editorial/editorialevent/")
    assert "approved a verdict mapping" in chief.text
    assert "Pants on Fire" in chief.open(f"/admin/editorial/editorialevent/{event.pk}/change/").text
    assert not second.open(f"{page}change/").has_link("Delete")
    second.fill(words="Pants on fire!").press("Save and continue editing")
    mapping = VerdictMapping.objects.get()
    assert (mapping.proposed_by, mapping.approved_by) == (newsroom.second, None)
    editor.open(f"{page}change/").follow("Delete").press("Yes, I’m sure")
    assert not VerdictMapping.objects.exists()


def test_verdict_mapping_is_approved_as_it_was_read(database: str) -> None:
    newsroom = make_newsroom()
    verdicts = make_scale().verdicts
    mapping = VerdictMapping.objects.create(
        words="Satire", site="a.example", verdict=verdicts.get(slug="false"), proposed_by=newsroom.editor
    )
    page = f"/admin/editorial/verdictmapping/{mapping.pk}/approve/"
    second = signed_in(newsroom.second).open(page)
    assert "Satire (a.example)" in second.text
    VerdictMapping.objects.update(verdict=verdicts.get(slug="true"))
    second.press("Approve")
    assert "The mapping was changed since you opened it." in second.text
    assert VerdictMapping.objects.get().approved_by is None
    second.open(page).press("Approve")
    assert VerdictMapping.objects.get().approved_by == newsroom.second


def test_verdict_of_a_new_scale_lies_between_its_ends(database: str) -> None:
    newsroom = make_newsroom()
    chief = signed_in(newsroom.chief).open("/admin/editorial/ratingscale/add/")
    chief.add_row("verdicts")
    chief.fill(name="Thang", slug="thang", worst=1, best=3)
    chief.fill(verdicts__0__slug="true", verdicts__0__value=9).press("Save")
    assert "The value must lie between 1 and 3." in chief.text
    chief.fill(verdicts__0__value=3).press("Save")
    assert [verdict.value for verdict in RatingScale.objects.get(slug="thang").verdicts.all()] == [3]


def test_claim_that_readers_see_is_not_deleted(database: str) -> None:
    newsroom = make_newsroom()
    review = make_review(newsroom)
    publish_review(newsroom, review)
    claim = review.claim
    workflow.open_correction(review=review, by=newsroom.reporter, change_class="update", note="Gộp.")
    Review.objects.update(claim=make_claim(newsroom, text="Nhận định khác."))
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    assert not lan.has_link("Delete")
    assert lan.open(f"/admin/editorial/claim/{claim.pk}/delete/").status == 403
