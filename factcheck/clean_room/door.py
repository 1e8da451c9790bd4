"""The only way in which the site decodes a file of a stranger. See decision 30.

The file goes to the service at CLEAN_ROOM. Without this setting, a child process decodes it, in bubblewrap if this
machine has it. Both get no environment, and both have limits for time and memory.
"""

import json
import logging
import shutil
import socket
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings

from factcheck.clean_room.file_kinds import find_kind
from factcheck.clean_room.program import hide_memory
from factcheck.clean_room.refusal import NoAnswer, NotDecoded

logger = logging.getLogger(__name__)

SECONDS = 15.0  # for a file, on both sides
MAX_ANSWER = 64 * 1024**2  # in bytes
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")
_PROGRAM = Path(__file__).with_name("program.py")
# The places of Python and of the libraries. The project's other files, its keys and /proc don't exist in the room.
_PLACES = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", sys.base_prefix, sys.prefix)
# Threads of OpenBLAS would count towards the limit of memory.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}


def decode(kind: str, body: bytes | Iterable[bytes], **options: Any) -> dict[str, Any]:
    """Return what the decoder of this kind found (`program.DECODERS`).

    Raise NotDecoded if the file can't be decoded, and OSError if there is no room. NoAnswer is an OSError.
    """
    line = json.dumps({"kind": kind, **options}).encode() + b"\n"
    try:
        found = json.loads(_exchange(chain([line], [body] if isinstance(body, bytes) else body)))
        if not isinstance(found, dict):
            raise ValueError("not an object")  # noqa: TRY004, TRY301 - the answer of a hostile file
        if has_content := kind.startswith("picture_"):
            found["content"] = b64decode(str(found.get("content")))
    except ValueError as problem:
        logger.info("A file of the kind %s can't be decoded: %s", kind, problem)
        raise NotDecoded from problem
    if "refused" in found:
        raise NotDecoded(too_large=found["refused"] is True)
    if kind.startswith("picture") and not _is_picture(found, options.get("hashes") == "stored"):
        raise NotDecoded
    # Hostile code can choose the content, so it must be what the media type says.
    if has_content and getattr(find_kind(found["content"][:64]), "media_type", "") != found["media_type"]:
        raise NotDecoded
    return found


def _is_picture(found: dict[str, Any], stored: bool) -> bool:
    """Return whether the values have the types and limits of a picture. Hostile code can choose them."""
    hashes = found["hashes"] = found.get("hashes") or []
    return (
        found.get("media_type") in PICTURES
        and all(type(side) is int and 0 < side < 2**31 for side in (found.get("width"), found.get("height")))
        and isinstance(hashes, list)
        and all(type(each) is int and -(2**63) <= each < 2**63 for each in hashes)
        and (not stored or len(hashes) in (0, 2))
    )


def _exchange(pieces: Iterable[bytes]) -> bytes:
    with _room() as link:
        try:
            answer = _ask(link, pieces)
        except OSError as problem:
            raise NoAnswer(str(problem)) from problem
        if not answer:
            raise NoAnswer("The clean room ended without an answer")
        return answer


def _ask(link: socket.socket, pieces: Iterable[bytes]) -> bytes:
    end, answer = time.monotonic() + SECONDS, bytearray()
    for piece in pieces:
        link.settimeout(max(end - time.monotonic(), 0.001))
        link.sendall(piece)
    link.shutdown(socket.SHUT_WR)
    while True:
        link.settimeout(max(end - time.monotonic(), 0.001))
        piece = link.recv(2**20)
        answer += piece
        if not piece or len(answer) > MAX_ANSWER:
            return bytes(answer[:MAX_ANSWER])


@contextmanager
def _room() -> Iterator[socket.socket]:
    if settings.CLEAN_ROOM:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(SECONDS)
            link.connect(settings.CLEAN_ROOM)
            yield link
        return
    link, other = socket.socketpair()
    with link:
        with other:
            end = other.fileno()
            child = subprocess.Popen(_command(), stdin=end, stdout=end, stderr=subprocess.DEVNULL, env=_ENVIRONMENT)
        try:
            yield link
        finally:
            child.kill()
            child.wait()


def _command() -> list[str]:
    if has_bubblewrap():
        return [*_bubblewrap(), sys.executable, "-I", f"/room/factcheck/clean_room/{_PROGRAM.name}"]
    hide_memory()  # otherwise, the child could read this process's environment
    return [sys.executable, "-I", str(_PROGRAM)]


@cache
def has_bubblewrap() -> bool:
    """Return whether bubblewrap can run Python here. In a container, it often can't."""
    if not shutil.which("bwrap"):
        return False
    trial = subprocess.run([*_bubblewrap(), sys.executable, "-I", "-c", ""], check=False, capture_output=True)
    return trial.returncode == 0


def _bubblewrap() -> list[str]:
    """Return the command's beginning. Root's site keeps rights that bubblewrap refuses (database/data_directory.py)."""
    return [
        *("setpriv", "--ambient-caps=-all", "--inh-caps=-all", "bwrap", "--unshare-all", "--die-with-parent"),
        *("--new-session", "--cap-drop", "ALL", "--dev", "/dev"),
        *(word for place in dict.fromkeys(_PLACES) for word in ("--ro-bind-try", place, place)),
        *("--ro-bind", str(_PROGRAM.parent), "/room/factcheck/clean_room"),
    ]
