"""The nouns."""

import numpy as np
import pytest

from autochrome import Hints, Prediction


def test_nothing_given_is_nothing_given():
    assert not Hints.none(4, 5).present
    assert Hints.none(4, 5).chroma.shape == (4, 5, 2)


def test_colours_and_mask_must_fit():
    with pytest.raises(ValueError, match="does not fit"):
        Hints(np.zeros((4, 5, 2), np.float32), np.zeros((5, 4), np.float32))


def _flat(a: float, mask: float, size: int = 4) -> Hints:
    return Hints(np.full((size, size, 2), a, np.float32), np.full((size, size), mask, np.float32))


def test_what_lies_on_top_wins_where_it_is_sure():
    both = _flat(10, 1).over(_flat(-10, 1))
    assert np.allclose(both.chroma, 10)
    half = _flat(10, 0.5).over(_flat(-10, 1))
    assert np.allclose(half.chroma, 0)
    assert np.allclose(half.mask, 1)
    assert np.allclose(_flat(99, 0).over(_flat(-10, 1)).chroma, -10)


def test_resizing_does_not_mix_colour_with_nothing():
    hints = Hints.none(8, 8)
    hints.chroma[0, 0] = 40
    hints.mask[0, 0] = 1
    small = hints.resized(2, 2)
    assert np.allclose(small.chroma[0, 0], 40)
    assert small.mask[0, 0] == pytest.approx(1 / 16)


def test_arrays_are_not_printed():
    hints = Hints.none(2, 4)
    hints.mask[0] = 1
    assert repr(hints) == "<Hints 4×2, colour known for 50.0 %>"
    chroma = np.zeros((2, 3, 2), np.float32)
    assert repr(Prediction(chroma)) == "<Prediction 3×2, without confidence>"
    assert repr(Prediction(chroma, np.full((2, 3), 0.5, np.float32))) == "<Prediction 3×2, confidence 0.50>"
