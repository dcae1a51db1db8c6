"""Many items, in order, on a bounded number of threads, and none left behind."""

import threading
import time
from collections.abc import Iterator

import pytest

from autochrome.parallel import map_ordered


def threads_of_ours() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("autochrome")]


@pytest.mark.parametrize("jobs", [0, 1, 2, 5])
def test_results_come_in_the_order_of_the_items(jobs: int):
    def slow_first(n: int) -> int:
        time.sleep(0.002 * (10 - n))
        return n * n

    assert list(map_ordered(slow_first, range(10), jobs)) == [n * n for n in range(10)]
    assert not threads_of_ours()


def test_no_items_no_results():
    assert list(map_ordered(abs, [], 3)) == []


@pytest.mark.parametrize(
    ("jobs", "ahead", "most"), [(2, None, 4), (2, 3, 3), (3, 1, 3), (1, None, 2), (0, None, 1)]
)
def test_looks_only_so_far_ahead(jobs: int, ahead: int | None, most: int):
    drawn = 0

    def items() -> Iterator[int]:
        nonlocal drawn
        for n in range(50):
            drawn += 1
            yield n

    for done, _ in enumerate(map_ordered(abs, items(), jobs, ahead)):
        assert drawn - done <= most
    assert drawn == 50


@pytest.mark.parametrize("jobs", [0, 1, 3])
def test_an_error_is_raised_when_its_turn_comes(jobs: int):
    def picky(n: int) -> int:
        if n == 3:
            raise KeyError("three")
        return n

    results = map_ordered(picky, range(10), jobs)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(KeyError, match="three"):
        next(results)
    assert not threads_of_ours()


def test_stopping_early_drops_what_has_not_begun_and_leaves_no_thread():
    begun = []

    def work(n: int) -> int:
        begun.append(n)
        time.sleep(0.01)
        return n

    results = map_ordered(work, range(1000), 2, ahead=100)
    assert next(results) == 0
    results.close()
    assert not threads_of_ours()
    assert len(begun) < 100


def test_two_threads_work_at_the_same_time():
    both = threading.Barrier(2, timeout=5)
    assert sorted(map_ordered(lambda _: both.wait(), range(2), 2)) == [0, 1]
