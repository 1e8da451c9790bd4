"""Mappings for large publishers are offered, and apply only after a second person has approved them."""

from pathlib import Path

import pytest
from django.core.management import CommandError

from factcheck.editorial.models import Proposal, RatingScale, VerdictMapping
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.mapping_policy import adopted_mappings
from factcheck.editorial.proposals.starter_mappings import STARTER_MAPPINGS
from factcheck.record.formats.text import fold_words
from tests.imports.own_records import bodies, publish, record, run, take
from tests.support.drafts import Newsroom, make_scale


def test_mappings_are_proposed_once_and_approved_by_another_person(newsroom: Newsroom, tmp_path: Path) -> None:
    make_scale()
    VerdictMapping.objects.create(
        words="Pants  on Fire", site="www.politifact.com", verdict=RatingScale.objects.get().verdicts.get(slug="false")
    )
    (line,) = run("propose_mappings", by=newsroom.editor.username)
    offered = sum(map(len, STARTER_MAPPINGS.values()))
    assert line == f"{offered - 1} mappings proposed. Another Editor decides on each of them at the desk."
    assert run("propose_mappings", by=newsroom.editor.username)[0].startswith("0 mappings proposed.")
    assert adopted_mappings() == []
    proposal = Proposal.objects.get(mapping__words="fake", mapping__site="snopes.com")
    workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    file, snopes = tmp_path / "reviews.jsonl", "https://www.snopes.com/fact-check"
    original = {"verdict": {"original": {"label": "FAKE"}}, "publisher": {"name": "Snopes"}}
    take(file, record(1, original_url=f"{snopes}/1", **original), record(2, **original))
    publish()
    assert [body["verdict"]["slug"] for body in bodies()] == ["false", None]


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
