"""`autochrome film --on ray`: the film of one machine, frame for frame, also when a node is killed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cluster_work import one_node_killed
from conftest import Ran
from film_inputs import film_of
from filmmaking import decoded, packets

pytestmark = pytest.mark.xdist_group("cluster")


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
