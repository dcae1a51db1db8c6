"""Sizes: what is padded is cropped again, and every answer covers exactly its picture."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autochrome.model.sizes import crop_to_picture, pad, resize_hints
from autochrome.types import Hints

sides = st.integers(1, 70)


@given(sides, sides, st.integers(1, 40))
def test_padding_reaches_the_next_multiple_and_leaves_the_picture(
    height: int, width: int, multiple: int
) -> None:
    luma = np.random.default_rng(0).uniform(0, 100, (height, width)).astype(np.float32)
    padded = pad(luma, multiple, repeat=True)
    assert padded.shape == (math.ceil(height / multiple) * multiple, math.ceil(width / multiple) * multiple)
    assert (padded[:height, :width] == luma).all()
    assert (padded[height:, :width] == luma[-1]).all()
    assert (padded[:height, width:] == luma[:, -1:]).all()
    zeros = pad(np.stack((luma, luma), -1), multiple, repeat=False)
    assert not zeros[height:].any()
    assert not zeros[:, width:].any()


@given(sides, sides, st.sampled_from([1, 2, 4, 8]))
def test_a_ramp_over_the_padded_picture_is_a_ramp_over_the_picture(
    height: int, width: int, stride: int
) -> None:
    """Pixel i of n over a picture H high has its centre at (i + ½)·H/n."""
    padded = (math.ceil(height / 32) * 32, math.ceil(width / 32) * 32)
    rows, columns = padded[0] // stride, padded[1] // stride
    y, x = np.meshgrid((np.arange(rows) + 0.5) * stride, (np.arange(columns) + 0.5) * stride, indexing="ij")
    answer = np.stack((y, x), -1).astype(np.float32)
    over = crop_to_picture(answer, padded, height, width)
    assert over.shape == (math.ceil(height / stride), math.ceil(width / stride), 2)
    # Beyond the outermost old centres a plane is flat, so a last row is off by at most half a pixel of the answer.
    for axis, side in ((0, height), (1, width)):
        n = over.shape[axis]
        centres = np.clip((np.arange(n) + 0.5) * side / n, stride / 2, (n - 0.5) * stride)
        values = over[:, 0, 0] if axis == 0 else over[0, :, 1]
        np.testing.assert_allclose(values, centres, rtol=1e-5)


def test_whole_numbers_are_cut_not_mixed() -> None:
    answer = np.random.default_rng(0).normal(size=(16, 24, 2)).astype(np.float32)
    assert (crop_to_picture(answer, (64, 96), 40, 92) == answer[:10, :23]).all()


@given(sides, sides, st.integers(0, 10**6))
def test_a_painted_point_keeps_its_colour_and_belief_at_any_size(height: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    hints = Hints.none(height, width)
    y, x = random.integers(height), random.integers(width)
    hints.mask[y, x] = 1
    hints.chroma[y, x] = (40, -30)
    small = resize_hints(hints, 16, 24)
    assert small.mask.max() == 1
    assert set(np.unique(small.mask)) <= {0.0, 1.0}
    np.testing.assert_allclose(small.chroma[small.mask > 0], [[40, -30]] * int(small.mask.sum()), rtol=1e-4)


def test_a_point_survives_every_shrinking() -> None:
    for y, x in [(0, 0), (99, 140), (57, 3), (31, 77)]:
        hints = Hints.none(100, 141)
        hints.mask[y, x] = 1
        assert resize_hints(hints, 16, 16).mask.sum() == 1


def test_soft_belief_stays_as_soft() -> None:
    hints = Hints(np.full((50, 70, 2), 20, np.float32), np.full((50, 70), 0.3, np.float32))
    for height, width in [(16, 16), (64, 90)]:
        small = resize_hints(hints, height, width)
        assert small.mask == pytest.approx(0.3)
        assert small.chroma == pytest.approx(20, rel=1e-4)
