"""The worker's queue at the desk: read by who administers accounts, changed by nobody."""

import pytest
from django.contrib import admin
from django.utils.formats import date_format
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from factcheck.editorial.desk.programs import jobs
from factcheck.operations import tasks
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_user
from tests.support.working import work_off


def test_administrator_sees_each_state_in_words(database: str) -> None:
    tasks.run_command.defer(timestamp=1, command="clearsessions")
    tasks.run_command.defer(timestamp=1, command="no_such_command")
    work_off("default")
    tasks.run_command.configure(schedule_in={"hours": 1}).defer(timestamp=1, command="verify_record")
    client = signed_in(make_user("sysop", is_superuser=True)).client
    page = client.get("/admin/editorial/job/").content.decode()
    for word in ("verify the record", "waiting", "delete expired sessions", "done", "no_such_command", "failed"):
        assert word in page
    failed = client.get("/admin/editorial/job/?state=failed").content.decode()
    assert "no_such_command" in failed
    assert "delete expired sessions" not in failed
    job = ProcrastinateJob.objects.get(args__command="no_such_command")
    page = client.get(f"/admin/editorial/job/{job.pk}/change/", headers={"accept-language": "vi"}).content.decode()
    for word in ("công việc nền", "command: no_such_command", "đưa vào hàng đợi", "bắt đầu", "thất bại"):
        assert word in page.lower()
    assert 'name="_save"' not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_in_a_newsroom_sees_the_queue(newsroom: Newsroom, method: str) -> None:
    tasks.run_command.defer(timestamp=1, command="clearsessions")
    job = ProcrastinateJob.objects.get()
    for user in (newsroom.reporter, newsroom.chief):
        ask = getattr(signed_in(user).client, method)
        for address in ("", f"{job.pk}/change/", f"{job.pk}/delete/", "add/"):
            assert ask(f"/admin/editorial/job/{address}").status_code == 403


def test_administrator_cannot_change_or_delete_a_job(database: str) -> None:
    tasks.run_command.defer(timestamp=1, command="clearsessions")
    job = ProcrastinateJob.objects.get()
    client = signed_in(make_user("sysop", is_superuser=True)).client
    for address in (f"{job.pk}/change/", f"{job.pk}/delete/", "add/"):
        assert client.post(f"/admin/editorial/job/{address}", {"status": "todo"}).status_code == 403


def test_job_says_since_when_and_a_command_with_options_has_words(database: str) -> None:
    tasks.run_command.configure(schedule_in={"days": 3}).defer(timestamp=1, command="make_dumps --quick")
    job = ProcrastinateJob.objects.get()
    put = date_format(ProcrastinateEvent.objects.get(type="deferred").at, "DATETIME_FORMAT").replace("\xa0", " ")
    due = date_format(job.scheduled_at, "DATETIME_FORMAT").replace("\xa0", " ")
    browser = signed_in(make_user("sysop", is_superuser=True)).open("/admin/editorial/job/")
    assert f"create the dumps waiting {put} {due}" in browser.text
    page = browser.open(f"/admin/editorial/job/{job.pk}/change/").text
    assert f"make_dumps --quick ({job.pk})" in page
    assert "None" not in page


def test_everything_on_the_schedule_has_words() -> None:
    commands = {command.split()[0] for command in tasks.SCHEDULE}
    own = {name for name, task in app.tasks.items() if task.func.__module__.startswith("factcheck.")}
    assert sorted((commands | own) - {"command", *jobs.TASKS}) == []


def test_page_of_procrastinate_itself_is_not_there() -> None:
    assert not admin.site.is_registered(ProcrastinateJob)
