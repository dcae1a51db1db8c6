"""The small mark in the corner."""

import numpy as np
import pytest

from autochrome.color.ycbcr import chroma_middle, chroma_span, ycbcr_from_rgb
from autochrome.mark import GRAINS, stamp, stamp_film
from autochrome.types import PlaneFormat


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_mark_is_the_same_in_strips(dtype):
    whole = np.full((300, 400, 3), 90, dtype)
    stamp(whole, 0, 300)
    strips = []
    for top in range(0, 300, 7):
        strip = np.full((min(7, 300 - top), 400, 3), 90, dtype)
        stamp(strip, top, 300)
        strips.append(strip)
    assert (np.concatenate(strips) == whole).all()


def test_the_mark_is_in_its_corner_and_coloured():
    picture = np.full((300, 400, 3), 90, np.uint8)
    stamp(picture, 0, 300)
    touched = (picture != 90).any(axis=-1)
    assert touched.any()
    assert not touched[:250].any()
    assert not touched[:, :350].any()
    assert len(np.unique(picture[touched].argmax(axis=-1))) == 3


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (3, 3)])
def test_small_pictures_are_possible(size):
    picture = np.zeros((*size, 3), np.uint8)
    stamp(picture, 0, size[0])


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("full", [False, True])
def test_in_a_film_it_has_the_colours_of_its_discs(depth, full):
    plane_format = PlaneFormat(8, full, "bt709")
    planes = [
        np.full((270, 480), chroma_middle(depth), np.uint8 if depth == 8 else np.uint16) for _ in range(2)
    ]
    stamp_film(*planes, plane_format, depth)
    touched = (planes[0] != chroma_middle(depth)) | (planes[1] != chroma_middle(depth))
    assert touched.any()
    assert not touched[:240].any()
    assert not touched[:, :440].any()
    radius = 3
    row = 270 - 3 * radius
    for shift, color in GRAINS[::2]:  # the one in the middle is half covered
        column = round(480 - 4.5 * radius + shift * radius * 1.5)
        _, *cbcr = ycbcr_from_rgb((byte / 255 for byte in bytes.fromhex(color[1:])), "bt709")
        for plane, value in zip(planes, cbcr, strict=True):
            expected = 0.85 * value * chroma_span(depth, full)
            assert int(plane[row, column]) - chroma_middle(depth) == pytest.approx(expected, abs=2)
