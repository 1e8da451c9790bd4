"""Accounts open for account administrators: for others who did something is a name, and no link to a refusal."""

import re
from typing import Any

from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import ApiToken, EditorialEvent, ImportBatch, ReaderMessage
from factcheck.editorial.proposals import workflow
from tests.api.test_messages import TIP, sent
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_user
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
