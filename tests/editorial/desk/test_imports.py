"""Imports: decided on as a whole by somebody other than who imported."""

import json
import re
import time
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.claimants import claimant_digest, confirm_claimant
from factcheck.editorial.desk.deciding import proposal_actions
from factcheck.editorial.models import Claimant, EditorialEvent, ImportBatch, Proposal, Review
from factcheck.editorial.proposals import import_policy as editorial_imports
from factcheck.editorial.proposals import workflow
from factcheck.imports import admin as imports
from factcheck.imports.importer import batches
from factcheck.record.models import LogEntry
from tests.editorial.desk.addresses import decision
from tests.journeys.browser import signed_in, spaced
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_newsroom, waiting


def record(number: int) -> dict[str, object]:
    return {
        "@type": "ClaimReview",
        "claimReviewed": f"Die Erde ist eine Scheibe, Teil {number}.",
        "url": f"https://anderswo.example/{number}",
        "author": {"@type": "Organization", "name": "Anderswo", "url": "https://anderswo.example/"},
        "reviewRating": {"@type": "Rating", "alternateName": "Falsch"},
    }


@pytest.fixture
def batch(newsroom: Newsroom, tmp_path: Path) -> tuple[Newsroom, ImportBatch]:
    """Three reviews that the second editor imported."""
    file = tmp_path / "anderswo.jsonl"
    file.write_text("".join(json.dumps(record(number)) + "\n" for number in range(3)))
    call_command("import_reviews", str(file), by=newsroom.second.username, refused=tmp_path / "refused.jsonl")
    return newsroom, ImportBatch.objects.get()


def page(batch: ImportBatch) -> str:
    return f"/admin/editorial/importbatch/{batch.pk}/change/"


def approve(newsroom: Newsroom, batch: ImportBatch) -> None:
    proposal = waiting(batch)
    workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest)


def test_import_is_approved_and_published_by_somebody_else(batch: tuple[Newsroom, ImportBatch]) -> None:
    newsroom, imported = batch
    importer = signed_in(newsroom.second).open(f"/admin/editorial/importbatch/{imported.pk}/change/")
    assert "Waiting for approval by someone other than the person who ran the import." in importer.text
    assert not importer.has_link("Approve all of it")
    assert importer.has_link("Take back")
    reporter = signed_in(newsroom.reporter).open(importer.path)
    assert [reporter.has_link(button) for button in ("Take back", "Return all of it")] == [False, False]

    editor = signed_in(newsroom.editor).open("/admin/").follow(spaced(imported))
    assert "Die Erde ist eine Scheibe, Teil 2." in editor.text
    editor.follow("Approve all of it")
    assert "3 new, 0 changed, 0 unchanged, 0 refused" in editor.text
    assert waiting(imported).digest in editor.text
    assert 'class="default" value="Approve all of it"' in editor.html
    editor.press("Approve all of it")
    assert "Approved, but not all reviews have been published yet." in editor.text
    assert f"Decided by {newsroom.editor}," in editor.text
    assert LogEntry.objects.count() == 0
    editor.follow("Publish all of it").press("Publish all of it")
    assert "Approved and published." in editor.text
    assert LogEntry.objects.count() == 3
    assert not editor.has_link("Publish all of it")
    events = EditorialEvent.objects.filter(action__startswith="import.").order_by("pk").values_list("action", flat=True)
    assert list(events) == ["import.submitted", "import.approved", "import.published"]


def test_large_import_is_published_in_parts(batch, monkeypatch):
    newsroom, imported = batch
    approve(newsroom, imported)
    monkeypatch.setattr(editorial_imports, "publish_import", partial(editorial_imports.publish_import, chunk=2))
    monkeypatch.setattr(proposal_actions, "PART", 0)
    editor = signed_in(newsroom.editor).open(decision(imported, "publish"))
    editor.press("Publish all of it")
    assert "2 of 3 reviews are public." in editor.text
    assert '<progress max="3" value="2"' in editor.html
    assert 'class="act goes-on"' in editor.html  # desk.js sends it
    assert 'class="closelink" autofocus aria-describedby="far"' in editor.html
    assert LogEntry.objects.count() == 2
    stopped = signed_in(newsroom.chief).open(page(imported)).follow("Publish all of it")
    assert "goes-on" not in stopped.html
    editor.press("Go on")
    assert "Approved and published." in editor.text
    assert LogEntry.objects.count() == 3
    stopped.press("Publish all of it")
    assert LogEntry.objects.count() == 3


