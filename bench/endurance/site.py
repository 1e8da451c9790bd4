"""The site's processes as the units in deploy/systemd start them, on ports of this machine."""

import os
import random
import re
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from endurance.postgres import HOST, Postgres
from serving import free_port

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
THREADS = 8
NAME = "factcheck.example.org"


class Site:
    """The readers' process, the desk's process, the signer and the worker. Each is started again if killed."""

    def __init__(self, folder: Path, primary: Postgres, standby: Postgres) -> None:
        self.folder, self.log = folder, (folder / "site.log").open("ab")
        self.reading_port, self.desk_port = free_port(), free_port()
        self.environment = self._environment(primary, standby)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        self._manage("make_log_key", str(self.folder / "log-key"), LOG_ORIGIN=NAME)
        self._manage("migrate", "--database", "owner", "--verbosity", "0", OWNER_DATABASE_URL=self.owner)
        signer = {"LOG_SIGNING_KEY": str(self.folder / "log-key"), "LOG_SIGNER_STATE": str(self.folder / "signer")}
        (self.folder / "signer").mkdir(mode=0o700)
        command = [PYTHON, "-m", "factcheck.record.log.signer_process"]
        environment = {**os.environ, "LOG_SIGNER": self.environment["LOG_SIGNER"], **signer}
        subprocess.run([*command, "--begin"], check=True, cwd=ROOT, env=environment, stdout=self.log)
        self._start("signer", command, environment)
        for name, port, workers in (("site", self.reading_port, 2), ("desk", self.desk_port, 1)):
            self._start(name, [
                PYTHON, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port),
                "--workers", str(workers), "--blocking-threads", str(THREADS), "--no-ws", "--http", "1",
                "--log-level", "error", "--respawn-failed-workers", "--respawn-interval", "1",
                "factcheck.wsgi:application",
            ], {**self.environment, "PART": name})  # fmt: skip
        self.start_worker()

    def start_worker(self) -> None:
        self._start("worker", [PYTHON, "manage.py", "worker"], self.environment)

    def kill_worker(self) -> None:
        """Kill the worker, and start it again as systemd does."""
        self.processes["worker"].kill()
        self.processes["worker"].wait()
        time.sleep(5)
        self.start_worker()

    def kill_web(self) -> str:
        """Kill a web process of the readers or, every fourth time, of the desk. granian starts it again."""
        name = random.choice(("site", "site", "site", "desk"))
        process = random.choice(self.web_processes(name))
        os.kill(process, signal.SIGKILL)
        return name

    def web_processes(self, name: str) -> list[int]:
        main = self.processes[name].pid
        found = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [int(each) for each in found if "granian" in Path(f"/proc/{each}/cmdline").read_text()
                or "spawn" in Path(f"/proc/{each}/cmdline").read_text()]  # fmt: skip

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def _environment(self, primary: Postgres, standby: Postgres) -> dict[str, str]:
        printed = subprocess.run(
            [PYTHON, "-m", "factcheck.database", "roles", "--server", f"{HOST}:{primary.port},{HOST}:{standby.port}"],
            check=True, cwd=ROOT, capture_output=True, text=True,
        ).stdout  # fmt: skip
        before, inside = printed.split("\\connect", 1)
        for statement in re.findall(r"^[A-Z].*;$", before, re.MULTILINE):
            primary.ask(statement)
        for statement in re.findall(r"^[A-Z].*;$", inside, re.MULTILINE):
            primary.ask(statement, "factcheck")
        urls = dict(re.findall(r"^-- (\w+)=(\S+)$", printed, re.MULTILINE))
        self.owner = urls.pop("OWNER_DATABASE_URL")
        return {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
            **urls,
            "PYTHONPATH": str(ROOT), "FACTCHECK_VAR": str(self.folder / "var"),
            "DUMPS_FOLDER": str(self.folder / "dumps"),
            "SITE_URL": f"https://{NAME}", "ALLOWED_HOSTS": f"{NAME},{HOST}", "SECRET_KEY": secrets.token_urlsafe(64),
            "MESSAGES_KEY": secrets.token_urlsafe(32) + "=", "LOG_SIGNER": str(self.folder / "signer.socket"),
            "API_RATE_LIMIT": "off", "SEARCH_RATE_LIMIT": "off", "EMBEDDINGS_URL": "off", "WEB_THREADS": str(THREADS),
        }  # fmt: skip

    def _manage(self, *arguments: str, **more: str) -> None:
        subprocess.run(
            [PYTHON, "manage.py", *arguments], check=True, cwd=ROOT, env=self.environment | more, stdout=self.log
        )

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log)
