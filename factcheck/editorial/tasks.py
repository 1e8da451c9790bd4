"""What the worker does for the editors' side."""

from procrastinate.contrib.django import app

from factcheck.editorial.programs.once import forget_answered


@app.periodic(cron="50 * * * *")
@app.task(name="programs.forget")
def forget_requests(timestamp: int) -> None:
    forget_answered()
