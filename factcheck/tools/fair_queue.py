"""A queue for work that only a few threads of a machine can do at a time, fair to each network.

All processes of a service share the queue. It is a small file that each process maps into its memory. Waiting threads
look at the file again and again, so a process that is killed can't stop the queue.

Networks take turns. While a network has a turn, its next request waits behind the first request of each other network.
After a turn, the network's next request goes to the end of the queue. The same is true for wide networks, which contain
several networks. So a client with many requests delays its own requests, and hardly delays others.
"""

import math
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ctypes import Structure, c_uint64, sizeof
from pathlib import Path
from typing import NamedTuple

from factcheck.tools.shared_counters import SharedMemory, is_running

MAX_WAIT = 8.0  # seconds
MAX_TURN = 120.0  # seconds after which a turn doesn't count any more, because its process may be stopped
SLICE = 0.5  # seconds that a turn can take before other requests go first
LONG = 2  # requests for each turn
POLL = 0.01  # seconds, for the next request. Others look less often.
ENTRIES = 1024
FREE, WAITING, RUNNING, REFUSED = range(4)


class Busy(TimeoutError):
    """No turn is free in time. The text tells the client when to try again."""


class Kind(NamedTuple):
    """A kind of work with its number in the file, the turns at the same time, and the text of `Busy`."""

    number: int
    turns: int
    refusal: str


class Entry(Structure):
    """A thread that waits or has a turn, in the file. The time at which it arrived identifies it, in nanoseconds.

    `begun` and `wide_begun` are the times at which the network and the wide network last began a turn.
    """

    _fields_ = tuple(
        (name, c_uint64)
        for name in ("process", "kind", "state", "arrived", "network", "wide_network", "begun", "wide_begun")
    )

    @property
    def is_there(self) -> bool:
        """Return whether the thread and its process can still be there."""
        since, longest = (self.begun, MAX_TURN) if self.state == RUNNING else (self.arrived, MAX_WAIT + 5)
        # The clock starts again when the machine does, so a later time is from before.
        return 0 <= time.monotonic_ns() - since <= longest * 1e9 and is_running(self.process)


class Turn:
    """The turn of a thread. `late` is the time after which it has taken so long that the rest has to be short."""

    def __init__(self, kind: Kind, entry: Entry) -> None:
        self.kind, self.entry, self.arrived, self.was_far, self.late = kind, entry, entry.arrived, False, math.inf

    @property
    def is_hurried(self) -> bool:
        """Return whether the turn has to be short, because it is late or many requests were before it."""
        return self.was_far or time.monotonic() > self.late


class FairQueue:
    """`room` is the number of this process's threads that can wait and have turns. The other threads stay free."""

    def __init__(self, file: Path, room: int) -> None:
        self._memory = SharedMemory(file, ENTRIES * sizeof(Entry))
        self._entries = (Entry * ENTRIES).from_buffer(self._memory.content)
        self._states = self._memory.content.cast("Q")[2 :: len(Entry._fields_)]  # reading all of them is quick
        self.room = room

    @contextmanager
    def take(self, kind: Kind, network: str, wide_network: str) -> Iterator[Turn]:
        """Wait for a turn, which ends with the block. Raise Busy."""
        turn = Turn(kind, self._join(kind, *map(self._memory.digest, (network, wide_network))))
        try:
            self._wait(turn)
            yield turn
        finally:
            with self._memory.locked():
                if turn.entry.arrived == turn.arrived:
                    turn.entry.state = FREE

    def give_way(self, turn: Turn) -> None:
        """Let waiting requests go first if the turn has taken long. It goes on after MAX_WAIT in any case."""
        with self._memory.locked():
            now = time.monotonic_ns()
            is_long = turn.entry.arrived == turn.arrived and now - turn.entry.begun >= SLICE * 1e9
            if not is_long or not _order(self._live(), turn.kind.number):
                return
            turn.entry.state, turn.entry.arrived, turn.arrived = WAITING, now, now
        with suppress(Busy):
            self._wait(turn)
        with self._memory.locked():
            if turn.entry.arrived == turn.arrived:  # otherwise, another thread has the entry
                turn.entry.state = RUNNING

    def _live(self) -> list[Entry]:
        used = [self._entries[place] for place, state in enumerate(self._states.tolist()) if state != FREE]
        return [each for each in used if each.is_there]

    def _join(self, kind: Kind, network: int, wide_network: int) -> Entry:
        """Add the thread. If the process has no room, refuse the last request of the kind that has the most."""
        with self._memory.locked():
            new = next((each for each in self._entries if each.state == FREE or not each.is_there), None)
            if new is None:
                raise Busy(kind.refusal)
            values = os.getpid(), kind.number, WAITING, time.monotonic_ns(), network, wide_network, 0, 0
            for field, value in zip(Entry._fields_, values, strict=True):
                setattr(new, field[0], value)
            entries = self._live()
            own = Counter(each.kind for each in entries if each.process == new.process and each.state != REFUSED)
            if own.total() > self.room:
                most = max(own, key=lambda each: (own[each], each == kind.number))
                last = next((each for each in _order(entries, most)[::-1] if each.process == new.process), new)
                last.state = REFUSED
            return new

    def _wait(self, turn: Turn) -> None:
        end, kind, turn.was_far = time.monotonic() + MAX_WAIT, turn.kind, False
        while True:
            with self._memory.locked():
                entries = self._live()
                order = [each.arrived for each in _order(entries, kind.number)]
                if turn.arrived not in order:  # another request has its room
                    raise Busy(kind.refusal)
                ahead = order.index(turn.arrived)
                turn.was_far |= ahead >= LONG * kind.turns
                running = sum((each.kind, each.state) == (kind.number, RUNNING) for each in entries)
                if not ahead and running < kind.turns:
                    return _begin(turn.entry, entries)
            if time.monotonic() > end:
                raise Busy(kind.refusal)
            time.sleep(POLL * (1 + ahead))


def _begin(own: Entry, entries: Sequence[Entry]) -> None:
    """Begin a turn, and tell the network's waiting requests the time."""
    for each in entries:
        if each.kind == own.kind and each.wide_network == own.wide_network and each.state == WAITING:
            each.wide_begun = time.monotonic_ns()
            if each.network == own.network:
                each.begun = each.wide_begun
    own.state = RUNNING


def _order(entries: Sequence[Entry], kind: int) -> list[Entry]:
    """Return the waiting entries of this kind in the order of their turns.

    In each round, every network has one turn. Networks that have a turn now have had theirs in the first round. Then
    the same is done for the wide networks.
    """
    of_kind = [each for each in entries if each.kind == kind]
    order = sorted((each for each in of_kind if each.state == WAITING), key=lambda each: each.arrived)
    for network, begun in (("network", "begun"), ("wide_network", "wide_begun")):
        turns = Counter(getattr(each, network) for each in of_kind if each.state == RUNNING)
        rounds = dict[int, tuple[int, int]]()
        for each in order:
            rounds[each.arrived] = turns[getattr(each, network)], max(each.arrived, getattr(each, begun))
            turns[getattr(each, network)] += 1
        order.sort(key=lambda each: rounds[each.arrived])
    return order
