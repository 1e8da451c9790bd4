"""The worker's tasks on the newsroom's side."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import DatabaseError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from factcheck.editorial.captures import fetching, requests
from factcheck.editorial.captures.source_checks import check_sources
from factcheck.editorial.drafts.prepared_vectors import prepare_vector
from factcheck.editorial.errors import EditorialError, NoCleanRoom
from factcheck.editorial.models import Capture, Proposal
from factcheck.editorial.people import account_mail, accounts
from factcheck.editorial.proposals import workflow
from factcheck.editorial.search import draft_rows
from factcheck.editorial.talk import notices

logger = logging.getLogger(__name__)


def schedule(name: str, cron: str, *acts: Callable[[], object], **options: Any) -> Any:
    """Run these functions at these times in UTC. Return the task."""

    @app.periodic(cron=cron)
    @app.task(name=name, **options)
    def run(timestamp: int) -> None:
        for act in acts:
            act()

    return run


schedule("accounts.settle", "*/5 * * * *", accounts.settle)
schedule("search.words", "* * * * *", partial(draft_rows.compute_words, limit=5000))  # ten seconds
schedule("notices.mail", "* * * * *", notices.send_mails, lock="notices.mail")
schedule("sources.check", "*/10 * * * *", check_sources, queue=requests.QUEUE, lock="sources.check")

# These tries cover about one day, so e-mails survive a mail server that is down.
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name=account_mail.NOTICE, queue=account_mail.QUEUE, retry=_RETRY)
def send_notice(proposal: int, decision: str) -> None:
    account_mail.send_notice(proposal, decision)


@app.task(name=account_mail.ALERT, queue=account_mail.QUEUE, retry=_RETRY)
def send_alert(event: int) -> None:
    account_mail.send_alert(event)


@app.task(name=account_mail.INCIDENT, queue=account_mail.QUEUE, retry=_RETRY)
def send_alarm(incident: str, late: bool = False) -> None:
    account_mail.send_alarm(incident, late=late)


# As long as for e-mails, because a publication with pictures also needs the clean room.
_HELD_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3, retry_exceptions=[DatabaseError, NoCleanRoom])


@app.task(name=workflow.HELD, retry=_HELD_RETRY)
def publish_held(proposal: int) -> None:
    """Publish a review whose time has come. If this fails, the desk's home page tells the Editors why."""
    held = Proposal.objects.get(pk=proposal)
    prepare_vector(held)
    try:
        workflow.publish_held(held)
    except NoCleanRoom:
        raise
    except EditorialError as refusal:
        logger.warning("Proposal %s was held and couldn't be published: %s", proposal, refusal)


# A site that doesn't respond is tried again after half a minute, and once more after two more minutes.
_CAPTURE_RETRIES = 2
_CAPTURE_RETRY = RetryStrategy(max_attempts=_CAPTURE_RETRIES, wait=30, linear_wait=90)


@app.task(name=requests.TASK, queue=requests.QUEUE, retry=_CAPTURE_RETRY, pass_context=True)
def capture_page(context: JobContext, capture: str) -> None:
    """Capture the page. If the page stays unreachable, the desk tells its editor, and the job doesn't fail."""
    waiting = Capture.objects.filter(pk=capture).first()
    if waiting is not None:
        try:
            fetching.capture(waiting)
        except fetching.TemporaryError:
            if context.job.attempts < _CAPTURE_RETRIES:
                raise
