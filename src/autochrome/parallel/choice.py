"""Which engine runs units: several processes of this machine, or the one that `--on` names."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autochrome.errors import UsageError
from autochrome.parallel.engine import Engine, R, U, Work

LOCAL = "local"


def check_engine(on: str) -> str:
    """The same text, if it names an engine: local, ray, or ray://HOST:PORT."""
    if on in (LOCAL, "ray") or (on.startswith("ray://") and ":" in on[6:]):
        return on
    raise UsageError(f"--on {on}: choose local, ray, or ray://HOST:PORT.")


def open_cluster(on: str, work: Work[U, R], note: Callable[[str], None]) -> Engine[U, R]:
    """The engine of a cluster. note: gets sentences about nodes."""
    from autochrome.parallel.ray_cluster import RayCluster

    return RayCluster(check_engine(on), work, note)


@contextmanager
def open_processes(count: int, work: Work[U, R]) -> Iterator[Engine[U, R]]:
    """The engine of `count` worker processes of this machine, during the block."""
    from autochrome.parallel.processes import Processes

    engine = Processes(work, count)
    try:
        yield engine
    finally:
        engine.cancel()
