"""The way of a film, with a tiny network: untouched light, its own colour for each shot, and nothing left behind."""

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autochrome.errors import UsageError
from autochrome.film.pipeline import colorize_film
from autochrome.film.report import FilmReport, Progress
from autochrome.hints.file import HintsFile
from autochrome.media.films import open_film
from autochrome.model import open_model
from autochrome.options import FilmOptions
from autochrome.types import Luma
from film_inputs import (
    LOSSLESS,
    SCENES,
    FakeNetwork,
    film_of,
    one_color,
    our_threads,
    rectangle_on,
    y_planes,
)
from filmmaking import decoded, make_film, packets, shown


@pytest.mark.parametrize("kind", ["yuv420p", "yuv422p10le", "gray"])
@pytest.mark.parametrize("method", ["tint", "frames"])
def test_light_and_times_and_sound_go_through(tmp_path: Path, tiny_model: Path, kind: str, method: str):
    source = make_film(
        tmp_path / "in.mkv", codec="ffv1", kind=kind, size=(47, 63), times=[3, 43, 83, 200, 240]
    )
    options = LOSSLESS.model_copy(update={"method": method})
    report = colorize_film(source, tmp_path / "out.mkv", model=tiny_model, options=options)
    assert report.frames == 5
    assert shown(tmp_path / "out.mkv") == shown(source)
    assert packets(tmp_path / "out.mkv", "audio") == packets(source, "audio")
    for old, new in zip(decoded(source), decoded(tmp_path / "out.mkv"), strict=True):
        assert np.array_equal(old[0], new[0])
        assert np.ptp(new[1]) > 3, "it should have colour"
    assert our_threads() == 0


def test_each_shot_has_its_own_memory(tmp_path: Path, tiny_model: Path):
    """The frames after a cut are the same whatever came before it."""
    model = open_model(tiny_model)
    options = LOSSLESS.model_copy(update={"cuts": "auto"})
    both = film_of(tmp_path / "both.mkv", 14, 14)
    report = colorize_film(both, tmp_path / "a.mkv", model=model, options=options)
    assert [(shot.first, shot.frames) for shot in report.shots] == [(0, 14), (14, 14)]
    alone = make_film(
        tmp_path / "second.mkv",
        codec="ffv1",
        size=(64, 96),
        times=range(14),
        lights=y_planes(14, 14)[14:],
        sound=None,
    )
    colorize_film(alone, tmp_path / "b.mkv", model=model, options=LOSSLESS)
    for after_cut, by_itself in zip(
        decoded(tmp_path / "a.mkv")[14:], decoded(tmp_path / "b.mkv"), strict=True
    ):
        assert all(np.array_equal(x, y) for x, y in zip(after_cut, by_itself, strict=True))


def test_cuts_may_be_given(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 20)
    report = colorize_film(source, tmp_path / "out.mkv", model=tiny_model, options=LOSSLESS, cuts=[5, 12])
    assert [(number, shot.first, shot.frames) for number, shot in enumerate(report.shots)] == [
        (0, 0, 5),
        (1, 5, 7),
        (2, 12, 8),
    ]


def test_inside_a_shot_the_network_looks_now_and_then_and_alone_otherwise(tmp_path: Path):
    source = film_of(tmp_path / "in.mkv", 24)
    for method, looks in {"tint": 2, "frames": 24}.items():
        network = FakeNetwork(one_color(20, 10))
        options = LOSSLESS.model_copy(update={"method": method})
        colorize_film(source, tmp_path / "out.mkv", model=network, options=options, overwrite=True)
        assert len(network.inputs) == looks


