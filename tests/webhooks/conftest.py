import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from factcheck.record.models import LogEntry
from tests.support.drafts import Newsroom
from tests.support.receiving import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    def wait(true: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not true():
            assert time.monotonic() < end
            time.sleep(0.05)

    return wait


def publish(newsroom: Newsroom, **fields: str) -> LogEntry:
    return newsroom.publish_review(newsroom.make_review(**fields))
