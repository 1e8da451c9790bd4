"""The signer's process, which kills itself before or after it has stored a checkpoint; run by test_signer.py."""

import os
import signal
import sys

from factcheck.record.log import signer_process
from factcheck.record.log.signer import FileMemory

when = sys.argv[1]
write = FileMemory.write


def write_and_die(self: FileMemory, note: str) -> None:
    if when == "after":
        write(self, note)
    os.kill(os.getpid(), signal.SIGKILL)


FileMemory.write = write_and_die  # type: ignore[method-assign]
signer_process.main([])
