"""A newsroom's rules as pages: written by Editors, readable at once, never changed, and covered by its next review."""

from hashlib import sha256
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from factcheck.editorial.events import set_actor
from factcheck.editorial.models import EditorialEvent, Publisher
from factcheck.editorial.people.newsroom_rules import erase_rules, write_rules
from factcheck.editorial.proposals.freeze_policy import freeze_publishing
from factcheck.record.models import RulesVersion
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom
from tests.support.refusals import refused
from tests.website.conftest import Page

PATH = "/publishers/kiemchung.example/rules/"


def write(
    newsroom: Newsroom, text: str = "Ba người đọc **mỗi** bài.", page: str = "methodology", language: str = "vi"
) -> Any:
    return write_rules(newsroom=newsroom.publisher, page=page, language=language, text=text, by=newsroom.editor)


def read(path: str, language: str = "vi", status: int = 200) -> Page:
    response = Client().get(f"/{language}{PATH}{path}")
    assert response.status_code == status
    return Page(response.content.decode())


def test_editor_writes_rules_that_readers_see_with_their_history(newsroom: Newsroom) -> None:
    desk = signed_in(newsroom.editor)
    add = f"/admin/editorial/publisher/{newsroom.publisher.pk}/do/write-rules/"
    filled = {"page": "methodology", "language": "vi", "text": "Ba người đọc **mỗi** bài."}
    desk.open(add).fill(**filled).press("Write your newsroom’s rules")
    first = RulesVersion.objects.get()
    assert "<strong>mỗi</strong>" in Client().get(f"/vi{PATH}methodology/").content.decode()
    following = desk.open(f"/admin/record/rulesversion/{first.pk}/do/next/")
    assert "Ba người đọc **mỗi** bài." in following.html
    following.fill(text="Hai người đọc **mỗi** bài.").press("Write the next version")
    page = read("methodology/")
    assert "Removed: Ba Added: Hai" in read("methodology/?version=2", "en").text
    assert "Hai người đọc mỗi bài." in page.text
    assert "Ba người đọc mỗi bài." in read(f"methodology/?version={first.number}").text
    assert EditorialEvent.objects.filter(action="rules.written", actor=newsroom.editor).count() == 2
    read("methodology/?version=99", status=404)
    read("funding/", status=404)
    assert signed_in(newsroom.reporter).client.get(add).status_code == 302
    with refused("not_allowed"):
        write_rules(newsroom=newsroom.publisher, page="funding", language="vi", text="x", by=newsroom.reporter)


