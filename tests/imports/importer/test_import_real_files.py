"""The real files from the command line to the API: what is served equals what the files say, record by record."""

import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.test import Client

from factcheck.editorial.models import Claimant, ImportBatch, Proposal, Publisher, Review, User
from factcheck.editorial.proposals import workflow
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.record.statements import review as statements
from factcheck.record.statements.checks import check
from tests.imports import averitec
from tests.imports.own_records import digest
from tests.imports.spelled import day, line, text
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.whole import whole

FILES = ("averitec_candidates", "ten_publishers", "publishers_pages")
IMPORTER, SECOND = "editor@kiemchung.example", "second@kiemchung.example"


@dataclass
class Imported:
    """The output of the commands, the refused records, and what the API then served, by address and claim text."""

    first: str
    published: str
    second: str
    refused: list[dict[str, Any]]
    served: dict[tuple[str, str], dict[str, Any]]


def run(command: str, *args: object, **options: Any) -> str:
    out = io.StringIO()
    call_command(command, *args, stdout=out, **options)
    return out.getvalue()


def publish(batch: ImportBatch) -> str:
    run("approve_import", batch.pk, by=SECOND, digest=digest(batch))
    return run("publish_import", batch.pk, by=SECOND)


def served(**filters: str) -> Iterator[dict[str, Any]]:
    """Every review that the API lists, page by page."""
    client = Client()
    answer = client.get("/api/v1/reviews/", {"page_size": "100", **filters}).json()
    yield from answer["results"]
    while answer["next"]:
        answer = client.get(answer["next"]).json()
        yield from answer["results"]


