"""Work that the cluster tests send to workers, which import this module; a node that is killed; a stand-in."""

import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autochrome.parallel import Engine, Local, Work

NODE = {"num_cpus": 1, "object_store_memory": 80 << 20, "memory": 4 << 30}


def open_square(folder: Path) -> Callable[[int], tuple[int, int]]:
    """Squares numbers slowly. Each opening leaves a file, named after the process."""
    (folder / f"opened-{os.getpid()}").touch()

    def square(number: int) -> tuple[int, int]:
        time.sleep(0.05)
        if number == 13:
            os._exit(1)
        if number == 7:
            raise KeyError("seven")
        return number * number, os.getpid()

    return square


def list_missing(number: int) -> tuple[Path, ...]:
    """What a number needs: number 5 needs a file that no node sees."""
    return (Path("/nowhere/five.tif"),) if number == 5 else ()


@contextmanager
def one_node_killed(cluster: Any, when: Callable[[], bool]) -> Iterator[list[str]]:
    """Kill a node as soon as `when` is true; a new one takes its place after the block. Yields what has happened."""
    killed: list[str] = []
    over = threading.Event()

    def kill() -> None:
        while not over.is_set():
            if when():
                cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
                killed.append("one node")
                return
            time.sleep(0.02)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()
        if killed:
            cluster.add_node(**NODE)


def stand_in(on: str, work: Work[Any, Any], note: Callable[[str], None]) -> Engine[Any, Any]:
    """In the place of `open_cluster`: two threads of this process, which get the work as other processes do."""
    sent: Work[Any, Any] = pickle.loads(pickle.dumps(work))
    do = sent.open()

    def check_and_do(unit: Any) -> Any:
        assert all(path.exists() for path in sent.needs(unit))
        assert sent.name(unit)
        return do(pickle.loads(pickle.dumps(unit)))

    return Local(check_and_do, jobs=2)
