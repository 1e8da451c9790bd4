"""Claimants at the desk: who is named, who is described, and what became of a name that an import brought."""

import re

import pytest

from factcheck.editorial import claimants
from factcheck.editorial.desk.subjects import claimants as admin_claimants
from factcheck.editorial.models import Claimant, EditorialEvent
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom

pytestmark = pytest.mark.one_database


def make_unconfirmed(newsroom_id: int) -> Claimant:
    return Claimant.objects.create(
        newsroom_id=newsroom_id, type="person", name="Nguyễn Văn Mẫu", job_title="Chủ tịch", confirmed=False
    )


def test_private_person_is_not_named(newsroom: Newsroom, database: str) -> None:
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claimant/add/")
    assert re.search(r'<input [^>]*value="person"[^>]* data-ticks="is_public_figure"', lan.html)  # with a script
    lan.choose("type", "public figure").fill(name="Trần Thị Mẫu").press("Save")
    assert "Private persons must not be named." in lan.text
    lan.fill(is_public_figure=True, same_as="https://www.wikidata.org/wiki/Q1").press("Save")
    claimant = Claimant.objects.get()
    assert (claimant.name, claimant.confirmed, claimant.newsroom) == ("Trần Thị Mẫu", True, newsroom.publisher)
    lan.open(f"/admin/editorial/claimant/{claimant.pk}/change/").follow("Delete").press("Yes, I’m sure")
    assert not Claimant.objects.exists()


def test_imported_name_is_confirmed_by_an_editor(newsroom: Newsroom, database: str) -> None:
    claimant = make_unconfirmed(newsroom.publisher.pk)
    page = f"/admin/editorial/claimant/{claimant.pk}/"
    lan = signed_in(newsroom.reporter).open(f"{page}change/")
    assert "This name was imported" in lan.text
    assert not lan.has_link("Confirm the name")
    assert lan.open(f"{page}do/confirm/").status == 404
    editor = signed_in(newsroom.editor).open("/admin/")
    editor.follow(
        "1 Names from imports are waiting for confirmation. Confirm each name or describe the claimant."
    ).follow("Nguyễn Văn Mẫu")
    editor.follow("Confirm the name")
    assert "You confirm that this person is a public figure" in editor.text
    other = signed_in(newsroom.second).open(f"{page}do/confirm/")
    editor.press("Confirm the name")
    assert other.press("Confirm the name").codes == {"already_done"}
    claimant.refresh_from_db()
    assert (claimant.confirmed, claimant.is_public_figure) == (True, True)
    event = EditorialEvent.objects.get(action="claimant.confirmed")
    assert (event.actor, event.newsroom, event.subject) == (newsroom.editor, newsroom.publisher, str(claimant.pk))


def test_imported_person_is_called_a_public_figure_once_it_is_confirmed(newsroom: Newsroom) -> None:
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
    editor.open(f"{page}do/confirm/").press("Confirm the name")
    assert shown.format("public figure") in editor.open("/admin/editorial/claimant/").html
    editor.open(f"{page}change/").choose("type", "public figure")
    assert "person (not confirmed)" not in editor.text


def test_name_is_confirmed_as_it_was_read(newsroom: Newsroom, database: str) -> None:
    claimant = make_unconfirmed(newsroom.publisher.pk)
    page = f"/admin/editorial/claimant/{claimant.pk}/do/confirm/"
    for change in (
        {"name": "Trần Thị Mẫu"}, {"type": "organization"}, {"job_title": "Bí thư"}, {"same_as": ["https://a.example/"]}
    ):  # fmt: skip
        editor = signed_in(newsroom.editor).open(page)
        Claimant.objects.update(**change)
        editor.press("Confirm the name")
        assert editor.codes == {"changed_since"}
        assert not Claimant.objects.get().confirmed
    assert "Trần Thị Mẫu, Bí thư https://a.example/" in editor.text
    editor.press("Confirm the name")
    assert Claimant.objects.get().confirmed


def test_imported_organisation_is_confirmed_as_one(newsroom: Newsroom) -> None:
    claimant = Claimant.objects.create(
        newsroom=newsroom.publisher, type="organization", name="Hội Mẫu", confirmed=False
    )
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/claimant/{claimant.pk}/do/confirm/")
    assert "You confirm that this claimant is an organisation and that the name is correct." in editor.text
    editor.press("Confirm the name")
    claimant.refresh_from_db()
    assert (claimant.confirmed, claimant.is_public_figure) == (True, False)


