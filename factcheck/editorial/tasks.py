"""Periodic tasks on the newsroom's side."""

from procrastinate.contrib.django import app

from factcheck.editorial.programs.idempotency import delete_expired_keys
from factcheck.editorial.reader_messages import delete_expired_messages
from factcheck.editorial.sign_in.journal import report_failures


@app.periodic(cron="50 * * * *")
@app.task(name="programs.forget")
def forget_requests(timestamp: int) -> None:
    delete_expired_keys()


@app.periodic(cron="55 * * * *")
@app.task(name="messages.forget")
def forget_old_messages(timestamp: int) -> None:
    delete_expired_messages()


@app.periodic(cron="45 * * * *")
@app.task(name="sign_in.report")
def report_failed_sign_ins(timestamp: int) -> None:
    report_failures()
