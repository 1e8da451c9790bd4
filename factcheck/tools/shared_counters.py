"""Counters that all processes of a machine share, in a small file that each process maps into its memory.

The file has a fixed size, so a flood from many networks can't fill the disk. Counting takes a few microseconds and
never waits for another process or thread. Two of them that count the same key at the same moment can lose counts: a
process that was interrupted writes the count that it had read before.

There are few enough IP addresses to try them all, so a hash of an address hides it only while the key is unknown. The
key of these hashes is random, is only in this file, and is overwritten at the end of each hour. So nobody can learn
later who was counted, neither from this file nor from hashes in the database, in its log or in a backup.
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

HOUR = 3600  # seconds
_HEAD = struct.Struct("<16sQ")  # the key of the hashes, and the hour since 1970 in which it was made
_COUNTER = struct.Struct("<QII")  # digest of the key, end of the window in seconds since 1970, count
_BUCKET = 8  # counters that a key can use
_BUCKETS = 8192
_SIZE = _BUCKETS * _BUCKET * _COUNTER.size  # 1 MiB
_MOST = 2**32 - 1


class SharedMemory:
    """The content of a file that all processes of a machine share. Within an hour, they compute the same hashes."""

    def __init__(self, file: Path, size: int) -> None:
        self._lock, self._file, self._hour = threading.Lock(), list[int](), 0
        try:
            memory, opened = _map(file, _HEAD.size + size)
            self._file = [opened]
            weakref.finalize(self, os.close, opened)
        except OSError as error:
            logger.warning("%s can't be used (%s), so each process counts requests separately.", file, error.strerror)
            memory = mmap.mmap(-1, _HEAD.size + size)
        self._head, self.content = memoryview(memory)[: _HEAD.size], memoryview(memory)[_HEAD.size :]

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

    def digest(self, name: str) -> int:
        return int.from_bytes(self.hash(name)[:8], "little")

    def hash(self, name: str) -> bytes:
        """Return 32 bytes for the name. After this hour, the same name has another hash."""
        return blake2b(name.encode(), digest_size=32, key=self._key()).digest()

    def _key(self) -> bytes:
        """Return the hour's key. Each process also replaces the key at the end of the hour if nobody comes then."""
        if self._hour != (hour := int(time.time()) // HOUR):
            with self.locked():
                if _HEAD.unpack(self._head)[1] != hour:
                    _HEAD.pack_into(self._head, 0, os.urandom(16), hour)
                self._hour = hour
            timer = threading.Timer(HOUR - time.time() % HOUR, self._key)
            timer.daemon = True
            timer.start()
        return bytes(self._head[:16])


class SharedCounters:
    def __init__(self, file: Path) -> None:
        self.memory = SharedMemory(file, _SIZE)

    def add(self, key: str, seconds: int, times: int = 1) -> tuple[int, int]:
        """Count events. Return the count in the key's current window, and the seconds until the window ends.

        Short windows of different keys end at different times, so that clients don't all come back together. They also
        end with the hour. A window that is longer than an hour is for accounts and newsrooms, whose numbers needn't be
        forgotten.
        """
        now = int(time.time())
        left = seconds - now % seconds
        if seconds > HOUR:
            digest = int.from_bytes(blake2b(key.encode()).digest()[:8])
        else:
            digest = self.memory.digest(key)
            left = min(seconds - (now + digest * (seconds < HOUR)) % seconds, HOUR - now % HOUR)
        place, count = self._find(digest, now, now + left)
        count = min(count + times, _MOST)
        _COUNTER.pack_into(self.memory.content, place, digest, now + left, count)
        return count, left

    def _find(self, digest: int, now: int, end: int) -> tuple[int, int]:
        """Return the place of the key's counter, and its count. A new key replaces the smallest count in its bucket."""
        first = digest % _BUCKETS * _BUCKET * _COUNTER.size
        smallest, place = _MOST + 1, first
        for each in range(first, first + _BUCKET * _COUNTER.size, _COUNTER.size):
            other, until, count = _COUNTER.unpack_from(self.memory.content, each)
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
        opened.write(bytes(max(size - found, 0)))
        opened.flush()
        fcntl.flock(opened, fcntl.LOCK_UN)  # the mapping keeps the file open, and with it the lock
        return mmap.mmap(opened.fileno(), size), os.dup(opened.fileno())
