"""Networks take turns, in all processes together, and nobody waits for a process that is gone."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from factcheck.tools import fair_queue
from factcheck.tools.fair_queue import RUNNING, WAITING, Busy, FairQueue, Kind

SEARCH, MATCH = Kind(1, 1, "Search again."), Kind(2, 1, "Send it again.")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "MAX_WAIT", 60.0)


@pytest.fixture
def queue(tmp_path: Path) -> FairQueue:
    return FairQueue(tmp_path / "queue", 20)


def count(queue: FairQueue, state: int) -> int:
    with queue._memory.locked():
        return sum(each.state == state for each in queue._live())


class Line:
    """Requests that come one after the other. `served` has those that had a turn, in order."""

    def __init__(self, queue: FairQueue, kind: Kind = MATCH) -> None:
        self.queue, self.kind = queue, kind
        self.served, self.refused, self.hurried = list[str](), list[str](), list[str]()
        self.threads = list[threading.Thread]()

    def come(self, requests: Sequence[str]) -> None:
        for name in requests:
            before = count(self.queue, WAITING) + len(self.refused)
            self.threads.append(threading.Thread(target=self._work, args=[name]))
            self.threads[-1].start()
            while count(self.queue, WAITING) + len(self.refused) == before:
                time.sleep(0.001)

    def _work(self, name: str) -> None:
        try:
            with self.queue.take(self.kind, name[:2], name[0]) as turn:
                self.served.append(name)
                self.hurried += [name] if turn.is_hurried else []
        except Busy:
            self.refused.append(name)

    def end(self) -> list[str]:
        for each in self.threads:
            each.join()
        return self.served


@contextmanager
def held(queue: FairQueue, kind: Kind = MATCH, network: str = "z1") -> Iterator[None]:
    with queue.take(kind, network, network[0]):
        yield


@pytest.mark.parametrize(
    ("requests", "order"),
    [
        ("a1 b1 c1", "a1 b1 c1"),
        ("a1x a1y a1z b1x c1x b1y", "a1x b1x c1x a1y b1y a1z"),  # a network's second waits behind all firsts
        ("z1x z1y z1z a1x a1y", "z1x a1x z1y a1y z1z"),  # and what came first is not forgotten
        ("a1 a2 a3 a4 b1 b2", "a1 b1 a2 b2 a3 a4"),  # and wide networks take turns
        ("a1x a1y a2x b1x", "a1x b1x a2x a1y"),
    ],
)
def test_networks_take_turns(queue: FairQueue, requests: str, order: str) -> None:
    line = Line(queue)
    with held(queue):
        line.come(requests.split())
    assert line.end() == order.split()


def test_one_network_has_no_second_turn_while_another_waits(queue: FairQueue) -> None:
    two, line = Kind(2, 2, ""), Line(queue, Kind(2, 2, ""))
    with held(queue, two, "a1"):
        with held(queue, two, "z1"):
            line.come(["a1", "b1"])
        line.threads[1].join()
        assert line.served == ["b1"] or line.end() == ["b1", "a1"]
    assert line.end() == ["b1", "a1"]


def test_processes_share_the_queue(tmp_path: Path) -> None:
    first, second = FairQueue(tmp_path / "queue", 9), FairQueue(tmp_path / "queue", 9)
    line, other = Line(first), Line(second)
    other.served = line.served
    with held(second):
        line.come(["a1x", "a1y"])
        other.come(["a1z", "b1"])
    other.end()
    assert line.end() == ["a1x", "b1", "a1y", "a1z"]


def test_request_that_waits_behind_many_is_hurried(queue: FairQueue) -> None:
    line = Line(queue)
    with held(queue):
        line.come(["a1x", "a1y", "a1z", "b1"])
    line.end()
    assert line.hurried == ["a1z"]


def test_full_process_refuses_the_last_of_the_network_with_the_most(queue: FairQueue) -> None:
    queue.room = 4
    line = Line(queue)
    with held(queue):
        line.come(["a1x", "a1y", "a1z", "b1", "a1w", "c1", "d1"])
    line.end()
    assert (sorted(line.refused), line.served) == (["a1w", "a1y", "a1z", "d1"], ["a1x", "b1", "c1"])


def test_full_process_refuses_matches_before_searches(queue: FairQueue) -> None:
    queue.room = 4
    matches, searches = Line(queue), Line(queue, SEARCH)
    searches.refused = matches.refused
    with held(queue, MATCH), held(queue, SEARCH, "y1"):
        matches.come(["a1", "b1"])
        searches.come(["a1"])
        matches.come(["c1"])
    searches.end()
    assert (matches.end(), matches.refused, searches.served) == (["a1"], ["b1", "c1"], ["a1"])


def test_request_that_waits_too_long_is_refused_with_the_text_of_its_kind(queue, monkeypatch) -> None:
    monkeypatch.setattr(fair_queue, "MAX_WAIT", 0.01)
    with held(queue), pytest.raises(Busy, match=r"^Send it again\.$"), queue.take(MATCH, "a1", "a"):
        pass
    with held(queue):
        assert (count(queue, RUNNING), count(queue, WAITING)) == (1, 0)


def test_long_work_gives_way_to_what_waits(queue: FairQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(queue)
    monkeypatch.setattr(fair_queue, "SLICE", 60.0)
    with queue.take(MATCH, "z1", "z") as turn:
        queue.give_way(turn)  # nobody waits
        line.come(["a1", "b1"])
        queue.give_way(turn)  # not long yet
        assert (line.served, turn.is_hurried) == ([], False)
        monkeypatch.setattr(fair_queue, "SLICE", 0.0)
        queue.give_way(turn)
        assert (line.served, turn.is_hurried, count(queue, RUNNING)) == (["a1", "b1"], True, 1)
    line.end()
    assert count(queue, RUNNING) == 0


def take_and_hang(file: Path) -> None:
    with FairQueue(file, 9).take(MATCH, "a1", "a"):
        time.sleep(600)


def test_killed_process_gives_its_turn_back(tmp_path: Path, queue: FairQueue) -> None:
    process = multiprocessing.get_context("spawn").Process(target=take_and_hang, args=[tmp_path / "queue"])
    process.start()
    while count(queue, RUNNING) == 0:
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    with held(queue):
        assert count(queue, RUNNING) == 1


def test_turn_from_before_the_machine_started_again_does_not_count(queue: FairQueue) -> None:
    with queue.take(MATCH, "a1", "a") as before:
        before.entry.begun += 10**15  # on the clock of the machine's earlier run
        with held(queue):
            assert count(queue, RUNNING) == 1


def test_thread_that_gave_way_does_not_touch_an_entry_that_another_has(queue, monkeypatch) -> None:
    monkeypatch.setattr(fair_queue, "SLICE", 0.0)
    line = Line(queue)

    def lose(turn: fair_queue.Turn) -> None:
        turn.entry.arrived += 1
        raise Busy

    with queue.take(MATCH, "z1", "z") as turn:
        line.come(["a1"])
        with monkeypatch.context() as patch:
            patch.setattr(queue, "_wait", lose)
            queue.give_way(turn)
        other = turn.entry.arrived
        queue.give_way(turn)
        assert (turn.entry.state, turn.entry.arrived) == (WAITING, other)
        turn.entry.state = fair_queue.FREE
    assert line.end() == ["a1"]


def test_table_has_room_for_many_processes(queue: FairQueue) -> None:
    queue.room = 300
    for number in range(300):
        queue._join(MATCH, number, number)
    assert count(queue, WAITING) == 300
