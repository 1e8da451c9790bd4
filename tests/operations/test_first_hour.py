"""The page that leads through the first hour: who sees it, what it derives, and in which order it gives roles."""

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from factcheck.editorial.models import Membership, Proposal, SecondFactor, User
from factcheck.operations import first_hour
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_administrator

PAGE, LINK = "/admin/first-hour/", "The first hour: the site isn’t ready yet. See what is left to do."


def test_only_those_who_set_up_a_site_are_led(newsroom: Newsroom) -> None:
    for user, status in ((newsroom.reporter, 403), (newsroom.editor, 403), (newsroom.chief, 200)):
        person = signed_in(user).open(PAGE)
        assert (person.status, person.open("/admin/").has_link(LINK)) == (status, status == 200)
    chief = signed_in(newsroom.chief).open(PAGE)
    assert chief.has_link("Look at the scale")
    assert not chief.has_button("Add these colleagues")


def test_home_stops_leading_when_everything_is_done(newsroom: Newsroom, monkeypatch: Any) -> None:
    newsroom.make_claim()
    User.objects.filter(pk=newsroom.editor.pk).update(last_login=timezone.now())
    monkeypatch.setattr(settings, "BACKUP_FOLDER", "backups")
    monkeypatch.setattr(first_hour, "list_backups", lambda folder: [folder])
    chief = signed_in(newsroom.chief).open("/admin/")
    assert chief.has_link(LINK)
    SecondFactor.objects.create(user=newsroom.chief, kind=SecondFactor.Kind.APP)
    assert not chief.open("/admin/").has_link(LINK)
    assert "to do" not in chief.follow("The first hour").text  # it stays in the menu


@pytest.mark.usefixtures("database")
def test_colleagues_are_added_together_or_not_at_all() -> None:
    boss = signed_in(make_administrator()).open("/admin/editorial/publisher/add/")
    boss.fill(name="Toà soạn", site="toasoan.example").press("Save")

    def add(*people: tuple[str, str, str]) -> None:
        boss.open(PAGE)
        for number, (name, email, role) in enumerate(people):
            named = {"byline": name, "email": email, "role": role}
            boss.fill(**{f"form-{number}-{key}": value for key, value in named.items()})
        boss.press("Add these colleagues")

    add(("Lan", "lan@a.example", "reporter"), ("L\u0430n", "lan2@a.example", "editor"))  # with a Cyrillic letter
    assert "Nobody was added" in boss.text
    assert User.objects.count() == 1
    add(("Hoa", "hoa@a.example", "chief_editor"), ("Minh", "minh@a.example", "administrator"))
    assert [(each.account.username, each.decision) for each in Proposal.objects.order_by("pk") if each.account] == [
        ("minh", "approved"),
        ("hoa", ""),  # the second administrator has ended first-hour mode, and approves the Chief editor
    ]
    assert not Membership.objects.exists()


def test_test_of_the_mail_says_what_is_wrong(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief).open(PAGE).press("Send me a test e-mail")
    assert "EMAIL_URL isn't set, so there is no mail server." in chief.text
