"""Cards of the board: every claim gets one, only members own one, and two people can't overwrite each other."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from factcheck.editorial.board import cards
from factcheck.editorial.drafts import discarding
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Authorship, Card, EditorialEvent, ReaderMessage, Review, WatchedSource
from factcheck.editorial.proposals import merge_policy, review_policy, workflow
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
    # Only a correction that a person opens is work on the board.
    review, note = Review.objects.get(), "Ngày quay đã được xác minh lại với người quay phim."
    review_policy.open_correction(review=review, by=newsroom.editor, change_class="substantive", note=note)
    assert stages() == [("checking", "")]
    discarding.discard_draft(draft=review, by=newsroom.editor)
    assert stages() == [("off", "")]


def test_a_card_tells_what_it_says_to_the_card_of_the_claim_that_takes_the_place_of_its_claim(
    newsroom: Newsroom,
) -> None:
    key, texts = newsroom.publisher.pk, ("Lũ tới mái chùa.", "Nước tới mái chùa.")
    old, new = (newsroom.make_claim(text=text) for text in texts)
    newsroom.make_review(old)
    values: dict[str, Any] = {"owner": newsroom.second, "urgent": True, "due_on": date(2026, 12, 5)}
    cards.change(newsroom=key, claim=old.pk, by=newsroom.editor, **values)
    cards.change(newsroom=key, claim=new.pk, by=newsroom.editor, due_on=date(2026, 12, 3))
    merge_policy.replace_claim(claim=old, replacement=new, by=newsroom.reporter)
    card = Card.objects.get(claim=new)
    assert (card.stage, card.owner, card.urgent, card.due_on) == ("checking", newsroom.second, True, date(2026, 12, 3))
    public, into = newsroom.publish_claim("Nước ngập chùa."), newsroom.publish_claim("Chùa ngập.")
    merge_policy.replace_claim(claim=new, replacement=public, by=newsroom.reporter)
    card = Card.objects.get(claim=public)  # it was off the board, and its owner is its own
    assert (card.stage, card.owner, card.due_on) == ("checking", newsroom.reporter, date(2026, 12, 3))
    cards.change(newsroom=key, claim=into.pk, by=newsroom.editor, owner=None)
    cards.change(newsroom=key, claim=public.pk, by=newsroom.editor, check_again_on=date(2027, 1, 5))
    newsroom.merge_claims(public, into)
    card = Card.objects.get(claim=into)
    assert (card.stage, card.owner, card.check_again_on) == ("off", newsroom.reporter, date(2027, 1, 5))
    assert (card.due_on, card.urgent) == (None, False)


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
