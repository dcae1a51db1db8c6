"""An iterator on a thread of its own: same items, same order, same errors, and nothing left running."""

import threading
import time
from collections.abc import Iterator

import pytest

from autochrome.parallel import prefetch


def running() -> int:
    return sum(thread.name == "autochrome-prefetch" for thread in threading.enumerate())


def test_the_same_items_in_the_same_order():
    assert list(prefetch(range(1000), depth=3)) == list(range(1000))
    assert list(prefetch([])) == []
    assert running() == 0


def test_it_is_no_more_ahead_than_it_may():
    made = []

    def items() -> Iterator[int]:
        for n in range(100):
            made.append(n)
            yield n

    taken = prefetch(items(), depth=3)
    for n in range(10):
        assert next(taken) == n
        time.sleep(0.01)
        assert len(made) <= n + 1 + 3 + 1
    taken.close()
    assert running() == 0
    assert len(made) < 20


def test_an_error_is_raised_here_in_its_place():
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise RuntimeError("mine")

    got = []

    def take() -> None:
        for item in prefetch(items()):
            got.append(item)

    with pytest.raises(RuntimeError, match="mine"):
        take()
    assert got == [1, 2]
    assert running() == 0


def test_closing_closes_what_it_runs():
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    taken = prefetch(prefetch(items()))
    next(taken)
    taken.close()
    assert closed.wait(2)
    assert running() == 0
