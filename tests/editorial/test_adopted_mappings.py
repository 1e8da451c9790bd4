"""Two people adopt mappings of other publishers' verdicts in the log. Documents don't change, and readers can compare."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from factcheck.editorial.errors import ChangedSince
from factcheck.editorial.models import Claim, Proposal, VerdictMapping
from factcheck.editorial.proposals import merge_policy, workflow
from factcheck.record.log.entries import Publication
from factcheck.record.models import (
    LogEntry,
    PublishedClaim,
    PublishedMapping,
    PublishedReference,
    PublishedReview,
    RevisionDocument,
)
from factcheck.record.publish import publish as record_publish
from tests.editorial.proposal_kinds import written
from tests.imports.own_records import publish, record, take
from tests.support.drafts import Newsroom, make_newsroom, make_scale


def rows() -> list[Any]:
    """All rows that mappings change, without what the database numbers itself."""
    columns = [field.name for field in PublishedReference._meta.concrete_fields if field.name != "id"]
    return [
        [*PublishedReview.objects.order_by("id").values()],
        [*PublishedClaim.objects.order_by("id").values()],
        [*PublishedReference.objects.order_by("kind", "key").values(*columns)],
        [*PublishedMapping.objects.order_by("key").values()],
    ]


def words(page: str) -> str:
    return " ".join(strip_tags(Client().get(page).content.decode()).split())


def test_adoption_compares_what_is_already_there(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.publish_new()
    take(tmp_path / "reviews.jsonl", *(record(each, verdict={"original": {"label": "FALSO"}}) for each in (1, 2, 3)))
    publish()
    merged, into = (row.claim_id for row in PublishedReview.objects.filter(original_key__isnull=False)[:2])
    claims = Claim.objects.in_bulk([merged, into])
    merge = merge_policy.propose_merge(
        claim=claims[merged], into=claims[into], by=newsroom.editor, note="Cùng một tin."
    )
    workflow.approve(proposal=merge, by=newsroom.second, digest=merge.digest)
    documents = [*RevisionDocument.objects.order_by("entry").values_list("document", flat=True)]
    read = Client()
    assert read.get("/api/v1/reviews/?origin=imported&verdict=truth:false").json()["results"] == []
    before = read.get("/api/v1/reviews/?origin=imported").json()

    entry = newsroom.adopt_mapping("Falso", "other.example")

    assert (entry.kind, entry.number) == ("mapping.adoption", 1)
    assert [*RevisionDocument.objects.order_by("entry").values_list("document", flat=True)][:-1] == documents
    found = read.get("/api/v1/reviews/?origin=imported&verdict=truth:false").json()
    assert found["results"] == before["results"]  # the bodies keep their digests
    pk = found["results"][0]["id"]
    mapped = found["meta"]["mapped_verdicts"][pk]
    assert (mapped["slug"], mapped["value"], mapped["original"]["label"]) == ("false", 1, "FALSO")
    by = {"name": newsroom.publisher.name, "site": "kiemchung.example", "sequence": entry.sequence}
    assert mapped["mapped_by"] == by
    detail = read.get(f"/api/v1/reviews/{pk}/")
    assert detail["Factcheck-Mapped-Verdict"] == f"truth:false; by=kiemchung.example; entry={entry.sequence}"
    assert "Factcheck-Mapped-Verdict" not in read.get(f"/api/v1/reviews/{pk}/?as_of={entry.sequence}")
    assert len(read.get("/api/v1/claims/?verdict=truth:false&origin=imported").json()["results"]) == 2
    assert read.get("/api/v1/stats/?group_by=verdict").json()["groups"]["values"] == [
        {"verdict": "truth:false", "count": 4}
    ]
    said = f"False (publisher’s own words: FALSO; mapped by {newsroom.publisher.name})"
    for page in ("/en/search/?origin=imported&verdict=truth:false", f"/en/reviews/{pk}/", f"/en/claims/{into}/"):
        assert said in words(page), page
    assert f"entry {entry.sequence} of the public log" in words(f"/en/reviews/{pk}/")
    call_command("verify_record")
    live = rows()
    call_command("rebuild_record")
    assert rows() == live

    newsroom.adopt_mapping("falso", "other.example", "half-true")
    newsroom.adopt_mapping("falso", "", "true")
    verdicts = PublishedReview.objects.filter(original_key__isnull=False).values_list("verdict", flat=True)
    assert {*verdicts} == {"truth:half-true"}
    newsroom.adopt_mapping("falso", "", None)
    newsroom.adopt_mapping("falso", "other.example", None)
    assert {*verdicts.all()} == {None}
    assert not PublishedMapping.objects.exists()
    live = rows()
    call_command("rebuild_record")
    assert rows() == live
    call_command("verify_record")


def test_damaged_mapping_is_found(newsroom: Newsroom) -> None:
    newsroom.adopt_mapping("Falso")
    PublishedMapping.objects.update(verdict="truth:true")
    with pytest.raises(CommandError, match="published mapping"):
        call_command("verify_record")


def test_mapping_that_was_proposed_before_the_log_had_mappings_is_proposed_again(newsroom: Newsroom) -> None:
    mapping = VerdictMapping.objects.create(words="Falso", verdict=make_scale().verdicts.get(slug="false"))
    said = '{"scale":"truth","site":null,"verdict":"false","words":"Falso"}'
    before = Proposal(kind="mapping", action="adoption", mapping=mapping, submitted_by=newsroom.editor, statement=said)
    with pytest.raises(ChangedSince):
        workflow.policy_of(before).require_unchanged(before)


FORGED = "nobody approved|log entry|newsroom of a proposal|proposal_two_people"


@pytest.mark.parametrize("how", ["nobody approved", "one person", "another statement", "another newsroom"])
def test_forged_mapping_without_two_people_is_refused(newsroom: Newsroom, how: str) -> None:
    """Each attempt goes round the application, in one transaction."""
    verdict, other = make_scale().verdicts.get(slug="false"), make_newsroom("khac.example")
    mapping = VerdictMapping.objects.create(words="Falso", site="a.example", verdict=verdict)
    good = workflow.submit(subject=mapping, by=newsroom.editor)
    said = good.content
    workflow.take_back(proposal=good, by=newsroom.editor)
    with pytest.raises(DatabaseError, match=FORGED), transaction.atomic():
        site = other.publisher if how == "another newsroom" else newsroom.publisher
        forged = written(mapping, said, newsroom.editor, newsroom=site, deciding=None)
        if how != "nobody approved":
            by = newsroom.editor if how == "one person" else newsroom.second
            Proposal.objects.filter(pk=forged.pk).update(decision="approved", decided_by=by, decided_at=timezone.now())
        statement = {**said, "license": "https://b.example/"} if how == "another statement" else said
        (entry,) = record_publish([Publication(UUID(said["id"]), statement, LogEntry.Kind.MAPPING)])
        Proposal.objects.filter(pk=forged.pk, decision="approved").update(entry=entry)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not LogEntry.objects.exists()
