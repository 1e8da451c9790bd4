"""The program that decodes one file. `door` starts it, or sends the file to `service`, which runs it in a fork.

    python -I program.py    reads a line of JSON and then the file from standard input, and writes JSON

The line contains `kind`, a key of `DECODERS`, and the arguments of the decoder.
"""

import ctypes
import json
import resource
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
    "html": ("page_decoder", "read_html"),
    "pdf": ("page_decoder", "read_pdf"),
    "picture": ("picture_decoder", "read_picture"),
    "picture_for_readers": ("picture_decoder", "encode_for_readers"),
    "upload": ("file_kinds", "read_kind"),
}
_PR_SET_DUMPABLE = 4


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
    for kind, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # macOS doesn't support all limits
            resource.setrlimit(kind, (limit, limit))


def hide_memory() -> None:
    """Hide this process's memory and environment from other processes of the same account, as Linux can."""
    with suppress(AttributeError):  # macOS has no prctl
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    limit_process()
    sys.stdout.buffer.write(answer(sys.stdin.buffer))