@pytest.mark.prove
def test_parts_follow_each_other_by_themselves(batch, monkeypatch):
    newsroom, imported = batch
    approve(newsroom, imported)
    monkeypatch.setattr(editorial_imports, "publish_import", partial(editorial_imports.publish_import, chunk=1))
    monkeypatch.setattr(proposal_actions, "PART", 0)
    with desk_of(newsroom.editor, decision(imported, "publish").removeprefix("/admin/")) as shown:
        shown.click("input[type=submit][value='Publish all of it']")
        shown.wait_for_selector("text=Approved and published.")
    assert LogEntry.objects.count() == 3


@pytest.mark.prove
def test_publication_in_parts_is_stopped_by_keyboard(batch, monkeypatch):
    newsroom, imported = batch
    approve(newsroom, imported)
    slowly = partial(editorial_imports.publish_import, chunk=1, progress=lambda _public: time.sleep(2))
    monkeypatch.setattr(editorial_imports, "publish_import", slowly)
    monkeypatch.setattr(proposal_actions, "PART", 0)
    with desk_of(newsroom.editor, decision(imported, "publish").removeprefix("/admin/")) as shown:
        shown.click("input[type=submit][value='Publish all of it']")
        shown.wait_for_timeout(1000)  # the first part is done, the second under way: the page can only be typed at
        shown.keyboard.press("Enter")
        shown.wait_for_selector("text=Approved, but not all reviews have been published yet.")


@pytest.mark.parametrize(
    ("language", "whole", "each"),
    [
        ("en", "Digest of the whole import:", "Digest of the review"),
        ("vi", "Mã băm của toàn bộ đợt nhập:", "Mã băm của bài"),
    ],
)
def test_digests_have_one_word(batch: tuple[Newsroom, ImportBatch], language: str, whole: str, each: str) -> None:
    newsroom, imported = batch
    editor = signed_in(newsroom.editor)
    editor.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    shown = editor.open(page(imported)).text
    asked = editor.open(decision(imported, "approve")).text
    assert [word in text for word in (whole, each) for text in (shown, asked)] == [True] * 4
    assert "hecksum" not in shown + asked


def test_list_says_where_each_import_stands(batch: tuple[Newsroom, ImportBatch]) -> None:
    newsroom, imported = batch
    ImportBatch.objects.create(newsroom=newsroom.publisher, files="dang-do.json", imported_by=newsroom.second)

    def decisions() -> list[str]:
        html = signed_in(newsroom.editor).open("/admin/editorial/importbatch/").html
        return re.findall(r'<td class="field-decision\w*">([^<]*)</td>', html)

    assert decisions() == ["not finished yet", "waiting for approval"]
    workflow.return_(proposal=waiting(imported), by=newsroom.editor, reason="Sai địa chỉ.")
    assert decisions() == ["not finished yet", "returned"]
    listed = {"unfinished": "dang-do.json", "waiting": "", "returned": "anderswo.jsonl", "approved": ""}
    for name, file in listed.items():
        text = signed_in(newsroom.editor).open(f"/admin/editorial/importbatch/?decision={name}").text
        assert re.findall(r"dang-do\.json|anderswo\.jsonl", text) == ([file] if file else [])


def test_names_that_nobody_confirmed_are_told_before_they_become_public(database, tmp_path, monkeypatch):
    newsroom, file = make_newsroom(), tmp_path / "anderswo.jsonl"
    names = ("Erika Muster", "Hans Muster", "Hans Muster")
    said = [{"@type": "Claim", "author": {"@type": "Person", "name": name}} for name in names]
    records = [record(number) | {"itemReviewed": each} for number, each in enumerate(said)]
    file.write_text("".join(json.dumps(each) + "\n" for each in records))
    call_command("import_reviews", str(file), by=newsroom.second.username, refused=tmp_path / "refused.jsonl")
    imported = ImportBatch.objects.get()
    editor = signed_in(newsroom.editor).open(decision(imported, "approve"))
    assert "2 unconfirmed claimant names will become public with this import." in editor.text
    assert "Teil 1. Hans Muster (not confirmed) anderswo.example Falsch" in editor.text
    with monkeypatch.context() as many:
        many.setattr(imports, "MAX_SEARCHED", 1)
        assert "At least 1 unconfirmed claimant names" in editor.open(decision(imported, "approve")).text
    editor.follow("Claimants to confirm or to describe")
    assert "Hans Muster" in editor.text
    hans = Claimant.objects.get(name="Hans Muster")
    confirm_claimant(claimant=hans, by=newsroom.editor, digest=claimant_digest(hans))
    assert "Hans Muster" not in editor.open("/admin/editorial/claimant/?confirmed__exact=0").text
    told = "1 unconfirmed claimant name will become public with this import."
    assert told in editor.open(decision(imported, "approve")).press("Approve all of it").text
    assert told in editor.open(decision(imported, "publish")).text
    monkeypatch.setattr(imports, "MAX_SEARCHED", 1)
    assert "unconfirmed name" not in editor.press("Publish all of it").text


