"""Accounts, roles and publishers: who administers them, and what is written down."""

from typing import Any

from django.contrib.auth.models import Group

from factcheck.editorial.models import EditorialEvent, Membership, Publisher, User
from tests.drafts import make_newsroom, make_user
from tests.journeys.browser import sign_in, signed_in

PASSWORD = "a long enough secret"


def make_administrator(**fields: Any) -> User:
    user = make_user("administrator", **fields)
    user.groups.add(Group.objects.get(name="Account administrators"))
    return user


def actors(action: str) -> list[str | None]:
    events = EditorialEvent.objects.filter(action=action).order_by("pk")
    return [event.actor.username if event.actor else None for event in events]


def test_changes_of_accounts_are_written_down_with_who_made_them(database: str) -> None:
    newsroom = make_newsroom()
    before = EditorialEvent.objects.count()
    boss = signed_in(make_administrator()).open(f"/admin/editorial/user/{newsroom.reporter.pk}/change/")
    boss.fill(byline="Lan").choose("memberships-0-role", "Editor").press("Save and continue editing")
    boss.fill(memberships__0__DELETE=True).press("Save and continue editing")
    assert "This person can log in but has no role in a newsroom" in boss.text
    boss.open(f"/admin/editorial/user/{newsroom.reporter.pk}/password/")
    boss.fill(password1="nước lũ lên mái chùa", password2="nước lũ lên mái chùa").press("Change password")
    events = EditorialEvent.objects.order_by("pk")[before + 2 :]  # the administrator's own making
    assert [(event.action, event.actor and event.actor.username, event.detail) for event in events] == [
        ("account.changed", "administrator", {"byline": ["reporter@kiemchung.example", "Lan"]}),
        ("membership.changed", "administrator", {"role": ["reporter", "editor"]}),
        (
            "membership.removed",
            "administrator",
            {
                "id": [1, None],
                "role": ["editor", None],
                "user_id": [newsroom.reporter.pk, None],
                "publisher_id": [newsroom.publisher.pk, None],
            },
        ),
        ("account.changed", "administrator", {"password": "changed"}),
    ]


def test_own_password_is_changed_by_oneself(database: str) -> None:
    newsroom = make_newsroom()
    lan = sign_in(newsroom.reporter.username, PASSWORD).open("/admin/password_change/")
    lan.fill(old_password=PASSWORD, new_password1="mái chùa giữa lũ", new_password2="mái chùa giữa lũ")
    lan.press("Change my password")
    assert actors("account.changed") == [newsroom.reporter.username]


def test_administrator_has_no_role_and_the_form_says_so(database: str) -> None:
    newsroom = make_newsroom()
    boss = signed_in(make_administrator()).open(f"/admin/editorial/user/{newsroom.editor.pk}/change/")
    boss.fill(administers=True).press("Save")
    assert "An account administrator cannot have a role in a newsroom." in boss.text
    assert not newsroom.editor.groups.exists()
    boss.fill(memberships__0__DELETE=True).press("Save")
    assert [group.name for group in newsroom.editor.groups.all()] == ["Account administrators"]
    assert actors("account_group.added") == [None, "administrator"]
    boss.open(f"/admin/editorial/user/{newsroom.editor.pk}/change/").fill(administers=False).add_row("memberships")
    boss.fill(memberships__0__publisher=newsroom.publisher.pk).choose("memberships-0-role", "Editor").press("Save")
    assert Membership.objects.get(user=newsroom.editor).role == "editor"
    assert not newsroom.editor.groups.exists()


def test_role_without_sign_in_is_warned_of(database: str) -> None:
    newsroom = make_newsroom()
    boss = signed_in(make_administrator()).open(f"/admin/editorial/user/{newsroom.editor.pk}/change/")
    boss.fill(is_staff=False).press("Save")
    assert "This person has a role but can’t log in." in boss.text
    newsroom.editor.refresh_from_db()
    assert not newsroom.editor.is_staff


def test_administrator_cannot_change_superusers_or_delete_accounts(database: str) -> None:
    root = make_user("root", is_superuser=True)
    boss = signed_in(make_administrator())
    assert not boss.open(f"/admin/editorial/user/{root.pk}/change/").has_button("Save")
    assert boss.open(f"/admin/editorial/user/{root.pk}/password/").status == 403
    assert boss.open(f"/admin/editorial/user/{root.pk}/delete/").status == 403
    superuser = signed_in(root).open(f"/admin/editorial/user/{root.pk}/change/")
    assert superuser.has_button("Save")
    assert superuser.open(f"/admin/editorial/user/{root.pk}/delete/").status == 403


def test_closed_account_sees_nothing(database: str) -> None:
    newsroom = make_newsroom()
    lan = signed_in(newsroom.reporter)
    User.objects.filter(pk=newsroom.reporter.pk).update(is_active=False)
    assert "Log in" in lan.open("/admin/").html


def test_account_without_role_is_told_whom_to_ask(database: str) -> None:
    nobody = signed_in(make_user("nobody")).open("/admin/")
    assert "You have no role in a newsroom yet." in nobody.text
    for name in ("review", "claim", "publisher", "ratingscale", "membership", "user"):
        assert nobody.open(f"/admin/editorial/{name}/").status == 403


def test_publisher_is_kept_by_its_chief_editor(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    page = f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/"
    chief = signed_in(newsroom.chief).open(page)
    chief.fill(name="Tên mới", same_as="https://a.example/1,2\n\nhttps://b.example/").press("Save")
    publisher = Publisher.objects.get(pk=newsroom.publisher.pk)
    assert (publisher.name, publisher.site) == ("Tên mới", "kiemchung.example")
    assert publisher.same_as == ["https://a.example/1,2", "https://b.example/"]
    assert not signed_in(newsroom.editor).open(page).has_button("Save")
    assert chief.open("/admin/editorial/publisher/add/").status == 403
    assert "other.example" not in chief.open("/admin/editorial/publisher/").text
    assert "other.example" not in chief.open(f"/admin/editorial/publisher/{other.publisher.pk}/change/").text
    boss = signed_in(make_administrator()).open(page)
    boss.fill(site="https://neu.example/").press("Save")
    assert "Enter only the host, in lower case, without https:// or a slash, such as example.org." in boss.text
    boss.fill(site="neu.example").press("Save")
    assert Publisher.objects.filter(site="neu.example").exists()
    assert "other.example" in boss.open("/admin/editorial/publisher/").text


def test_wrong_address_of_a_profile_is_refused_in_words(database: str) -> None:
    newsroom = make_newsroom()
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/")
    chief.fill(same_as="ftp://a.example/").press("Save")
    assert "Write the full URL, with https:// or http:// and without spaces." in chief.text
    assert chief.value("same_as") == "ftp://a.example/"
