"""Counters that all processes of a machine share, in a small file that each process maps into its memory.

The file has a fixed size, so a flood from many networks can't fill the disk. Counting takes a few microseconds and
never waits for another process or thread. Two of them that count the same key at the same moment can lose counts: a
process that was interrupted writes the count that it had read before.
"""

import fcntl
import logging
import mmap
import os
import struct
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

logger = logging.getLogger(__name__)

_SEED = 16  # random bytes at the beginning of the file, so that nobody can choose keys with the same digest
_COUNTER = struct.Struct("<QII")  # digest of the key, end of the window in seconds since 1970, count
_BUCKET = 8  # counters that a key can use
_BUCKETS = 8192
_SIZE = _BUCKETS * _BUCKET * _COUNTER.size  # 1 MiB
_MOST = 2**32 - 1


class SharedMemory:
    """The content of a file that all processes of a machine share. `digest` gives the same number in all of them."""

    def __init__(self, file: Path, size: int) -> None:
        self._lock, self._file = threading.Lock(), list[int]()
        try:
            memory, opened = _map(file, _SEED + size)
            self._file = [opened]
            weakref.finalize(self, os.close, opened)
        except OSError as error:
            logger.warning("%s can't be used (%s), so each process counts requests separately.", file, error.strerror)
            memory = mmap.mmap(-1, _SEED + size)
            memory[:_SEED] = os.urandom(_SEED)
        self._seed = memory[:_SEED]
        self.content = memoryview(memory)[_SEED:]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let other threads and processes wait until the end of the block."""
        with self._lock:
            for each in self._file:
                fcntl.flock(each, fcntl.LOCK_EX)
            try:
                yield
            finally:
                for each in self._file:
                    fcntl.flock(each, fcntl.LOCK_UN)

    def digest(self, key: str) -> int:
        return int.from_bytes(blake2b(key.encode(), digest_size=8, key=self._seed).digest(), "little")


class SharedCounters:
    def __init__(self, file: Path) -> None:
        self._shared = SharedMemory(file, _SIZE)

    def add(self, key: str, seconds: int, times: int = 1) -> tuple[int, int]:
        """Count events. Return the count in the key's current window, and the seconds until the window ends.

        Windows of different keys end at different times, so that clients don't all come back together.
        """
        digest = self._shared.digest(key)
        now = int(time.time())
        left = seconds - (now + digest) % seconds
        place, count = self._find(digest, now, now + left)
        count = min(count + times, _MOST)
        _COUNTER.pack_into(self._shared.content, place, digest, now + left, count)
        return count, left

    def _find(self, digest: int, now: int, end: int) -> tuple[int, int]:
        """Return the place of the key's counter, and its count. A new key replaces the smallest count in its bucket."""
        first = digest % _BUCKETS * _BUCKET * _COUNTER.size
        smallest, place = _MOST + 1, first
        for each in range(first, first + _BUCKET * _COUNTER.size, _COUNTER.size):
            other, until, count = _COUNTER.unpack_from(self._shared.content, each)
            if other == digest:
                return each, count if until == end else 0
            if until <= now:
                count = 0
            if count < smallest:
                smallest, place = count, each
        return place, 0


def is_running(process: int) -> bool:
    try:
        with suppress(PermissionError):  # the process of another user
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _map(file: Path, size: int) -> tuple[mmap.mmap, int]:
    """Map the file. The first process writes all bytes. Without them, a full disk would end a process that counts."""
    with open(file, "a+b", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        found = opened.seek(0, os.SEEK_END)  # less than the size if a process was killed while it wrote
        opened.write((os.urandom(_SEED) + bytes(size - _SEED))[found:])
        opened.flush()
        fcntl.flock(opened, fcntl.LOCK_UN)  # the mapping keeps the file open, and with it the lock
        return mmap.mmap(opened.fileno(), size), os.dup(opened.fileno())
