"""Rows made from records: reviews, claimants, publishers, verdicts; and what is refused, by the newsroom or the database."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connections

from factcheck.editorial import claimants
from factcheck.editorial.models import (
    Claim,
    Claimant,
    EditorialEvent,
    ImportBatch,
    Publisher,
    Review,
    Topic,
)
from factcheck.editorial.proposals import workflow
from factcheck.imports.importer import batches
from factcheck.record.models import PublishedReference, PublishedReview
from factcheck.record.statements.review import ReviewedClaim, Source
from tests.imports.own_records import SECOND, bodies, digest, publish, record, run, take
from tests.support.drafts import Newsroom, make_newsroom, waiting
from tests.support.whole import whole


def refusals(file: Path) -> list[tuple[int, str, str]]:
    """Line, code and address of what was refused in the last import."""
    lines = (settings.VAR / "refused" / f"{file.name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["line"], row["reasons"][0]["code"], row["address"]) for row in map(json.loads, lines)]


def test_record_twice_in_one_file(newsroom: Newsroom, file: Path) -> None:
    again = record(headline="Another headline")
    assert take(file, record(), record(), again) == "1 new, 1 unchanged, 0 changed, 1 refused (in_hand 1)."
    assert refusals(file) == [(3, "in_hand", "https://other.example/1")]


def test_dry_run_tells_of_each_record_and_keeps_nothing(imported: Review, newsroom: Newsroom, file: Path) -> None:
    rows = [record(), record(headline="Changed"), record(2, language="no tag"), record(3), record(3)]
    counts = "1 new, 2 unchanged, 0 changed, 2 refused (in_hand 1, wrong_form 1)."
    assert take(file, *rows, dry_run=True) == counts
    told = (settings.VAR / "refused" / "reviews.jsonl.dry-run.jsonl").read_text(encoding="utf-8").splitlines()
    assert [
        (row["line"], row["outcome"], [reason["code"] for reason in row["reasons"]]) for row in map(json.loads, told)
    ] == [
        (1, "unchanged", []),
        (2, "refused", ["in_hand"]),
        (3, "refused", ["wrong_form"]),
        (4, "new", []),
        (5, "unchanged", []),
    ]
    assert [
        Review.objects.count(),
        ImportBatch.objects.count(),
        EditorialEvent.objects.filter(action="import.submitted").count(),
    ] == [1, 1, 1]
    assert take(file, *rows) == counts


def test_documents_keep_the_publishers_words_and_rows_have_the_mapped_verdicts(newsroom: Newsroom, file: Path) -> None:
    newsroom.adopt_mapping("falso", "", "false")
    newsroom.adopt_mapping("FALSO", "particular.example", "mostly-false")
    rows = [
        record(1),
        record(2, publisher={"site": "particular.example"}),
        record(3, verdict={"original": {"label": "Verdadero"}}),
        record(4, verdict={"scale": "truth", "slug": "half-true", "original": None}),
        record(5, verdict={"scale": "truth", "slug": "true", "original": {"label": "Falso"}}),
    ]
    assert take(file, *rows) == "5 new, 0 unchanged, 0 changed, 0 refused."
    publish()
    assert [(body["verdict"]["slug"], body["verdict"]["label"]) for body in bodies()] == [
        (None, "Falso"), (None, "Falso"), (None, "Verdadero"), ("half-true", "Half true"), ("true", "True")
    ]  # fmt: skip

    def verdicts() -> list[str | None]:
        return [*PublishedReview.objects.order_by("sequence").values_list("verdict", flat=True)]

    assert verdicts() == ["truth:false", "truth:mostly-false", None, "truth:half-true", "truth:true"]
    newsroom.adopt_mapping("Verdadero", "", "true")
    assert verdicts() == ["truth:false", "truth:mostly-false", "truth:true", "truth:half-true", "truth:true"]
    assert take(file, *rows) == "0 new, 5 unchanged, 0 changed, 0 refused."
    # A withdrawn mapping of one publisher leaves the mapping for all publishers.
    newsroom.adopt_mapping("FALSO", "particular.example", None)
    assert verdicts() == ["truth:false", "truth:false", "truth:true", "truth:half-true", "truth:true"]


def test_unknown_verdict_of_ours_is_refused(newsroom: Newsroom, file: Path) -> None:
    row = record(verdict={"scale": "truth", "slug": "nonsense"})
    assert take(file, row) == "0 new, 0 unchanged, 0 changed, 1 refused (unknown_verdict 1)."


def test_claimants_are_shared_and_wait(newsroom: Newsroom, file: Path) -> None:
    figure = {"type": "person", "name": "Pat Public", "confirmed": True, "is_public_figure": True}
    rows = [
        record(1),
        record(2),
        record(3, claim={"text": "x", "claimant": {"type": "unnamed", "description": "a user\nof a network"}}),
        record(4, claim={"text": "x", "claimant": figure}),
        record(5, claim={"text": "x", "claimant": {"type": "person", "name": "Priv Ate", "confirmed": True}}),
        record(6, claim={"text": "x", "claimant": {"type": "organization", "name": "Org", "confirmed": True}}),
    ]
    take(file, *rows)
    assert sorted(Claimant.objects.values_list("name", "description", "confirmed")) == [
        ("", "a user of a network", True),
        ("Ann Other", "", False),
        ("Org", "", True),
        ("Pat Public", "", True),
        ("Priv Ate", "", False),
    ]
    publish()
    assert bodies()[0]["claim"]["claimant"]["id"] == bodies()[1]["claim"]["claimant"]["id"]


def test_claimant_may_be_described_at_length(newsroom: Newsroom, file: Path) -> None:
    """At more length than lists of claimants order by."""
    described = "Một người dùng mạng " + "x" * 980
    take(file, record(claim={"claimant": {"type": "unnamed", "description": described}}))
    assert publish() == "1 reviews published."
    assert bodies()[0]["claim"]["claimant"]["description"] == described
    assert PublishedReference.objects.get(kind="claimant").name == described[:500]


def test_confirmed_name_is_taken_for_the_next_record(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1))
    claimant = Claimant.objects.get()
    claimants.confirm_claimant(claimant=claimant, by=newsroom.editor, digest=claimants.claimant_digest(claimant))
    workflow.take_back(proposal=waiting(ImportBatch.objects.get()), by=newsroom.editor)
    take(file, record(1), record(2))
    publish()
    assert [body["claim"]["claimant"]["confirmed"] for body in bodies()] == [True, True]


def test_publishers_as_printed(newsroom: Newsroom, file: Path) -> None:
    """One row a site; what a record says differently stays with it."""
    take(file, record(1), record(2, publisher={"name": "OTHER", "url": "http://other.example/"}),
         record(3, publisher={"name": None}))  # fmt: skip
    publish()
    assert Publisher.objects.filter(site="other.example").count() == 1
    assert [(body["publisher"]["name"], body["publisher"]["url"]) for body in bodies()] == [
        ("Other", None), ("OTHER", "http://other.example/"), ("other.example", None)
    ]  # fmt: skip


def test_own_newsroom_and_another_newsroom_are_refused(newsroom: Newsroom, file: Path) -> None:
    make_newsroom("khac.example")
    take(file, record(1))
    rows = [
        record(1),
        record(2, publisher={"site": "khac.example"}),
        record(3, publisher={"site": "kiemchung.example"}),
        record(
            4, claim={"text": "x", "claimant": {"type": "person", "name": "N", "id": str(Claimant.objects.get().pk)}}
        ),
    ]
    counts = take(file, *rows, by="editor@khac.example")
    assert counts == "0 new, 0 unchanged, 0 changed, 4 refused (own_newsroom 2, other_newsroom 1, id_taken 1)."
    assert [code for _, code, _ in refusals(file)] == ["other_newsroom", "own_newsroom", "own_newsroom", "id_taken"]


REVIEW, CLAIM, SPEAKER = (f"0000000{digit}-0000-4000-8000-000000000000" for digit in (1, 2, 3))


def test_everything_that_the_domain_has(newsroom: Newsroom, file: Path) -> None:
    full = record(
        id=REVIEW,
        summary="Summary",
        body="*Body*",
        license="https://license.example/",
        archive_url="https://archive.example/1",
        reviewed_on="2024-05-02",
        topics=[{"slug": "health", "labels": {"en": "Health", "vi": "Sức khỏe"}}, {"slug": "health", "labels": {}}],
        authors=[{"name": "Bo"}, {"name": "Al"}],
        claim={
            "id": CLAIM,
            "location": "Huế",
            "claimed_on": "2024-05-01",
            "claimant": {"id": SPEAKER, "type": "person", "name": "Ann", "job_title": "Mayor", "same_as": ["https://w.example/"]},
            "appearances": [
                {"url": "https://s.example/1", "medium": "video", "media_sha256": "0" * 64},
                {"url": "https://s.example/2", "first": True},
            ],
        },
        sources=[{"title": "T", "publisher": "P", "quote": "Q", "stance": "refutes", "accessed_on": "2024-05-03"}],
    )  # fmt: skip
    again = record(2, claim={"id": CLAIM, "text": "Claim 1.", "claimant": None}, topics=[{"slug": "health"}])
    assert take(file, full, again) == "2 new, 0 unchanged, 0 changed, 0 refused."
    publish()
    first, second = bodies()
    assert first["id"] == REVIEW
    assert first["claim"] == second["claim"]
    claim = {
        "id": CLAIM, "text": "Claim 1.", "language": "en", "claimed_on": "2024-05-01", "location": "Huế",
        "claimant": {"id": SPEAKER, "type": "person", "name": "Ann", "description": None, "job_title": "Mayor",
                     "same_as": ["https://w.example/"], "confirmed": False},
        "appearances": [
            {"url": "https://s.example/2", "medium": None, "media_sha256": None, "archive_url": None, "first": True},
            {"url": "https://s.example/1", "medium": "video", "media_sha256": "0" * 64, "archive_url": None, "first": False},
        ],
    }  # fmt: skip
    assert first["claim"] == whole(claim, ReviewedClaim)
    assert first["license"] == "https://license.example/"
    assert second["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert first["topics"] == [{"slug": "health", "labels": {"en": "Health", "vi": "Sức khỏe"}}]
    assert (first["authors"], first["reviewed_on"]) == ([{"name": "Bo"}, {"name": "Al"}], "2024-05-02")
    assert (first["summary"], first["body"], first["archive_url"]) == ("Summary", "*Body*", "https://archive.example/1")
    source = {
        "title": "T", "url": None, "publisher": "P", "stance": "refutes", "quote": "Q", "archive_url": None,
        "accessed_on": "2024-05-03",
    }  # fmt: skip
    assert first["sources"] == [whole(source, Source)]
    assert Topic.objects.count() == 1
    # A claim that other reviews share is changed at the desk only.
    changed = full | {"headline": "New", "claim": full["claim"] | {"location": "Đà Nẵng"}}
    assert take(file, changed, again) == "0 new, 1 unchanged, 1 changed, 0 refused."
    assert Claim.objects.get().location == "Huế"


def test_ids_that_are_taken(newsroom: Newsroom, file: Path) -> None:
    rows = [
        record(1, id=REVIEW, claim={"id": CLAIM}),
        record(2, id=REVIEW),
        record(3, claim={"id": CLAIM}),
        record(4, claim={"appearances": [{"url": f"https://s.example/{n}", "first": True} for n in (1, 2)]}),
    ]
    assert take(file, *rows) == "1 new, 0 unchanged, 0 changed, 3 refused (id_taken 2, several_first 1)."


def test_what_the_database_refuses_keeps_nothing_else_out(newsroom, file, monkeypatch):
    """As when a limit of the tables is narrower than the reader's."""
    too_long = record(3)
    too_long["publisher"]["site"] = "a" * 253 + ":12345"
    rows = [record(number) for number in (1, 2)] + [too_long] + [record(number) for number in (4, 5)]
    assert take(file, *rows) == "4 new, 0 unchanged, 0 changed, 1 refused (cannot_be_stored 1)."
    assert refusals(file) == [(3, "cannot_be_stored", "https://other.example/3")]


