"""API tokens at the desk: shown once, seen by whose they are, revoked."""

import re

from factcheck.editorial.models import ApiToken, EditorialEvent
from tests.journeys.browser import Browser, signed_in
from tests.support.drafts import Newsroom, make_newsroom, make_user
from tests.support.tokens import CLAIM, Program, make_program


def test_token_is_shown_once_and_works_in_the_name_of_who_made_it(newsroom: Newsroom) -> None:
    browser = signed_in(newsroom.editor).open("/admin/editorial/apitoken/add/")
    browser.fill(name="Đường dây nóng", scopes=["claims:write"], days="30").press("Create a token")
    (secret,) = re.findall(r"fct_[\w-]{43}", browser.text)
    token = ApiToken.objects.get()
    assert (token.user, token.newsroom, token.scopes) == (newsroom.editor, newsroom.publisher, ["claims:write"])
    assert (token.expires_at - token.made_at).days == 30
    Program(secret).post("claims/", CLAIM)
    browser.open(f"/admin/editorial/apitoken/{token.pk}/change/")
    assert "fct_" not in browser.text
    assert "claims:write" in browser.text
    assert re.search('<a class="button removes" [^>]*>Revoke</a>', browser.html)
    assert 'class="default removes" value="Revoke"' in browser.follow("Revoke").html
    assert "Revoked." in browser.press("Revoke").confirm().text
    Program(secret).refused("GET", "claims/", None, 401)
    assert [event.action for event in EditorialEvent.objects.filter(subject=str(token.pk)).order_by("pk")] == [
        "token.made",
        "token.revoked",
    ]
    assert "API token revoked" in signed_in(newsroom.chief).open("/admin/editorial/editorialevent/").text


def test_form_says_in_vietnamese_for_how_long_a_token_holds(newsroom: Newsroom) -> None:
    browser = Browser("vi")
    browser.client.force_login(newsroom.editor)
    assert "90 ngày" in browser.open("/admin/editorial/apitoken/add/").text
    assert "90 days" in signed_in(make_newsroom("khac.example").editor).open("/admin/editorial/apitoken/add/").text


def test_token_without_a_scope_is_refused_in_words(newsroom: Newsroom) -> None:
    browser = signed_in(newsroom.editor).open("/admin/editorial/apitoken/add/")
    assert "This field is required." in browser.fill(name="x", days="7").press("Create a token").text
    assert not ApiToken.objects.exists()


def test_tokens_are_seen_by_who_made_them_and_chief_editors(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("khac.example")
    make_program(newsroom)
    token = ApiToken.objects.get()
    address = f"/admin/editorial/apitoken/{token.pk}/"
    for user, status in ((newsroom.reporter, 200), (newsroom.chief, 200)):
        assert signed_in(user).client.get(f"{address}do/revoke/").status_code == status
    for user in (newsroom.editor, other.chief, make_user("sysop", is_superuser=True)):
        client = signed_in(user).client
        assert client.get(f"{address}do/revoke/").status_code == 404
        assert client.post(f"{address}do/revoke/").status_code in (403, 404)
        assert client.get(f"{address}change/").status_code in (302, 403)
        assert "Đường dây nóng" not in client.get("/admin/editorial/apitoken/").content.decode()
        assert client.post(f"{address}delete/", {"post": "yes"}).status_code in (302, 403)
    token.refresh_from_db()
    assert token.revoked_at is None
    assert signed_in(make_user("nobody")).client.get("/admin/editorial/apitoken/add/").status_code == 404