def test_a_flickering_network_makes_a_steady_film(tmp_path: Path):
    def say(luma: Luma, count: int) -> np.ndarray:
        return np.broadcast_to((20 + 8 * (-1) ** count, -20), (16, 24, 2))

    def flicker(method: str) -> float:
        options = LOSSLESS.model_copy(update={"method": method})
        colorize_film(source, tmp_path / "out.mkv", model=FakeNetwork(say), options=options, overwrite=True)
        red = [planes[2].astype(float) for planes in decoded(tmp_path / "out.mkv")]
        return float(np.mean([np.abs(a - b).mean() for a, b in pairwise(red[8:])]))

    source = film_of(tmp_path / "in.mkv", 40)
    assert flicker("tint") < 0.25 * flicker("frames")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_network_sees_the_picture_upright(tmp_path: Path, turn: int):
    """Bright at the stored picture's left edge; red where the network saw the bright edge."""
    light = np.full((32, 48), 60, np.uint8)
    light[:, :16] = 200

    def say(luma: Luma, count: int) -> np.ndarray:
        return np.dstack((np.where(luma > 50, 30, -30), luma * 0))

    network = FakeNetwork(say)
    source = make_film(
        tmp_path / "in.mp4",
        size=light.shape,
        lights=[light] * 3,
        times=range(3),
        sound=None,
        turn=turn,
        options={"crf": "0"},
    )
    colorize_film(source, tmp_path / "out.mkv", model=network, options=LOSSLESS)
    with open_film(source) as film:
        assert film.facts.turn == turn
    luma = network.inputs[0]
    assert luma.shape == ((32, 48) if turn % 180 == 0 else (48, 32))
    edge = {0: luma[:, :16], 90: luma[-16:], 180: luma[:, -16:], 270: luma[:16]}[turn]
    assert edge.min() > 50
    red = decoded(tmp_path / "out.mkv")[0][2]
    assert red[:, :6].mean() > 135
    assert red[:, 10:].mean() < 121


def test_black_and_white_frames_stay_neutral(tmp_path: Path):
    frames = [np.full((64, 96), code, np.uint8) for code in (16, 235, 120)]
    source = make_film(
        tmp_path / "in.mkv",
        codec="ffv1",
        size=(64, 96),
        lights=frames,
        times=range(3),
        sound=None,
    )
    options = LOSSLESS.model_copy(update={"method": "frames"})
    colorize_film(source, tmp_path / "out.mkv", model=FakeNetwork(one_color(60, -60)), options=options)
    for planes in decoded(tmp_path / "out.mkv"):
        assert (planes[1] == 128).all()
        assert (planes[2] == 128).all()


