"""``python -m factcheck.clean_room.service``: decodes files of strangers, without keys, network and database.

Each connection to the Unix socket is one file. It is decoded in a fork, which can't start a process, write, create a
socket or signal another process. So hostile code in a decoder sees no other file and ends with its own file. Only the
desk, the worker and the readers' site belong to the socket's group.
"""

import gc
import os
import select
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path

from factcheck.clean_room.program import DECODERS, answer, hide_memory, landlock, limit_process, load
from factcheck.tools.environment import environment

SECONDS = 20.0  # for a file. `door` gives up earlier.
MOST = 8  # files at the same time. Others wait in the socket's queue.
_LIBRARIES = ("numpy", "pypdf", "trafilatura.metadata", "w3lib.encoding", "warcio.archiveiterator")


def serve(path: Path) -> None:
    """Decode files until the process is killed. A kill is safe at any time."""
    path.unlink(missing_ok=True)  # a killed service leaves its socket behind
    children: dict[int, float] = {}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen(64)
        while True:
            _reap(children)
            # A child that hangs is found within a second.
            ready = len(children) < MOST and select.select([listener], [], [], 1 if children else None)[0]
            if not ready:
                time.sleep(0.02)
                continue
            connection, _address = listener.accept()
            with connection:
                child = os.fork()
                if not child:
                    listener.close()
                    _decode(connection)
                children[child] = time.monotonic() + SECONDS


def _reap(children: dict[int, float]) -> None:
    for child, end in list(children.items()):
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        if os.waitpid(child, os.WNOHANG)[0]:
            del children[child]


def _decode(connection: socket.socket) -> None:
    """Answer, and end this process. Without an answer, the file counts as damaged."""
    try:
        limit_process()
        with connection.makefile("rb") as link:
            connection.sendall(answer(link))
    finally:
        os._exit(0)


def main() -> None:
    for module in _LIBRARIES:
        import_module(module)
    for kind in DECODERS:
        load(kind)
    if not landlock():
        print(
            "The kernel doesn't allow Landlock, so hostile code in a decoder could replace the socket.", file=sys.stderr
        )
    hide_memory()  # from the forks, which have the same account
    gc.freeze()
    try:
        serve(Path(environment("CLEAN_ROOM", "socket")))
    except OSError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main()
