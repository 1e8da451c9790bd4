"""The pressure room: an incident is stored while somebody types, read by few, and heard of by every Editor."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factcheck.editorial.desk.access import Desk
from factcheck.editorial.desk.lists.finding import IN_MEMORY
from factcheck.editorial.desk.moments import read_moment
from factcheck.editorial.messages import incidents
from factcheck.editorial.models import Demand, EditorialEvent, Incident, Job, Publisher, User
from factcheck.editorial.people import account_mail
from tests.journeys.browser import client_of, signed_in
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.refusals import refused

pytestmark = pytest.mark.one_database

ADD = "/admin/editorial/incident/add/"
WORD = "Quỳzạtẽ"


def typed(client: Client, page: str, url: str = f"{ADD}autosave/", **fields: str) -> Any:
    return client.post(url, {"page": page, "outcome": "open", **fields})


def make_incident(newsroom: Newsroom, **fields: Any) -> Incident:
    values = {"caller": "Công an", "said": f"Gỡ bài {WORD}", **fields}
    return Incident.objects.create(newsroom=newsroom.publisher, created_by=newsroom.reporter, **values)


@pytest.mark.parametrize(
    ("text", "ahead", "expected"),
    [
        ("17:30", True, "2026-11-30 17:30"),
        ("9h", True, "2026-12-01 00:05"),  # in 9 hours, which is before 9:00
        ("17h30", True, "2026-11-30 17:30"),
        ("9:00", True, "2026-12-01 09:00"),
        ("3 tiếng nữa", True, "2026-11-30 18:05"),
        ("trong 2 ngày", True, "2026-12-02 15:05"),
        ("5pm 1/12", True, "2026-12-01 17:00"),
        ("1.12.2026, 8 giờ 15", True, "2026-12-01 08:15"),
        ("2026-12-02", True, "2026-12-02 23:59"),
        ("ngày mai 9:00", True, "2026-12-01 09:00"),
        ("16:00", False, "2026-11-29 16:00"),
        ("30 phút", False, "2026-11-30 14:35"),
        ("2026-11-30 14:00", False, "2026-11-30 14:00"),
        ("soon", True, None),
        ("31/11", True, None),
        ("25:00", True, None),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, ahead: bool, expected: str | None) -> None:
    with timezone.override(ZoneInfo("Asia/Ho_Chi_Minh")):
        now = datetime(2026, 11, 30, 8, 5, tzinfo=UTC)  # 15:05 in the newsroom
        if expected is None:
            with pytest.raises(ValidationError):
                read_moment(text, now, ahead=ahead)
        else:
            found = timezone.localtime(read_moment(text, now, ahead=ahead))
            assert found.strftime("%Y-%m-%d %H:%M") == expected


def test_first_key_stores_the_incident_and_an_alarm_for_the_person_who_never_presses_the_button(
    newsroom: Newsroom,
) -> None:
    phone, page = client_of(newsroom.reporter), str(uuid.uuid4())
    known = set(Incident.objects.values_list("pk", flat=True))
    first = typed(phone, page, caller="C").json()
    again = typed(phone, page, caller="Công an", deadline="soon").json()  # the answer to the first one got lost
    row = Incident.objects.exclude(pk__in=known).get()
    assert first["url"] == again["url"] == f"/admin/editorial/incident/{row.pk}/change/"
    assert (row.caller, row.deadline, again["problems"]) == ("Công an", None, ["Until when"])
    job = Job.objects.get(task_name="incidents.alarm", args__incident=str(row.pk))
    assert timedelta(minutes=1) < job.scheduled_at - timezone.now() <= timedelta(minutes=2)
    # Somebody else's page doesn't overwrite what this page has saved.
    other = typed(client_of(newsroom.editor), str(uuid.uuid4()), first["autosave_url"], said="x", opened_version="1")
    assert (other.status_code, Incident.objects.get(pk=row.pk).caller) == (409, "Công an")


def test_alarm_says_nothing_but_where_to_look(newsroom: Newsroom, database: str) -> None:
    for name in ("editor", "chief"):
        account = User.objects.using("owner").filter(pk=getattr(newsroom, name).pk)
        account.update(email=f"{name}@toasoan.example")
    Publisher.objects.update(time_zone="Asia/Ho_Chi_Minh")
    lan = signed_in(newsroom.reporter).open("/admin/").follow("Record a demand")
    assert 'data-zone="Asia/Ho_Chi_Minh"' in lan.html  # for the browser, which doesn't know the name that people read
    lan.fill(caller=f"Công an {WORD}", said=f"Gỡ bài {WORD}", deadline="3 hours").press("Alarm the Editors")
    assert "The Editors are alarmed: at the desk, and 2 of them by e-mail." in lan.text
    row = Incident.objects.latest("created_at")
    assert row.deadline is not None
    assert abs(row.deadline - row.received_at - timedelta(hours=3)) < timedelta(minutes=2)
    for late in (False, True):
        account_mail.send_alarm(str(row.pk), late=late)
    jobs = Job.objects.filter(task_name="incidents.alarm", args__incident=str(row.pk)).order_by("pk")
    assert [(job.args["late"], job.scheduled_at is None) for job in jobs] == [(True, False), (False, True)]
    assert sorted(message.to[0] for message in mail.outbox) == ["chief@toasoan.example", "editor@toasoan.example"]
    assert f"/admin/editorial/incident/{row.pk}/change/" in mail.outbox[0].body
    assert WORD not in str([message.message() for message in mail.outbox])
    assert EditorialEvent.objects.get(action="incident.entered").detail == {}


def test_strip_runs_above_every_page_of_its_readers_until_the_outcome_is_recorded(newsroom: Newsroom) -> None:
    row = make_incident(newsroom, deadline=timezone.now() + timedelta(hours=3), alarmed_at=timezone.now())
    demand = newsroom.make_demand(received_at="2026-11-30T15:05:00+07:00", hours_given=3, outcome="open")
    page = f"/admin/editorial/incident/{row.pk}/change/"
    minh = signed_in(newsroom.editor).open("/admin/editorial/claim/")
    assert (f'href="{page}"' in minh.html, f"/admin/editorial/demand/{demand.pk}/change/" in minh.html) == (True, True)
    minh.open(page).fill(answer="Không.", outcome="refused").press("Save")
    assert "Enter both the outcome and the time of your answer, or neither." in minh.text
    minh.fill(answered_at="16:00").press("Save")
    assert (str(row.pk) in minh.open("/admin/").html, str(demand.pk) in minh.html) == (False, True)
    row.refresh_from_db()
    assert (row.outcome, row.answer, timezone.localtime(row.answered_at).hour) == ("refused", "Không.", 16)
    minh.open(page).fill(answer="Không được.").press("Save")  # the outcome is the same
    event = EditorialEvent.objects.get(subject=str(row.pk))
    assert (event.action, event.actor, event.detail) == ("incident.answered", newsroom.editor, {"outcome": "refused"})
    told = signed_in(newsroom.chief).open("/admin/editorial/editorialevent/")
    assert "recorded the outcome of an incident" in told.text
    assert told.has_link(str(row))


def test_public_entry_begins_with_what_the_person_leaves_of_the_incident(newsroom: Newsroom) -> None:
    received = datetime(2026, 11, 30, 8, 5, tzinfo=UTC)
    row = make_incident(newsroom, received_at=received, deadline=received + timedelta(hours=3), channel="telephone")
    minh = (
        signed_in(newsroom.editor).open(f"/admin/editorial/incident/{row.pk}/change/").follow("Start the public entry")
    )
    assert WORD in minh.html
    minh.choose("from_type", "police").fill(asked="Gỡ bài.").press("Start the public entry").follow("The public entry")
    demand = Incident.objects.get(pk=row.pk).demand
    assert demand is not None
    assert (demand.from_name, demand.asked, demand.hours_given, demand.channel) == (
        "Công an",
        "Gỡ bài.",
        3,
        "telephone",
    )
    assert (demand.received_at[11:16], demand.created_by) == ("08:05", newsroom.editor)
    assert f"/admin/editorial/incident/{row.pk}/change/" in minh.open("/admin/").html
    Demand.objects.filter(pk=demand.pk).update(outcome="refused", done="Không.", done_on=demand.received_on)
    assert f"/admin/editorial/incident/{row.pk}/change/" not in minh.open("/admin/").html  # the strip's clock stops
    assert WORD not in minh.html
    with refused("already_done"):
        incidents.begin_entry(incident=row, by=newsroom.editor, values={})


def test_only_editors_and_the_person_who_entered_it_read_an_incident(newsroom: Newsroom) -> None:
    row, other = make_incident(newsroom), make_newsroom("khac.example")
    page = f"/admin/editorial/incident/{row.pk}/change/"
    for reader in (newsroom.editor, newsroom.chief, newsroom.reporter):
        assert WORD in signed_in(reader).open(page).html
        assert WORD in dict(IN_MEMORY[Incident](Desk(reader)))[row]
    row = Incident.objects.create(newsroom=newsroom.publisher, created_by=newsroom.editor, said=WORD)
    page = f"/admin/editorial/incident/{row.pk}/change/"
    for stranger in (newsroom.reporter, other.chief):
        assert row not in [found for found, _text in IN_MEMORY[Incident](Desk(stranger))]
        client = client_of(stranger)
        assert client.get(page, follow=True).content.decode().count(WORD) == 0
        assert client.post(page.replace("change", "autosave"), {"said": "x"}).status_code == 404
        assert client.get(page.replace("change", "do/answer")).status_code == 404
        assert str(row.pk) not in client.get("/admin/editorial/incident/").content.decode()
        with refused("not_allowed" if stranger == newsroom.reporter else "not_member"):
            incidents.alarm(incident=row, by=stranger)


def test_database_keeps_incidents_until_their_date_and_only_encrypted(newsroom: Newsroom) -> None:
    row = make_incident(newsroom)
    for sql in (
        "UPDATE editorial_incident SET said = 'open'",
        f"UPDATE editorial_incident SET created_by_id = {newsroom.editor.pk}",
        "DELETE FROM editorial_incident",
        "TRUNCATE editorial_incident",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with connection.cursor() as cursor:
        cursor.execute("SELECT said FROM editorial_incident WHERE id = %s", [row.pk])
        assert not re.search("Gỡ|zạt", cursor.fetchone()[0])
    kept = make_incident(newsroom)
    Incident.objects.filter(pk=row.pk).update(delete_on=timezone.now().date())
    incidents.delete_expired()
    assert list(Incident.objects.filter(pk__in=[row.pk, kept.pk])) == [kept]


def test_lost_key_is_told_on_the_page_of_an_incident(newsroom: Newsroom, settings: Any) -> None:
    row, lan = make_incident(newsroom), client_of(newsroom.reporter)
    settings.MESSAGES_KEY, settings.LOCAL = "/nowhere/key", False
    urls = [
        f"/admin/editorial/incident/{row.pk}/change/",
        reverse("admin:editorial_incident_action", args=[row.pk, "entry"]),
    ]
    answers = [lan.get(url) for url in urls] + [typed(lan, str(uuid.uuid4()), caller="Công an")]
    assert {answer.status_code for answer in answers} == {503}
    assert all("MESSAGES_KEY refers to /nowhere/key" in answer.content.decode() for answer in answers)


def test_demand_takes_the_time_as_people_write_it_shows_words_for_codes_and_is_decided_once(
    newsroom: Newsroom, database: str
) -> None:
    demand = newsroom.make_demand(kinds=["remove", "users_data"])
    page = f"/admin/editorial/demand/{demand.pk}/change/"
    lan = signed_in(newsroom.reporter).open(page).fill(received_at="15:05 30/11/2026").press("Save and go on")
    demand.refresh_from_db()
    assert demand.received_at == "2026-11-30T15:05:00+00:00"
    assert 'value="15:05 30/11/2026"' in lan.html
    Demand.objects.filter(pk=demand.pk).update(received_at="2026-11-30T15:05:09+07:00")  # it keeps another zone
    lan.open(page).press("Save and submit for approval").press("Submit for approval")
    shown = lan.open(page).text
    assert "Kinds of demand remove something, hand over users’ data" in shown
    assert "Language Vietnamese" in shown
    demand.refresh_from_db()
    assert demand.received_at == "2026-11-30T15:05:09+07:00"
    signed_in(newsroom.editor).open(page).follow("Approve and publish").press("Approve and publish")
    assert Client().get(f"/api/v1/demands/{demand.pk}/").json()["kinds"] == ["remove", "users_data"]
