"""Counters in a file that processes share."""

import logging
import multiprocessing
from pathlib import Path

import pytest

from factcheck.tools import shared_counters
from factcheck.tools.shared_counters import SharedCounters


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [1_000_000.5]
    monkeypatch.setattr(shared_counters.time, "time", lambda: clock[0])
    return clock


def test_window_begins_again_at_its_end(tmp_path: Path, now: list[float]):
    counters = SharedCounters(tmp_path / "counts")
    (first, left), (second, _) = counters.add("a", 60), counters.add("a", 60)
    assert (first, second) == (1, 2)
    assert 1 <= left <= 60
    now[0] += left
    assert counters.add("a", 60) == (1, 60)


def test_keys_are_counted_separately_and_their_windows_end_separately(tmp_path: Path, now: list[float]):
    counters = SharedCounters(tmp_path / "counts")
    added = [counters.add(f"key {number}", 60) for number in range(20)]
    assert {count for count, _ in added} == {1}
    assert len({left for _, left in added}) > 5


def test_processes_count_together(tmp_path: Path, now: list[float]):
    first, second = SharedCounters(tmp_path / "counts"), SharedCounters(tmp_path / "counts")
    assert [counters.add("a", 60)[0] for counters in (first, second, first)] == [1, 2, 3]


LONG = 10**9  # seconds, so that no window ends while the test runs


def add_many(file: Path, own: str) -> None:
    counters = SharedCounters(file)
    for _ in range(2000):
        counters.add("shared", LONG)
        counters.add(own, LONG)


def test_processes_that_count_at_the_same_time_disturb_no_other_key_and_count_nothing_twice(tmp_path: Path):
    file = tmp_path / "counts"
    file.write_bytes(bytes(16))  # this seed gives the four keys four buckets
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=add_many, args=[file, own]) for own in ("a", "b", "c")]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
        assert each.exitcode == 0
    counters = SharedCounters(file)
    assert [counters.add(own, LONG)[0] for own in ("a", "b", "c")] == [2001, 2001, 2001]
    assert 1 < counters.add("shared", LONG)[0] <= 6001


def test_flood_from_many_networks_takes_no_room_and_spares_the_busiest(tmp_path: Path, now: list[float]):
    file = tmp_path / "counts"
    counters = SharedCounters(file)
    for _ in range(100):
        counters.add("busy", 60)
    size = file.stat().st_size
    for number in range(200_000):
        counters.add(f"network {number}", 60)
    assert (file.stat().st_size, file.stat().st_blocks * 512 >= size) == (size, True)
    assert counters.add("busy", 60)[0] == 101


def test_file_is_private_and_survives_a_killed_process(tmp_path: Path, now: list[float]):
    file = tmp_path / "counts"
    file.write_bytes(b"half a seed")
    counters = SharedCounters(file)
    assert [counters.add("a", 60)[0] for _ in range(2)] == [1, 2]
    file.unlink()
    SharedCounters(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_folder_that_cannot_be_written_is_said_and_each_process_counts(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        counters = SharedCounters(tmp_path / "missing" / "counts")
    assert [counters.add("a", 60)[0] for _ in range(2)] == [1, 2]
    assert "each process counts requests separately" in caplog.text
