"""The worker, which runs the jobs in the queue alongside the site. procrastinate stores the queue in PostgreSQL.

In production, `manage.py worker` runs a worker. `make run` also starts a worker. The tasks are in each package's
`tasks.py`. A task may run twice. If a worker is killed, another worker restarts its jobs from the beginning.
"""

import asyncio
import logging
import signal

from django.db import connections
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from psycopg import OperationalError

logger = logging.getLogger(__name__)

# The number of simultaneous jobs by queue. Each job is a thread with its own connection. Webhook receivers may be slow,
# and so may the sites of captured pages. Neither these nor the site's own tasks must wait for each other. Computing
# vectors can occupy a core for hours.
QUEUES = {"default": 2, "webhooks": 6, "captures": 3, "vectors": 1}
# The number of seconds without a heartbeat after which a worker is considered killed.
STALLED = 30.0
PAUSE = 5.0  # seconds until the next attempt if the database isn't responding


async def work() -> None:
    """Work until cancelled, then finish the current jobs. If the database isn't responding, keep trying."""
    while True:
        try:
            await _work(STALLED)
        except (ConnectorException, OperationalError, OSError) as problem:  # OSError: the pool can't be opened
            logger.error("The queue isn't reachable (%s). Trying again.", problem)  # noqa: TRY400 - no traceback
        await asyncio.sleep(PAUSE)


async def _work(stalled: float) -> None:
    """Run all parts, and return when one of them ends. procrastinate logs the reason."""
    connector = PsycopgConnector(kwargs=connector_params("default"), min_size=1, max_size=5)
    with app.replace_connector(connector):
        async with app.open_async():
            parts = [
                asyncio.create_task(
                    app.run_worker_async(
                        queues=[queue],
                        name=queue,
                        concurrency=concurrency,
                        install_signal_handlers=False,
                        stalled_worker_timeout=stalled,
                        update_heartbeat_interval=stalled / 3,
                    )
                )
                for queue, concurrency in QUEUES.items()
            ]
            parts.append(asyncio.create_task(_take_up_again(stalled)))
            try:
                await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for part in parts:
                    part.cancel()
                ended = await asyncio.gather(*parts, return_exceptions=True)
            for problem in ended:
                if isinstance(problem, Exception):
                    raise problem


async def _take_up_again(stalled: float) -> None:
    """Put jobs of killed workers back into the queue. This isn't a job itself, because jobs can also be killed."""
    found = set[int | None]()
    while True:
        found = await _restart_stalled(stalled, found)
        await asyncio.sleep(stalled / 3)


async def _restart_stalled(stalled: float, before: set[int | None]) -> set[int | None]:
    """Restart the jobs that were stalled before and still are. Return the ids of all stalled jobs.

    On a machine that slept or was overloaded, a living worker is late as well. Its next heartbeat comes first.
    """
    jobs = {job.id: job for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled)}
    for job in (job for pk, job in jobs.items() if pk in before):
        logger.warning("The worker of job %s was killed, so the job is restarted.", job.call_string)
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # an equal job is already waiting (`queueing_lock`)
            await app.job_manager.finish_job(job, Status.ABORTED, delete_job=False)
    return {*jobs}


async def _until_stopped() -> None:
    """Work until SIGTERM or SIGINT."""
    loop, working = asyncio.get_running_loop(), asyncio.current_task()
    assert working is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, working.cancel)
    try:
        await work()
    except asyncio.CancelledError:
        logger.info("Stopped.")


def read_from_primary() -> None:
    """Let jobs read the public record from the primary, because a replica may lack the newest entries."""
    primary = connections.settings["default"]
    connections.settings["public"] |= {name: primary[name] for name in ("HOST", "PORT", "OPTIONS")}


def main() -> None:
    read_from_primary()
    asyncio.run(_until_stopped())
