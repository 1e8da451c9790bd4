"""``make run``: run the whole site on this machine until Ctrl-C."""

import fcntl
import gc
import json
import multiprocessing
import signal
import socket
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, connections
from django.db.migrations.executor import MigrationExecutor
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from factcheck.clean_room.door import has_bubblewrap
from factcheck.database.data_directory import make_folder
from factcheck.database.versions import refuse_unknown_migrations
from factcheck.demo.management.commands.load_demo import LOGINS
from factcheck.operations import processes
from factcheck.record.readmodel.address import has_old_keys, require_address, stored_address
from factcheck.tools.environment import is_local


class Command(BaseCommand):
    help = (
        "Starts the database, the site and the worker on this machine, and stops them on Ctrl-C. "
        "Updates the tables, and loads the demo newsrooms into an empty database."
    )
    requires_system_checks = []
    interrupted = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--address", default="127.0.0.1", help="IP address to listen on (default: 127.0.0.1). PORT sets the port"
        )

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        gc.freeze()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)
        try:
            with _alone(settings.VAR):
                _refuse_used_port(address, settings.PORT)
                settings.PORT_FILE.write_text(f"{settings.PORT}\n")
                self.prepare()
                connections.close_all()  # the child processes open their own
                if not self.interrupted:
                    self._run(address)
        except KeyboardInterrupt:
            pass
        finally:
            connections.close_all()
        self.stdout.write("Stopped.")

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        # Python ignores an exception that is raised while an object is being destroyed, so the interruption is also
        # recorded.
        self.interrupted = True
        raise KeyboardInterrupt

    @contextmanager
    def _step(self, text: str) -> Iterator[None]:
        """Print what is being done, and how long it took."""
        begun = time.monotonic()
        self.stdout.write(f"{text}… ", ending="")
        self.stdout.flush()
        try:
            yield
        except BaseException:
            self.stdout.write("")  # the error gets its own line
            raise
        self.stdout.write(f"{time.monotonic() - begun:.1f} s")

    def prepare(self) -> None:
        try:
            self._migrate()
            self._load_demo()
            self._move()
        except (DatabaseError, InterfaceError, OSError) as error:
            if problem := settings.DATABASE_SERVER.full_disk(error):
                connections.close_all()
                settings.DATABASE_SERVER.leave(at_once=True)
                raise problem from None
            raise

    def _migrate(self) -> None:
        with self._step("Starting the database"):
            executor = MigrationExecutor(connections["owner"])
        refuse_unknown_migrations(executor.loader)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()) or has_old_keys("owner"):
            with self._step("Creating and updating the tables"):
                call_command("migrate", database="owner", verbosity=0)

    def _load_demo(self) -> None:
        if not get_user_model()._default_manager.exists():
            with self._step("Loading the demo newsrooms"):
                call_command("load_demo", verbosity=0)  # the logins are printed when the site is running

    def _move(self) -> None:
        """Move a record that only this machine serves to another port. Published bodies contain the port."""
        stored = stored_address()
        if stored and stored != settings.SITE_URL and settings.LOCAL and is_local(stored):
            with self._step(f"Moving the record from {stored} to {settings.SITE_URL}"):
                call_command("rebuild_record", move_to=settings.SITE_URL, verbosity=0, stdout=StringIO())
        else:
            require_address()

    def _run(self, address: str) -> None:
        # Forking would share this process's locks and threads with its children.
        multiprocessing.set_start_method("spawn", force=True)
        worker = multiprocessing.Process(target=processes.work, name="worker", daemon=True)
        worker.start()
        try:
            self._serve(address)
        finally:
            worker.terminate()
            worker.join(processes.SECONDS_TO_STOP)
            worker.kill()  # the next worker restarts unfinished jobs
            worker.join()

    def _serve(self, address: str) -> None:
        _refuse_used_port(address, settings.PORT)  # again, because a first start takes several seconds
        server = Server(
            "factcheck.wsgi:application",
            address=address,
            port=settings.PORT,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=settings.WEB_THREADS,
            websockets=False,
            http=HTTPModes.http1,  # with "auto", granian waits for every open connection when it stops
            log_level=LogLevels.error,
            workers_kill_timeout=processes.SECONDS_TO_STOP,  # type: ignore[arg-type]
            respawn_failed_workers=True,  # otherwise the server ends when its worker is killed
            respawn_interval=0.1,
        )
        # granian calls its own hook before the site answers.
        threading.Thread(target=self._announce, args=(address,), daemon=True).start()
        try:
            server.serve(target_loader=processes.serve_site, wrap_loader=False)
        except SystemExit:
            # Ctrl-C in a terminal also stops granian's workers. A worker that ends before its parent counts as failed.
            if not server.interrupt_signal:
                raise

    def _announce(self, address: str) -> None:
        """Print the URLs as soon as the site answers."""
        while not _is_served(address, settings.PORT):
            time.sleep(0.05)
        site = settings.SITE_URL
        desk = site.replace("//127.0.0.1", "//localhost")  # browsers refuse passkeys for IP addresses
        self.stdout.write(
            f"\n  Site       {site}/\n"
            f"  Desk       {desk}/admin/\n"
            f"  API        {site}/api/v1/\n"
            f"  Reference  {site}/api/docs/\n"
            f"  Guides     {site}/docs/\n"
        )
        file = settings.VAR / LOGINS
        if file.is_file():
            self.stdout.write("\nLog in at the desk with a demo account (name, password, role, newsroom):\n\n")
            for login in json.loads(file.read_text()):
                self.stdout.write("  {:<12}{:<18}{:<14}{}".format(*login.values()).rstrip())
        else:
            self.stdout.write("\nCreate a first account: .venv/bin/python manage.py createsuperuser")
        where = "bubblewrap" if has_bubblewrap() else "a child process, because bubblewrap can't run here"
        self.stdout.write(f"\nFiles of strangers are decoded in {where}.")
        self.stdout.write("\nPress Ctrl-C to stop everything.")
        self.stdout.flush()


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """Prevent two sites from using the same folder. They would load the demo twice and serve reviews at two URLs."""
    try:
        make_folder(var, 0o755)
        lock = open(var / "run.lock", "a")  # noqa: SIM115 - closed below
    except OSError as error:
        raise CommandError(
            f"You can't write to the folder {var} ({error.strerror}). Set FACTCHECK_VAR to another folder."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"Another make run already uses the folder {var}. Stop that run first, "
                "or set FACTCHECK_VAR to another folder and PORT to another port."
            ) from None
        yield


def _is_served(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def _refuse_used_port(address: str, port: int) -> None:
    """Raise an error if the port is in use. Granian would share the port with another granian."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise CommandError(
                f"{address}:{port} can't be used ({error.strerror}). "
                f"Choose another port, for example: make run PORT={port + 1}"
            ) from None
