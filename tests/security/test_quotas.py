"""Floods by accounts: what they store is bounded, also where each single request is allowed."""

from pathlib import Path
from typing import Any

import pytest

from factcheck.editorial import file_quotas
from factcheck.editorial.captures.requests import capture_again
from factcheck.editorial.models import AnsweredRequest, Capture, EditorialEvent, Proposal
from factcheck.editorial.proposals import workflow
from tests.support.drafts import Newsroom
from tests.support.refusals import refused
from tests.support.tokens import CLAIM, make_program


@pytest.fixture(autouse=True)
def counts(settings: Any, tmp_path: Path) -> None:
    settings.REQUEST_COUNTS = tmp_path / "counts"


def test_flood_of_submissions_is_kept_up_to_a_quota(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each submission keeps its statement, also after it is taken back. Before, nothing counted them."""
    review = newsroom.make_review()
    first = workflow.submit(subject=review, by=newsroom.reporter)
    monkeypatch.setattr(file_quotas, "ACCOUNT_TEXT", 5 * len(first.statement))
    with refused("over_quota"):
        for _ in range(10):
            workflow.take_back(proposal=workflow.open_proposal(review), by=newsroom.reporter)  # type: ignore[arg-type]
            workflow.submit(subject=review, by=newsroom.reporter)
    assert Proposal.objects.count() == 5
    workflow.submit(subject=newsroom.make_review(headline="Của người khác"), by=newsroom.second)


def test_flood_of_captures_is_kept_up_to_a_quota(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each one asks another site, and stores its text beside the file. Before, only the files were counted."""
    source = newsroom.make_review().sources.all()[0]
    monkeypatch.setattr(file_quotas, "ACTIONS", 3)
    before = Capture.objects.count()
    with refused("over_quota"):
        for _ in range(10):
            capture_again(source, newsroom=newsroom.publisher, by=newsroom.second)
    assert Capture.objects.count() - before == 3


def test_flood_of_actions_is_kept_up_to_a_quota(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The actions are drafts, each with an event and a remembered response. A refused request stores nothing."""
    program = make_program(newsroom)
    monkeypatch.setattr(file_quotas, "ACTIONS", 3)
    before = EditorialEvent.objects.count()
    keys = [{"Idempotency-Key": f"key-{each}"} for each in range(6)]
    statuses = [program.send("POST", "claims/", CLAIM, **key).status_code for key in keys]
    assert statuses == [201] * 3 + [409] * 3
    assert (AnsweredRequest.objects.count(), EditorialEvent.objects.count() - before) == (3, 3)
