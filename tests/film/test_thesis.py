"""The pair of networks: a scene's first frame alone, every other from the one before, and back when it runs away."""

import json
from pathlib import Path

import numpy as np
import pytest

from autochrome.errors import UsageError
from autochrome.film.pipeline import colorize_film
from autochrome.options import FilmOptions
from film_inputs import film_of, y_planes
from filmmaking import decoded
from tiny import Graph, plane, tiny_tint

FRAMES = 12


def independent(path: Path) -> Path:
    """The same red for every picture."""
    g = Graph()
    nothing = g.scaled("luma", 0.0)
    red, blue = g.scaled(nothing, 1.0, 30.0), g.scaled(nothing, 1.0, -10.0)
    g.node("Concat", [red, blue], "ab", axis=1)
    return g.save(path, {"luma": plane(1)}, {"ab": plane(2)})


def dependent(path: Path, factor: float) -> Path:
    """The colour of the frame before, times something."""
    g = Graph()
    g.node("Add", [g.scaled("hint", factor), g.scaled("luma", 0.0)], "ab")
    return g.save(path, {"luma": plane(1), "hint": plane(2)}, {"ab": plane(2)})


def reds(path: Path) -> np.ndarray:
    """(frames,): how much red there is."""
    return np.array([planes[2].astype(float).mean() - 128 for planes in decoded(path)])


def run(folder: Path, factor: float, **changes: object) -> tuple[np.ndarray, int]:
    source = film_of(folder / "in.mkv", FRAMES, FRAMES)
    options = FilmOptions(
        method="thesis", codec="ffv1", dependent=str(dependent(folder / "second.onnx", factor)), **changes
    )
    report = colorize_film(
        source, folder / "out.mkv", model=independent(folder / "first.onnx"), options=options
    )
    return reds(folder / "out.mkv"), len(report.shots)


def test_each_frame_comes_from_the_one_before_and_each_scene_begins_anew(tmp_path: Path):
    red, shots = run(tmp_path, 0.8)
    assert shots == 2, "its own rule finds the cut"
    for scene in (red[:FRAMES], red[FRAMES:]):
        assert scene[0] > 8
        assert np.allclose(scene[1:6] / scene[:5], 0.8, atol=0.07)
    assert abs(red[0] - red[FRAMES]) < 2


def test_an_answer_out_of_range_is_left_for_the_first_network(tmp_path: Path):
    red, _ = run(tmp_path, 2.0, cuts="none")
    assert red[1] > 1.3 * red[0]
    assert np.allclose(red[3::2][:3], red[1], atol=6)
    assert np.allclose(red[2::2][:3], red[0], atol=6), "120 does not exist, so it begins again"


def test_vividness_is_not_fed_back(tmp_path: Path):
    red, _ = run(tmp_path, 1.0, vivid=0.5, cuts="none")
    assert np.abs(red - red[0]).max() < 2


def test_what_it_needs_is_said(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 2)
    first = independent(tmp_path / "first.onnx")
    alone = FilmOptions(method="thesis")
    blind = FilmOptions(method="thesis", dependent=str(first))
    for options, words in ((alone, "two networks"), (blind, "colour of the frame before")):
        with pytest.raises(UsageError, match=words):
            colorize_film(source, tmp_path / "out.mkv", model=first, options=options)
    point = {"version": 1, "points": [{"x": 0.5, "y": 0.5, "color": "#c83c28"}]}
    (tmp_path / "hints.json").write_text(json.dumps(point))
    options = FilmOptions(method="thesis", dependent=str(dependent(tmp_path / "second.onnx", 1)))
    with pytest.raises(UsageError, match="no hints"):
        colorize_film(
            source, tmp_path / "out.mkv", model=first, options=options, hints=tmp_path / "hints.json"
        )
    assert not list(tmp_path.glob("*out*"))


def test_a_network_that_takes_hints_may_be_the_second(tmp_path: Path):
    """Ours takes a mask too, and then follows its own last answer: what drifts, on purpose."""
    source = film_of(tmp_path / "in.mkv", 4)
    ours = tiny_tint(tmp_path / "tint.onnx")
    options = FilmOptions(method="thesis", codec="ffv1", dependent=str(ours), cuts="none")
    colorize_film(source, tmp_path / "out.mkv", model=ours, options=options)
    assert len(decoded(tmp_path / "out.mkv")) == len(y_planes(4))
