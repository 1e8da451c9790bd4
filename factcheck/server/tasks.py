"""What the site does by itself at fixed times: commands, run by the worker (docs/reference/commands.md).

Times are UTC. What was due in the last day and did not run, because no worker did, runs when one starts.
"""

import logging
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from procrastinate.contrib.django import app

from factcheck.record.matching.embeddings import is_configured

logger = logging.getLogger(__name__)

SCHEDULE = {
    "publish_due_demands": "0 * * * *",
    "make_dumps": "30 2 * * *",
    "propose_links": "40 * * * *",
    "clearsessions": "10 3 * * *",
    "verify_record": "30 3 * * *",
}
if is_configured():
    # What is published is found by words at once, by meaning within a minute. Short, so that nothing waits for it.
    SCHEDULE["embed_claims --seconds=20"] = "* * * * *"
if settings.LOG_WITNESSES:
    SCHEDULE["ask_witnesses"] = "*/5 * * * *"

JOBS_KEPT = 14 * 24  # hours that ended jobs stay in the list at the desk


@app.task(name="command")
def run_command(timestamp: int, command: str) -> None:
    """Fails with the command, whose complaints go to standard error."""
    said = StringIO()
    call_command(*command.split(), stdout=said, verbosity=0)
    logger.info("%s: %s", command, said.getvalue().strip())


for command, cron in SCHEDULE.items():
    # Two of the same at a time would do the work twice.
    app.periodic(cron=cron, periodic_id=command, lock=command, task_kwargs={"command": command})(run_command)


@app.periodic(cron="20 3 * * *")
@app.task(name="forget_old_jobs")
async def forget_old_jobs(timestamp: int) -> None:
    await app.job_manager.delete_old_jobs(
        nb_hours=JOBS_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )
