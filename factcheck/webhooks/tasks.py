"""What the worker does for webhooks."""

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from factcheck.webhooks import delivery as deliveries


class UntilThen(BaseRetryStrategy):
    """Again when `Later` says so; any other exception fails the job."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        return RetryDecision(retry_at=exception.at) if isinstance(exception, deliveries.Later) else None


@app.task(name=deliveries.DERIVE, queue=deliveries.QUEUE, lock=deliveries.DERIVE)
def derive() -> None:
    deliveries.derive()


@app.task(name=deliveries.DELIVER, queue=deliveries.QUEUE, retry=UntilThen())
def deliver(delivery: int) -> None:
    deliveries.attempt(delivery)


@app.periodic(cron="40 3 * * *")
@app.task(name="webhooks.forget", queue=deliveries.QUEUE)
def forget(timestamp: int) -> None:
    deliveries.forget()
