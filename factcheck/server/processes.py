"""The processes that `make run` starts: the server's and the worker. Each ends when `make run` ends.

A killed `make run` can't stop them. So each child watches a pipe that its parent holds open.
"""

import multiprocessing
import os
import signal
import threading
import time
from typing import Any

import django
from django.conf import settings
from tqdm import tqdm

SECONDS_TO_STOP = 1.0  # for a child to finish. A request or job that takes longer is cancelled.


def serve_site() -> Any:
    """Return the WSGI application, in the server's own process."""
    _end_with_parent()
    from factcheck.wsgi import application

    return application


def work() -> None:
    """Run the worker. Django isn't set up yet in a spawned process."""
    django.setup()
    _end_with_parent()
    tqdm.set_lock(threading.RLock())  # tqdm's own lock is a system semaphore, which a killed process would leave behind
    from factcheck.server import worker

    worker.main()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SECONDS_TO_STOP)
        settings.DATABASE_SERVER.leave()  # nothing else would stop the database
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
