"""Periodic tasks on the newsroom's side."""

from procrastinate.contrib.django import app

from factcheck.editorial.programs.idempotency import delete_expired_keys
from factcheck.editorial.reader_messages import delete_expired_messages


@app.periodic(cron="50 * * * *")
@app.task(name="programs.forget")
def forget_requests(timestamp: int) -> None:
    delete_expired_keys()


@app.periodic(cron="55 * * * *")
@app.task(name="messages.forget")
def forget_old_messages(timestamp: int) -> None:
    delete_expired_messages()
