"""Y′CbCr against scikit-image, against itself there and back, and at the ends of every range."""

import numpy as np
import pytest
from skimage.color import rgb2lab, rgb2ycbcr

from autochrome.color.ycbcr import (
    LUMA_WEIGHTS,
    change_depth,
    chroma_middle,
    chroma_span,
    luma_from_y,
    rgb_from_planes,
    y_from_rgb,
    y_percent,
    ycbcr_from_rgb,
)
from autochrome.types import Matrix, PlaneFormat

FORMATS = [
    PlaneFormat(depth, full, matrix)
    for depth in (8, 10, 12, 16)
    for full in (False, True)
    for matrix in ("bt601", "bt709", "bt2020")
]
RGB = np.random.default_rng(0).random((30, 40, 3))


def dtype_of(plane_format: PlaneFormat) -> type[np.uint8] | type[np.uint16]:
    return np.uint8 if plane_format.depth == 8 else np.uint16


def test_code_values_equal_scikit_image():
    """It knows BT.601 with 8 bits in the limited range."""
    y, cb, cr = ycbcr_from_rgb(np.moveaxis(RGB, -1, 0), "bt601")
    plane_format = PlaneFormat(8, False, "bt601")
    codes = (
        plane_format.black + y * (plane_format.white - plane_format.black),
        chroma_middle(8) + cb * chroma_span(8, full=False),
        chroma_middle(8) + cr * chroma_span(8, full=False),
    )
    np.testing.assert_allclose(np.stack(codes, -1), rgb2ycbcr(RGB), atol=0.01)


@pytest.mark.parametrize("matrix", LUMA_WEIGHTS)
def test_weights_sum_to_one_and_chroma_reaches_its_ends(matrix: Matrix):
    assert sum(LUMA_WEIGHTS[matrix]) == pytest.approx(1)
    assert ycbcr_from_rgb((0, 0, 1), matrix)[1] == pytest.approx(0.5)
    assert ycbcr_from_rgb((1, 1, 0), matrix)[1] == pytest.approx(-0.5)
    assert ycbcr_from_rgb((1, 0, 0), matrix)[2] == pytest.approx(0.5)
    assert ycbcr_from_rgb((0, 1, 1), matrix)[2] == pytest.approx(-0.5)
    assert ycbcr_from_rgb((0.3, 0.3, 0.3), matrix) == pytest.approx((0.3, 0, 0))


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", LUMA_WEIGHTS)
def test_planes_and_back(matrix: Matrix, full: bool):
    plane_format = PlaneFormat(8, full, matrix)
    y, cb, cr = ycbcr_from_rgb(np.moveaxis(RGB, -1, 0), matrix)
    y_plane = np.round(plane_format.black + y * (plane_format.white - plane_format.black)).astype(np.uint8)
    cb_plane, cr_plane = (
        np.round(chroma_middle(8) + plane * chroma_span(8, full)).clip(0, 255).astype(np.uint8)
        for plane in (cb, cr)
    )
    rgb = rgb_from_planes(y_plane, cb_plane, cr_plane, plane_format)
    assert rgb.dtype == np.uint8
    assert np.abs(rgb / 255 - RGB).max() < 0.015


def test_y_of_floats_stays_float32():
    assert y_from_rgb(np.moveaxis(RGB.astype(np.float32), -1, 0), "bt709").dtype == np.float32


@pytest.mark.parametrize("plane_format", FORMATS, ids=str)
def test_black_and_white_are_0_and_100(plane_format: PlaneFormat):
    codes = np.array([[plane_format.black, plane_format.white]], dtype_of(plane_format))
    assert np.allclose(y_percent(codes, plane_format), [[0, 100]])
    assert np.allclose(luma_from_y(codes, plane_format), [[0, 100]], atol=0.01)


@pytest.mark.parametrize("plane_format", FORMATS, ids=str)
def test_the_luma_of_a_grey_is_that_of_scikit_image(plane_format: PlaneFormat):
    codes = np.linspace(plane_format.black, plane_format.white, 50).astype(dtype_of(plane_format))[None]
    grey = (codes - float(plane_format.black)) / (plane_format.white - plane_format.black)
    expected = rgb2lab(np.repeat(grey[..., None], 3, axis=-1))[..., 0]
    np.testing.assert_allclose(luma_from_y(codes, plane_format), expected, atol=0.02)


def test_values_beyond_black_and_white_are_cut_off():
    plane_format = PlaneFormat(8, False, "bt709")
    assert y_percent(np.array([[0, 255]], np.uint8), plane_format).tolist() == [[0, 100]]
    assert luma_from_y(np.array([[0, 255]], np.uint8), plane_format) == pytest.approx(
        np.array([[0, 100]]), abs=0.01
    )


def test_more_bits_lose_nothing_and_fewer_are_rounded():
    codes = np.arange(256, dtype=np.uint8)[None]
    wide = change_depth(codes, 8, 10)
    assert wide.dtype == np.uint16
    assert (wide == codes.astype(int) * 4).all()
    assert (change_depth(wide, 10, 8) == codes).all()
    assert change_depth(codes, 8, 8) is codes
    assert change_depth(np.array([[1, 2, 5, 6, 1023]], np.uint16), 10, 8).tolist() == [[0, 1, 1, 2, 255]]
