"""``make run``: the whole site on this machine until Ctrl-C."""

import fcntl
import json
import multiprocessing
import signal
import socket
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
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

from factcheck.database.data_directory import make_folder
from factcheck.database.versions import refuse_unknown_migrations
from factcheck.server import processes

# Each thread has a connection for each role.
THREADS = 8


class Command(BaseCommand):
    help = "Starts database and worker, migrates, loads the demo into an empty database, and serves until Ctrl-C."
    requires_system_checks = []
    interrupted = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--address", default="127.0.0.1", help="IP address to listen on (default: 127.0.0.1). PORT sets the port"
        )

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)
        try:
            with _alone(settings.VAR):
                _refuse_used_port(address, settings.PORT)
                self._prepare()
                connections.close_all()  # the child processes open their own
                if not self.interrupted:
                    self._run(address)
        except KeyboardInterrupt:
            pass
        finally:
            connections.close_all()
        self.stdout.write("Stopped.")

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        # Python drops an exception that is raised while an object is being destroyed. The attribute stays.
        self.interrupted = True
        raise KeyboardInterrupt

    def _prepare(self) -> None:
        self.stdout.write("Starting the database…")
        self.stdout.flush()
        try:
            self._migrate()
            self._load_demo()
        except (DatabaseError, InterfaceError, OSError) as error:
            if problem := settings.DATABASE_SERVER.full_disk(error):
                connections.close_all()
                settings.DATABASE_SERVER.leave(at_once=True)
                raise problem from None
            raise

    def _migrate(self) -> None:
        executor = MigrationExecutor(connections["owner"])
        refuse_unknown_migrations(executor.loader)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", database="owner", verbosity=0)

    def _load_demo(self) -> None:
        if not get_user_model()._default_manager.exists():
            call_command("load_demo", verbosity=0)  # `_announce` prints the logins

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
            worker.kill()  # unfinished jobs start again with the next worker
            worker.join()

    def _serve(self, address: str) -> None:
        _refuse_used_port(address, settings.PORT)  # a first start takes seconds
        server = Server(
            "factcheck.wsgi:application",
            address=address,
            port=settings.PORT,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=THREADS,
            websockets=False,
            http=HTTPModes.http1,  # granian's "auto" waits at its end for every open connection
            log_level=LogLevels.error,
            workers_kill_timeout=int(processes.SECONDS_TO_STOP),
        )
        server.on_startup(self._announce)
        try:
            server.serve(target_loader=processes.serve_site, wrap_loader=False)
        except SystemExit:
            # Ctrl-C in a terminal reaches the worker process too. If it ends before its parent, granian sees a failure.
            if not server.interrupt_signal:
                raise

    def _announce(self) -> None:
        self.stdout.write(
            f"\n  Website        {settings.SITE_URL}/\n"
            f"  Editors' desk  {settings.SITE_URL}/admin/\n"
            f"  API            {settings.SITE_URL}/api/v1/\n"
            f"  API reference  {settings.SITE_URL}/api/docs/\n"
        )
        file = settings.VAR / "demo-logins.json"
        if file.is_file():
            self.stdout.write("  Demo logins (for this machine only):")
            for login in json.loads(file.read_text()):
                self.stdout.write("    " + "  ".join(str(value) for value in login.values()))
        self.stdout.write("\nCtrl-C stops everything.")
        self.stdout.flush()


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """Lock the folder. Two sites in one folder would load the demo twice, and serve the same reviews at two URLs."""
    try:
        make_folder(var, 0o755)
        lock = open(var / "run.lock", "a")  # noqa: SIM115 - closed below
    except OSError as error:
        raise CommandError(f"The folder {var} can't be written to ({error.strerror}). Set FACTCHECK_VAR.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"Another make run already uses the folder {var}. Stop it first, "
                "or set FACTCHECK_VAR to another folder and PORT to another port."
            ) from None
        yield


def _refuse_used_port(address: str, port: int) -> None:
    """Raises CommandError if the port is in use. Granian's own socket would share the port with another granian."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise CommandError(
                f"{address}:{port} can't be used ({error.strerror}). "
                f"Choose another port, for example make run PORT={port + 1}."
            ) from None
