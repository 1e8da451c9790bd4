"""The commands that the worker runs on a schedule (docs/reference/commands.md).

Times are in UTC. If a run was missed in the last day because no worker was running, the next worker runs it.
"""

import logging
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from procrastinate.contrib.django import app

from factcheck.record.matching.embeddings import is_configured

logger = logging.getLogger(__name__)

SCHEDULE = {
    # A publication is signed at once. This signs what was published while the signer didn't respond.
    "sign_log": "* * * * *",
    "publish_due_demands": "0 * * * *",
    "make_dumps": "30 2 * * *",
    "make_feed": "*/5 * * * *",
    "propose_links": "40 * * * *",
    "clearsessions": "10 3 * * *",
    "verify_record": "30 3 * * *",
}
if is_configured():
    # New reviews can be found by words immediately, and by meaning within a minute. Short runs don't delay other jobs.
    SCHEDULE["embed_claims --seconds=20"] = "* * * * *"
# On a public site, the worker doesn't have the owner's password, and factcheck-backup.timer makes the backups.
if settings.BACKUP_FOLDER and settings.BACKUP_RECIPIENT and "MISSING" not in settings.DATABASES["owner"]:
    SCHEDULE["backup"] = "0 4 * * *"
if settings.LOG_WITNESSES:
    SCHEDULE["ask_witnesses"] = "*/5 * * * *"

JOBS_KEPT = 14 * 24  # hours for which finished jobs are kept in the desk's list


@app.task(name="command")
def run_command(timestamp: int, command: str) -> None:
    """Run the command. The job fails if the command fails, and errors go to standard error."""
    output = StringIO()
    call_command(*command.split(), stdout=output, verbosity=0)
    logger.info("%s: %s", command, output.getvalue().strip())


for command, cron in SCHEDULE.items():
    # The lock prevents two simultaneous runs, which would do the work twice.
    app.periodic(cron=cron, periodic_id=command, lock=command, task_kwargs={"command": command})(run_command)


@app.periodic(cron="20 3 * * *")
@app.task(name="forget_old_jobs")
async def forget_old_jobs(timestamp: int) -> None:
    await app.job_manager.delete_old_jobs(
        nb_hours=JOBS_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )
