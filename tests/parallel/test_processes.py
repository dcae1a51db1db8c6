"""Work in processes of this machine: no unit is lost, a deadly one is set aside, and errors come back."""

import os
from functools import partial
from pathlib import Path

import pytest

from autochrome.errors import PathNotShared, UnitSetAside, WorkerUnusable
from autochrome.parallel import Work, open_processes, run_units
from autochrome.parallel.processes import Processes
from cluster_work import list_missing, open_square


def test_every_unit_is_answered_whatever_happens(tmp_path: Path):
    """One unit ends its worker, one raises an error, one needs a file that is not there."""
    work = Work(partial(open_square, tmp_path), name=name_number, needs=list_missing)
    with open_processes(2, work) as engine:
        finished = list(run_units(engine, range(16), in_order=True))
    assert [each.unit for each in finished] == list(range(16))
    errors = {each.unit: each.error for each in finished if each.error}
    assert sorted(errors) == [5, 7, 13]
    assert isinstance(errors[5], PathNotShared)
    assert isinstance(errors[7], KeyError)
    assert isinstance(errors[13], UnitSetAside)
    assert str(errors[13]).startswith("number 13: its worker died 2 times")
    values = {each.unit: each.result for each in finished if not each.error}
    assert all(value[0] == unit**2 for unit, value in values.items())
    assert os.getpid() not in {value[1] for value in values.values()}
    assert len(list(tmp_path.glob("opened-*"))) <= 2 + 2, "a worker opens once; two replace those that died"


def test_a_caller_that_stops_leaves_no_process(tmp_path: Path):
    with open_processes(2, Work(partial(open_square, tmp_path))) as engine:
        assert isinstance(engine, Processes)
        children = [child.process for child in engine._children]
        for _ in run_units(engine, range(6)):
            break
    assert [child.exitcode for child in children] == [0, 0]


def test_workers_that_cannot_begin(tmp_path: Path):
    with open_processes(1, Work(open_nothing)) as engine:
        engine.submit(1)
        with pytest.raises(WorkerUnusable, match="cannot begin"):
            engine.take()
    with open_processes(1, Work(end_at_once)) as engine:
        engine.submit(1)
        with pytest.raises(WorkerUnusable, match="before it could begin"):
            engine.take()


def name_number(number: int) -> str:
    return f"number {number}"


def open_nothing() -> None:
    raise OSError("no such device")


def end_at_once() -> None:
    os._exit(3)