def test_home_lists_an_import_until_it_is_public(batch: tuple[Newsroom, ImportBatch]) -> None:
    newsroom, imported = batch
    unfinished = ImportBatch.objects.create(newsroom=newsroom.publisher, files="b.json", imported_by=newsroom.second)
    editor = signed_in(newsroom.editor).open("/admin/")
    assert not editor.has_link(spaced(unfinished))
    waits = signed_in(newsroom.second).open("/admin/").text.partition("Waiting for your decision")[2]
    assert not waits  # who imported does not decide
    sent = signed_in(newsroom.second).open("/admin/").text.partition("Submitted by you, waiting for someone else")[2]
    assert f"{spaced(imported)} Import" in sent
    editor.follow(spaced(imported)).follow("Approve all of it").press("Approve all of it").open("/admin/")
    waits, approved = editor.text.split("Approved and not yet published")
    assert "anderswo.jsonl" not in waits
    assert f"{spaced(imported)} Import · approved by {newsroom.editor}" in approved
    assert signed_in(newsroom.second).open("/admin/").has_link(spaced(imported))
    editor.follow(spaced(imported)).follow("Publish all of it").press("Publish all of it")
    assert not editor.open("/admin/").has_link(spaced(imported))


def test_home_asks_the_same_whatever_the_imports(batch: tuple[Newsroom, ImportBatch]) -> None:
    newsroom, _imported = batch
    editor = signed_in(newsroom.editor).open("/admin/")
    counts = []
    for number in (0, 2):
        for other in (newsroom.second, newsroom.chief)[:number]:
            begun = batches.begin_import(newsroom=newsroom.publisher, by=other, files="b.json")
            editorial_imports.close_import(batch=begun, by=other)
        with CaptureQueriesContext(connection) as queries:
            editor.client.get("/admin/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_import_is_returned_with_a_reason(batch: tuple[Newsroom, ImportBatch]) -> None:
    newsroom, imported = batch
    proposal = waiting(imported)
    editor = signed_in(newsroom.editor).open(decision(proposal, "return"))
    assert "reviews in this import remain drafts" in editor.text
    editor.press("Return all of it")
    assert editor.codes == {"incomplete"}
    editor.fill(reason="Sai địa chỉ.").press("Return all of it")
    assert "Returned. Reviews that were approved separately can still be published" in editor.text
    assert "editor@kiemchung.example returned the submission with this message: Sai địa chỉ." in editor.text
    importer = signed_in(newsroom.second).open("/admin/")
    returned = importer.text.partition("Returned to you")[2]
    assert all(words in returned for words in (spaced(imported), "Sai địa chỉ.", str(newsroom.editor)))
    assert set(Review.objects.values_list("state", flat=True)) == {"draft"}
    assert editor.open(decision(proposal, "approve")).path == page(imported)
    assert "You can’t do this any more" in editor.text
    assert editor.open(decision(proposal, "erase")).status == 404


def test_interrupted_import_is_closed_and_then_decided_on(newsroom, tmp_path, monkeypatch):
    file = tmp_path / "anderswo.json"
    file.write_text(json.dumps(record(0)))
    with monkeypatch.context() as interrupted, pytest.raises(KeyboardInterrupt):
        interrupted.setattr(batches, "submit_import", Mock(side_effect=KeyboardInterrupt))
        call_command("import_reviews", str(file), by=newsroom.second.username, refused=tmp_path / "refused.jsonl")
    batch = ImportBatch.objects.get()
    assert set(Review.objects.values_list("state", flat=True)) == {"submitted"}
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/importbatch/{batch.pk}/change/")
    assert "was interrupted. Run it again to continue, or close it." in editor.text
    assert not editor.has_link("Approve all of it")
    assert "Close it" not in signed_in(newsroom.reporter).open(editor.path).html
    other = signed_in(make_newsroom("khac.example").chief)
    assert other.open(editor.path).path == "/admin/"
    editor.press("Close it")
    assert "Waiting for approval by someone other than the person who ran the import." in editor.text
    assert not EditorialEvent.objects.filter(action="import.submitted").exists()
    assert EditorialEvent.objects.get(action="import.closed").actor == newsroom.editor
    assert editor.has_link("Approve all of it")
    editor.follow("Return all of it").fill(reason="Làm lại từ đầu.").press("Return all of it")
    assert set(Review.objects.values_list("state", flat=True)) == {"draft"}


def test_single_review_is_returned_and_the_others_go_on(batch: tuple[Newsroom, ImportBatch]) -> None:
    newsroom, imported = batch
    editor = signed_in(newsroom.editor).open(decision(imported, "approve"))
    editor.press("Approve all of it")
    review = Review.objects.earliest("created_at", "pk")
    editor.open(f"/admin/editorial/review/{review.pk}/change/")
    assert (
        "The import that contains this review has been approved. The review will be published with the import."
    ) in editor.text
    assert not signed_in(newsroom.reporter).open(editor.path).has_link("Read and decide")
    editor.follow("Read and decide").fill(reason="Sai địa chỉ.").press("Return with a message")
    editor.open(decision(imported, "publish")).press("Publish all of it")
    assert LogEntry.objects.count() == 2
    review.refresh_from_db()
    assert review.state == "draft"


def test_single_review_that_is_approved_is_published_though_the_import_is_returned(batch):
    newsroom, imported = batch
    review = Review.objects.earliest("created_at", "pk")
    approval = waiting(review)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    editor = (
        signed_in(newsroom.editor)
        .open(f"/admin/editorial/importbatch/{imported.pk}/change/")
        .follow("Return all of it")
    )
    editor.fill(reason="Sai địa chỉ.").press("Return all of it")
    assert "Reviews that were approved separately can still be published on their own pages." in editor.text
    approved = editor.open("/admin/").text.split("Approved and not yet published")[1]
    assert approved.count("Die Erde ist eine Scheibe") == 1
    editor.follow(str(review)).press("Publish")
    assert LogEntry.objects.count() == 1
    assert not editor.open("/admin/").has_link(str(review))


def test_import_with_another_digest_is_not_approved(batch: tuple[Newsroom, ImportBatch]) -> None:
    newsroom, imported = batch
    editor = signed_in(newsroom.editor).open(decision(imported, "approve"))
    editor.fill(digest="0" * 64).press("Approve all of it")
    assert editor.codes == {"changed_since"}
    assert not Proposal.objects.filter(decision="approved").exists()


def test_reviews_of_an_import_come_in_pages(batch, monkeypatch):
    newsroom, imported = batch
    monkeypatch.setattr(imports, "PAGE", 2)
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/importbatch/{imported.pk}/change/")
    assert "Teil 1." in editor.text
    assert "Teil 2." not in editor.text
    editor.follow("Next page")
    assert "Teil 2." in editor.text
    assert "Teil 1." in editor.follow("First page").text


def test_unfinished_import_cannot_be_decided(newsroom: Newsroom) -> None:
    imported = ImportBatch.objects.create(newsroom=newsroom.publisher, files="a.json", imported_by=newsroom.second)
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/importbatch/{imported.pk}/change/")
    assert "was interrupted. Run it again to continue, or close it." in editor.text
    assert not editor.has_link("Approve all of it")
    assert "None. The files contained nothing new or changed." in editor.text
    assert editor.open("/admin/editorial/importbatch/").status == 200
    assert editor.open("/admin/editorial/importbatch/add/").status == 200


def test_import_that_was_taken_back_was_not_returned(batch: tuple[Newsroom, ImportBatch]) -> None:
    newsroom, imported = batch
    importer = signed_in(newsroom.second).open(page(imported))
    importer.open(decision(imported, "take-back")).press("Take back")
    assert "returned the submission with this message" not in importer.open(page(imported)).text
