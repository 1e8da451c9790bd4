"""A queue for work that only a few threads of a machine can do at a time, fair to each network.

All processes of the machine share the queue. It is a small file that each process maps into its memory. Waiting threads
look at the file again and again, so a process that is killed can't stop the queue.

Networks take turns. While a network has a turn, its next request waits behind the first request of each other network.
After a turn, the network's next request goes to the end of the queue. The same is true for wide networks, which contain
several networks. So a client with many requests delays its own requests, and hardly delays others.
"""

import fcntl
import os
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from factcheck.tools.shared_counters import SharedMemory, is_running

MAX_WAIT = 8.0  # seconds
MAX_TURN = 120.0  # seconds after which a turn doesn't count any more, because its process may be stopped
SLICE = 0.5  # seconds that a turn can take before other requests go first
LONG = 2  # requests for each turn
POLL = 0.01  # seconds, for the next request. Others look less often.
ENTRIES = 128
FREE, WAITING, RUNNING, REFUSED = range(4)

_ENTRY = struct.Struct("<IBBxxQQQQQ")


class Busy(TimeoutError):
    """No turn is free in time. The text tells the client when to try again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work with its number in the file, the turns at the same time, and the text of `Busy`."""

    number: int
    turns: int
    refusal: str


class Entry(NamedTuple):
    """A thread that waits or has a turn. Times are in nanoseconds.

    `begun` and `wide_begun` are the times at which the network and the wide network last began a turn.
    """

    place: int
    process: int
    kind: int
    state: int
    arrived: int
    network: int
    wide_network: int
    begun: int = 0
    wide_begun: int = 0

    @property
    def seconds(self) -> float:
        """Return for how long the thread has waited or had its turn."""
        return (time.monotonic_ns() - (self.begun if self.state == RUNNING else self.arrived)) / 1e9

    @property
    def is_there(self) -> bool:
        """Return whether the thread and its process can still be there."""
        longest = MAX_TURN if self.state == RUNNING else MAX_WAIT + 1
        return self.seconds <= longest and is_running(self.process)


@dataclass(slots=True)
class Turn:
    """The turn of a thread. `ahead` is the number of requests that were before it when it came to the queue."""

    kind: Kind
    entry: Entry
    ahead: int

    @property
    def is_hurried(self) -> bool:
        """Return whether the queue was so long that the answer has to be cheap."""
        return self.ahead >= LONG * self.kind.turns


class FairQueue:
    """`room` is the number of this process's threads that can wait and have turns. The other threads stay free."""

    def __init__(self, file: Path, room: int) -> None:
        self._memory = SharedMemory(file, ENTRIES * _ENTRY.size)
        self._lock = threading.Lock()
        self.room = room

    @contextmanager
    def take(self, kind: Kind, network: str, wide_network: str) -> Iterator[Turn]:
        """Wait for a turn, which ends with the block. Raise Busy."""
        turn = self._join(kind, self._memory.digest(network), self._memory.digest(wide_network))
        try:
            self._wait(turn)
            yield turn
        finally:
            with self._locked() as entries:
                if entry := _find(entries, turn):
                    self._write(entry._replace(state=FREE))

    def give_way(self, turn: Turn) -> None:
        """Let waiting requests go first if the turn has taken long. It goes on after MAX_WAIT in any case."""
        with self._locked() as entries:
            waiting = _order(entries, turn.kind.number)
            if not waiting or not (entry := _find(entries, turn)) or entry.seconds < SLICE:
                return
            turn.entry = entry._replace(state=WAITING, arrived=time.monotonic_ns())
            self._write(turn.entry)
            turn.ahead = len(waiting)
        with suppress(Busy):
            self._wait(turn)
            return
        with self._locked():
            self._write(turn.entry._replace(state=RUNNING, begun=time.monotonic_ns()))

    def _join(self, kind: Kind, network: int, wide_network: int) -> Turn:
        """Add the thread. If the process has no room, refuse the last request of the kind that has the most."""
        with self._locked() as entries:
            free = next(iter({*range(ENTRIES)} - {each.place for each in entries}), None)
            if free is None:
                raise Busy(kind.refusal)
            new = Entry(free, os.getpid(), kind.number, WAITING, time.monotonic_ns(), network, wide_network)
            entries.append(new)
            own = Counter(each.kind for each in entries if each.process == new.process and each.state != REFUSED)
            if own.total() > self.room:
                most = max(own, key=lambda each: (own[each], each == kind.number))
                last = next((each for each in _order(entries, most)[::-1] if each.process == new.process), new)
                if last is new:
                    raise Busy(kind.refusal)
                self._write(last._replace(state=REFUSED))
            self._write(new)
            return Turn(kind, new, _order(entries, kind.number).index(new))

    def _wait(self, turn: Turn) -> None:
        end = time.monotonic() + MAX_WAIT
        while (ahead := self._begin(turn)) is not None:
            if time.monotonic() > end:
                raise Busy(turn.kind.refusal)
            time.sleep(POLL * (1 + ahead))

    def _begin(self, turn: Turn) -> int | None:
        """Begin the turn, or return the number of requests before it. Raise Busy if another request got its room."""
        kind, now = turn.kind, time.monotonic_ns()
        with self._locked() as entries:
            own = _find(entries, turn)
            if own is None or own.state == REFUSED:
                raise Busy(kind.refusal)
            ahead = _order(entries, kind.number).index(own)
            if ahead or sum((each.kind, each.state) == (kind.number, RUNNING) for each in entries) >= kind.turns:
                return ahead
            for each in entries:
                if each.kind == own.kind and each.wide_network == own.wide_network and each.state == WAITING:
                    begun = now if each.network == own.network else each.begun
                    state = RUNNING if each is own else WAITING
                    self._write(each._replace(state=state, begun=begun, wide_begun=now))
            return None

    @contextmanager
    def _locked(self) -> Iterator[list[Entry]]:
        """Lock the file, and yield its entries."""
        file = self._memory.file
        with self._lock:
            if file:
                fcntl.flock(file, fcntl.LOCK_EX)
            try:
                rows = enumerate(_ENTRY.iter_unpack(self._memory.content))
                entries = [Entry(place, *row) for place, row in rows if row[2] != FREE]
                yield [each for each in entries if each.is_there]
            finally:
                if file:
                    fcntl.flock(file, fcntl.LOCK_UN)

    def _write(self, entry: Entry) -> None:
        _ENTRY.pack_into(self._memory.content, entry.place * _ENTRY.size, *entry[1:])


def _find(entries: Sequence[Entry], turn: Turn) -> Entry | None:
    own = (turn.entry.place, turn.entry.process, turn.entry.arrived)
    return next((each for each in entries if (each.place, each.process, each.arrived) == own), None)


def _order(entries: Sequence[Entry], kind: int) -> list[Entry]:
    """Return the waiting entries of this kind in the order of their turns.

    In each round, every network has one turn. Networks that have a turn now have had theirs in the first round. Then
    the same is done for the wide networks.
    """
    of_kind = [each for each in entries if each.kind == kind]
    order = sorted((each for each in of_kind if each.state == WAITING), key=lambda each: each.arrived)
    for network, begun in (("network", "begun"), ("wide_network", "wide_begun")):
        turns = Counter(getattr(each, network) for each in of_kind if each.state == RUNNING)
        rounds = dict[Entry, tuple[int, int]]()
        for each in order:
            rounds[each] = turns[getattr(each, network)], max(each.arrived, getattr(each, begun))
            turns[getattr(each, network)] += 1
        order.sort(key=rounds.__getitem__)
    return order
