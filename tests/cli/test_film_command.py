"""`autochrome film`, from words to files."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import pyvips

from autochrome.errors import (
    BatchIncomplete,
    FinishedWithLosses,
    HintsError,
    NotAFilm,
    OutputExists,
    OutputNotWritable,
    SameFile,
    UsageError,
)
from conftest import Ran
from ffmpeg_tools import make_foreign
from filmmaking import decoded, make_film, shown

Run = Callable[..., Ran]


@pytest.fixture
def film(autochrome: Run, tiny_model: Path) -> Run:
    """`autochrome film` with the tiny network."""
    return lambda *words: autochrome("film", *words, "--model", tiny_model, "--preset", "ultrafast")


def test_several_inputs_are_no_film(film: Run, tmp_path: Path):
    pictures = [tmp_path / f"{n}.jpg" for n in range(3)]
    ran = film(*pictures, "-o", tmp_path / "seq.mp4")
    assert ran.code == 2
    assert "seq.mp4: 3 inputs become several results, not one file; name a folder" in ran.err
    assert not list(tmp_path.iterdir())


def test_one_film(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4")
    ran = film(source, "-o", tmp_path / "b.mkv", "--size", 64)
    assert ran.code == 0
    assert ran.out == ""
    assert "b.mkv" in ran.err
    assert "12 frames, 1 shot," in ran.err
    assert len(shown(tmp_path / "b.mkv")) == 12


def test_a_codec_brings_its_container(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4", sound=None)
    assert film(source, "--codec", "ffv1").code == 0
    assert (decoded(tmp_path / "a-color.mkv")[3][0] == decoded(source)[3][0]).all()


def test_a_folder_with_a_broken_film(film: Run, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    make_film(folder / "good.avi", sound=None)
    (folder / "bad.mp4").write_bytes(b"nothing" * 500)
    ran = film(folder, "-o", tmp_path / "out")
    assert ran.code == BatchIncomplete.exit_code
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"good-color.mp4"}
    assert "bad.mp4" in ran.err
    assert film(folder / "bad.mp4", "-o", tmp_path / "x.mp4").code == NotAFilm.exit_code


def test_words_for_programs(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4", sound=None)
    lines = [json.loads(line) for line in film(source, "-o", tmp_path / "b.mp4", "--json").out.splitlines()]
    assert [line["event"] for line in lines] == ["file", "summary"]
    assert lines[0]["status"] == "done"


def test_words_that_contradict(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4", sound=None)
    assert film(source, "-o", source).code == SameFile.exit_code
    assert film(source, "--overwrite", "--skip-existing").code == UsageError.exit_code
    assert film(source, "-o", tmp_path / "b.webm", "--codec", "h264").code == UsageError.exit_code
    assert film(source, "--cuts", "nonsense").code == UsageError.exit_code
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4"}


def test_cuts_from_a_file(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4", sound=None)
    (tmp_path / "shots.json").write_text('{"version": 1, "shots": [{"first": 0}, {"first": 5}]}')
    ran = film(source, "-o", tmp_path / "b.mp4", "--cuts", tmp_path / "shots.json")
    assert "12 frames, 2 shots" in ran.err
    (tmp_path / "shots.json").write_text('{"shots": 7}')
    assert (
        film(source, "-o", tmp_path / "c.mp4", "--cuts", tmp_path / "shots.json").code == UsageError.exit_code
    )


def test_a_list_of_shots_comes_and_goes_back(autochrome: Run, film: Run, tmp_path: Path):
    from film_inputs import film_of

    source = film_of(tmp_path / "a.mkv", 14, 16)
    ran = autochrome("shots", source, "-o", tmp_path / "shots.json")
    assert ran.code == 0
    assert "2 shots" in ran.err
    written = json.loads((tmp_path / "shots.json").read_text())
    assert [shot["first"] for shot in written["shots"]] == [0, 14]
    assert (tmp_path / "shots.jpg").stat().st_size > 2000
    assert autochrome("shots", source, "-o", tmp_path / "shots.json").code == OutputExists.exit_code
    ran = film(source, "-o", tmp_path / "b.mkv", "--cuts", tmp_path / "shots.json")
    assert "30 frames, 2 shots" in ran.err


def test_a_preview_is_one_picture(film: Run, tmp_path: Path):
    from film_inputs import film_of

    source = film_of(tmp_path / "a.mkv", 5, 5, 5)
    assert film(source, "--preview", "-o", tmp_path / "look.png").code == 0
    pixels = pyvips.Image.new_from_file(str(tmp_path / "look.png")).numpy()
    assert pixels.shape == (160 + 24, 3 * 246, 3)
    assert np.ptp(pixels, axis=-1).max() > 10, "it should have colour"
    assert film(source, "--preview", "-o", tmp_path / "look.png").code == OutputExists.exit_code
    assert film(tmp_path, "--preview", "-o", tmp_path / "more.png").code == UsageError.exit_code
    assert film(source, "--preview", "-o", tmp_path / "look.txt").code == OutputNotWritable.exit_code


def test_side_by_side(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4", sound=None)
    assert film(source, "-o", tmp_path / "b.mkv", "--compare", "--compare-gif").code == 0
    assert len(shown(tmp_path / "b-compare.mp4")) == 12
    assert (tmp_path / "b-compare.gif").stat().st_size > 1000
    assert film(source, "-o", tmp_path / "c.mkv", "--start", 0.2, "--end", 0.4).code == 0
    assert len(shown(tmp_path / "c.mkv")) == 5
    (tmp_path / "b.mkv").unlink()
    assert film(source, "-o", tmp_path / "b.mkv", "--compare").code == OutputExists.exit_code


def test_other_hints_keep_what_they_do_not_touch(film: Run, tmp_path: Path):
    from film_inputs import film_of

    source = film_of(tmp_path / "a.mkv", 14, 14)
    hints = tmp_path / "hints.json"
    point = {"x": 0.5, "y": 0.5, "color": "#c83c28", "radius": 0.2}
    hints.write_text(json.dumps({"version": 1, "frames": [{"frame": 20, "points": [point]}]}))
    words = (source, "-o", tmp_path / "b.mkv")
    assert film(*words).code == 0
    assert "28 frames (28 of them kept)" in film(*words, "--overwrite").err
    assert "kept" not in film(*words, "--overwrite", "--restart").err
    assert "28 frames, 2 shots" in film(*words, "--overwrite", "--hints", hints).err
    hints.write_text('{"version": 1, "colour": 7}')
    assert film(*words, "--overwrite", "--hints", hints).code == HintsError.exit_code


def test_the_first_interruption_waits_and_the_second_does_not(tmp_path: Path, tiny_model: Path):
    from film_inputs import film_of

    source = film_of(tmp_path / "a.mkv", 400, lights=None, times=range(400))
    words = [sys.executable, "-m", "autochrome", "film", source, "-o", tmp_path / "b.mkv"]
    words += ["--model", tiny_model, "--cuts", "none", "--preset", "veryslow", "--codec", "h264"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while not (tmp_path / ".b.mkv.parts").is_dir() and running.poll() is None:
            time.sleep(0.05)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        assert "Ctrl-C again" in (running.stderr.readline() + running.stderr.readline())
        running.send_signal(signal.SIGINT)
        output = running.stderr.read()
    assert running.returncode == 130
    assert "goes on where the last part ended" in output
    assert {path.name for path in tmp_path.iterdir()} == {"a.mkv"}


def test_the_container_is_chosen(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4", sound=None)
    assert film(source, "--container", "mkv").code == 0
    assert len(shown(tmp_path / "a-color.mkv")) == 12
    assert film(source, "-o", tmp_path / "b.mp4", "--container", "mkv").code == UsageError.exit_code
    assert film(source, "--container", "avi").code == UsageError.exit_code


def test_a_film_that_was_cut_short_is_finished_with_losses(film: Run, tmp_path: Path):
    whole = make_film(tmp_path / "whole.mkv", codec="ffv1", times=[40 * n for n in range(12)])
    data = whole.read_bytes()
    (tmp_path / "cut.mkv").write_bytes(data[: len(data) // 2])
    ran = film(tmp_path / "cut.mkv", "-o", tmp_path / "out.mkv", "--json")
    assert ran.code == FinishedWithLosses.exit_code
    assert 0 < len(shown(tmp_path / "out.mkv")) < 12
    line = json.loads(ran.out.splitlines()[0])
    assert line["status"] == "done"
    assert any("cut short" in loss for loss in line["losses"])
    assert "cut short" in ran.err
    assert film(whole, "-o", tmp_path / "good.mkv").code == 0


def test_matroska_is_chosen_if_mp4_cannot_hold_the_sound(film: Run, tmp_path: Path):
    """Unless the user names a container: then the loss is an exit code."""
    source = make_foreign(tmp_path / "a.wmv", "-c:v", "wmv2", "-c:a", "wmav2", seconds=0.4)
    assert film(source).code == 0
    assert (tmp_path / "a-color.mkv").is_file()
    ran = film(source, "-o", tmp_path / "b.mp4")
    assert ran.code == FinishedWithLosses.exit_code
    assert "sound, wmav2" in ran.err
    assert film(source, "--name", "{stem}-c.mp4").code == FinishedWithLosses.exit_code
    assert (tmp_path / "a-c.mp4").is_file()


@pytest.mark.parametrize(("size", "codec"), [((8, 8), "h264"), ((2, 2), "ffv1"), ((4, 64), "ffv1")])
def test_a_film_of_few_pixels(film: Run, tmp_path: Path, size: tuple[int, int], codec: str):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", size=size, sound=None)
    ran = film(source, "-o", tmp_path / "out.mkv", "--codec", codec)
    assert ran.code == 0
    assert len(shown(tmp_path / "out.mkv")) == 12


def test_what_an_encoder_cannot_do_is_said_before_the_work(film: Run, tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", size=(8, 8), sound=None)
    ran = film(source, "-o", tmp_path / "out.mkv", "--codec", "hevc")
    assert ran.code == OutputNotWritable.exit_code
    assert "libx265 cannot encode frames of 8×8 pixels" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]
