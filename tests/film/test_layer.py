"""Colour as a layer: taken off and put back, the result is what direct colouring makes."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autochrome.errors import OutputExists, UsageError
from autochrome.film.merge import merge_layer
from autochrome.film.pipeline import colorize_film
from autochrome.media.films import ImageSequence
from autochrome.media.films.layer import read_layer_facts
from autochrome.options import FilmOptions
from conftest import Ran
from film_inputs import film_of
from filmmaking import decoded, make_film, packets, shown

Run = Callable[..., Ran]


@pytest.fixture
def color(tiny_model: Path) -> Callable[..., object]:
    def run(source: object, target: Path, options: FilmOptions, **more: object) -> object:
        return colorize_film(source, target, model=tiny_model, options=options, **more)

    return run


@pytest.mark.parametrize("kind", ["yuv420p", "yuv422p10le"])
def test_original_and_layer_make_the_coloured_film(color, tmp_path: Path, kind: str):
    source = make_film(tmp_path / "a.mkv", codec="ffv1", kind=kind, metadata={"title": "Reel"})
    before = source.read_bytes()
    options = FilmOptions(codec="ffv1", size=64)
    color(source, tmp_path / "direct.mkv", options)
    color(source, tmp_path / "layer.mkv", options, layer=True)
    merge_layer(source, tmp_path / "layer.mkv", tmp_path / "merged.mkv", options=options)
    for direct, merged, original in zip(
        decoded(tmp_path / "direct.mkv"), decoded(tmp_path / "merged.mkv"), decoded(source), strict=True
    ):
        assert all((a == b).all() for a, b in zip(direct, merged, strict=True))
        assert (merged[0] == original[0]).all()
    assert shown(tmp_path / "merged.mkv") == shown(source)
    assert packets(tmp_path / "merged.mkv", "audio") == packets(tmp_path / "direct.mkv", "audio")
    assert source.read_bytes() == before


def test_a_layer_holds_colour_alone(color, tmp_path: Path):
    source = make_film(tmp_path / "a.mkv", codec="ffv1")
    color(source, tmp_path / "layer.mkv", FilmOptions(size=64), layer=True)
    for y, cb, cr in decoded(tmp_path / "layer.mkv"):
        assert (y == 128).all()
        assert np.ptp(cb) + np.ptp(cr) > 0
    words = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0"]
    probed = subprocess.run([*words, tmp_path / "layer.mkv"], check=True, capture_output=True, text=True)
    assert probed.stdout.split() == ["ffv1"]


def test_a_lossy_film_is_the_same_packet_by_packet(color, tmp_path: Path):
    source = film_of(tmp_path / "a.mkv", 14, 16)
    options = FilmOptions(size=64, preset="ultrafast")
    color(source, tmp_path / "direct.mp4", options)
    color(source, tmp_path / "layer.mkv", options, layer=True)
    assert read_layer_facts(tmp_path / "layer.mkv").firsts == (0, 14)
    merge_layer(source, tmp_path / "layer.mkv", tmp_path / "merged.mp4", options=options)
    assert packets(tmp_path / "merged.mp4", "video") == packets(tmp_path / "direct.mp4", "video")


def test_sections_and_numbered_pictures(color, tmp_path: Path):
    (tmp_path / "in").mkdir()
    test = "testsrc2=size=96x64:rate=24:duration=0.3,format=gray16le"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", test, tmp_path / "in/a.%04d.png"]
    subprocess.run(command, check=True)
    scans, options = ImageSequence(tmp_path / "in"), FilmOptions(size=64, start=0.1)
    color(scans, tmp_path / "direct/a.%04d.png", options)
    color(scans, tmp_path / "layer.mkv", options, layer=True)
    merge_layer(scans, tmp_path / "layer.mkv", tmp_path / "merged/a.%04d.png")
    direct = sorted((tmp_path / "direct").iterdir())
    assert len(direct) == 5
    for path in direct:
        assert path.read_bytes() == (tmp_path / "merged" / path.name).read_bytes()


def test_pictures_become_a_film_with_sound(color, tmp_path: Path):
    (tmp_path / "in").mkdir()
    test = "testsrc2=size=96x64:rate=24:duration=0.5,format=gray16le"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", test, tmp_path / "in/a.%04d.tif"]
    subprocess.run(command, check=True)
    make_film(tmp_path / "sound.mp4")
    scans = ImageSequence(tmp_path / "in", sound=tmp_path / "sound.mp4")
    color(scans, tmp_path / "reel.mkv", FilmOptions(codec="ffv1", size=64))
    raw = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray16le", "-"]
    before, after = (
        subprocess.run(["ffmpeg", "-v", "error", *words, *raw], check=True, capture_output=True).stdout
        for words in (
            ["-i", tmp_path / "in/a.%04d.tif"],
            ["-i", tmp_path / "reel.mkv", "-vf", "extractplanes=y"],
        )
    )
    assert len(before) == 12 * 96 * 64 * 2
    assert before == after
    assert [data for _, data in packets(tmp_path / "reel.mkv", "audio")] == [
        data for _, data in packets(tmp_path / "sound.mp4", "audio")
    ]
    color(ImageSequence(tmp_path / "in"), tmp_path / "silent.mp4", FilmOptions(size=64))
    assert packets(tmp_path / "silent.mp4", "audio") == []


def test_the_decisions_are_written(color, tmp_path: Path):
    source = film_of(tmp_path / "a.mkv", 14, 16)
    hints = tmp_path / "hints.json"
    point = {"x": 0.5, "y": 0.5, "color": "#c83c28", "radius": 0.2}
    hints.write_text(json.dumps({"version": 1, "frames": [{"frame": 20, "points": [point]}]}))
    color(source, tmp_path / "layer.mkv", FilmOptions(size=64), layer=True, hints=hints)
    written = json.loads((tmp_path / "layer.json").read_text())
    assert [(shot["first"], shot["frames"]) for shot in written["shots"]] == [(0, 14), (14, 16)]
    assert written["hints"]["frames"][0]["points"][0]["color"] == "#c83c28"
    assert written["network"]["name"] == "tiny"
    assert written["luma"] == read_layer_facts(tmp_path / "layer.mkv").luma
    assert {"av", "numpy"} <= written["libraries"].keys()


def test_a_layer_of_another_film_is_refused(color, tmp_path: Path):
    source = film_of(tmp_path / "a.mkv", 12)
    color(source, tmp_path / "layer.mkv", FilmOptions(size=64), layer=True)
    other = film_of(tmp_path / "b.mkv", 0, 12)
    with pytest.raises(UsageError, match="another film"):
        merge_layer(other, tmp_path / "layer.mkv", tmp_path / "merged.mkv", options=FilmOptions(codec="ffv1"))
    shorter = film_of(tmp_path / "c.mkv", 11)
    with pytest.raises(UsageError, match="another film"):
        merge_layer(shorter, tmp_path / "layer.mkv", tmp_path / "merged.mkv")
    with pytest.raises(UsageError, match="no layer"):
        merge_layer(source, source, tmp_path / "merged.mkv")
    assert not (tmp_path / "merged.mkv").exists()


def test_the_command_line(autochrome: Run, tiny_model: Path, tmp_path: Path):
    source = make_film(tmp_path / "a.mp4")
    words = ("--model", tiny_model, "--size", 64)
    ran = autochrome("film", source, "--layer", *words)
    assert ran.code == 0, ran.err
    assert "the decisions are in" in ran.err
    ran = autochrome("merge", source, tmp_path / "a-layer.mkv", "-o", tmp_path / "m.mkv", "--codec", "ffv1")
    assert ran.code == 0, ran.err
    assert len(shown(tmp_path / "m.mkv")) == 12
    again = ("merge", source, tmp_path / "a-layer.mkv", "-o", tmp_path / "m.mkv")
    assert autochrome(*again).code == OutputExists.exit_code
    assert autochrome(*again, "--overwrite", "--codec", "none").code == UsageError.exit_code
    assert (
        autochrome("film", source, "--layer", "-o", tmp_path / "x.mp4", *words).code == UsageError.exit_code
    )
