"""The processes that `make run` starts: the server and the worker. Both end when `make run` ends.

If `make run` is killed, it can't stop its children. So each child watches a pipe that its parent keeps open.
"""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.conf import settings
from django.urls import get_resolver
from tqdm import tqdm

SECONDS_TO_STOP = 0.5  # for a child to finish. Requests and jobs that take longer are cancelled.


def serve_site() -> Any:
    """Return the WSGI application, in the server's own process."""
    _end_with_parent()
    with loading():
        from factcheck.wsgi import application

        get_resolver().url_patterns  # noqa: B018 - loads all views
    return application


def work() -> None:
    """Run the worker. A spawned process has to set up Django first."""
    with loading():
        django.setup()
        from factcheck.operations import worker
    _end_with_parent()
    # tqdm's default lock is a system semaphore, which a killed process would leave behind.
    tqdm.set_lock(threading.RLock())
    worker.main()


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without garbage collection, which takes a fifth of the time of a start, and a third of a stop."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SECONDS_TO_STOP)
        settings.DATABASE_SERVER.leave()  # otherwise the database would keep running
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
