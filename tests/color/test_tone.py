"""Warmth and tint: all colours move, lightness never does."""

from pathlib import Path

import av
import numpy as np
import pytest
from skimage import data

from autochrome import FilmOptions, PhotoOptions, colorize_film, colorize_photo
from autochrome.color.lab import lab_from_srgb
from autochrome.color.tone import shift_chroma
from autochrome.errors import UsageError
from autochrome.film.inspect import FilmInspector
from autochrome.media.films import open_film
from autochrome.model import open_model
from autochrome.options import LOOKS
from filmmaking import make_film

GREY = data.camera()[::4, ::4]


def lab(pixels: np.ndarray) -> np.ndarray:
    return lab_from_srgb(pixels.astype(np.float64) / 255)


def test_neutral_changes_nothing():
    chroma = np.random.default_rng(1).uniform(-100, 100, (6, 7, 2)).astype(np.float32)
    assert shift_chroma(chroma, 0.0, 0.0) is chroma


@pytest.mark.parametrize(("warmth", "tint"), [(1, 0), (-1, 0), (0, 1), (0, -1), (-0.5, 0.5)])
def test_colours_of_a_photo_move_and_its_lightness_stays(tiny_model: Path, warmth: float, tint: float):
    plain = lab(colorize_photo(GREY, model=tiny_model).image)
    options = PhotoOptions(warmth=warmth, tint=tint)
    moved = lab(colorize_photo(GREY, model=tiny_model, options=options).image)
    grey = lab(np.repeat(GREY[..., None], 3, -1))[..., 0]
    assert np.abs(moved[..., 0] - grey).max() < 0.5
    middle = (grey > 30) & (grey < 75)
    a, b = (moved - plain)[middle][:, 1:].mean(0)
    if not tint:
        assert np.sign(b) == np.sign(warmth)
        assert abs(b) > 6 > 2 * abs(a) - 6
    if not warmth:
        assert np.sign(a) == np.sign(tint)
        assert abs(a) > 6


def test_a_film_its_export_and_its_single_frames_have_the_same_warmth(tmp_path: Path, tiny_model: Path):
    source = make_film(tmp_path / "film.mkv", codec="ffv1", size=(96, 128), times=range(0, 240, 40))
    model = open_model(tiny_model)
    options = FilmOptions(codec="ffv1", warmth=0.6, tint=-0.3)
    for name, chosen in {"plain": FilmOptions(codec="ffv1"), "warm": options}.items():
        colorize_film(source, tmp_path / f"{name}.mkv", model=model, options=chosen)
    with open_film(source) as one, open_film(tmp_path / "warm.mkv") as other:
        for before, after in zip(one, other, strict=True):
            np.testing.assert_array_equal(before.y_plane, after.y_plane)
    shown = {}
    for name in ("plain", "warm"):
        with av.open(str(tmp_path / f"{name}.mkv")) as film:
            frame = [*film.decode(video=0)][3].reformat(format="rgb24", interpolation="BILINEAR")
            shown[name] = lab(frame.to_ndarray())
    shift = (shown["warm"] - shown["plain"])[..., 1:].mean((0, 1))
    assert shift[1] > 4
    with FilmInspector(source, model) as film:
        single = lab(film.after(3, None, (0,), 128, options))
    assert np.abs(single - shown["warm"])[..., 1:].mean() < 1


def test_looks_are_options_and_natural_is_the_default():
    for look in LOOKS.values():
        assert PhotoOptions(vivid=look.vivid, warmth=look.warmth, tint=look.tint).look == look
    assert LOOKS["natural"] == PhotoOptions().look == FilmOptions().look
    with pytest.raises(UsageError, match="warmth"):
        PhotoOptions(warmth=1.5)
