"""Names of accounts: who can open the account behind a name, and which names are refused."""

import re
from typing import Any

import pytest
from django.db import DatabaseError

from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import ApiToken, EditorialEvent, ImportBatch, ReaderMessage, User
from factcheck.editorial.proposals import workflow
from tests.api.test_messages import TIP, sent
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_administrator, make_user
from tests.support.tokens import make_program


def pages(newsroom: Newsroom) -> dict[str, Any]:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    sent("tips", TIP)
    message = ReaderMessage.objects.get()
    reader_messages.dismiss(message=message, by=newsroom.editor, newsroom=newsroom.publisher.pk)
    make_program(newsroom)
    batch = ImportBatch.objects.create(newsroom=newsroom.publisher, files="a.json", imported_by=newsroom.editor)
    return {
        "review": review.pk,
        "readermessage": message.pk,
        "apitoken": ApiToken.objects.get().pk,
        "importbatch": batch.pk,
        "membership": newsroom.reporter.memberships.get().pk,
        "editorialevent": EditorialEvent.objects.filter(actor=newsroom.reporter).latest("pk").pk,
    }


def test_names_of_people_lead_to_no_refusal(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief)
    for model, pk in pages(newsroom).items():
        chief.open(f"/admin/editorial/{model}/{pk}/change/")
        assert chief.status == 200, model
        assert re.search("(reporter|editor)@kiemchung.example", chief.text), model
        assert "/admin/editorial/user/" not in chief.html, model


def test_account_administrators_are_led_to_accounts(newsroom: Newsroom) -> None:
    lan = newsroom.reporter
    sysop = signed_in(make_user("sysop", is_superuser=True))
    assert sysop.open(f"/admin/editorial/membership/{lan.memberships.get().pk}/change/").has_link(str(lan))


def test_author_of_a_draft_can_be_chosen(newsroom: Newsroom) -> None:
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{newsroom.make_review().pk}/change/")
    assert lan.value("authorships-0-user") == str(newsroom.reporter.pk)


LOOKALIKES = {
    "Cyrillic": "h\u00e0 l\u0430n", "decomposed": "ha\u0300 lan", "fullwidth": "ｈà ｌａｎ", "zero width": "hà\u200b lan",
    "upper case and a digit": "HÀ 1AN", "another space": "hà\u00a0lan",
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKALIKES.values(), ids=LOOKALIKES)
def test_lookalike_account_is_refused(newsroom: Newsroom, name: str) -> None:
    """Neither a username nor a byline looks like another person's, at the desk and in SQL."""
    lan, ha = make_user("lan.ha", byline="Hà Lan"), make_user("ha", byline="Ha Lan")  # the mark makes another name
    boss = signed_in(make_administrator())
    boss.open(f"/admin/editorial/user/{ha.pk}/change/").fill(byline=name).press("Save")
    assert "This looks like a name of the account “lan.ha”" in boss.text
    for values in ({"byline": name}, {"byline": "lan．ha"}):
        with pytest.raises(DatabaseError, match="looks like"):
            User.objects.filter(pk=ha.pk).update(**values)
    with pytest.raises(DatabaseError, match="looks like"):
        make_user(name, byline="")
    User.objects.filter(pk=lan.pk).update(byline=LOOKALIKES["upper case and a digit"])  # it is their own name
