"""`autochrome photo --on ray`: the results of one machine, also when a node is killed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cluster_work import one_node_killed
from conftest import Ran
from pictures import GREY

pytestmark = pytest.mark.xdist_group("cluster")


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
