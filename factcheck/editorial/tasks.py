"""The worker's tasks on the newsroom's side."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from factcheck.editorial import account_mail, discarding
from factcheck.editorial.captures.deletion import delete_unused_captures
from factcheck.editorial.pictures import delete_unused_files
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


@app.periodic(cron="15 3 * * *")
@app.task(name="drafts.forget")
def delete_discarded_drafts(timestamp: int) -> None:
    discarding.delete_discarded()


@app.periodic(cron="45 * * * *")
@app.task(name="sign_in.report")
def report_failed_sign_ins(timestamp: int) -> None:
    report_failures()


@app.periodic(cron="20 3 * * *")
@app.task(name="pictures.forget")
def forget_unused_pictures(timestamp: int) -> None:
    delete_unused_files()


@app.periodic(cron="15 3 * * *")
@app.task(name="captures.forget")
def forget_unused_captures(timestamp: int) -> None:
    delete_unused_captures()


# A mail server that is down is asked again for about a day.
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name=account_mail.LINK, queue=account_mail.QUEUE, retry=_RETRY)
def send_link(account: int) -> None:
    account_mail.send_link(account)


@app.task(name=account_mail.NOTICE, queue=account_mail.QUEUE, retry=_RETRY)
def send_notice(proposal: int, decision: str) -> None:
    account_mail.send_notice(proposal, decision)


@app.task(name=account_mail.ALERT, queue=account_mail.QUEUE, retry=_RETRY)
def send_alert(account: int, action: str, at: str, told: dict[str, str]) -> None:
    account_mail.send_alert(account, action, at, told)
