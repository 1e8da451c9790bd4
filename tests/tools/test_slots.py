"""Slots are given out in the order of arrival."""

import threading
import time

import pytest

from factcheck.tools.slots import Slots


def wait_until(slots: Slots, waiting: int) -> None:
    while len(slots.queue) < waiting:
        time.sleep(0.001)


def test_slots_are_given_out_in_the_order_of_arrival() -> None:
    slots, served = Slots(1), list[int]()

    def work(number: int) -> None:
        with slots.take(10):
            served.append(number)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    with slots.take(0):
        for number, thread in enumerate(threads):
            thread.start()
            wait_until(slots, number + 1)
    for thread in threads:
        thread.join()
    assert served == [*range(8)]


def test_slot_that_does_not_come_in_time_is_not_waited_for() -> None:
    slots = Slots(2)
    with slots.take(0), slots.take(0) as left:
        assert left == 0
        with pytest.raises(TimeoutError), slots.take(0.01):
            pass
        with pytest.raises(TimeoutError), slots.take(10, most_waiting=0):
            pass
    with slots.take(0), slots.take(0):
        pass


def test_long_work_gives_way_to_what_waits() -> None:
    slots, served = Slots(1), list[str]()

    def search() -> None:
        with slots.take(10):
            served.append("search")

    with slots.take(0):
        slots.give_way(10)  # nobody waits
        thread = threading.Thread(target=search)
        thread.start()
        wait_until(slots, 1)
        slots.give_way(10)
        served.append("match")
    thread.join()
    assert served == ["search", "match"]


def test_long_work_goes_on_when_what_waits_takes_too_long() -> None:
    slots, leave = Slots(1), threading.Event()

    def search() -> None:
        with slots.take(10):
            leave.wait(10)

    with slots.take(0):
        thread = threading.Thread(target=search)
        thread.start()
        wait_until(slots, 1)
        slots.give_way(0.01)
        leave.set()
    thread.join()
    with slots.take(1):
        pass