@pytest.fixture(scope="module")
def imported(module_database: str, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    make_newsroom()
    files = [real_data / "claimreview" / f"{name}.jsonl" for name in FILES]
    refused = tmp_path_factory.mktemp("import") / "refused.jsonl"
    first = run("import_reviews", *files, by=IMPORTER, refused=refused)
    published = publish(ImportBatch.objects.get())
    by_place = {(row["original_url"], row["claim"]["text"]): row for row in served()}
    return Imported(
        first,
        published,
        run("import_reviews", *files, by=IMPORTER, refused=refused.with_name("again.jsonl")),
        [json.loads(line) for line in refused.read_text(encoding="utf-8").splitlines()],
        by_place,
    )


@pytest.mark.prove
def test_counts(imported: Imported) -> None:
    """7,892 records have all that is needed; 43 of them are in the files twice, word for word."""
    assert imported.first.splitlines()[0] == (
        "7849 new, 43 unchanged, 0 changed, 126 refused (no_claim_text 125, no_verdict 1)."
    )
    batch = ImportBatch.objects.earliest("pk")
    assert (batch.new, batch.unchanged, batch.changed, batch.refused) == (7849, 43, 0, 126)
    assert imported.published == "7849 reviews published.\n"
    assert len(imported.served) == 7849
    assert LogEntry.objects.filter(kind="review.original", sequence__lt=7849).count() == 7849
    assert Publisher.objects.filter(memberships__isnull=True, reviews__original_label__gt="").distinct().count() >= 55


@pytest.mark.prove
def test_every_statement_follows_the_rules(imported: Imported) -> None:
    """An import doesn't check what it builds: that would cost a tenth of a millisecond a review."""
    said = Proposal.objects.filter(kind="review").values_list("statement", flat=True)
    assert [faults for each in said if (faults := check(json.loads(each), statements.Review))] == []


@pytest.mark.prove
def test_refused_file(imported: Imported, real_data: Path) -> None:
    causes = Counter((Path(row["file"]).stem, row["reasons"][0]["code"]) for row in imported.refused)
    assert causes == {
        ("ten_publishers", "no_claim_text"): 124,
        ("publishers_pages", "no_claim_text"): 1,
        ("publishers_pages", "no_verdict"): 1,
    }
    first = imported.refused[0]
    assert first["reasons"] == [
        {"pointer": "/claimReviewed", "code": "no_claim_text", "detail": "the claim's text is missing"}
    ]
    raw = real_data / "claimreview" / "ten_publishers.jsonl"
    assert json.loads(raw.read_text(encoding="utf-8").split("\n")[first["line"] - 1])["url"] == first["address"]
    assert first["record"]["url"] == first["address"]
    assert "claimReviewed" not in first["record"]


@pytest.mark.prove
def test_second_run_adds_nothing(imported: Imported) -> None:
    assert imported.second.splitlines()[0] == (
        "0 new, 7892 unchanged, 0 changed, 126 refused (no_claim_text 125, no_verdict 1)."
    )
    assert imported.second.endswith("Nothing to approve.\n")


@pytest.mark.prove
def test_api_serves_what_the_files_say(imported: Imported, real_data: Path) -> None:
    """Every record, field by field, from the raw JSON and with the normalisations written out once more."""
    seen = set()
    for name in FILES:
        for raw in map(
            json.loads, (real_data / "claimreview" / f"{name}.jsonl").read_text("utf-8").strip().split("\n")
        ):
            rating = raw.get("reviewRating") or {}
            if not (
                isinstance(raw.get("claimReviewed"), str)
                and raw["claimReviewed"].strip()
                and rating.get("alternateName")
            ):
                continue
            place = (raw["url"], text(raw["claimReviewed"]) or "")
            seen.add(place)
            body = imported.served[place]
            if name == "publishers_pages":
                # Few and odd: tests of each property pin what is read from them.
                assert body["verdict"]["original"]["label"] == text(rating["alternateName"])
                continue
            item, publisher = raw.get("itemReviewed") or {}, raw["author"]
            speaker = item.get("author") or {}
            site = raw["url"].split("/")[2].removeprefix("www.").removesuffix(":80")
            assert UUID(body["id"]).version == 7
            assert body["language"] == body["claim"]["language"]
            assert body["language_detected"] is (body["language"] != "und")  # no record states its language
            assert body["headline"] == line(raw.get("name"))
            assert (body["summary"], body["body"], body["authors"], body["topics"]) == (None, None, [], [])
            assert body["claim"]["claimed_on"] == day(item.get("datePublished"))
            assert body["claim"]["location"] == line(item.get("name"))
            claimant = body["claim"]["claimant"]
            if line(speaker.get("name")):
                assert claimant["name"] == line(speaker["name"])
                assert claimant["type"] == ("organization" if speaker.get("@type") == "Organization" else "person")
                assert claimant["job_title"] == line(speaker.get("jobTitle"))
                assert claimant["confirmed"] is False
            else:
                assert claimant is None
            assert [appearance["url"] for appearance in body["claim"]["appearances"]] == appearances(item)
            label = text(rating["alternateName"])
            assert body["verdict"] == {
                "scale": None, "slug": None, "label": label, "labels": {}, "meanings": {}, "value": None, "best": None, "worst": None,
                "explanation": text(rating.get("ratingExplanation")),
                "original": {
                    "label": label,
                    "value": str(rating["ratingValue"]) if "ratingValue" in rating else None,
                    "best": str(rating["bestRating"]) if "bestRating" in rating else None,
                    "worst": str(rating["worstRating"]) if "worstRating" in rating else None,
                    "explanation": text(rating.get("ratingExplanation")),
                    "image_url": rating.get("image"),
                },
            }  # fmt: skip
            assert body["sources"] == [
                whole({"title": None, "url": url.strip(), "publisher": None, "stance": None, "quote": None,
                       "archive_url": None, "accessed_on": None}, statements.Source)
                for url in raw.get("citation", [])
            ]  # fmt: skip
            assert body["publisher"] == {
                "type": publisher["@type"].lower(),
                "name": line(publisher.get("name")) or site,
                "site": site,
                "url": publisher["url"],
                "logo_url": None, "same_as": [], "description": None, "codes": [],
                "methodology_url": None, "corrections_url": None,
                "principles_url": None, "unnamed_sources_url": None, "feedback_url": None,
            }  # fmt: skip
            assert body["reviewed_on"] == day(raw.get("datePublished"))
            assert body["archive_url"] == raw.get("archivedAt")
            assert body["revision"]["kind"] == "original"
    assert len(seen) == 7849


def appearances(item: dict[str, Any]) -> list[str]:
    given = item.get("appearance") or []
    found = [
        place if isinstance(place, str) else place["url"] for place in (given if isinstance(given, list) else [given])
    ]
    first = item.get("firstAppearance")
    return list(dict.fromkeys([*([first if isinstance(first, str) else first["url"]] if first else []), *found]))


@pytest.mark.prove
def test_names_wait_for_an_editor(imported: Imported) -> None:
    names = Claimant.objects.exclude(name="")
    assert names.count() > 2000
    assert not names.filter(confirmed=True).exists()
    assert len(names.values_list("type", "name", "job_title", "same_as").distinct()) == names.count()


@pytest.mark.prove
def test_every_statement_was_approved_by_another_person(imported: Imported) -> None:
    approvals = Proposal.objects.filter(batch__isnull=False)
    assert set(approvals.values_list("submitted_by__username", "decided_by__username")) == {(IMPORTER, SECOND)}
    assert not approvals.filter(kind="review", entry__isnull=True).exists()
    assert set(Review.objects.exclude(import_key=None).values_list("state", flat=True)) == {"published"}


def own_format(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.prove
def test_averitec_with_its_evidence(newsroom: Newsroom, real_data: Path, tmp_path: Path) -> None:
    """500 annotations of 491 claims; all 1,360 places of evidence are served, in their order."""
    rows = averitec.merged(averitec.converted(real_data / "averitec" / "dev.jsonl"))
    printed = run("import_reviews", own_format(tmp_path / "averitec.jsonl", rows), by=IMPORTER)
    assert printed.splitlines()[0] == "491 new, 0 unchanged, 0 changed, 0 refused."
    assert publish(ImportBatch.objects.get()) == "491 reviews published.\n"
    bodies = {(body["original_url"], body["claim"]["text"]): body for body in served()}
    assert sum(len(body["sources"]) for body in bodies.values()) == 1360
    for row in rows:
        body = bodies[row["original_url"], unicodedata.normalize("NFC", row["claim"]["text"]).strip()]
        assert [source["url"] for source in body["sources"]] == [source["url"] for source in row["sources"]]
        assert [source["quote"] for source in body["sources"]] == [text(source["quote"]) for source in row["sources"]]
        assert body["verdict"]["original"]["label"] == row["verdict"]["original"]["label"]
        assert body["claim"]["claimed_on"] == row["claim"]["claimed_on"]


VIETNAMESE = {"0": ("Được ủng hộ", "supports"), "1": ("Bị bác bỏ", "refutes"), "2": ("Không đủ thông tin", "context")}


@pytest.mark.prove
def test_vietnamese_statements(newsroom: Newsroom, real_data: Path, tmp_path: Path) -> None:
    """723 statements with their evidence; three are not in NFC in the file."""
    file = real_data / "vietnamese" / "vifactcheck_dev.jsonl"
    lines = [json.loads(row) for row in file.read_text(encoding="utf-8").strip("\n").split("\n")]
    rows = [
        {
            "original_url": row["Url"],
            "language": "vi",
            "claim": {"text": row["Statement"]},
            "verdict": {"original": {"label": VIETNAMESE[row["labels"]][0]}},
            "sources": [{"url": row["Url"], "quote": row["Evidence"], "stance": VIETNAMESE[row["labels"]][1]}],
            "publisher": {"name": row["Author"]},
        }
        for row in lines
    ]
    printed = run("import_reviews", own_format(tmp_path / "vietnamese.jsonl", rows), by=IMPORTER)
    assert printed.splitlines()[0] == "723 new, 0 unchanged, 0 changed, 0 refused."
    assert publish(ImportBatch.objects.get()) == "723 reviews published.\n"
    bodies = {body["claim"]["text"]: body for body in served(language="vi")}
    assert len(bodies) == 723
    assert sum(not unicodedata.is_normalized("NFC", row["Statement"]) for row in lines) == 3
    for row in lines:
        body = bodies[unicodedata.normalize("NFC", row["Statement"]).strip()]
        (source,) = body["sources"]
        assert source["quote"] == text(row["Evidence"])
        assert source["stance"] == VIETNAMESE[row["labels"]][1]
        assert body["publisher"]["name"] == row["Author"]
    found = PublishedReview.objects.using("public").filter(publisher="vnexpress.net").count()
    assert found == sum("//vnexpress.net/" in row["Url"] for row in lines)


def test_ten_publishers_are_compared_after_one_decision_each(imported: Imported) -> None:
    """On the day of the import, with the starter mappings, and without a new revision of any review."""
    compared = {
        "africacheck.org": (225, 235),
        "altnews.in": (366, 376),
        "boomlive.in": (469, 470),
        "checkyourfact.com": (374, 374),
        "factcheck.afp.com": (839, 912),
        "indiatoday.in": (354, 354),
        "leadstories.com": (148, 650),  # most of its verdicts are sentences
        "newsmeter.in": (199, 199),
        "politifact.com": (756, 848),
        "thelogicalindian.com": (181, 181),
    }
    entries = LogEntry.objects.count()
    run("propose_mappings", by=IMPORTER)
    second = User.objects.get(username=SECOND)
    for proposal in Proposal.objects.undecided().filter(mapping__site__in=compared):
        workflow.approve(proposal=proposal, by=second, digest=proposal.digest)
    assert LogEntry.objects.count() == entries + 10
    rows = PublishedReview.objects.filter(publisher__in=compared).values_list("publisher")
    found = rows.annotate(mapped=Count("mapped_by"), all=Count("id"))
    assert {site: (mapped, number) for site, mapped, number in found} == compared
