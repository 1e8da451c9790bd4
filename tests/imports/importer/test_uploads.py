"""Sheets that a member uploads at the desk: columns, dry run, import and undoing."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize
from unittest.mock import patch

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from factcheck.editorial.board import cards
from factcheck.editorial.drafts.forgetting import forget_passage
from factcheck.editorial.models import Card, Claim, EditorialEvent, ImportBatch, Proposal, Review
from factcheck.imports.importer import uploads
from factcheck.imports.readers.sheets import find_field, to_csv
from tests.editorial.desk.test_incidents import make_incident
from tests.editorial.test_comments import say
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom
from tests.support.refusals import refused
from tests.support.workbooks import cell, workbook

HEADER = [
    "Nội dung",
    "Kết luận",
    "Đường dẫn",
    "Ngày",
    "Nguồn",
    "Nguồn",
    "Chủ đề",
    *(f"Cột {number}" for number in range(30)),
]


def faulty_rows() -> list[list[str]]:
    """A title, a header, 200 rows with the faults of real sheets, and the rows of merged cells."""
    rows = [["BẢNG THEO DÕI TIN GIẢ"], [], HEADER]
    for number in range(1, 201):
        page = f"https://khac.example/{number}"
        row = [
            f"Uống nước chanh chữa bệnh số {number}.",
            "Sai",
            page,
            f"{number % 28 + 1}/3/2026",
            "https://nguon.example/a",
            "",
            "Sức khỏe",
        ]
        if number % 4 == 0:
            row[1:3] = ["", ""]  # no verdict and no page yet
        if number % 10 == 1:
            row[3] = "hôm qua"
        if number % 20 == 2:
            row[0] = ""
        if number % 50 == 3:
            row[0] = normalize("NFD", row[0])
        rows.append(row)
    rows[10] = []
    rows[11][0] = "x" * 20_000
    rows[12][0] = "=1+1"
    rows.insert(-1, [*rows[-2][:4], "https://nguon.example/b"])  # a second source of a merged claim
    return [*rows, rows[3]]


def as_csv(rows: list[list[str]], encoding: str) -> bytes:
    text = "\n".join(";".join(cells) for cells in rows)
    if encoding != "cp1258":
        return text.encode(encoding)
    # CP1258 writes a letter with a tone as two characters.
    tones = "\u0300\u0301\u0303\u0309\u0323"
    letters = [normalize("NFD", letter) for letter in normalize("NFC", text)]
    split = [
        normalize("NFC", "".join(each for each in letter if each not in tones))
        + "".join(each for each in letter if each in tones)
        for letter in letters
    ]
    return "".join(split).encode("cp1258")


def upload(newsroom: Newsroom, body: bytes, name: str = "bang.csv") -> ImportBatch:
    return uploads.receive(newsroom=newsroom.publisher.pk, by=newsroom.reporter, file=ContentFile(body, name))


def step(batch: ImportBatch, newsroom: Newsroom, name: str, columns: Any = None) -> ImportBatch:
    uploads.act(batch, newsroom.reporter, name, columns or batch.sheet["columns"])
    uploads.run_upload(batch.pk)
    if ImportBatch.objects.filter(pk=batch.pk).exists():  # undoing deletes an import without reviews
        batch.refresh_from_db()
    return batch


def outcomes(batch: ImportBatch) -> dict[str, int]:
    return dict(Counter(each["outcome"] for each in batch.outcomes))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1258", "utf-16"])
def test_sheet_with_faults_is_checked_imported_and_undone(newsroom: Newsroom, encoding: str) -> None:
    batch = upload(newsroom, as_csv(faulty_rows(), encoding))
    assert batch.sheet["columns"] == [
        "claim.text", "verdict.original.label", "original_url", "reviewed_on", "sources", "sources", "topics", *[""] * 30
    ]  # fmt: skip
    counts = {"new": 139, "claim": 49, "refused": 11, "unchanged": 1}
    assert outcomes(step(batch, newsroom, "check")) == counts
    told = {each["line"]: each for each in batch.outcomes}
    assert " ".join(told[line]["outcome"] for line in (4, 5, 7, 12, 13, 205)) == (
        "new refused claim refused new unchanged"
    )
    assert [told[line]["reasons"][0]["code"] for line in (5, 12)] == ["missing", "too_long"]
    assert told[4]["unread"] == {"reviewed_on": "hôm qua"}
    assert 11 not in told
    assert (Claim.objects.count(), Review.objects.count(), Proposal.objects.count()) == (0, 0, 0)

    assert outcomes(step(batch, newsroom, "import")) == counts
    merged = Review.objects.get(original_url="https://khac.example/199")
    assert (str(merged.reviewed_on), merged.original_label, [source.url for source in merged.sources.all()]) == (
        "2026-03-04", "Sai", ["https://nguon.example/a", "https://nguon.example/b"]
    )  # fmt: skip
    assert Claim.objects.filter(text="Uống nước chanh chữa bệnh số 53.").exists()
    came_in = Card.objects.filter(stage="came_in").count()
    assert (batch.new, batch.refused, batch.members.count(), came_in) == (139, 11, 139, 49)
    # The same sheet a second time adds nothing.
    again = upload(newsroom, as_csv(faulty_rows(), encoding))
    assert outcomes(step(again, newsroom, "check")) == {"unchanged": 189, "refused": 11}

    kept = Claim.objects.get(text="Uống nước chanh chữa bệnh số 4.")
    cards.change(newsroom=newsroom.publisher.pk, claim=kept.pk, by=newsroom.editor, owner=newsroom.editor)
    said, demanded = [Claim.objects.get(text=f"Uống nước chanh chữa bệnh số {number}.") for number in (12, 16)]
    say(newsroom, said, by=newsroom.editor)
    make_incident(newsroom, claim=demanded)
    with refused("not_allowed"):
        uploads.act(batch, newsroom.editor, "undo", [])
    step(batch, newsroom, "undo")
    assert {*Claim.objects.filter(reviews=None)} == {kept, said, demanded}
    assert set(Review.objects.values_list("state", flat=True)) == {"discarded"}
    assert EditorialEvent.objects.filter(action="claim.removed").count() == 46
    assert ImportBatch.objects.get(pk=batch.pk).sheet is None
    assert outcomes(step(again, newsroom, "check")) == {"new": 139, "claim": 46, "refused": 11, "unchanged": 4}
    step(again, newsroom, "import")
    assert set(Review.objects.values_list("state", "discarded_at")) == {("submitted", None)}


def test_pasted_rows_are_checked_imported_and_undone_at_the_desk(newsroom: Newsroom) -> None:
    desk = signed_in(newsroom.reporter).open("/admin/editorial/importbatch/add/")
    desk.fill(text="Tuyên bố\tGhi chú\nNước chanh chữa ung thư.\tgấp\n").press("Continue")
    batch = ImportBatch.objects.get()
    assert "Say what each column means." in desk.text
    assert re.findall(r'<option value="([a-z.]+)" selected>', desk.html) == ["claim.text"]
    desk.press("Check the rows")
    assert 'http-equiv="refresh"' in desk.html
    assert "Check the rows" not in signed_in(newsroom.editor).open(desk.path).html
    uploads.run_upload(batch.pk)
    desk.open(desk.path)
    assert "1 claim to check" in desk.text
    assert "Nothing is imported yet." in desk.text
    desk.press("Import these rows")
    uploads.run_upload(batch.pk)
    assert "Only claims to check came in" in desk.open(desk.path).text
    assert Claim.objects.get().text == "Nước chanh chữa ung thư."
    desk.press("Undo the import")
    uploads.run_upload(batch.pk)
    assert "It was undone or thrown away." in desk.open(desk.path).text
    assert (Claim.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_workbook_with_merged_cells_and_a_formula(newsroom: Newsroom) -> None:
    body = workbook(
        f'<row r="1">{cell("A1", "Claim")}{cell("B1", "Source")}</row>',
        f'<row r="2">{cell("A2", "Merged.")}<c r="B2" t="str"><f>A1</f><v>https://a.example/</v></c></row>',
        f'<row r="3">{cell("B3", "https://b.example/")}</row>',
        merged='<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>',
    )
    batch = upload(newsroom, body, "sheet.xlsx")
    assert batch.sheet["rows"][1:] == [["Merged.", "https://a.example/"], ["Merged.", "https://b.example/"]]
    assert [(each["line"], each["outcome"]) for each in step(batch, newsroom, "check").outcomes] == [(2, "claim")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK\x03\x04 not a workbook",
        b"claim\n" + b"x\n" * 20_000,
        b"claim" + b",x" * 200,
        workbook(
            f'<row r="1">{cell("A1", "x" * 30_000)}</row><row r="800">{cell("B800", "x")}</row>',
            merged='<mergeCells count="1"><mergeCell ref="A1:A800"/></mergeCells>',
        ),
    ],
    ids=["empty", "damaged", "rows", "columns", "merged"],
)  # fmt: skip
def test_unreadable_and_too_large_sheets_are_refused(newsroom: Newsroom, body: bytes) -> None:
    with refused("unreadable_file"):
        upload(newsroom, body)


def test_reviews_in_json_and_dates_that_begin_with_the_month(newsroom: Newsroom) -> None:
    review = b'{"@type": "ClaimReview", "claimReviewed": "A.", "url": "https://a.example/1", "reviewRating": {"alternateName": "False"}}'
    batch = upload(newsroom, review + b"\n" + b'{"claim": {}}\n', "a.jsonl")
    assert [(each["line"], each["outcome"], each["title"]) for each in step(batch, newsroom, "check").outcomes] == [
        (1, "new", "https://a.example/1"), (2, "refused", None)
    ]  # fmt: skip
    dates = [
        ["claim", "claim date"],
        ["A.", "3/4/2026"],
        ["B.", "3/14/2026"],
        ["C.", "2026-03-05 00:00:00"],
        ["D.", "2/30/2026"],
    ]
    text, notes = to_csv(dates, ["claim.text", "claim.claimed_on"], "kiemchung.example")
    assert re.findall(r"2026-\d\d-\d\d", text) == ["2026-03-04", "2026-03-14", "2026-03-05"]
    assert notes[5]["unread"] == {"claim.claimed_on": "2/30/2026"}


def test_erasure_and_forgetting_delete_the_sheets_of_the_newsroom(newsroom: Newsroom) -> None:
    batch = upload(newsroom, b"claim,note\nSecret.,x\n")
    draft = newsroom.make_review(body="Secret words.")
    forget_passage(draft=draft, text="Secret words", by=newsroom.editor)
    assert ImportBatch.objects.filter(pk=batch.pk).values_list("sheet", "outcomes", "step").get() == (None, [], "")


def test_old_sheets_are_deleted(newsroom: Newsroom) -> None:
    batch = upload(newsroom, b"claim,note\nA.,x\n")
    uploads.forget_old()
    assert ImportBatch.objects.get().sheet is not None
    with patch.object(uploads, "KEPT", -timedelta(seconds=1)):
        uploads.forget_old()
    assert not ImportBatch.objects.filter(pk=batch.pk).exists()


def test_owners_and_due_dates_go_to_the_cards_and_an_unknown_owner_is_told(newsroom: Newsroom) -> None:
    body = f"Nội dung;Phụ trách;Hạn\nA.;{newsroom.editor.username};5/12/2026\nB.;Ai đó;\nC.;;mai\n".encode()
    batch = step(upload(newsroom, body), newsroom, "check")
    assert [each["unread"] for each in batch.outcomes] == [{}, {"owner": "Ai đó"}, {"due_on": "mai"}]
    step(batch, newsroom, "import")
    found = Card.objects.order_by("claim__text").values_list("owner", "due_on")
    assert [*found] == [(newsroom.editor.pk, date(2026, 12, 5)), (None, None), (None, None)]
    step(batch, newsroom, "undo")
    assert Claim.objects.count() == 0


def set_job(values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procrastinate_jobs SET {values} WHERE id = (SELECT max(id) FROM procrastinate_jobs)")


def test_failed_and_stopped_work_leaves_nothing_and_the_page_says_what_to_do(newsroom: Newsroom) -> None:
    batch = step(upload(newsroom, b"claim,note\nA.,x\n"), newsroom, "check")
    desk = signed_in(newsroom.reporter).open(f"/admin/editorial/importbatch/{batch.pk}/change/")
    desk.press("Import these rows")
    assert "The site’s worker hasn’t begun yet." in desk.text
    with patch.object(uploads, "_assign", side_effect=MemoryError), pytest.raises(MemoryError):
        uploads.run_upload(batch.pk)
    assert "It failed because of an error of the site (MemoryError)" in desk.open(desk.path).text
    assert (Claim.objects.count(), "http-equiv" in desk.html) == (0, False)

    desk.press("Import these rows")
    set_job("status = 'doing'")  # a worker was killed, and its transaction ended
    assert "The work was interrupted" in desk.open(desk.path).text
    desk.press("Stop")
    assert "It was stopped. Nothing of it was kept." in desk.text
    uploads.run_upload(batch.pk)
    assert Claim.objects.count() == 0

    set_job("status = 'aborted'")
    desk.press("Import these rows")
    set_job("status = 'doing', abort_requested = true")  # the worker sees it after the next rows
    uploads.run_upload(batch.pk)
    assert (Claim.objects.count(), "It was stopped." in desk.open(desk.path).text) == (0, True)
    desk.press("Throw the sheet away")
    assert not ImportBatch.objects.exists()


def test_other_connections_see_the_progress_and_stop_it(newsroom: Newsroom) -> None:
    batch = step(
        upload(newsroom, b"claim,note\n" + b"".join(b"A%d.,x\n" % number for number in range(1001))), newsroom, "check"
    )
    uploads.act(batch, newsroom.reporter, "import", [])
    set_job("status = 'doing'")
    seen, show = list[list[str]](), uploads._show_progress

    def watched(row: ImportBatch, done: int, rows: int) -> None:
        show(row, done, rows)
        with ThreadPoolExecutor(1) as other:
            other.submit(watch).result()

    def watch() -> None:
        seen.append(uploads.progress_of(batch))
        if len(seen) == 2:
            uploads.act(batch, newsroom.reporter, "stop", [])
        connection.close()

    with patch.object(uploads, "_show_progress", watched):
        uploads.run_upload(batch.pk)
    batch.refresh_from_db()
    assert (seen, batch.step, batch.sheet["problem"], Claim.objects.count()) == (
        [["0", "1001"], ["1000", "1001"]], "checked", "stopped", 0
    )  # fmt: skip


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            "Claim|Item page URL|Status|Created by|Submitted at|Social Media Posted at|Report Published at|Number of media|Tags",
            "claim.text||verdict.original.label|||claim.claimed_on|reviewed_on||topics",
        ),
        ("ID|Title|Summary|URL|Language|Report Status|Imported?", "|headline|summary|original_url|||"),
        (
            "Fact-check title|Fact-check summary|Fact-check URL|Tags|Workspace|Updated at|Rating",
            "headline|summary|original_url|topics|publisher.name||verdict.original.label",
        ),
    ],
    ids=["list", "fact-checks", "feed"],
)
def test_columns_of_meedan_check_are_known(header: str, fields: str) -> None:
    assert "|".join(map(find_field, header.split("|"))) == fields
