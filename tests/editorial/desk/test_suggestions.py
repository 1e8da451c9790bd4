"""Fields whose rows are chosen from suggestions, sent with what no suggestion gives."""

import pytest

from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_user

pytestmark = pytest.mark.one_database

ODD = ("x", "9" * 30, "-1", "\0", "[]", "😀")


@pytest.mark.parametrize(("model", "field"), [("claim", "claimant"), ("review", "claim"), ("demand", "review")])
def test_form_with_what_can_be_no_id_comes_back(newsroom: Newsroom, model: str, field: str) -> None:
    form = signed_in(newsroom.reporter).open(f"/admin/editorial/{model}/add/")
    button = "Save" if form.has_button("Save") else "Save and go on"
    for odd in ODD:
        form.fill(**{field: odd}).press(button)
        assert (form.status, form.value(field)) == (200, "")
        assert form.text.startswith("Error: ")


def test_role_in_what_can_be_no_newsroom_comes_back(newsroom: Newsroom) -> None:
    chief = newsroom.chief
    boss = signed_in(make_user("admin", is_superuser=True))
    form = boss.open(f"/admin/editorial/user/{chief.pk}/do/propose-role/")
    for odd in ODD:
        form.fill(newsroom=odd).press("Propose a role")
        assert (form.status, form.value("newsroom")) == (200, "")
        assert form.text.startswith("Error: ")