HAN = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(1000))  # three bytes each, not to be compressed


def test_long_descriptions_in_any_script_are_stored_and_told_apart(newsroom: Newsroom, file: Path) -> None:
    rows = [record(number) for number in (1, 2, 3)]
    rows[0]["claim"]["claimant"] = {"type": "organization", "name": HAN[:500], "description": HAN}
    rows[1]["claim"]["claimant"] = {"type": "unnamed", "description": HAN}
    rows[2]["claim"]["claimant"] = {"type": "unnamed", "description": HAN[:-1]}
    assert take(file, *rows) == "3 new, 0 unchanged, 0 changed, 0 refused."
    assert sorted(Claimant.objects.values_list("name", "description")) == [("", HAN[:-1]), ("", HAN), (HAN[:500], HAN)]
    take(file, *[row | {"original_url": f"{row['original_url']}/again"} for row in rows])
    assert Claimant.objects.count() == 3


def test_text_for_which_an_index_has_no_room(newsroom: Newsroom, file: Path) -> None:
    """PostgreSQL takes 2,704 bytes of what cannot be compressed; none of our indexes does now."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE INDEX narrow ON editorial_claimant (description)")
    rows = [record(number) for number in (1, 2, 3)]
    rows[1]["claim"]["claimant"] = {"type": "unnamed", "description": HAN}
    assert take(file, *rows) == "2 new, 0 unchanged, 0 changed, 1 refused (cannot_be_stored 1)."
    assert refusals(file) == [(2, "cannot_be_stored", "https://other.example/2")]


def test_trouble_of_the_database_is_no_fault_of_a_record(newsroom, file, monkeypatch):
    def fail(*args: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(batches, "import_records", fail)
    with pytest.raises(OperationalError):
        take(file, record(1), record(2))


def test_changed_after_approval_is_not_published(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1), record(2))
    batch = ImportBatch.objects.get()
    run("approve_import", batch.pk, by=SECOND, digest=digest(batch))
    Review.objects.filter(headline="Headline 1").update(summary="Slipped in.")
    assert run("publish_import", batch.pk, by=SECOND) == [
        "1 reviews published.",
        "1 reviews were changed after their approval and are drafts again.",
    ]
    assert [body["headline"] for body in bodies()] == ["Headline 2"]
    review = Review.objects.get(headline="Headline 1")
    assert review.state == "draft"
    event = EditorialEvent.objects.get(action="publication.returned")
    assert (event.subject, event.actor, event.newsroom) == (str(review.pk), newsroom.second, newsroom.publisher)
    assert event.detail == {"reason": "The review was changed after its approval."}
    assert take(file, record(1), record(2)) == "1 new, 1 unchanged, 0 changed, 0 refused."
