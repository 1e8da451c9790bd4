"""The worker's tasks on the newsroom's side."""

import logging

from django.db import DatabaseError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from factcheck.editorial.captures import fetching, requests
from factcheck.editorial.captures.deletion import delete_unused_captures
from factcheck.editorial.captures.rights import restore_public_files
from factcheck.editorial.captures.source_checks import check_sources
from factcheck.editorial.drafts import discarding, open_drafts
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.messages.reader_messages import delete_expired_messages
from factcheck.editorial.models import Capture, Proposal
from factcheck.editorial.people import account_mail, accounts
from factcheck.editorial.pictures import delete_unused_files
from factcheck.editorial.programs.idempotency import delete_expired_keys
from factcheck.editorial.proposals import workflow
from factcheck.editorial.sign_in.journal import report_failures

logger = logging.getLogger(__name__)


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
    open_drafts.delete_old()


@app.periodic(cron="45 * * * *")
@app.task(name="sign_in.report")
def report_failed_sign_ins(timestamp: int) -> None:
    report_failures()


@app.periodic(cron="*/5 * * * *")
@app.task(name="accounts.settle")
def settle_removals(timestamp: int) -> None:
    accounts.settle()


@app.periodic(cron="20 3 * * *")
@app.task(name="pictures.forget")
def forget_unused_pictures(timestamp: int) -> None:
    delete_unused_files()


@app.periodic(cron="*/10 * * * *")
@app.task(name="sources.check", queue=requests.QUEUE, lock="sources.check")
def check_published_sources(timestamp: int) -> None:
    check_sources()


@app.periodic(cron="15 3 * * *")
@app.task(name="captures.forget")
def forget_unused_captures(timestamp: int) -> None:
    delete_unused_captures()
    restore_public_files()


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


@app.task(name=workflow.HELD, retry=RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=[DatabaseError]))
def publish_held(proposal: int) -> None:
    """Publishes a review whose time has come. If it can't be published, the desk's home page tells the Editors why."""
    try:
        workflow.publish_held(Proposal.objects.get(pk=proposal))
    except EditorialError as refusal:
        logger.warning("Proposal %s was held and couldn't be published: %s", proposal, refusal)


# A site that doesn't respond is tried again after half a minute and after two more minutes.
_CAPTURE_RETRIES = 2
_CAPTURE_RETRY = RetryStrategy(max_attempts=_CAPTURE_RETRIES, wait=30, linear_wait=90)


@app.task(name=requests.TASK, queue=requests.QUEUE, retry=_CAPTURE_RETRY, pass_context=True)
def capture_page(context: JobContext, capture: str) -> None:
    """Captures the page. If the page stays unreachable, its editor is told, and the job itself hasn't failed."""
    waiting = Capture.objects.filter(pk=capture).first()
    if waiting is not None:
        try:
            fetching.capture(waiting)
        except fetching.TemporaryError:
            if context.job.attempts < _CAPTURE_RETRIES:
                raise
