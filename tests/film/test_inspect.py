"""Single frames for a person who looks and paints: the right one, upright, with what is known of its shot."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autochrome.errors import UsageError
from autochrome.film.inspect import FilmInspector
from autochrome.film.overview import find_shots, preview_film
from autochrome.film.pipeline import colorize_film
from autochrome.hints.file import HintsFile
from autochrome.model import open_model
from autochrome.options import FilmOptions
from film_inputs import SCENES, film_of, y_planes
from filmmaking import make_film

OPTIONS = FilmOptions(size=64)
RED: dict[str, Any] = {"x": 0.2, "y": 0.2, "width": 0.6, "height": 0.6, "color": "#c83c28"}


@pytest.fixture
def inspector(tmp_path: Path, tiny_model: Path) -> FilmInspector:
    source = film_of(
        tmp_path / "in.mkv", 14, 14, 14, codec="libx264", options={"g": "7", "preset": "medium", "crf": "4"}
    )
    return FilmInspector(source, open_model(tiny_model), OPTIONS)


def redness(picture: np.ndarray) -> float:
    height, width = picture.shape[:2]
    middle = picture[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3].astype(float)
    return float((middle[..., 0] - middle[..., 2]).mean())


def test_every_frame_is_the_one_that_was_asked_for(inspector: FilmInspector):
    assert inspector.frames == 42
    assert np.allclose(inspector.times, np.arange(42) / 25, atol=2e-3)
    for number in (0, 41, 20, 13, 14, 27):
        grey = inspector.before(number)
        assert np.ptp(grey, axis=-1).max() == 0
        light = (y_planes(14, 14, 14)[number].astype(float) - 16) * (255 / 219)
        assert np.abs(grey[..., 0] - light.clip(0, 255)).mean() < 2
    with pytest.raises(UsageError, match="no frame 42"):
        inspector.before(42)


def test_marks_on_this_very_frame(inspector: FilmInspector):
    hints = HintsFile.model_validate({"version": 1, "frames": [{"frame": 20, "rectangles": [RED]}]})
    assert redness(inspector.after(20, hints)) > redness(inspector.after(20)) + 20
    grey = OPTIONS.model_copy(update={"vivid": 0.0})
    assert np.ptp(inspector.after(20, options=grey), axis=-1).max() <= 1


def test_marks_on_key_frames_reach_their_shot_alone(inspector: FilmInspector):
    hints = HintsFile.model_validate({"version": 1, "frames": [{"frame": 16, "rectangles": [RED]}]})
    for number, reached in ((16, True), (26, True), (14, True), (13, False), (28, False)):
        change = redness(inspector.after(number, hints, [0, 14, 28])) - redness(inspector.after(number))
        assert (change > 15) == reached, number


def test_pictures_are_upright_and_no_larger_than_asked(tmp_path: Path, tiny_model: Path):
    source = make_film(
        tmp_path / "in.mp4", size=(64, 96), lights=[SCENES[0]] * 3, times=range(3), sound=None, turn=90
    )
    with FilmInspector(source, tiny_model, OPTIONS) as inspector:
        assert inspector.before(1, width=48).shape == (48, 32, 3)
        assert inspector.after(1).shape == (96, 64, 3)


def test_a_film_whose_packets_have_no_times(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.avi", 6, 6, codec="libx264")
    inspector = FilmInspector(source, tiny_model, OPTIONS)
    assert inspector.frames == 12
    assert np.abs(inspector.before(8)[..., 0].astype(float) - inspector.before(9)[..., 0]).mean() > 0.5


def test_shots_of_a_stretch_keep_their_numbers(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 14, 14, 14)
    reported: list[int] = []
    assert [shot.first for shot in find_shots(source, progress=reported.append).shots] == [0, 14, 28]
    assert reported == list(range(42))
    stretch = FilmOptions(start=20 / 25, size=64)
    assert [shot.first for shot in find_shots(source, stretch).shots] == [20, 28]
    with pytest.raises(UsageError, match="no frame"):
        preview_film(source, tmp_path / "sheet.png", model=tiny_model, options=FilmOptions(start=60))


def test_what_is_shown_is_near_what_is_made(tmp_path: Path, tiny_model: Path, inspector: FilmInspector):
    """The inspector leaves out the memory of the shot; of a still picture both say the same."""
    source = film_of(tmp_path / "still.mkv", 10, lights=[SCENES[0]] * 10)
    options = OPTIONS.model_copy(update={"codec": "ffv1"})
    colorize_film(source, tmp_path / "out.mkv", model=tiny_model, options=options)
    shown = FilmInspector(source, tiny_model, OPTIONS).after(5)
    with FilmInspector(tmp_path / "out.mkv", tiny_model, OPTIONS) as made:
        frame = made._frame(5)
    picture = frame.decoded.reformat(format="rgb24").to_ndarray()
    assert np.abs(shown.astype(float) - picture).mean() < 4
