"""Mappings for large publishers are offered, and apply only after a second person has approved them."""

from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError
from django.test import Client
from django.utils.html import strip_tags

from factcheck.editorial.models import Proposal, RatingScale, VerdictMapping
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.mapping_policy import MappingPolicy
from factcheck.editorial.proposals.starter_mappings import STARTER_MAPPINGS
from factcheck.record.formats.text import fold_words
from factcheck.record.models import PublishedReview
from tests.imports.own_records import publish, record, run, take
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, adopted_mappings, make_scale


def test_mappings_are_proposed_once_and_approved_by_another_person(newsroom: Newsroom, tmp_path: Path) -> None:
    make_scale()
    VerdictMapping.objects.create(
        words="Pants  on Fire", site="www.politifact.com", verdict=RatingScale.objects.get().verdicts.get(slug="false")
    )
    (line,) = run("propose_mappings", by=newsroom.editor.username)
    offered = sum(map(len, STARTER_MAPPINGS.values()))
    assert line.startswith(f"{offered - 1} mappings of {len(STARTER_MAPPINGS)} publishers proposed.")
    assert Proposal.objects.undecided().count() == len(STARTER_MAPPINGS)
    assert run("propose_mappings", by=newsroom.editor.username)[0].startswith("0 mappings of 0 publishers proposed.")
    assert adopted_mappings() == []
    proposal = Proposal.objects.get(mapping__site="snopes.com")
    workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    file, snopes = tmp_path / "reviews.jsonl", "https://www.snopes.com/fact-check"
    original = {"verdict": {"original": {"label": "FAKE"}}, "publisher": {"name": "Snopes"}}
    take(file, record(1, original_url=f"{snopes}/1", **original), record(2, **original))
    publish()
    rows = PublishedReview.objects.order_by("sequence")
    assert [*rows.values_list("verdict", flat=True)] == ["truth:false", None]
    # Lists show the comparable verdict beside the publisher's own words.
    words = strip_tags(Client().get("/en/search/?verdict=truth:false").content.decode()).split()
    assert "False (publisher’s own words: FAKE; mapped by" in " ".join(words)


def test_mappings_that_were_approved_before_adoptions_were_logged_are_proposed_again(newsroom: Newsroom) -> None:
    run("propose_mappings", by=newsroom.editor.username)
    proposal = Proposal.objects.get(mapping__site="usatoday.com")
    with patch.object(MappingPolicy, "after_approval"):
        workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    (line,) = run("propose_mappings", by=newsroom.editor.username)
    assert line.startswith("4 mappings of 1 publishers proposed.")
    again = Proposal.objects.undecided().get(mapping__site="usatoday.com")
    assert workflow.approve(proposal=again, by=newsroom.second, digest=again.digest).entry
    assert len(adopted_mappings()) == 4


def test_one_decision_adopts_all_mappings_of_a_publisher(newsroom: Newsroom) -> None:
    make_scale()
    run("propose_mappings", by=newsroom.editor.username)
    browser = signed_in(newsroom.second).open("/admin/").follow("10 verdict mappings of snopes.com")
    member = VerdictMapping.objects.get(site="snopes.com", words="scam")
    page = f"/admin/editorial/verdictmapping/{member.pk}/change/"
    assert not signed_in(newsroom.editor).open(page).has_button("Save")  # nobody changes what waits
    browser.follow("Approve")
    assert browser.text.count("means “False”") == 4
    browser.press("Approve")
    assert {each.words for each in adopted_mappings()} == set(STARTER_MAPPINGS["snopes.com"])
    browser.open("/admin/editorial/verdictmapping/?decision=approved")
    assert browser.has_link("scam")
    # A change concerns one mapping, and the others still apply.
    editor = signed_in(newsroom.editor).open(page)
    assert "Any change needs a new approval." in editor.text
    editor.fill(words="scams").press("Save and continue editing")
    assert "The mapping applies as soon as another Editor approves it." in editor.text
    assert len(adopted_mappings()) == 9


def test_reporter_cannot_propose_mappings(newsroom: Newsroom) -> None:
    make_scale()
    with pytest.raises(CommandError, match="Only an Editor or Chief editor can do this"):
        run("propose_mappings", by=newsroom.reporter.username)
    assert not VerdictMapping.objects.exists()


def test_words_of_starter_mappings_are_folded() -> None:
    """So that another spelling in this list can't propose the same mapping twice."""
    for site, mappings in STARTER_MAPPINGS.items():
        assert site == site.lower().removeprefix("www.")
        assert all(words == fold_words(words) for words in mappings)
