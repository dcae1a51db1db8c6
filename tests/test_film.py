"""The way of a film, with a tiny network: untouched light, its own colour for each shot, and nothing left behind."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autochrome.errors import UsageError
from autochrome.film import FilmReport, Progress, colorize_film
from autochrome.media.films import open_film
from autochrome.model import Card, open_model
from autochrome.options import FilmOptions
from autochrome.planes import Hints, Luma, Painted, Prepared
from filmmaking import decoded, make_film, packets, shown
from test_motion import texture
from tiny import tint_card

LOSSLESS = FilmOptions(codec="ffv1", size=64, cuts="none")
SCENES = [texture(64, 96, seed) for seed in (1, 2, 3)]


@dataclass
class Painter:
    """A network that we can look into: colour by what `say` makes of the picture it is shown."""

    say: Any
    seen: list[Luma] = field(default_factory=list)
    card: Card = field(default_factory=tint_card)

    def prepare(self, luma: Luma) -> Prepared:
        self.seen.append(luma)
        return Prepared(luma, None)

    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Painted:
        return Painted(self.say(prepared.luma, len(self.seen)).astype(np.float32))


def one_color(a: float, b: float) -> Any:
    return lambda luma, count: np.broadcast_to((a, b), (16, 16, 2))


def lights(*lengths: int) -> list[np.ndarray]:
    """Frames of one scene after another, a little darker from frame to frame so that none is like the next."""
    rows = zip(SCENES, lengths, strict=False)
    return [np.clip(scene.astype(int) - n, 0, 255).astype(np.uint8) for scene, k in rows for n in range(k)]


def film_of(path: Path, *lengths: int, **more: Any) -> Path:
    frames = lights(*lengths)
    settings = {
        "codec": "ffv1",
        "size": (64, 96),
        "times": range(len(frames)),
        "lights": frames,
        "sound": None,
    }
    return make_film(path, **{**settings, **more})


def threads() -> int:
    return sum(thread.name.startswith("autochrome") for thread in threading.enumerate())


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
    assert threads() == 0


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
        lights=lights(14, 14)[14:],
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
    assert [(shot.number, shot.first, shot.frames) for shot in report.shots] == [
        (0, 0, 5),
        (1, 5, 7),
        (2, 12, 8),
    ]


def test_inside_a_shot_the_network_looks_now_and_then_and_alone_otherwise(tmp_path: Path):
    source = film_of(tmp_path / "in.mkv", 24)
    for method, looks in {"tint": 4, "frames": 24}.items():
        painter = Painter(one_color(20, 10))
        options = LOSSLESS.model_copy(update={"method": method})
        colorize_film(source, tmp_path / "out.mkv", model=painter, options=options, overwrite=True)
        assert len(painter.seen) == looks


def test_a_flickering_network_makes_a_steady_film(tmp_path: Path):
    def say(luma: Luma, count: int) -> np.ndarray:
        return np.broadcast_to((20 + 8 * (-1) ** count, -20), (16, 24, 2))

    def flicker(method: str) -> float:
        options = LOSSLESS.model_copy(update={"method": method})
        colorize_film(source, tmp_path / "out.mkv", model=Painter(say), options=options, overwrite=True)
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

    painter = Painter(say)
    source = make_film(
        tmp_path / "in.mp4",
        size=light.shape,
        lights=[light] * 3,
        times=range(3),
        sound=None,
        turn=turn,
        options={"crf": "0"},
    )
    colorize_film(source, tmp_path / "out.mkv", model=painter, options=LOSSLESS)
    with open_film(source) as film:
        assert film.facts.turn == turn
    luma = painter.seen[0]
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
    colorize_film(source, tmp_path / "out.mkv", model=Painter(one_color(60, -60)), options=options)
    for planes in decoded(tmp_path / "out.mkv"):
        assert (planes[1] == 128).all()
        assert (planes[2] == 128).all()


@pytest.mark.parametrize("kind", ["yuv420p", "yuv444p10le"])
def test_the_mark_is_colour_alone(tmp_path: Path, kind: str):
    source = film_of(tmp_path / "in.mkv", 3, kind=kind, lights=None)
    options = LOSSLESS.model_copy(update={"mark": True})
    colorize_film(source, tmp_path / "out.mkv", model=Painter(one_color(0, 0)), options=options)
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
    told: list[Progress] = []
    report = colorize_film(
        source, tmp_path / "out.mkv", model=tiny_model, options=LOSSLESS, cuts=[6], progress=told.append
    )
    assert [p.frame for p in told] == list(range(1, 13))
    assert [p.shot for p in told] == [0] * 6 + [1] * 6
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
        colorize_film(source, tmp_path / "out.mkv", model=Painter(say), options=LOSSLESS)
    assert {path.name for path in tmp_path.iterdir()} == {"in.mkv"}
    assert threads() == 0


def test_an_interruption_stops_every_thread(tmp_path: Path):
    def stop(progress: Progress) -> None:
        if progress.frame == 7:
            raise KeyboardInterrupt

    source = film_of(tmp_path / "in.mkv", 40)
    with pytest.raises(KeyboardInterrupt):
        colorize_film(
            source, tmp_path / "out.mkv", model=Painter(one_color(9, 9)), options=LOSSLESS, progress=stop
        )
    assert threads() == 0
    assert {path.name for path in tmp_path.iterdir()} == {"in.mkv"}


def test_killed_and_started_again_it_is_the_same_film(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
):
    source = film_of(tmp_path / "in.mkv", 20, 20, 20, times=[40 * n for n in range(60)])
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import autochrome.media.film_writer as writing; writing._PART_SECONDS = 0.5\n"
        "from autochrome.film import colorize_film\n"
        "from test_film import LOSSLESS\n"
        "def tell(progress):\n"
        "    if progress.frame == 45: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"colorize_film({str(source)!r}, {str(tmp_path / 'out.mkv')!r}, model={str(tiny_model)!r}, "
        "options=LOSSLESS.model_copy(update={'cuts': 'auto'}), progress=tell)\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    assert (tmp_path / ".out.mkv.parts").is_dir()
    monkeypatch.setattr("autochrome.media.film_writer._PART_SECONDS", 0.5)
    options = LOSSLESS.model_copy(update={"cuts": "auto"})
    resumed = colorize_film(source, tmp_path / "out.mkv", model=tiny_model, options=options)
    whole = colorize_film(source, tmp_path / "whole.mkv", model=tiny_model, options=options)
    assert resumed.frames == 20
    assert whole.frames == 60
    assert packets(tmp_path / "out.mkv", "video") == packets(tmp_path / "whole.mkv", "video")


def test_it_may_be_told_to_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("autochrome.media.film_writer._PART_SECONDS", 0.1)
    source = film_of(tmp_path / "in.mkv", 20, times=[40 * n for n in range(20)])

    def stop(progress: Progress) -> None:
        if progress.frame == 15:
            raise KeyboardInterrupt

    for restart, frames in ((False, 10), (True, 20)):
        painter = Painter(one_color(9, 9))
        with pytest.raises(KeyboardInterrupt):
            colorize_film(
                source, tmp_path / "out.mkv", model=painter, options=LOSSLESS, cuts=[10], progress=stop
            )
        report = colorize_film(
            source,
            tmp_path / "out.mkv",
            model=painter,
            options=LOSSLESS,
            cuts=[10],
            restart=restart,
            overwrite=True,
        )
        assert report.frames == frames
        (tmp_path / "out.mkv").unlink()


def test_unknown_cuts_are_said_at_once(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 2)
    with pytest.raises(UsageError, match="nonsense"):
        colorize_film(source, tmp_path / "out.mkv", model=tiny_model, options=FilmOptions(cuts="nonsense"))
    assert os.listdir(tmp_path) == ["in.mkv"]  # noqa: PTH208


def test_memory_does_not_grow_with_length(tmp_path: Path, tiny_model: Path):
    """Ten times the length, the same peak."""
    code = (
        "import resource, sys\n"
        "from autochrome.film import colorize_film\n"
        "from autochrome.options import FilmOptions\n"
        "options = FilmOptions(preset='ultrafast', size=64)\n"
        f"colorize_film(sys.argv[1], sys.argv[2], model={str(tiny_model)!r}, options=options)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = []
    for length in (60, 600):
        source = film_of(tmp_path / f"{length}.mkv", length, times=range(length), codec="libx264")
        words = [sys.executable, "-c", code, str(source), str(tmp_path / f"out{length}.mp4")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < 1.05 * peaks[0]
