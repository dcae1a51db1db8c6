"""`autochrome film` with numbered pictures."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import pyvips

from autochrome.errors import InputMissing, NothingFound, OutputExists, UsageError
from conftest import Ran
from filmmaking import decoded, make_film

Run = Callable[..., Ran]


@pytest.fixture
def film(autochrome: Run, tiny_model: Path) -> Run:
    """`autochrome film` with the tiny network."""
    words = ("--model", tiny_model, "--size", 64)
    return lambda *given: autochrome("film", *given, *words)


def write_scans(folder: Path, *words: object) -> Path:
    folder.mkdir()
    test = "testsrc2=size=96x64:rate=24:duration=0.5,format=gray"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", test, "-start_number", "86400"]
    subprocess.run([*command, *map(str, words), str(folder / "scan.%08d.png")], check=True)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_keeps_its_numbers(film: Run, tmp_path: Path):
    scans = write_scans(tmp_path / "reel")
    ran = film(scans)
    assert ran.code == 0, ran.err
    assert names(tmp_path / "reel-color") == names(scans)
    assert "12 frames" in ran.err
    assert "24 frames in a second are taken" in ran.err
    assert film(scans).code == OutputExists.exit_code
    assert film(scans, "--overwrite").code == 0


def test_patterns_in_and_out(film: Run, tmp_path: Path):
    scans = write_scans(tmp_path / "reel")
    (scans / "scan.00086404.png").unlink()
    ran = film(scans / "scan.%08d.png", "-o", tmp_path / "out/c.######.dpx", "--rate", "23.976")
    assert ran.code == 0, ran.err
    assert "1 picture is missing in the sequence: 86404" in ran.err
    assert len(names(tmp_path / "out")) == 11
    assert names(tmp_path / "out")[0] == "c.086400.dpx"
    ran = film(scans / "scan.####.png")
    assert ran.code == InputMissing.exit_code
    assert "the folder holds scan.%08d.png" in ran.err
    assert film(scans / "scan.########.png", "-o", f"{tmp_path}/more/").code == 0
    assert names(tmp_path / "more")[0] == "scan.00086400.png"


def test_a_film_becomes_pictures(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4")
    ran = film(source, "-o", tmp_path / "out/f.%04d.tif")
    assert ran.code == 0, ran.err
    assert names(tmp_path / "out") == [f"f.{number:04d}.tif" for number in range(12)]


def test_hints_and_previews_work_on_pictures(film: Run, tmp_path: Path):
    scans = write_scans(tmp_path / "reel")
    hints = tmp_path / "hints.json"
    rectangle = {"x": 0, "y": 0, "width": 1, "height": 1, "color": "#c83c28"}
    hints.write_text(json.dumps({"version": 1, "frames": [{"frame": 3, "rectangles": [rectangle]}]}))
    assert film(scans, "--hints", hints).code == 0
    red, _, blue = np.moveaxis(_pixels(tmp_path / "reel-color/scan.00086403.png"), -1, 0)
    assert (red.mean() - blue.mean()) > 10
    assert film(scans, "--preview", "-o", tmp_path / "look.jpg").code == 0


def _pixels(path: Path) -> np.ndarray:
    return pyvips.Image.new_from_file(str(path)).numpy().astype(float)


def test_words_that_do_not_fit(film: Run, tmp_path: Path):
    scans = write_scans(tmp_path / "reel")
    source = make_film(tmp_path / "a.mp4", sound=None)
    (tmp_path / "empty").mkdir()
    assert film(source, "--rate", 18).code == UsageError.exit_code
    assert film(scans, "--rate", "fast").code == UsageError.exit_code
    assert film(scans, "--proof", tmp_path / "p.json").code == UsageError.exit_code
    assert film(scans, source).code == UsageError.exit_code
    assert film(scans / "none.%04d.png").code == InputMissing.exit_code
    assert film(tmp_path / "empty", "-o", f"{tmp_path}/out/").code == NothingFound.exit_code
    assert decoded(source)
    assert names(tmp_path) == ["a.mp4", "empty", "reel"]