def test_rules_count_as_text_that_is_kept(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factcheck.editorial.file_quotas.ACCOUNT_TEXT", 10)
    with refused("over_quota"):
        write(newsroom, "Ba người đọc mỗi bài.")


def test_comparisons_of_versions_count_as_searches(newsroom: Newsroom, settings: Any) -> None:
    write(newsroom)
    settings.SEARCH_RATE_LIMIT = "1/h"
    answers = [Client().get(f"/en{PATH}methodology/{query}") for query in ("", "?version=1", "?version=1", "")]
    assert [each.status_code for each in answers] == [200, 200, 429, 200]
    assert "The versions weren’t compared" in answers[2].content.decode()


def test_digests_can_be_computed_and_come_into_the_log_with_the_next_review(newsroom: Newsroom) -> None:
    newsroom.publish_new()
    for text in ("Một.", "Hai. 'x' \\ \n\n😀"):
        write(newsroom, text)
    write(newsroom, "Nobody funds us.", "funding", "en")
    versions = Client().get("/publishers/kiemchung.example/rules.json").json()["versions"]
    former = ""
    for number, each in enumerate(versions, 1):
        text = sha256((each["salt"] + each["text"]).encode()).hexdigest()
        lines = (former, str(number), each["page"], each["language"], each["written_at"], text)
        former = sha256("\n".join(lines).encode()).hexdigest()
        assert (each["number"], each["text_digest"], each["digest"]) == (number, text, former)
    assert "No review has been published since this version" in read("methodology/", "en").text
    review = newsroom.publish_new()
    body = Client().get(f"/api/v1/reviews/{review.pk}/").json()
    assert body["publisher"]["rules_digest"] == former
    assert "is entry 1 of the public log" in read("funding/", "en").text
    assert "is entry 1 of the public log" in read("methodology/?version=1", "en").text
    links = Page(Client().get(f"/en/reviews/{review.pk}/").content.decode()).links
    assert "/publishers/kiemchung.example/methodology/#rules" in links
    profile = Page(Client().get("/en/publishers/kiemchung.example/methodology/").content.decode())
    assert {f"{PATH}methodology/", f"{PATH}funding/"} <= set(profile.links)
    write(newsroom)
    assert "No review has been published since this version" in read("methodology/", "en").text


BREACHES = [
    "UPDATE record_rulesversion SET text = 'x'",
    "UPDATE record_rulesversion SET text = '', salt = '', erased_because = ''",
    "UPDATE record_rulesversion SET text = '', salt = '', erased_because = 'x', digest = repeat('0', 64)",
    "UPDATE record_rulesversion SET written_at = now()",
    "DELETE FROM record_rulesversion",
    "TRUNCATE record_rulesversion",
    "INSERT INTO record_rulesversion (publisher, number, page, language, text, written_at, salt, text_digest, digest,"
    " erased_because) SELECT publisher, 9, page, language, 'x', now(), '', '', '', '' FROM record_rulesversion",
]


@pytest.mark.parametrize("sql", BREACHES)
@pytest.mark.parametrize("owner", [False, True], ids=["application", "owner"])
def test_database_refuses_to_change_a_version(newsroom: Newsroom, sql: str, owner: bool) -> None:
    write(newsroom)
    with (
        pytest.raises(DatabaseError, match="refused|only loses its text|an Editor of the newsroom|permission denied"),
        transaction.atomic(),
    ):
        set_actor(newsroom.reporter)
        connection.cursor().execute(sql)
    assert RulesVersion.objects.get().text == "Ba người đọc **mỗi** bài."


def test_newsrooms_digest_cannot_be_invented(newsroom: Newsroom) -> None:
    version = write(newsroom)
    Publisher.objects.filter(pk=newsroom.publisher.pk).update(rules_digest="ab" * 32)
    version.refresh_from_db()
    assert Publisher.objects.get(pk=newsroom.publisher.pk).rules_digest == version.digest != ""


def test_chief_editor_erases_a_text_and_says_why(newsroom: Newsroom) -> None:
    write(newsroom, "Gọi chị Lan, 0900 000 000.")
    version = RulesVersion.objects.get()
    for person, reason, code in ((newsroom.editor, "x", "needs_chief_editor"), (newsroom.chief, "", "incomplete")):
        with refused(code):
            erase_rules(version=version, reason=reason, by=person)
    action = f"/admin/record/rulesversion/{version.pk}/do/erase/"
    signed_in(newsroom.chief).open(action).fill(reason="Số điện thoại riêng.").press("Erase this text")
    page = read("methodology/")
    assert "Số điện thoại riêng." in page.text
    assert "0900" not in page.text + Client().get("/publishers/kiemchung.example/rules.json").content.decode()
    assert RulesVersion.objects.get().digest == version.digest


def test_frozen_newsroom_writes_no_rules(newsroom: Newsroom) -> None:
    freeze_publishing(newsroom=newsroom.publisher, by=newsroom.chief, reason="Bị ép.")
    with refused("frozen"):
        write(newsroom)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        set_actor(newsroom.editor)
        RulesVersion.objects.create(publisher="kiemchung.example", page="funding", language="vi", text="x")


def test_hostile_markdown_stays_text(newsroom: Newsroom) -> None:
    write(
        newsroom,
        "<script>alert(1)</script> [x](javascript:alert(2)) ![p](https://evil.example/p.png) \x3ciframe src=x>",
    )
    html = Client().get(f"/vi{PATH}methodology/").content.decode()
    article = html.partition("<article")[2]
    assert not [bad for bad in ("<script", "<iframe", "<img", 'href="javascript') if bad in article]
