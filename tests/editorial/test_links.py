"""Links that an import proposes and never makes: found by a command that can be stopped, answered by an editor."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from factcheck.editorial import links, similar_claims
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.models import Claim, EditorialEvent, ImportBatch, Proposal, ProposedLink, Review
from factcheck.editorial.proposals import merge_policy, workflow
from factcheck.editorial.proposals.import_policy import publish_import
from factcheck.record.matching import matches
from factcheck.record.matching.embeddings import EmbeddingError
from factcheck.record.matching.matches import Matching
from factcheck.record.matching.missing_vectors import compute_missing
from tests.drafts import Newsroom, make_claim, make_newsroom, make_review, publish_review
from tests.journeys.browser import signed_in

FLOOD = "Nước lũ ở Huế đã lên tới mái chùa."
LATER = "You can’t answer “It is the same” until the review of this claim has been published or returned."
NOTE = "Cùng một đoạn video, cùng một lời đồn."


@pytest.fixture
def newsroom(database: str) -> Newsroom:
    newsroom = make_newsroom()
    publish_review(newsroom, make_review(newsroom, make_claim(newsroom, text=FLOOD)))
    return newsroom


def bring_in(newsroom: Newsroom, tmp_path: Path, *texts: str) -> ImportBatch:
    file = tmp_path / f"khac-{ImportBatch.objects.count()}.jsonl"
    records = [
        {
            "@type": "ClaimReview", "claimReviewed": text, "url": f"https://khac.example/{number}-{file.name}",
            "author": {"@type": "Organization", "name": "Khác", "url": "https://khac.example/"},
            "reviewRating": {"@type": "Rating", "alternateName": "Sai"},
        }
        for number, text in enumerate(texts)
    ]  # fmt: skip
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    call_command("import_reviews", str(file), by=newsroom.second.username, refused=tmp_path / "refused.jsonl")
    return ImportBatch.objects.latest("pk")


def publish(newsroom: Newsroom, batch: ImportBatch) -> None:
    workflow.approve(proposal=batch.proposal, by=newsroom.editor, digest=batch.proposal.digest)
    publish_import(batch=batch, by=newsroom.editor)


def join(newsroom: Newsroom, claim: Claim, into: Claim) -> None:
    merge = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.editor, note=NOTE)
    workflow.approve(proposal=merge, by=newsroom.second, digest=merge.digest)


def test_import_proposes_links_and_makes_none(
    newsroom: Newsroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = bring_in(
        newsroom, tmp_path, "Nước lũ ở Huế lên tới mái chùa!", "Chanh chữa bách bệnh.", "Lũ ở Huế tới mái chùa."
    )
    assert not ProposedLink.objects.exists()  # the import itself does not wait for it
    call_command("propose_links")
    assert capsys.readouterr().out.endswith("2 links proposed.\n")
    link = ProposedLink.objects.get(claim__text="Nước lũ ở Huế lên tới mái chùa!")
    assert (link.other.text, link.batch, link.answer) == (FLOOD, batch, "")
    assert 0.5 <= link.score <= 1
    assert Review.objects.filter(claim__text=FLOOD).count() == 1
    assert Claim.objects.count() == 4
    call_command("propose_links")  # once more finds nothing more
    assert ProposedLink.objects.count() == 2


def test_command_goes_on_where_it_stopped(newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = bring_in(newsroom, tmp_path, *[f"{FLOOD} ({number})" for number in range(5)])
    monkeypatch.setattr(links, "CHUNK", 2)
    seen: list[int] = []

    def stop(count: int) -> None:
        seen.append(count)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        links.propose_links(batch, stop)
    assert (ProposedLink.objects.count(), ImportBatch.objects.get().uncompared.count()) == (4, 1)
    assert links.propose_links(batch) == 1
    assert links.uncompared_batches() == []


def in_a_connection(call: Callable[[], int]) -> int:
    try:
        return call()
    finally:
        connections.close_all()


def down(text: str) -> Matching:
    return Matching([], [], "words", "Nobody answers.")


def test_claims_wait_until_meaning_can_be_compared(
    newsroom: Newsroom,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Compared by words alone they would not be compared again, and one in another language never found."""
    batch = bring_in(newsroom, tmp_path, FLOOD, "The flood reached the roof of the pagoda in Hue.")
    found = similar_claims.match(FLOOD)
    with monkeypatch.context() as first:  # the first is compared before the address goes down
        first.setattr(
            similar_claims, "match", lambda text, **_: replace(found, explanation=None) if text == FLOOD else down(text)
        )
        first.setattr(similar_claims, "is_configured", lambda: True)
        call_command("propose_links")
    assert "Nobody answers. The next run continues where this one stopped." in capsys.readouterr().out
    assert (ProposedLink.objects.count(), ImportBatch.objects.get(pk=batch.pk).uncompared.count()) == (1, 1)
    settings.EMBEDDINGS_URL, settings.EMBEDDINGS_MODEL = "http://127.0.0.1:9/v1/", "down"
    call_command("propose_links")
    assert "The meaning of 1 review has not been computed yet. The next run continues" in capsys.readouterr().out
    assert ImportBatch.objects.get(pk=batch.pk).uncompared.count() == 1


