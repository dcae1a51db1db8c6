"""Units on a real cluster: none is lost, a deadly one is set aside, and errors come back."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from autochrome.errors import PathNotShared, UnitSetAside
from autochrome.parallel import Work, open_cluster, run_units
from cluster_work import list_missing, open_square

pytestmark = pytest.mark.xdist_group("cluster")
SMALL = 64 << 20  # bytes


def test_every_unit_is_answered_whatever_happens(tmp_path: Path, cluster: Any):
    """One unit ends its worker, one raises an error, one needs a file that is not there."""
    notes: list[str] = []
    work = Work(
        partial(open_square, tmp_path), name=lambda n: f"number {n}", needs=list_missing, memory=SMALL
    )
    answers = {}
    for finished in run_units(open_cluster("ray", work, notes.append), range(20)):
        answers[finished.unit] = finished
    assert sorted(answers) == list(range(20))
    errors = {unit: each.error for unit, each in answers.items() if each.error}
    assert sorted(errors) == [5, 7, 13]
    assert isinstance(errors[5], PathNotShared)
    assert "/nowhere/five.tif: the node " in str(errors[5])
    assert isinstance(errors[7], KeyError)
    assert isinstance(errors[13], UnitSetAside)
    assert str(errors[13]).startswith("number 13: its worker died 2 times")
    assert all(each.result[0] == unit**2 for unit, each in answers.items() if unit not in errors)
    assert len(list(tmp_path.glob("opened-*"))) <= 3 + 2, "a worker opens once; two replace those that died"


def test_a_folder_that_no_node_sees_ends_the_run_with_one_sentence(tmp_path: Path, cluster: Any):
    work = Work(partial(open_square, tmp_path), marks=(tmp_path / "gone" / "mark",), memory=SMALL)
    notes: list[str] = []
    with pytest.raises(PathNotShared, match=r"gone: the node .* does not see this path"):
        list(run_units(open_cluster("ray", work, notes.append), range(3)))
    assert notes
    assert not list(tmp_path.iterdir())
