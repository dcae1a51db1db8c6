"""A worker of a cluster says in one sentence why its node cannot work; it is tried here without a cluster."""

import os
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from autochrome import __version__
from autochrome.errors import InputMissing, PathNotShared, WorkerUnusable
from autochrome.parallel import Work
from autochrome.parallel.worker import Order, Worker


def open_reader(extra: str) -> Callable[[Path], str]:
    if extra == "missing":
        raise ModuleNotFoundError("No module named 'onnxruntime'")

    def read(path: Path) -> str:
        if path.stat().st_size == 0:
            raise InputMissing(f"{path}: it is empty.")
        return path.read_text() + extra

    return read


def list_path(path: Path) -> tuple[Path, ...]:
    return (path,)


@pytest.fixture(autouse=True)
def _here_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker changes its folder and its environment."""
    before = Path.cwd()
    for name in ("OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM", "VIPS_CONCURRENCY"):
        monkeypatch.setenv(name, "1")
    yield
    os.chdir(before)


def order(folder: Path, work: Work, version: str = __version__) -> Order:
    return Order(pickle.dumps(work), str(folder), version, cpus=1)


def test_it_reads_relative_paths_in_the_folder_of_the_command(tmp_path: Path):
    (tmp_path / "a.txt").write_text("word")
    (tmp_path / "empty.txt").touch()
    worker = Worker()
    assert worker.open(order(tmp_path, Work(partial(open_reader, "!"), needs=list_path))) is None
    assert worker.do(Path("a.txt")) == ("word!", None)
    nothing, error = worker.do(Path("b.txt"))
    assert nothing is None
    assert isinstance(error, PathNotShared)
    assert str(error).startswith(f"{tmp_path}/b.txt: the node ")
    assert isinstance(worker.do(Path("empty.txt"))[1], InputMissing)


def test_a_node_that_cannot_work_says_why(tmp_path: Path):
    work = Work(partial(open_reader, ""), needs=list_path)
    other = Worker().open(order(tmp_path, work, version="0.0.1"))
    assert isinstance(other, WorkerUnusable)
    assert f"has autochrome {__version__}, and the command 0.0.1" in str(other)
    lacking = Worker().open(order(tmp_path, Work(partial(open_reader, "missing"))))
    assert isinstance(lacking, WorkerUnusable)
    assert "No module named 'onnxruntime'" in str(lacking)
    unseen = Worker().open(order(tmp_path, Work(partial(open_reader, ""), marks=(tmp_path / "x" / ".mark",))))
    assert isinstance(unseen, PathNotShared)
    assert str(unseen).startswith(f"{tmp_path}/x: the node ")


def test_an_error_that_cannot_be_sent_becomes_its_text(tmp_path: Path):
    class Strange(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__(f"{one} and {two}")

    worker = Worker()
    worker.open(order(tmp_path, Work(partial(open_reader, ""))))

    def fail(unit: object) -> None:
        raise Strange(1, 2)

    worker._do = fail
    assert str(worker.do("unit")[1]) == "Strange: 1 and 2"