def test_claim_that_the_model_refuses_is_compared_by_words(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be refused the next time too, and hold up all that come after it."""
    batch = bring_in(newsroom, tmp_path, FLOOD)

    class Refusing:
        model = "m"
        together = 1

        def embed_queries(self, texts: list[str]) -> list[list[float]]:
            raise EmbeddingError("The embeddings API responded with status 413.", refused=True)

        def embed_passages(self, texts: list[str]) -> list[list[float]]:
            return [[1.0] + [0.0] * 383 for _ in texts]

    list(compute_missing(Refusing()))
    monkeypatch.setattr(matches, "get_embeddings", Refusing)
    monkeypatch.setattr(similar_claims, "is_configured", lambda: True)
    assert links.propose_links(batch) == 1
    assert similar_claims.match(FLOOD).explanation == "The embeddings API responded with status 413."


def test_import_is_decided_while_its_claims_are_compared(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = bring_in(newsroom, tmp_path, FLOOD)
    match, comparing, decided = similar_claims.match, Event(), Event()

    def slow(text: str, **options: Any) -> Matching:
        comparing.set()
        assert decided.wait(30)
        return match(text, **options)

    monkeypatch.setattr(similar_claims, "match", slow)
    with ThreadPoolExecutor(1) as pool:
        proposing = pool.submit(in_a_connection, lambda: links.propose_links(batch))
        try:
            assert comparing.wait(30)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
                workflow.approve(proposal=batch.proposal, by=newsroom.editor, digest=batch.proposal.digest)
        finally:
            decided.set()
        assert proposing.result(30) == 1


def test_claims_that_another_run_has_compared_are_not_compared_back(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = bring_in(newsroom, tmp_path, f"{FLOOD} (1)", f"{FLOOD} (2)")
    monkeypatch.setattr(links, "CHUNK", 1)
    match = similar_claims.match

    def overtaken(text: str, **options: Any) -> Matching:
        if text == f"{FLOOD} (1)":
            monkeypatch.setattr(similar_claims, "match", match)
            assert links.propose_links(ImportBatch.objects.get(pk=batch.pk)) == 2
        return match(text, **options)

    monkeypatch.setattr(similar_claims, "match", overtaken)
    assert links.propose_links(batch) == 0
    assert (ProposedLink.objects.count(), links.uncompared_batches()) == (2, [])


@pytest.mark.parametrize(("answers", "linked"), [(False, ["(2)"]), (True, ["(1)", "(2)"])], ids=["slow", "by words"])
def test_claim_that_alone_cannot_be_compared_holds_up_no_other(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool, linked: list[str]
) -> None:
    batch = bring_in(newsroom, tmp_path, f"{FLOOD} (1)", f"{FLOOD} (2)")
    match = similar_claims.match

    def failing(text: str, **options: Any) -> Matching:
        failed = text == f"{FLOOD} (1)"
        if failed and not answers:
            raise TimeoutError
        return replace(
            match(text, **options), explanation="The embeddings API responded with status 500." if failed else None
        )

    monkeypatch.setattr(similar_claims, "match", failing)
    monkeypatch.setattr(similar_claims, "is_configured", lambda: True)
    call_command("propose_links")
    assert sorted(text[-3:] for text in ProposedLink.objects.values_list("claim__text", flat=True)) == linked
    assert ImportBatch.objects.get(pk=batch.pk).uncompared.count() == 0


def test_import_that_fails_holds_up_no_other(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = bring_in(newsroom, tmp_path, f"{FLOOD} (1)"), bring_in(newsroom, tmp_path, f"{FLOOD} (2)")
    match, begun = similar_claims.match, list[str]()

    def down_at_first(text: str, **options: Any) -> Matching:
        begun.append(text)
        return down(text) if f"{FLOOD} (2)" not in begun else replace(match(text, **options), explanation=None)

    monkeypatch.setattr(similar_claims, "match", down_at_first)
    monkeypatch.setattr(similar_claims, "is_configured", lambda: True)
    call_command("propose_links")
    assert links.uncompared_batches() == [first]
    assert ProposedLink.objects.get().batch == second


def test_link_of_a_claim_that_was_merged_meanwhile(newsroom: Newsroom, tmp_path: Path) -> None:
    """It can go into no other; its reviews are found under the first."""
    other = make_review(newsroom, make_claim(newsroom, text="Nước lũ ở Huế đã lên tới mái đình."))
    publish_review(newsroom, other)
    batch = bring_in(newsroom, tmp_path, "Nước lũ ở Huế lên tới mái chùa!")
    publish(newsroom, batch)
    claim = Claim.objects.get(text="Nước lũ ở Huế lên tới mái chùa!")
    link = ProposedLink.objects.create(batch=batch, claim=claim, other=other.claim, score=0.9)
    merge = merge_policy.propose_merge(
        claim=claim, into=Claim.objects.get(text=FLOOD), by=newsroom.editor, note="Cùng một đoạn video."
    )
    assert list(claim.proposed_links.open()) == [link]
    workflow.approve(proposal=merge, by=newsroom.second, digest=merge.digest)
    assert not claim.proposed_links.open().exists()
    with pytest.raises(EditorialError, match="already been merged into another claim"):
        links.accept_link(link=link, by=newsroom.editor, note=NOTE)
    page = signed_in(newsroom.editor).open(f"/admin/editorial/claim/links/{link.pk}/accept/")
    assert "Readers will find the first claim on the second claim’s page." in page.text


@pytest.mark.parametrize("chunk", [1, 50])
def test_link_is_proposed_in_one_direction(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(links, "CHUNK", chunk)
    lemon = ("Chanh chữa bách bệnh.", "Chanh chữa bách bệnh!")
    batch = bring_in(newsroom, tmp_path, *lemon)
    publish(newsroom, batch)
    assert links.propose_links(batch) == 1
    assert list(ProposedLink.objects.values_list("claim__text", "other__text")) == [lemon]
    links.dismiss_link(link=ProposedLink.objects.get(), by=newsroom.editor)
    ImportBatch.objects.update(compared_until=0)
    assert links.propose_links(batch) == 0


def test_link_to_a_claim_that_was_merged_meanwhile(newsroom: Newsroom, tmp_path: Path) -> None:
    other = make_review(newsroom, make_claim(newsroom, text="Nước lũ ở Huế đã lên tới mái đình."))
    publish_review(newsroom, other)
    batch = bring_in(newsroom, tmp_path, "Nước lũ ở Huế lên tới mái chùa!")
    publish(newsroom, batch)
    claim = Claim.objects.get(text="Nước lũ ở Huế lên tới mái chùa!")
    ProposedLink.objects.create(batch=batch, claim=claim, other=other.claim, score=0.9)
    join(newsroom, other.claim, Claim.objects.get(text=FLOOD))
    assert not batch.proposed_links.open().exists()


def test_claim_that_is_merged_already_is_linked_to_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    """What it would be found the same as is the claim that shows its reviews."""
    other = make_review(newsroom, make_claim(newsroom, text="Một tin hoàn toàn khác."))
    publish_review(newsroom, other)
    batch = bring_in(newsroom, tmp_path, "Chanh chữa bách bệnh.")
    publish(newsroom, batch)
    join(newsroom, Claim.objects.get(text="Chanh chữa bách bệnh."), other.claim)
    assert links.propose_links(batch) == 0


def test_accepted_link_of_a_published_claim_is_a_proposal_to_merge(newsroom: Newsroom, tmp_path: Path) -> None:
    batch = bring_in(newsroom, tmp_path, "Nước lũ ở Huế lên tới mái chùa!")
    links.propose_links(batch)
    publish(newsroom, batch)
    link = ProposedLink.objects.get()
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/importbatch/{batch.pk}/change/")
    assert "probably the same as" in lan.text
    lan.follow("It is the same").press("It is the same")
    assert "Enter a reason. Anyone can read the reason" in lan.text
    assert ProposedLink.objects.get().answer == ""  # nothing half done
    lan.fill(reason=NOTE).press("It is the same")
    assert "Proposed. Someone else now has to decide." in lan.text
    assert lan.path == f"/admin/editorial/importbatch/{batch.pk}/change/"  # where the other links are
    merge = Proposal.objects.get(kind="merge")
    assert (merge.claim, merge.into, merge.submitted_by, merge.decision) == (
        link.claim,
        link.other,
        newsroom.reporter,
        "",
    )
    assert ProposedLink.objects.get().answer == "accepted"


def test_accepted_link_before_publication_gives_the_draft_the_other_claim(newsroom: Newsroom, tmp_path: Path) -> None:
    batch = bring_in(newsroom, tmp_path, "Nước lũ ở Huế lên tới mái chùa!")
    links.propose_links(batch)
    link = ProposedLink.objects.get()
    hoa = signed_in(newsroom.editor)
    for page in (f"/admin/editorial/importbatch/{batch.pk}/change/", f"/admin/editorial/claim/{link.claim_id}/change/"):
        assert LATER in hoa.open(page).text
        assert not hoa.has_link("It is the same")
        assert hoa.has_link("It is not")
    assert LATER in hoa.open(f"/admin/editorial/claim/links/{link.pk}/accept/").text
    assert hoa.path == page
    with pytest.raises(EditorialError, match="submitted or approved"):
        links.accept_link(link=link, by=newsroom.editor)
    workflow.return_(proposal=batch.proposal, by=newsroom.editor, reason="Xem lại.")
    hoa.open(f"/admin/editorial/importbatch/{batch.pk}/change/")
    assert LATER not in hoa.text
    hoa.follow("It is the same")
    assert f"/claims/{link.other_id}/" in hoa.html
    assert f"/claims/{link.claim_id}/" not in hoa.html  # readers have no such page yet
    hoa.press("It is the same")
    assert hoa.path == f"/admin/editorial/importbatch/{batch.pk}/change/"
    assert set(Review.objects.values_list("claim__text", flat=True)) == {FLOOD}
    assert Claim.objects.count() == 1
    assert not ProposedLink.objects.exists()


def test_dismissed_link_stays_dismissed(newsroom: Newsroom, tmp_path: Path) -> None:
    batch = bring_in(newsroom, tmp_path, "Nước lũ ở Huế lên tới mái chùa!")
    links.propose_links(batch)
    link = ProposedLink.objects.get()
    with pytest.raises(NotAllowed):
        links.dismiss_link(link=link, by=make_newsroom("baochi.example").chief)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{link.claim_id}/change/")
    lan.follow("It is not").press("It is not the same")
    assert lan.path == f"/admin/editorial/claim/{link.claim_id}/change/"
    assert "probably the same as" not in lan.text
    with pytest.raises(EditorialError, match="already been decided"):
        links.accept_link(link=link, by=newsroom.editor)
    ImportBatch.objects.update(compared_until=0)
    assert links.propose_links(batch) == 0
    assert ProposedLink.objects.get().answer == "dismissed"
    assert EditorialEvent.objects.filter(action="link.dismissed", subject=str(link.claim_id)).count() == 1


def test_link_of_another_newsroom_is_not_seen(newsroom: Newsroom, tmp_path: Path) -> None:
    links.propose_links(bring_in(newsroom, tmp_path, "Nước lũ ở Huế lên tới mái chùa!"))
    stranger = make_newsroom("baochi.example").chief
    page = f"/admin/editorial/claim/links/{ProposedLink.objects.get().pk}/accept/"
    assert signed_in(stranger).open(page).status == 404
