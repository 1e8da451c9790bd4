"""The commands that the worker runs on a schedule (docs/reference/commands.md).

Times are in UTC. If a run was missed in the last day because no worker was running, the next worker runs it.
"""

import logging
from contextlib import suppress
from io import StringIO

from django.conf import settings
from django.core.management import CommandError, call_command
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager

from factcheck.editorial.drafts.prepared_vectors import prepare_vectors
from factcheck.editorial.search import draft_rows
from factcheck.operations import retention as retention
from factcheck.record.matching.embeddings import EmbeddingError, get_embeddings, is_configured
from factcheck.record.matching.missing_vectors import BusyError, compute_missing

logger = logging.getLogger(__name__)

# The worker's own connections can't be used in a job's thread.
_jobs = JobManager(DjangoConnector(alias="default"))

SCHEDULE = {
    # A publication is signed at once. This signs what was published while the signer didn't respond.
    "sign_log": "* * * * *",
    "publish_due_demands": "0 * * * *",
    "make_dumps": "30 2 * * *",
    "make_feed": "*/5 * * * *",
    "make_sitemaps": "15 * * * *",
    "verify_record": "30 3 * * *",
}
# On a public site, the worker doesn't have the owner's password, and factcheck-backup.timer makes the backups.
if settings.BACKUP_FOLDER and settings.BACKUP_RECIPIENT and "MISSING" not in settings.DATABASES["owner"]:
    SCHEDULE["backup"] = "0 4 * * *"
if settings.LOG_WITNESSES:
    SCHEDULE["ask_witnesses"] = "*/5 * * * *"

VECTORS = "vectors"  # the queue, and the lock for a place in the queue
RUN_SECONDS = 10.0  # for published reviews, for submitted ones, and for drafts


@app.task(name="command")
def run_command(timestamp: int, command: str) -> None:
    """Run the command. The job fails if the command fails, and errors go to standard error."""
    output = StringIO()
    call_command(*command.split(), stdout=output, verbosity=0)
    logger.info("%s: %s", command, output.getvalue().strip())


for command, cron in SCHEDULE.items():
    # The lock prevents two simultaneous runs, which would do the work twice.
    app.periodic(cron=cron, periodic_id=command, lock=command, task_kwargs={"command": command})(run_command)


@app.task(name="embed_claims", queue=VECTORS, queueing_lock=VECTORS)
def embed_claims(timestamp: int) -> None:
    """Compute the vectors of published reviews, then of submitted ones and of drafts.

    Another run follows until none is missing.

    The runs have their own queue and are short, so they neither delay other jobs nor a stop of the worker. A job with a
    lock would start seconds late, because the previous job still has the lock.
    """
    try:
        computed = sum(compute_missing(get_embeddings(), RUN_SECONDS))
        computed += sum(prepare_vectors(get_embeddings(), seconds=RUN_SECONDS))
        computed += sum(draft_rows.compute_vectors(get_embeddings(private=True), RUN_SECONDS))
    except BusyError:
        return  # another worker, or the command of the same name
    except EmbeddingError as problem:
        raise CommandError(f"{problem} Check EMBEDDINGS_URL.") from problem
    logger.info("%s vectors computed.", computed)
    if computed:
        with suppress(AlreadyEnqueued):
            _jobs.defer_job(embed_claims.configure().make_new_job(timestamp=timestamp))


if is_configured():
    # New reviews can be found by words immediately, and by meaning within a minute.
    app.periodic(cron="* * * * *")(embed_claims)