@pytest.mark.parametrize("kind", ["yuv420p", "yuv444p10le"])
def test_the_mark_is_colour_alone(tmp_path: Path, kind: str):
    source = film_of(tmp_path / "in.mkv", 3, kind=kind, lights=None)
    options = LOSSLESS.model_copy(update={"mark": True})
    colorize_film(source, tmp_path / "out.mkv", model=FakeNetwork(one_color(0, 0)), options=options)
    middle = 512 if "10" in kind else 128
    for old, new in zip(decoded(source), decoded(tmp_path / "out.mkv"), strict=True):
        assert np.array_equal(old[0], new[0])
        for plane in new[1:]:
            height, width = plane.shape
            assert (plane[: height * 3 // 4] == middle).all()
            assert (plane[:, : width * 3 // 4] == middle).all()
            assert np.ptp(plane[height * 3 // 4 :, width * 3 // 4 :]) > 0.2 * middle


def test_progress_and_report(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 12, times=[40 * n for n in range(12)])
    reported: list[Progress] = []
    report = colorize_film(
        source, tmp_path / "out.mkv", model=tiny_model, options=LOSSLESS, cuts=[6], progress=reported.append
    )
    assert [p.frame for p in reported] == list(range(1, 13))
    assert [p.shot for p in reported] == [0] * 6 + [1] * 6
    assert isinstance(report, FilmReport)
    assert report.seconds > 0
    assert all(0 <= shot.confidence <= 1 for shot in report.shots)
    assert report.doubtful(below=1.01) == report.shots
    assert report.doubtful(below=0.0) == []


def test_an_error_in_the_network_reaches_the_caller_and_leaves_nothing(tmp_path: Path):
    def say(luma: Luma, count: int) -> np.ndarray:
        if count > 2:
            raise RuntimeError("mine")
        return np.zeros((8, 8, 2))

    source = film_of(tmp_path / "in.mkv", 40)
    with pytest.raises(RuntimeError, match="mine"):
        colorize_film(source, tmp_path / "out.mkv", model=FakeNetwork(say), options=LOSSLESS)
    assert {path.name for path in tmp_path.iterdir()} == {"in.mkv"}
    assert our_threads() == 0


def test_an_interruption_stops_every_thread(tmp_path: Path):
    def stop(progress: Progress) -> None:
        if progress.frame == 7:
            raise KeyboardInterrupt

    source = film_of(tmp_path / "in.mkv", 40)
    with pytest.raises(KeyboardInterrupt):
        colorize_film(
            source, tmp_path / "out.mkv", model=FakeNetwork(one_color(9, 9)), options=LOSSLESS, progress=stop
        )
    assert our_threads() == 0
    assert {path.name for path in tmp_path.iterdir()} == {"in.mkv"}


def test_unknown_cuts_are_said_at_once(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 2)
    with pytest.raises(UsageError, match="nonsense"):
        colorize_film(source, tmp_path / "out.mkv", model=tiny_model, options=FilmOptions(cuts="nonsense"))
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]


def test_memory_does_not_grow_with_length(tmp_path: Path, tiny_model: Path):
    """Two minutes, then twenty, in shots of ten seconds: the same peak."""
    code = (
        "import resource, sys\n"
        "from autochrome.film.pipeline import colorize_film\n"
        "from autochrome.options import FilmOptions\n"
        "options = FilmOptions(preset='ultrafast', size=64)\n"
        "for source in sys.argv[1:]:\n"
        f"    report = colorize_film(source, source + '.mp4', model={str(tiny_model)!r}, options=options)\n"
        "    print(len(report.shots), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    sources = []
    for minutes in (2, 20):
        frames = [np.roll(SCENES[shot % 3], n, 1) for shot in range(minutes * 6) for n in range(8)]
        sources.append(
            make_film(
                tmp_path / f"{minutes}.mkv",
                size=(64, 96),
                times=range(0, 31 * len(frames), 31),
                lights=frames,
                sound=None,
                options={"preset": "ultrafast"},
            )
        )
    done = subprocess.run([sys.executable, "-c", code, *sources], capture_output=True, text=True, check=True)
    (few, short), (many, long) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (few, many) == (12, 120)
    assert long < 1.1 * short


# — corrections, stretches, interruptions —


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".avi", ".ts"])
def test_a_stretch_of_a_film(tmp_path: Path, tiny_model: Path, suffix: str):
    source = make_film(
        tmp_path / f"in{suffix}",
        codec="libx264",
        times=range(100),
        size=(64, 96),
        lights=[np.clip(SCENES[0].astype(int) - n, 0, 255).astype(np.uint8) for n in range(100)],
        options={"g": "10", "preset": "medium"},
        chapters=suffix == ".mkv",
    )
    with open_film(source) as film:
        whole = {frame.index: (frame.pts, frame.time, frame.y_plane.copy()) for frame in film}
    start, end = whole[23][1], whole[65][1]  # frame 23 is in the middle of its group
    with open_film(source, start=start, end=end) as film:
        assert film.first == (23 if film.index() else 0)
        found = list(film)
    assert [frame.index for frame in found] == list(range(23, 65))
    for frame in found:
        pts, time, light = whole[frame.index]
        assert (frame.pts, frame.time) == (pts, time)
        assert np.array_equal(frame.y_plane, light)
    options = FilmOptions(size=64, start=start, end=end, cuts="none", crf=0, preset="ultrafast")
    report = colorize_film(source, tmp_path / "out.mp4", model=tiny_model, options=options)
    assert report.frames == 42
    assert abs(float(shown(tmp_path / "out.mp4")[0])) < 1e-3
    assert abs(float(shown(tmp_path / "out.mp4")[-1]) - 41 / 25) < 2e-3
    made = decoded(tmp_path / "out.mp4")
    assert np.array_equal(made[0][0], whole[23][2])
    times, sound = zip(*packets(tmp_path / "out.mp4", "audio"), strict=True)
    assert 0 <= times[0] < 0.05
    assert times[-1] < 1.68
    assert (
        set(sound) <= {data for _, data in packets(source, "audio")} or suffix == ".ts"
    )  # ADTS heads come off


def test_a_stretch_where_nothing_is(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 6)
    with pytest.raises(UsageError, match="no frame"):
        colorize_film(
            source,
            tmp_path / "out.mkv",
            model=tiny_model,
            options=LOSSLESS.model_copy(update={"start": 9.0}),
        )
    assert {path.name for path in tmp_path.iterdir()} == {"in.mkv"}


def test_numbers_of_frames_are_those_of_the_whole_film(tmp_path: Path, tiny_model: Path):
    source = film_of(
        tmp_path / "in.mkv", 14, 14, 14, times=[40 * n for n in range(42)], base=Fraction(1, 1000)
    )
    hints = HintsFile.model_validate(
        {"version": 1, "frames": [rectangle_on(20, "#c83c28"), rectangle_on(2, "#2850c8")]}
    )
    settings: dict[str, Any] = {"model": tiny_model, "hints": hints, "cuts": [14, 28]}
    colorize_film(source, tmp_path / "whole.mkv", options=LOSSLESS, **settings)
    stretch = LOSSLESS.model_copy(update={"start": 14 * 0.04, "end": 28 * 0.04})
    report = colorize_film(source, tmp_path / "shot.mkv", options=stretch, **settings)
    assert [(shot.first, shot.frames) for shot in report.shots] == [(14, 14)]
    for one, other in zip(
        decoded(tmp_path / "whole.mkv")[14:28], decoded(tmp_path / "shot.mkv"), strict=True
    ):
        assert all(np.array_equal(x, y) for x, y in zip(one, other, strict=True))


# — what happens inside a shot —


def color_of(path: Path) -> np.ndarray:
    """(frames, 2): the mean Cb and Cr, from grey."""
    return np.array([[plane.astype(float).mean() - 128 for plane in planes[1:]] for planes in decoded(path)])


def test_a_flash_tears_no_colour(tmp_path: Path):
    """Two frames almost white in the middle of a shot: no cut, and the colour after them is that of before."""
    frames = [SCENES[0]] * 40
    frames[20:22] = [np.clip(SCENES[0].astype(int) + 140, 0, 255).astype(np.uint8)] * 2

    def say(luma: Luma, count: int) -> np.ndarray:
        return np.broadcast_to((0, 0) if luma.mean() > 85 else (25, -25), (16, 24, 2))

    source = film_of(tmp_path / "in.mkv", 40, lights=frames, times=range(40))
    options = LOSSLESS.model_copy(update={"cuts": "auto"})
    report = colorize_film(source, tmp_path / "out.mkv", model=FakeNetwork(say), options=options)
    assert len(report.shots) == 1
    colors = color_of(tmp_path / "out.mkv")
    assert np.abs(colors[24:] - colors[10]).max() < 3


def test_a_dissolve_goes_from_one_colour_to_the_other(tmp_path: Path):
    """Over sixteen frames from red to blue: never a third colour, and nothing hangs on afterwards."""
    shares = np.concatenate((np.zeros(12), np.linspace(0, 1, 18)[1:-1], np.ones(30)))
    one, other = (scene.astype(float) for scene in SCENES[:2])
    frames = [((1 - share) * one + share * other).astype(np.uint8) for share in shares]
    likeness = [scene - scene.mean() for scene in (one, other)]

    def say(luma: Luma, count: int) -> np.ndarray:
        near = [float((np.kron(luma, np.ones((1, 1))) * like).mean()) for like in likeness]
        share = np.clip(near[1] / max(sum(near), 1e-6), 0, 1)
        return np.broadcast_to(((1 - share) * 35, -35 * share), (16, 24, 2))

    source = film_of(tmp_path / "in.mkv", 60, lights=frames, times=range(len(frames)))
    options = LOSSLESS.model_copy(update={"cuts": "auto"})
    colorize_film(source, tmp_path / "out.mkv", model=FakeNetwork(say), options=options)
    colors = color_of(tmp_path / "out.mkv")
    start, end = colors[8], colors[-1]
    assert start[1] > 8
    assert end[0] > 8
    assert end[1] < 3
    along = (colors - start) @ (end - start) / ((end - start) @ (end - start))
    off = np.abs(colors - start - along[:, None] * (end - start)).max(axis=1)
    assert off.max() < 4
    assert np.abs(np.diff(along)).max() < 0.15
