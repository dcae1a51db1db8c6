"""The proxy frame: the same small grey frame for every detector, at every bit depth."""

import numpy as np
import pytest

from autochrome.film.proxy import PROXY_SIDE, make_proxy, proxy_grey
from autochrome.types import Frame, PlaneFormat


def frame_of(y_plane: np.ndarray, depth: int = 8) -> Frame:
    return Frame(0, 0, 0.0, y_plane, PlaneFormat(depth, True, "bt709"), False, None)


def test_a_proxy_has_one_size_at_every_bit_depth():
    wide = np.tile(np.linspace(0, 255, 640).astype(np.uint8), (360, 1))
    grey = make_proxy(frame_of(wide)).grey
    assert grey.shape == (72, PROXY_SIDE)
    assert grey.dtype == np.uint8
    deep = make_proxy(frame_of(wide.astype(np.uint16) * 4, depth=10)).grey
    assert deep.dtype == np.uint8
    assert np.abs(deep.astype(int) - grey).max() <= 2  # each halving rounds to a code value
    assert make_proxy(frame_of(np.zeros((50, 90), np.uint8))).grey.shape == (50, 90)


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("shape", [(1080, 1920), (47, 63), (129, 300), (300, 129)])
def test_the_proxy_of_a_plane_is_the_proxy_of_its_frame(shape: tuple[int, int], depth: int):
    random = np.random.default_rng(0)
    plane = random.integers(0, 1 << depth, shape, np.uint8 if depth == 8 else np.uint16)
    assert np.array_equal(proxy_grey(plane, depth), make_proxy(frame_of(plane, depth)).grey)
