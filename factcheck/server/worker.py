"""The worker, which runs the queue's jobs alongside the site (procrastinate, in the same PostgreSQL database).

In production, `manage.py worker` runs a worker, and `make run` also starts a worker. The tasks are in each package's
`tasks.py`. A task may run twice. If a worker is killed, another worker restarts its jobs from the beginning.
"""

import asyncio
import logging
import signal

from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError

logger = logging.getLogger(__name__)

# The number of simultaneous jobs for each queue. Each job runs in a thread with its own connection. Webhook receivers
# may be slow, and the site's own tasks must not wait for these receivers.
QUEUES = {"default": 2, "webhooks": 6}
# A worker without a heartbeat for this number of seconds is considered killed.
STALLED = 30.0
PAUSE = 5.0  # seconds before the next attempt if the database doesn't respond


async def work() -> None:
    """Work until cancelled, then finish the current jobs. If the database doesn't respond, keep trying."""
    while True:
        try:
            await _work(STALLED)
        except (ConnectorException, OperationalError, OSError) as problem:  # OSError: the pool can't be opened
            logger.error("The queue can't be reached (%s). Trying again.", problem)  # noqa: TRY400 - no traceback
        await asyncio.sleep(PAUSE)


async def _work(stalled: float) -> None:
    """Run all parts of the worker. Return when one part has ended, which procrastinate logs."""
    connector = PsycopgConnector(kwargs=connector_params("default"), min_size=1, max_size=4)
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
    """Put jobs of killed workers back into the queue. This isn't a job itself, because jobs can be killed too."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled):
            logger.warning("The worker of job %s was killed, so the job starts again.", job.call_string)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(stalled / 3)


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


def main() -> None:
    asyncio.run(_until_stopped())
