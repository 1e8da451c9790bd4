"""The worker's tasks for webhooks."""

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from factcheck.webhooks import delivery as deliveries

RUNS = 100  # an error of our own that still occurs after this many runs of a job is permanent


class AtLeastOnce(BaseRetryStrategy):
    """A strategy that retries a job at the time in `RetryLater`, or some minutes after an error of our own.

    An error of our own is, for example, a lost connection to the database. A failed job would lose its delivery,
    because no other job would be added for the delivery.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, deliveries.RetryLater):
            return RetryDecision(retry_at=exception.at)
        if job.attempts >= RUNS:
            return None
        return RetryDecision(retry_in={"minutes": min(2**job.attempts, 60)})


@app.task(
    name=deliveries.DERIVE,
    queue=deliveries.QUEUE,
    priority=deliveries.DERIVE_PRIORITY,
    lock=deliveries.DERIVE,
    retry=AtLeastOnce(),
)
def derive() -> None:
    deliveries.derive()


@app.task(name=deliveries.DELIVER, queue=deliveries.QUEUE, retry=AtLeastOnce())
def deliver(delivery: int) -> None:
    deliveries.attempt(delivery)
