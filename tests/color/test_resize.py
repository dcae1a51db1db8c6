"""Small planes to other sizes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autochrome.color.resize import area_weights, linear_steps, linear_weights, resize

SIZES = st.integers(1, 40)


@given(SIZES, SIZES, SIZES, SIZES)
def test_a_flat_plane_stays_flat(rows, columns, height, width):
    plane = np.full((rows, columns, 2), 7.5, np.float32)
    resized = resize(plane, height, width)
    assert resized.shape == (height, width, 2)
    assert resized.dtype == np.float32
    assert np.abs(resized - 7.5).max() < 1e-5


@given(SIZES, SIZES)
def test_shrinking_keeps_the_mean(old, new):
    new = min(new, old)
    plane = np.random.default_rng(old).random((old, 3)).astype(np.float32)
    assert resize(plane, new, 3).mean() == pytest.approx(plane.mean(), abs=1e-5)


def test_area_is_the_mean_of_blocks():
    plane = np.arange(24, dtype=np.float32).reshape(4, 6)
    blocks = plane.reshape(2, 2, 3, 2).mean(axis=(1, 3))
    assert np.allclose(resize(plane, 2, 3), blocks)


def test_a_ramp_stays_a_ramp_between_the_outer_centres():
    ramp = resize(np.arange(8, dtype=np.float32)[None], 1, 32)[0]
    assert np.allclose(np.diff(ramp[2:-2]), 0.25)


def test_weights_and_steps_say_the_same():
    weights = linear_weights(17, 5)
    below, above, share = linear_steps(0, 17, 17, 5)
    values = np.random.default_rng(0).random(5).astype(np.float32)
    assert np.allclose(weights @ values, values[below] * (1 - share) + values[above] * share)
    assert np.allclose(weights.sum(axis=1), 1)
    assert np.allclose(area_weights(5, 17).sum(axis=1), 1)
