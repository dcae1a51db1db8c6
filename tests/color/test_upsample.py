"""Small colour to full size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import data
from skimage.transform import resize as trusted_resize

from autochrome.color.lab import lab_from_srgb
from autochrome.color.resize import resize
from autochrome.color.upsample import apply, fit


def _whole(lines, luma):
    return np.moveaxis(apply(lines, luma, 0, len(luma)), 0, -1)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 90), st.integers(1, 90))
def test_any_size_gives_a_finite_plane(small_height, small_width, height, width):
    rng = np.random.default_rng(small_height)
    luma = rng.uniform(0, 100, (4 * small_height, 4 * small_width)).astype(np.float32)
    chroma = rng.normal(0, 30, (small_height, small_width, 2)).astype(np.float32)
    planes = apply(fit(luma, chroma), rng.uniform(0, 100, (height, width)).astype(np.float32), 0, height)
    assert planes.shape == (2, height, width)
    assert planes.dtype == np.float32
    assert np.isfinite(planes).all()


def test_strips_are_the_whole():
    rng = np.random.default_rng(1)
    luma = rng.uniform(0, 100, (301, 83)).astype(np.float32)
    lines = fit(resize(luma, 128, 40), rng.normal(0, 30, (32, 10, 2)).astype(np.float32))
    whole = apply(lines, luma, 0, 301)
    for cut in (1, 7, 64):
        strips = [apply(lines, luma[top : top + cut], top, 301) for top in range(0, 301, cut)]
        assert np.abs(np.concatenate(strips, axis=1) - whole).max() < 1e-4


def test_one_colour_stays_one_colour():
    luma = np.random.default_rng(2).uniform(0, 100, (64, 64)).astype(np.float32)
    chroma = np.broadcast_to(np.float32([20, -30]), (16, 16, 2)).copy()
    assert np.abs(_whole(fit(luma, chroma), luma) - [20, -30]).max() < 1e-3


def test_the_small_colour_is_kept_exactly():
    """Shrunk again, the big colour is the small colour: nothing was blurred away."""
    rng = np.random.default_rng(3)
    chroma = rng.normal(0, 30, (16, 16, 2)).astype(np.float32)
    luma = np.repeat(np.repeat(rng.uniform(0, 100, (16, 16)).astype(np.float32), 4, 0), 4, 1)
    lines = fit(luma, chroma)
    exact = lines.coefficients[:2] * resize(luma, 16, 16) + lines.coefficients[2:]
    assert np.abs(np.moveaxis(exact, 0, -1) - chroma).max() < 1e-3


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_it_beats_straight_lines_on_photographs(name):
    lab = lab_from_srgb(getattr(data, name)() / 255).astype(np.float32)
    height, width = (side // 16 * 16 for side in lab.shape[:2])
    lab = lab[:height, :width]
    luma, truth = np.ascontiguousarray(lab[..., 0]), lab[..., 1:]
    small = resize(np.ascontiguousarray(truth), height // 8, width // 8)
    ours = _whole(fit(resize(luma, height // 2, width // 2), small), luma)
    straight = trusted_resize(small, (height, width), order=1, mode="edge")
    assert ((ours - truth) ** 2).mean() < 0.97 * ((straight - truth) ** 2).mean()
