"""The processes that `make run` starts beside its own: the server's and the worker. Each ends when `make run` ends.

`make run` may be killed, and then it can stop nobody. So each child watches the pipe that its parent holds open.
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

SECONDS_TO_STOP = 1.0  # for what a child has begun; a request or job that takes longer is broken off


def serve_site() -> Any:
    """The WSGI application, in the server's own process."""
    _end_with_parent()
    from factcheck.wsgi import application

    return application


def work() -> None:
    """The worker. Django isn't set up yet in a process that was spawned."""
    django.setup()
    _end_with_parent()
    tqdm.set_lock(threading.RLock())  # its own is a semaphore of the system, which a killed process leaves behind
    from factcheck.server import worker

    worker.main()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SECONDS_TO_STOP)
        settings.DATABASE_SERVER.leave()  # nobody else would stop the database
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
