"""The small mark in the corner."""

import numpy as np
import pytest

from autochrome.mark import stamp


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_it_is_the_same_in_strips(dtype):
    whole = np.full((300, 400, 3), 90, dtype)
    stamp(whole, 0, 300)
    strips = []
    for top in range(0, 300, 7):
        strip = np.full((min(7, 300 - top), 400, 3), 90, dtype)
        stamp(strip, top, 300)
        strips.append(strip)
    assert (np.concatenate(strips) == whole).all()


def test_it_stays_in_its_corner_and_is_coloured():
    picture = np.full((300, 400, 3), 90, np.uint8)
    stamp(picture, 0, 300)
    touched = (picture != 90).any(axis=-1)
    assert touched.any()
    assert not touched[:250].any()
    assert not touched[:, :350].any()
    assert len(np.unique(picture[touched].argmax(axis=-1))) == 3


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (3, 3)])
def test_it_does_not_mind_small_pictures(size):
    picture = np.zeros((*size, 3), np.uint8)
    stamp(picture, 0, size[0])