def test_name_is_redacted_everywhere_but_in_what_is_published(newsroom: Newsroom) -> None:
    claimant = make_unconfirmed(newsroom.publisher.pk)
    Claimant.objects.filter(pk=claimant.pk).update(
        confirmed=True, is_public_figure=True, same_as=["https://a.example/"]
    )
    claimant.refresh_from_db()
    newsroom.publish_new(claim=newsroom.make_claim(claimant=claimant))
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/claimant/{claimant.pk}/change/")
    editor.fill(job_title="Phó chủ tịch xã").press("Save")
    page = f"/admin/editorial/claimant/{claimant.pk}/do/redact/"
    late = signed_in(newsroom.second).open(page).fill(description="khác")
    editor.open(page).press("Describe instead of naming")
    assert "This field is required." in editor.text
    editor.fill(description="một quan chức xã").press("Describe instead of naming")
    assert "The name has been removed from all drafts." in editor.text
    assert re.search(r'<li class="warning">1 published review still shows the name. Open a correction', editor.html)
    claimant.refresh_from_db()
    assert (claimant.type, claimant.name, claimant.description, claimant.job_title, claimant.same_as) == (
        "unnamed",
        "",
        "một quan chức xã",
        "",
        [],
    )
    assert "Mẫu" not in str(list(EditorialEvent.objects.values()))
    assert late.press("Describe instead of naming").codes == {"already_done"}


STILL_NAMED = (
    "The following published reviews still show a name. Open a correction for each review, or ask"
    " the newsroom that published the review to do so:"
)
EARLIER = (
    "Earlier revisions still show the name. To remove the name from these revisions, open a"
    " correction and delete the name from the draft. Then use “Erase what is published, keep this"
    " draft…”."
)


def test_page_of_a_described_claimant_lists_the_reviews_that_still_name_it(database, monkeypatch):
    newsroom, other = make_newsroom(), make_newsroom("khac.example")
    claimant = make_unconfirmed(newsroom.publisher.pk)
    Claimant.objects.update(confirmed=True, is_public_figure=True)
    claim = newsroom.make_claim(claimant=claimant)
    ours, second = (newsroom.make_review(claim=claim, headline=headline) for headline in ("Bài một", "Bài hai"))
    theirs = other.make_review(claim=claim, headline="Bài của tòa soạn khác")
    for room, review in ((newsroom, ours), (newsroom, second), (other, theirs)):
        room.publish_review(review)
    newsroom.make_review(claim=claim, headline="Bản nháp")
    page = f"/admin/editorial/claimant/{claimant.pk}/change/"
    editor = signed_in(newsroom.editor).open(page)
    assert STILL_NAMED not in editor.text

    editor.open(f"/admin/editorial/claimant/{claimant.pk}/do/redact/").fill(description="một quan chức xã")
    assert EARLIER in editor.text
    editor.press("Describe instead of naming")
    assert "3 published reviews still show the name. Open a correction for each review." in editor.text
    assert STILL_NAMED in editor.open(page).text
    assert EARLIER in editor.text
    assert editor.has_link("Bài của tòa soạn khác")
    assert not editor.has_link("Bản nháp")
    assert editor.follow("Bài một").path == f"/admin/editorial/review/{ours.pk}/change/"
    monkeypatch.setattr(admin_claimants, "LISTED", 1)
    assert "and more" in editor.open(page).text
    monkeypatch.undo()
    monkeypatch.setattr(claimants, "SEARCH_SECONDS", 0)
    assert "too many published reviews" in editor.open(page).text
    monkeypatch.undo()

    for room, review in ((newsroom, ours), (other, theirs)):
        room.correct_review(review)
    newsroom.withdraw_review(second)
    assert STILL_NAMED not in editor.open(page).text
    assert EARLIER not in editor.text
    assert signed_in(newsroom.reporter).open(page).status == 200


def test_claimant_who_was_never_named_is_named_nowhere(newsroom: Newsroom) -> None:
    claimant = Claimant.objects.create(
        newsroom=newsroom.publisher, type="unnamed", description="một người dùng mạng xã hội"
    )
    newsroom.publish_new(claim=newsroom.make_claim(claimant=claimant))
    page = signed_in(newsroom.editor).open(f"/admin/editorial/claimant/{claimant.pk}/change/")
    assert STILL_NAMED not in page.text
