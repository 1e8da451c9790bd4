"""Cards of the board: every claim gets one, only members own one, and two people can't overwrite each other."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from factcheck.editorial.board import cards
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Authorship, Card, EditorialEvent, ReaderMessage, WatchedSource
from factcheck.editorial.proposals import workflow
from tests.imports.own_records import publish, record, take
from tests.support.drafts import Newsroom, make_newsroom, make_scale, waiting
from tests.support.refusals import refused
from tests.support.sql import execute, run
from tests.support.tokens import CLAIM, make_program


def stages(**fields: Any) -> list[tuple[str, str]]:
    return [(card.stage, str(card.owner or "")) for card in Card.objects.filter(**fields).order_by("pk")]


def test_every_logged_claim_comes_in_and_every_begun_review_is_checked(newsroom: Newsroom) -> None:
    """Whatever wrote the row. A program takes no card for its account."""
    make_scale()
    by_hand, program = newsroom.make_claim(), make_program(newsroom)
    by_program = program.post("claims/", CLAIM)
    tip = {"text": "Có tin đồn này.", "language": "vi"}
    reader_messages.receive_message(kind=ReaderMessage.Kind.TIP, values=tip, address="x")
    reader_messages.take_up(message=ReaderMessage.objects.get(), by=newsroom.editor, newsroom=newsroom.publisher.pk)
    assert stages() == [("came_in", "")] * 3
    review = newsroom.make_review(by_hand)
    program.post("reviews/", {"claim": {"id": by_program}, "language": "vi"})
    assert stages(stage="checking") == [("checking", str(newsroom.reporter)), ("checking", "")]
    # Another newsroom that reviews the published claim has its own card.
    newsroom.publish_review(review)
    assert stages(claim=by_hand) == [("off", str(newsroom.reporter))]
    other = make_newsroom("khac.example")
    other.make_review(by_hand)
    assert stages(claim=by_hand)[1:] == [("checking", str(other.reporter))]
    newsroom.open_correction(review)
    assert stages(claim=by_hand, newsroom=newsroom.publisher) == [("checking", str(newsroom.reporter))]


def test_an_imported_archive_has_no_cards(newsroom: Newsroom, tmp_path: Path) -> None:
    make_scale()
    take(tmp_path / "reviews.jsonl", record())
    assert stages() == []
    publish()
    assert stages() == []


def test_a_card_belongs_to_members_even_around_the_application(newsroom: Newsroom) -> None:
    other, claim = make_newsroom("khac.example"), newsroom.make_claim()
    with pytest.raises(IntegrityError, match="only a member"):
        run("UPDATE editorial_card SET owner_id = %s", other.editor.pk)
    for column, value in (("newsroom_id", other.publisher.pk), ("claim_id", other.make_claim().pk)):
        with pytest.raises(IntegrityError, match="stays with its newsroom"):
            run(f"UPDATE editorial_card SET {column} = %s WHERE claim_id = %s", value, claim.pk)
    run("UPDATE editorial_card SET owner_id = %s, version = 1 WHERE claim_id = %s", newsroom.second.pk, claim.pk)
    card = Card.objects.get(claim=claim)
    assert (card.owner, card.version) == (newsroom.second, 2)
    execute("DELETE FROM editorial_membership WHERE user_id = %s", [newsroom.second.pk], "owner")
    card.refresh_from_db()
    assert (card.owner, card.version) == (None, 3)


def test_two_people_change_one_card_and_the_second_is_told(newsroom: Newsroom) -> None:
    claim, key = newsroom.make_claim(), newsroom.publisher.pk
    seen = cards.of(key, claim.pk).version
    cards.change(newsroom=key, claim=claim.pk, by=newsroom.reporter, version=seen, owner=newsroom.editor, urgent=True)
    with refused("changed_since"):
        cards.change(newsroom=key, claim=claim.pk, by=newsroom.second, version=seen, stage="to_check")
    card = cards.of(key, claim.pk)
    assert (card.stage, card.owner, card.urgent) == ("came_in", newsroom.editor, True)
    cards.change(newsroom=key, claim=claim.pk, by=newsroom.second, version=card.version, stage="to_check")
    told = EditorialEvent.objects.filter(action="card.changed").order_by("pk").values_list("actor", "subject", "detail")
    assert list(told) == [
        (newsroom.reporter.pk, str(claim.pk), {"owner": newsroom.editor.pk, "urgent": True}),
        (newsroom.second.pk, str(claim.pk), {"stage": "to_check"}),
    ]
    # An assignee gets no right, and isn't an author.
    assert not Authorship.objects.exists()


def test_only_members_change_cards_of_claims_that_they_may_review(newsroom: Newsroom) -> None:
    other, claim = make_newsroom("khac.example"), newsroom.make_claim()
    mine, theirs = newsroom.publisher.pk, other.publisher.pk
    with refused("not_member"):
        cards.change(newsroom=mine, claim=claim.pk, by=other.editor, stage="to_check")
    with refused("not_found"):
        cards.change(newsroom=theirs, claim=claim.pk, by=other.editor, stage="to_check")
    with refused("wrong_value"):
        cards.change(newsroom=mine, claim=claim.pk, by=newsroom.editor, owner=other.editor)
    live = newsroom.publish_claim("Lời đồn đã đăng.")
    cards.change(newsroom=theirs, claim=live.pk, by=other.reporter, check_again_on=date(2026, 1, 1), version=0)
    assert stages(newsroom=theirs) == [("off", "")]
    execute("UPDATE editorial_user SET is_active = false WHERE id = %s", [newsroom.second.pk], "owner")
    with refused("wrong_value"):
        cards.change(newsroom=mine, claim=claim.pk, by=newsroom.editor, owner=newsroom.second)


def test_columns_follow_the_workflow_and_a_published_claim_comes_back(newsroom: Newsroom) -> None:
    keys = [newsroom.publisher.pk]

    def columns() -> list[int]:
        board = cards.on_board(keys)
        again = [found.count() for found in cards.to_check_again(board, keys)]
        return [cards.in_stage(board, "checking").count(), cards.waiting(board).count(), *again]

    review = newsroom.make_review()
    assert columns() == [1, 0, 0, 0]
    workflow.submit(subject=review, by=newsroom.reporter)
    assert columns() == [0, 1, 0, 0]
    workflow.take_back(proposal=waiting(review), by=newsroom.reporter)
    assert columns() == [1, 0, 0, 0]
    workflow.submit(subject=review, by=newsroom.reporter)
    workflow.return_(proposal=waiting(review), by=newsroom.editor, reason="Thiếu ngày.")
    assert columns() == [0, 1, 0, 0]
    newsroom.publish_review(review)
    assert columns() == [0, 0, 0, 0]

    def set_day(days: int) -> None:
        day = timezone.localdate() + timedelta(days=days)
        card = cards.change(newsroom=keys[0], claim=review.claim_id, by=newsroom.editor, check_again_on=day)
        assert card.stage == "off"

    set_day(8)
    assert columns() == [0, 0, 0, 0]
    set_day(7)
    assert columns() == [0, 0, 1, 0]
    assert cards.late(cards.on_board(keys)).count() == 0
    set_day(-1)
    assert cards.late(cards.on_board(keys)).count() == 1
    set_day(90)
    Card.objects.all().delete()
    source = WatchedSource.objects.create(review=review, url="https://source.example/1", sequence=0)
    WatchedSource.objects.filter(pk=source.pk).update(state="gone")
    assert columns() == [0, 0, 0, 1]
