"""Work on a real cluster of three node processes on this machine, small enough for one core.

No unit is lost, a deadly one is set aside, and errors come back. `--on ray` gives the results of one machine, also when
a node is killed. All tests are in this file, so that one process makes one cluster.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from autochrome.errors import PathNotShared, UnitSetAside
from autochrome.parallel import Work, open_cluster, run_units
from cluster_work import NODE, list_missing, one_node_killed, open_square
from conftest import Ran
from film_inputs import film_of
from filmmaking import decoded, packets
from pictures import GREY

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")

SMALL = 64 << 20  # bytes
TESTS = Path(__file__).parents[1]
QUICK = {
    "worker_niceness": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 500,
    "health_check_failure_threshold": 3,
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Three nodes. A test that kills a node adds another one."""
    from ray.cluster_utils import Cluster

    before = os.environ.get("PYTHONPATH", "")
    paths = [str(TESTS), str(TESTS.parent / "src"), before]
    os.environ |= {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "RAY_USAGE_STATS_ENABLED": "0"}
    made = Cluster(
        initialize_head=True, head_node_args=NODE | {"include_dashboard": False, "_system_config": QUICK}
    )
    try:
        for _ in range(2):
            made.add_node(**NODE)
        ray.init(address=made.address, logging_level="CRITICAL", log_to_driver=False)
        made.wait_for_nodes()
        yield made
    finally:
        ray.shutdown()
        made.shutdown()
        os.environ["PYTHONPATH"] = before


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


def contents(folder: Path) -> dict[str, bytes]:
    """The results in a folder. What a killed process leaves is hidden, and the next run removes it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("[!.]*.png"))}


def test_a_folder_is_coloured_as_on_one_machine(
    tmp_path: Path,
    tiny_model: Path,
    autochrome: Callable[..., Ran],
    cluster: Any,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)  # so that relative paths cross too
    for number in range(24):
        folder = Path("scans", "deep" if number % 2 else "")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(GREY).resize((400 + number, 300)).save(folder / f"{number:02}.png")
    Path("scans", "99.png").write_bytes(b"no picture")
    words = ["photo", "scans", "-o", "color", "--model", tiny_model]
    with one_node_killed(cluster, lambda: len(list(Path("color").rglob("*.png"))) > 2) as killed:
        there = autochrome(*words, "--on", "ray")
    assert killed
    assert there.code == 60
    assert "1 of 25 failed: scans/99.png" in there.err
    assert "24 done, 0 skipped, 1 failed" in there.err
    here = autochrome("photo", "scans", "-o", "local", "--model", tiny_model)
    assert here.code == 60
    assert contents(Path("color")) == contents(Path("local"))
    assert not [path for path in tmp_path.rglob(".*") if path.name.startswith(".shared")]
    Path("color", "deep", "03-color.png").unlink()
    again = autochrome(*words, "--skip-existing")
    assert "1 done, 23 skipped, 1 failed" in again.err
    assert contents(Path("color")) == contents(Path("local"))


def test_a_wrong_engine_and_streams_are_refused(tmp_path: Path, autochrome: Callable[..., Ran]):
    refused = autochrome("photo", tmp_path, "-o", tmp_path / "out", "--on", "slurm")
    assert (refused.code, refused.err) == (
        2,
        "autochrome: --on slurm: choose local, ray, or ray://HOST:PORT.\n",
    )
    refused = autochrome("photo", "-", "--on", "ray")
    assert refused.code == 2
    assert "--on ray is not for standard input and output" in refused.err


def test_a_film_is_coloured_by_runs_of_shots(
    tmp_path: Path, tiny_model: Path, autochrome: Callable[..., Ran], cluster: Any
):
    shots = [20] * 3
    source = film_of(tmp_path / "in.mkv", *shots, times=[10 * n for n in range(60)], sound="aac")
    words = ["film", source, "--codec", "ffv1", "--size", 64, "--model", tiny_model]
    there, here = tmp_path / "there.mkv", tmp_path / "here.mkv"
    parts = tmp_path / ".there.mkv.parts"
    with one_node_killed(cluster, lambda: any(parts.glob("unfinished*"))) as killed:
        ran = autochrome(*words, "-o", there, "--on", "ray")
    assert (ran.code, killed) == (0, ["one node"]), ran.err
    assert "60 frames, 3 shots" in ran.err
    assert autochrome(*words, "-o", here).code == 0
    assert packets(there, "audio") == packets(here, "audio")
    frames = zip(decoded(there), decoded(here), strict=True)
    assert all(np.array_equal(x, y) for a, b in frames for x, y in zip(a, b, strict=True))
    assert there.read_bytes() == here.read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_many_films_are_units_and_one_that_fails_is_named(
    tmp_path: Path, tiny_model: Path, autochrome: Callable[..., Ran], cluster: Any
):
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(7):
        film_of(folder / f"{number}.mkv", 4, 4)
    (folder / "broken.mkv").write_bytes(b"no film")
    words = ["film", folder, "--codec", "ffv1", "--size", 64, "--model", tiny_model]
    ran = autochrome(*words, "-o", tmp_path / "there/", "--on", "ray")
    assert ran.code == 60
    assert "1 of 8 failed" in ran.err
    assert "broken.mkv" in ran.err
    one = autochrome("film", folder / "3.mkv", *words[2:], "-o", tmp_path / "one.mkv")
    assert one.code == 0
    assert (tmp_path / "there" / "3-color.mkv").read_bytes() == (tmp_path / "one.mkv").read_bytes()
