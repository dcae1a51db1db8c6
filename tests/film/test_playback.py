"""A shot that plays at once: drafts first, then the frames of the finished film; nothing is computed twice."""

from pathlib import Path
from threading import Lock

import numpy as np
import pytest

from autochrome.errors import AutochromeError
from autochrome.film.inspect import FilmInspector
from autochrome.film.playback import PlayedFrame, ShotPlayback
from autochrome.hints.file import HintsFile
from autochrome.model import ColorModel, open_model
from autochrome.options import FilmOptions
from autochrome.types import Hints, Luma, Prediction, Prepared
from film_inputs import film_of

OPTIONS = FilmOptions(size=64)
SHOTS = [0, 14]
BOX = {"x": 0.2, "y": 0.2, "width": 0.6, "height": 0.6, "color": "#c83c28"}
MARKS = HintsFile.model_validate({"version": 1, "frames": [{"frame": 40, "rectangles": [BOX]}]})


class CountingNetwork:
    """A network that counts how often it runs."""

    def __init__(self, network: ColorModel) -> None:
        self._network, self.calls = network, 0
        self.card, self.edition = network.card, network.edition

    def prepare(self, luma: Luma) -> Prepared:
        self.calls += 1
        return self._network.prepare(luma)

    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        self.calls += 1
        return self._network.paint(prepared, hints, vivid)


@pytest.fixture
def network(tiny_model: Path) -> CountingNetwork:
    return CountingNetwork(open_model(tiny_model))


@pytest.fixture
def film(tmp_path: Path, network: CountingNetwork) -> FilmInspector:
    source = film_of(tmp_path / "in.mkv", 14, 60, codec="ffv1")
    return FilmInspector(source, network, OPTIONS)


def playback(film: FilmInspector, part: tuple[int, int], lock: Lock, hints: HintsFile | None) -> ShotPlayback:
    return ShotPlayback(film, lock, part, hints, SHOTS, 320, OPTIONS)


def play(
    film: FilmInspector, part: tuple[int, int] = (14, 74), hints: HintsFile | None = None
) -> list[PlayedFrame]:
    frames = playback(film, part, Lock(), hints).play()
    return [frame for frame in frames if frame is not None]


def test_settled_frames_are_those_of_the_film(film: FilmInspector):
    played = play(film, hints=MARKS)
    settled = [frame for frame in played if frame.settled]
    assert sorted(frame.number for frame in settled) == list(range(14, 74)), "each once"
    for frame in settled[::7]:
        shown = film.after(frame.number, MARKS, SHOTS, 320)
        assert np.array_equal(frame.picture, shown), frame.number


def test_drafts_come_while_the_film_is_busy(film: FilmInspector):
    """Someone else uses the film: drafts have the network's colours, and are replaced later."""
    lock = Lock()
    with lock:
        frames = playback(film, (30, 74), lock, MARKS).play()
        first = next(frames)
        assert first is not None
        assert (first.number, first.settled) == (30, False)
        assert np.ptp(first.picture, axis=-1).max() > 8, "in colour"
    rest = [frame for frame in frames if frame is not None]
    settled = {frame.number: frame.picture for frame in rest if frame.settled}
    assert sorted(settled) == list(range(30, 74))
    assert np.array_equal(settled[30], film.after(30, MARKS, SHOTS, 320))


def test_the_same_shot_again_runs_no_network(film: FilmInspector, network: CountingNetwork):
    play(film, hints=MARKS)
    calls = network.calls
    again = play(film, hints=MARKS)
    assert network.calls == calls
    assert [(frame.number, frame.settled) for frame in again] == [(n, True) for n in range(14, 74)]


def test_an_error_is_raised_where_the_frames_are_taken(film: FilmInspector):
    missing = {"version": 1, "frames": [{"frame": 20, "reference": "missing.png"}]}
    with pytest.raises(AutochromeError, match=r"missing\.png"):
        play(film, hints=HintsFile.model_validate(missing))


def test_a_closed_playback_stops_to_settle(film: FilmInspector):
    shown = playback(film, (14, 74), Lock(), None)
    frames = shown.play()
    next(frames)
    frames.close()
    shown._settler.join(10)
    assert not shown._settler.is_alive()
