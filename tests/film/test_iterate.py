"""Pictures in, pictures out."""

from pathlib import Path

import numpy as np
import pytest

from autochrome import colorize_frames
from autochrome.errors import UsageError
from autochrome.options import FilmOptions
from film_inputs import FakeNetwork, y_planes

OPTIONS = FilmOptions(size=64)


def red(luma: np.ndarray, count: int) -> np.ndarray:
    return np.broadcast_to((30, 10), (16, 24, 2))


def test_light_stays_and_colour_comes():
    given = y_planes(14, 14)
    made = list(colorize_frames(iter(given), model=FakeNetwork(red), options=OPTIONS))
    assert len(made) == 28
    for grey, picture in zip(given, made, strict=True):
        light = picture @ np.array([0.2126, 0.7152, 0.0722])
        assert np.abs(light - grey).mean() < 1.5
        assert (picture[..., 0].astype(int) - picture[..., 2]).mean() > 10


def test_only_light_is_looked_at(tiny_model: Path):
    grey = y_planes(4)
    colored = [np.repeat(light[..., None], 3, axis=2) for light in grey]
    one = list(colorize_frames(grey, model=tiny_model, options=OPTIONS))
    other = list(colorize_frames(colored, model=tiny_model, options=OPTIONS))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_shots_may_be_known():
    network = FakeNetwork(red)
    list(colorize_frames(y_planes(20), model=network, options=OPTIONS, cuts=[3, 4, 5]))
    assert len(network.inputs) == 6, "the first and the last of each shot: 0, 2, 3, 4, 5, 19"


@pytest.mark.parametrize("odd", [np.zeros((9, 9), np.uint8), np.zeros((64, 96), np.float32)])
def test_what_does_not_fit_is_said(odd: np.ndarray, tiny_model: Path):
    with pytest.raises(UsageError, match="Picture 2"):
        list(colorize_frames([*y_planes(2), odd], model=tiny_model, options=OPTIONS))
    with pytest.raises(UsageError, match="thesis"):
        next(colorize_frames([], model=tiny_model, options=FilmOptions(method="thesis")))
