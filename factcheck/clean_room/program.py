"""The program that decodes one file. `door` starts it, or sends the file to `service`, which runs it in a fork.

    python -I program.py    reads a line of JSON and then the file from standard input, and writes JSON

The line contains `kind`, a key of `DECODERS`, and the arguments of the decoder.
"""

import ctypes
import json
import resource
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

CPU_SECONDS = 10
MEMORY = 1024**3  # in bytes
MAX_LINE = 64 * 1024  # in bytes
# The module and the function for each kind. Only the modules that a file needs are loaded.
DECODERS = {
    "page": ("page_decoder", "read_page"),
    "copy": ("copy_decoder", "read_copy"),
    "picture_of_copy": ("copy_decoder", "read_picture"),
    "picture": ("picture_decoder", "read_picture"),
    "picture_for_readers": ("picture_decoder", "encode_for_readers"),
    "upload": ("file_kinds", "read_kind"),
    "table": ("table_decoder", "read_table"),
}
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # numbers of the system calls, on all processors
# A decoder can't start programs, write, delete, create, use TCP or send signals. Only reading is left.
# Kernels before 6.12 know the first number alone.
_FORBIDDEN = (0b1_1111_1111_0011, 0b11, 0b11)


def answer(link: IO[bytes]) -> bytes:
    """Return the JSON for the request: what the decoder found, or `refused`."""
    options = json.loads(link.readline(MAX_LINE))
    try:
        found = load(options.pop("kind"))(link.read(), **options)
    except Exception as problem:  # noqa: BLE001 - a damaged file can raise any error
        found = {"refused": getattr(problem, "too_large", False)}
    return json.dumps(found).encode()


def load(kind: str) -> Any:
    module, function = DECODERS[kind]
    return getattr(import_module(f"factcheck.clean_room.{module}"), function)


def limit_process() -> None:
    """Limit this process before it reads the file."""
    # From the limit of time on, SIGXCPU comes each second, and two seconds later the kernel ends the process.
    signal.signal(signal.SIGXCPU, _stop)
    for kind, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),  # no process or thread can outlive this one. Root ignores this limit.
    ):
        with suppress(ValueError, OSError):  # macOS doesn't support all limits
            resource.setrlimit(kind, (limit, limit + 2 if kind == resource.RLIMIT_CPU else limit))
    if landlock():
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        rules = (ctypes.c_uint64 * 3)(*_FORBIDDEN)
        made = (libc.syscall(_LANDLOCK_CREATE, rules, size, 0) for size in (24, 8))
        libc.syscall(_LANDLOCK_RESTRICT, next((ruleset for ruleset in made if ruleset >= 0), -1), 0)


def landlock() -> bool:
    """Return whether the kernel has Landlock, and this process may use it."""
    return sys.platform == "linux" and bool(ctypes.CDLL(None).syscall(_LANDLOCK_CREATE, None, 0, 1) > 0)


def _stop(*_: object) -> None:
    raise TimeoutError


def hide_memory() -> None:
    """Hide this process's memory and environment from other processes of the same account, as Linux can."""
    with suppress(AttributeError):  # macOS has no prctl
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    limit_process()
    sys.stdout.buffer.write(answer(sys.stdin.buffer))
