"""`autochrome plan` writes units for other schedulers, and `autochrome unit` does them: the results are the same."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from conftest import Ran
from film_inputs import film_of
from pictures import GREY


@pytest.fixture
def scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five pictures in two folders; two of them have one name, and two have one stem."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png", "b.bmp", "deep/a.png", "deep/c.png"):
        path = Path("scans", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(GREY).save(path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def run_slurm(script: Path, folder: Path) -> None:
    """Run a script once for each number of its array, as Slurm does. `autochrome` is this interpreter's."""
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    command = folder / "bin" / "autochrome"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m autochrome "$@"\n')
    command.chmod(0o755)
    array = next(line for line in script.read_text().splitlines() if line.startswith("#SBATCH --array="))
    last = int(array.rpartition("-")[2])
    environment = os.environ | {"PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    for number in range(last + 1):
        variables = environment | {"SLURM_ARRAY_TASK_ID": str(number)}
        ran = subprocess.run(["bash", script], env=variables, cwd="/", capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr


def check_openjd(template: Path) -> None:
    """The public command finds no fault in a template."""
    command = Path(sys.executable).with_name("openjd")
    ran = subprocess.run([command, "check", template], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_pictures_by_slurm_and_a_template(scans: Path, tiny_model: Path, autochrome: Callable[..., Ran]):
    words = ["photo", "scans", "--model", tiny_model, "--vivid", "1.2"]
    planned = autochrome("plan", "-o", "jobs", "--per-unit", 3, "--", *words, "-o", "color")
    assert planned.code == 0, planned.err
    names = {Path(line).name for line in planned.out.splitlines()}
    assert names == {"units.json", "openjd.json", "slurm.sh", "submit.sh"}
    assert not Path("color").exists()
    template = json.loads(Path("jobs", "openjd.json").read_text())
    number = template["steps"][0]["parameterSpace"]["taskParameterDefinitions"][0]
    assert number["range"] == "0-1"
    run_slurm(scans / "jobs" / "slurm.sh", scans)
    assert autochrome(*words, "-o", "here").code == 0
    assert contents(Path("color")) == contents(Path("here"))
    assert {"b.png-color.png", "b.bmp-color.png", "deep/a-color.png"} <= contents(Path("here")).keys()
    again = autochrome("unit", "jobs/units.json", 0)
    assert "0 done, 3 skipped, 0 failed" in again.err
    assert autochrome("unit", "jobs/units.json", 2).err == (
        "autochrome: jobs/units.json: there is no unit 2; they are numbered from 0 to 1.\n"
    )
    check_openjd(scans / "jobs" / "openjd.json")


def test_a_film_by_runs_of_shots_and_a_join(tmp_path: Path, tiny_model: Path, autochrome: Callable[..., Ran]):
    source = film_of(tmp_path / "in.mkv", 20, 20, times=[10 * n for n in range(40)], sound="aac")
    words = ["film", source, "--codec", "ffv1", "--size", 64, "--model", tiny_model]
    jobs, there, here = tmp_path / "jobs", tmp_path / "there.mkv", tmp_path / "here.mkv"
    planned = autochrome("plan", "-o", jobs, "--run", 5, "--", *words, "-o", there)
    assert planned.code == 0, planned.err
    assert (jobs / "slurm-join.sh").is_file()
    assert '--dependency="afterok:$array"' in (jobs / "submit.sh").read_text()
    units = json.loads((jobs / "units.json").read_text())
    assert [unit["run"][:2] for unit in units["units"]] == [[0, 20], [20, 40]]
    assert autochrome("unit", jobs / "units.json", 1).code == 0
    early = autochrome("unit", jobs / "units.json", 0, "--join")
    assert (early.code, there.exists()) == (53, False)
    assert "1 runs of shots are not coloured yet" in early.err
    assert autochrome("unit", jobs / "units.json", 0).code == 0
    joined = autochrome("unit", jobs / "units.json", 0, "--join")
    assert joined.code == 0, joined.err
    assert autochrome(*words, "-o", here).code == 0
    assert there.read_bytes() == here.read_bytes()
    assert not list(tmp_path.glob(".*"))
    check_openjd(jobs / "openjd.json")


def test_only_photo_and_film_are_planned(tmp_path: Path, autochrome: Callable[..., Ran]):
    refused = autochrome("plan", "-o", tmp_path, "--", "version")
    assert (refused.code, refused.err) == (2, "autochrome: version: only photo and film can be planned.\n")
    (tmp_path / "units.json").write_text("{}")
    assert "not a file of units" in autochrome("unit", tmp_path / "units.json", 0).err
    assert shutil.which("bash")
