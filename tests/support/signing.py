"""The signer in a process of its own, with its folder."""

import os
import subprocess
import sys
import time
from pathlib import Path

from factcheck.record.log.notes import Checkpoint, SigningKey, open_note

KEY = SigningKey("127.0.0.1:8000/api/v1/log", bytes(range(32)))
ROOT = Path(__file__).parents[2]


class Process:
    """The signer in a process of its own, with nothing in its environment but its own settings."""

    def __init__(self, folder: Path, keys: str) -> None:
        self.folder, self.socket = folder, folder / "socket"
        (folder / "key").write_text(keys)
        self.environment = {
            "LOG_SIGNER": str(self.socket), "LOG_SIGNING_KEY": str(folder / "key"), "LOG_SIGNER_STATE": str(folder),
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.running: subprocess.Popen[bytes] | None = None

    def once(self, *arguments: str) -> tuple[int, str]:
        done = self._start("-m", "factcheck.record.log.signer_process", *arguments)
        _, complained = done.communicate(timeout=30)
        return done.returncode, complained.decode().strip()

    def start(self, *arguments: str) -> None:
        self.socket.unlink(missing_ok=True)
        self.running = self._start(*(arguments or ("-m", "factcheck.record.log.signer_process")))
        deadline = time.monotonic() + 30
        while not self.socket.exists() and self.running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.socket.exists(), self.running.communicate()
        time.sleep(0.05)  # between bind and listen

    def kill(self) -> None:
        if self.running:
            self.running.kill()
            self.running.communicate()

    def state(self) -> Checkpoint:
        return Checkpoint.parse(open_note((self.folder / "checkpoint").read_text())[0])

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
