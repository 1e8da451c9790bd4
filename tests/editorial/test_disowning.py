"""A newsroom disowns entries of the log: by two people, shown to readers and programs until a later revision."""

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from api.feeds.claimreview_feed import data_feed
from factcheck.editorial.events import record_account_event
from factcheck.editorial.models import Proposal
from factcheck.editorial.programs.tokens import create_token
from factcheck.editorial.proposals import disowning_policy, workflow
from factcheck.editorial.proposals.freeze_policy import freeze_publishing
from factcheck.record.models import LogEntry
from tests.editorial.proposal_kinds import written
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.refusals import refused

STANDS = "Toà soạn kiemchung.example doesn’t vouch for this text."


def test_two_people_disown_an_entry_and_readers_see_it_until_the_next_revision(newsroom: Newsroom) -> None:
    review, other = newsroom.publish_new(), newsroom.publish_new()
    page, read = f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/", Client()
    chief = signed_in(newsroom.chief).open(page).follow("Disown entries")
    chief.fill(entries="0", since="2026-10-05T09:30", reason="Tài khoản bị <b>lấy cắp</b>.").press("Disown entries")
    assert "Readers see nothing until a second person approves." in chief.text
    assert STANDS not in read.get(f"/en/reviews/{review.pk}/").content.decode()
    editor = signed_in(newsroom.editor).open("/admin/").follow("Toà soạn kiemchung.example disowns 1 entry")
    editor.follow("Approve")
    assert "Entries of the log: 0" in editor.text
    editor.press("Approve")
    assert "Readers can now see" in editor.text
    assert chief.open("/admin/editorial/editorialevent/").status == 200
    html = read.get(f"/en/reviews/{review.pk}/").content.decode()
    assert STANDS in html
    assert "Tài khoản bị &lt;b&gt;lấy cắp&lt;/b&gt;." in html
    assert "application/ld+json" not in html
    assert STANDS not in read.get(f"/en/reviews/{other.pk}/").content.decode()
    address = f"/api/v1/reviews/{review.pk}/"
    assert read.get(address)["Factcheck-Disowned"] == "2"
    assert read.get(f"{address}claimreview/").status_code == 404
    assert read.get(f"{address}revisions/").json()["results"][0]["disowned_by"] == 2
    assert read.get(f"{address}revisions/1/").json()["disowned_by"] == 2
    found = read.get("/api/v1/log/documents/2").json()
    assert (found["entries"], found["since"]) == ([0], "2026-10-05T09:30:00+00:00")
    assert read.get("/api/v1/changes/").json()["results"][2]["kind"] == "disowning.published"
    items = orjson.loads(b"".join(data_feed(LogEntry.objects.newest().first())))["dataFeedElement"]
    assert {item["identifier"][9:]: "item" in item for item in items} == {str(review.pk): False, str(other.pk): True}
    assert {item["title"][:10] for item in read.get("/feeds/reviews.json").json()["items"]} == {
        "[disowned]",
        "“Nước lũ ở",
    }
    assert STANDS in read.get(f"/embed/reviews/{review.pk}/?lang=en").content.decode()
    call_command("verify_record")
    newsroom.correct_review(review, summary="Sai. Chúng tôi đã kiểm tra lại đoạn video.")
    assert STANDS not in read.get(f"/en/reviews/{review.pk}/").content.decode()
    assert STANDS in read.get(f"/en/reviews/{review.pk}/revisions/1/").content.decode()
    assert "Factcheck-Disowned" not in read.get(address)


def test_newsroom_disowns_only_its_own_earlier_entries(newsroom: Newsroom) -> None:
    """Neither through the workflow nor with a statement that goes round it."""
    newsroom.publish_new()
    other = make_newsroom("khac.example")
    theirs = other.publish_review(other.make_review()).sequence
    with refused("wrong_value"):
        newsroom.propose_disowning(f"0, {theirs}")
    with refused("not_allowed"):
        newsroom.propose_disowning("0", by=newsroom.reporter)
    proposal = newsroom.propose_disowning("0")
    said = proposal.content
    workflow.take_back(proposal=proposal, by=newsroom.editor)
    for entries in ([theirs], [0, 99], [2]):
        forged = written(newsroom.publisher, {**said, "entries": entries}, newsroom.editor)
        with pytest.raises(DatabaseError, match="another newsroom"), transaction.atomic():
            workflow.approve(proposal=forged, by=newsroom.second, digest=forged.digest)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        workflow.return_(proposal=Proposal.objects.get(pk=forged.pk), by=newsroom.second, reason="Không phải của mình.")


def test_frozen_newsroom_can_disown(newsroom: Newsroom) -> None:
    newsroom.publish_new()
    freeze_publishing(newsroom=newsroom.publisher, by=newsroom.chief, reason="Máy chủ bị chiếm.")
    assert newsroom.disown("0").kind == "disowning.published"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("3", [3]), ("12, 20-22", [12, 20, 21, 22]), ("5 4\n4", [4, 5]), ("", None), ("2-1", None), ("1-", None),
     ("-1", None), ("0-10000", None), ("1,,2", None), ("1;2", None)],
)  # fmt: skip
def test_numbers_of_entries_are_read(text: str, numbers: list[int] | None) -> None:
    if numbers is not None:
        assert disowning_policy.read_numbers(text) == numbers
        assert disowning_policy.read_numbers(disowning_policy.numbers_as_text(numbers)) == numbers
    else:
        with refused("wrong_value"):
            disowning_policy.read_numbers(text)


def test_incident_names_people_quick_decisions_secrets_and_entries(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    newsroom.publish_new()
    since = timezone.now()
    for _ in range(3):
        newsroom.publish_new()
    Client().login(username=newsroom.editor.username, password="a long enough secret")
    login = {"kind": "passkey", "device": "Firefox", "network": "203.0.0.0/16", "new_device": True}
    record_account_event(newsroom.editor, "sign_in.succeeded", newsroom.editor, **login)
    create_token(by=newsroom.editor, newsroom=newsroom.publisher.pk, name="bot", scopes=["claims:write"], days=1)
    with pytest.raises(CommandError, match="invalid time value"):
        call_command("incident", "--since", "yesterday")
    call_command("incident", "--since", since.isoformat())
    said = capsys.readouterr().out
    assert " editor@kiemchung.example: passkey, Firefox, 203.0.0.0/16, a new device\n" in said
    assert "  reporter@kiemchung.example: publication.submitted × 3, " in said
    assert said.count("approved by editor@kiemchung.example") == 3
    assert said.count(" after 0 s\n") == 3
    assert "  the password and the second factors of editor@kiemchung.example" in said
    assert "  the token “bot” of editor@kiemchung.example" in said
    assert f"/admin/editorial/publisher/{newsroom.publisher.pk}/do/disown/\n  1-3\n" in said
    assert newsroom.disown("1-3").sequence == 4
