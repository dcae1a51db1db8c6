"""The TIFF that never exists as a whole, read by other libraries."""

import io
import os

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from autochrome.media.stills.tiff_stream import TiffStream, tiff_header


def stream(pixels: np.ndarray, rows: int) -> TiffStream:
    height, width, bands = pixels.shape
    strips = iter([pixels[top : top + rows] for top in range(0, height, rows)])
    return TiffStream((height, width, bands), pixels.dtype.itemsize * 8, lambda: next(strips, None))


def read_all(source: TiffStream, piece: int) -> bytes:
    whole = b""
    while (data := source.read(piece)) is not None:
        whole += bytes(data)
    return whole


@given(
    height=st.integers(1, 40),
    width=st.integers(1, 30),
    bands=st.sampled_from([1, 3]),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    rows=st.integers(1, 41),
    piece=st.integers(1, 3000),
)
def test_other_libraries_read_the_stream(
    height: int, width: int, bands: int, dtype: type, rows: int, piece: int
) -> None:
    most = int(np.iinfo(dtype).max)
    pixels = np.random.default_rng(0).integers(0, most, (height, width, bands), dtype, endpoint=True)
    data = read_all(stream(pixels, rows), piece)
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(data)).reshape(pixels.shape), pixels)


def test_many_strips_and_their_offsets() -> None:
    pixels = np.arange(1500 * 500 * 3, dtype=np.uint32).astype(np.uint8).reshape(1500, 500, 3)
    data = read_all(stream(pixels, 64), 1 << 16)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        assert len(file.pages[0].dataoffsets) > 3
        np.testing.assert_array_equal(file.asarray(), pixels)


def test_a_header_for_more_than_four_gigabytes() -> None:
    head = tiff_header(40_000, 40_000, 3, 16)
    with tifffile.TiffFile(io.BytesIO(head)) as file:
        page = file.pages[0]
        assert page.shape == (40_000, 40_000, 3)
        assert page.dataoffsets[-1] + page.databytecounts[-1] == len(head) + 40_000 * 40_000 * 6


def test_the_header_can_be_read_again_but_pixels_cannot() -> None:
    source = stream(np.ones((9, 9, 3), np.uint8), 2)
    head = bytes(source.read(10_000) or b"")
    assert source.seek(0, os.SEEK_END) == len(head) + 9 * 9 * 3
    assert source.read(1) is None
    assert source.seek(len(head), os.SEEK_SET) == len(head)
    assert bytes(source.read(20) or b"") == bytes([1] * 20)
    assert source.seek(-5, os.SEEK_CUR) == len(head) + 15
    assert source.read(5) is None
    source.seek(0, os.SEEK_SET)
    assert bytes(source.read(10_000) or b"") == head


@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_the_order_of_bytes_is_that_of_the_header(order: str) -> None:
    pixels = np.arange(27, dtype=order).reshape(3, 3, 3) * 1000
    data = read_all(stream(pixels, 2), 50)
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(data)), pixels)
