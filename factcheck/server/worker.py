"""The worker: does what waits in the queue (procrastinate, in the same PostgreSQL), beside the site.

`manage.py worker` in production; `make run` starts one itself. What it does is in the `tasks.py` of each room. A task
may be begun twice: a worker that was killed never says how far it got, and another takes its jobs up again.
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

# Jobs at a time, by queue: each is a thread with a connection of its own. Receivers of webhooks may be slow, and what
# the site itself has to do must not wait for them.
QUEUES = {"default": 2, "webhooks": 6}
# Seconds without a sign of life after which a worker counts as killed.
STALLED = 30.0
PAUSE = 5.0  # seconds before it tries again, when the database was gone


async def work() -> None:
    """Works until it is cancelled, and then ends what it has begun. However long the database is gone, it goes on."""
    while True:
        try:
            await _work(STALLED)
        except (ConnectorException, OperationalError, OSError) as problem:  # the pool's, when it cannot be opened
            logger.error("The queue cannot be reached (%s); trying again.", problem)  # noqa: TRY400 - no traceback
        await asyncio.sleep(PAUSE)


async def _work(stalled: float) -> None:
    """Returns when one of its parts has ended, which procrastinate reports in the log."""
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
    """Puts the jobs of killed workers back into the queue. No job of its own, which could be killed as well."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled):
            logger.warning("Job %s was left by a worker that was killed; it begins again.", job.call_string)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(stalled / 3)


async def _until_stopped() -> None:
    """SIGTERM and SIGINT end it."""
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
