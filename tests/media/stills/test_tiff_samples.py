"""TIFFs of odd depths, of floats, and with YCbCr in planes."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from autochrome.errors import NotAPicture
from autochrome.media.stills import open_still
from autochrome.media.stills.exif import Entry, pack_directory
from pictures import COLOR, GREY, GREY16, P3, in_color, opened, tiff, whole

RGB, BLACK, WHITE = 2, 1, 0


def packed(codes: NDArray[Any], bits: int, *, space: int, planar: bool = False, codec: int = 1) -> bytes:
    """A TIFF with samples of any number of bits: (H, W, channels) numbers."""
    height, width, channels = codes.shape
    planes = np.moveaxis(codes, 2, 0) if planar else codes.reshape(1, height, -1)
    strips = []
    for plane in planes:
        ones = (plane[..., None] >> np.arange(bits - 1, -1, -1)) & 1
        strip = np.packbits(ones.reshape(height, -1).astype(np.uint8), axis=1).tobytes()
        strips.append(zlib.compress(strip) if codec == 8 else strip)
    places = np.cumsum([8, *map(len, strips)]).tolist()

    def entry(kind: int, *values: int) -> Entry:
        return Entry(kind, len(values), np.array(values, "<u2" if kind == 3 else "<u4").tobytes())

    directory = {
        256: entry(3, width),
        257: entry(3, height),
        258: entry(3, *[bits] * channels),
        259: entry(3, codec),
        262: entry(3, space),
        273: entry(4, *places[:-1]),
        277: entry(3, channels),
        278: entry(3, height),
        279: entry(4, *map(len, strips)),
        282: Entry(5, 1, struct.pack("<2I", 300, 1)),
        283: Entry(5, 1, struct.pack("<2I", 300, 1)),
        284: entry(3, 2 if planar else 1),
    }
    body = b"".join(strips)
    start = 8 + len(body) + len(body) % 2
    data = b"II*\0" + struct.pack("<I", start) + body + bytes(len(body) % 2)
    return data + pack_directory(directory, start)


def read(data: bytes) -> NDArray[Any]:
    with open_still(data) as still:
        return whole(still.strips())


@pytest.mark.parametrize("bits", [2, 3, 5, 7, 10, 12, 14, 15])
@pytest.mark.parametrize("space", [RGB, BLACK, WHITE])
def test_odd_depths_are_scaled_to_white(bits: int, space: int) -> None:
    if space != RGB and bits in (2, 4):
        pytest.skip("libvips reads it")
    white = 2**bits - 1
    codes = np.random.default_rng(bits).integers(0, white + 1, (5, 7, 3 if space == RGB else 1))
    most = 255 if bits < 8 else 65535
    expected = np.round((white - codes if space == WHITE else codes) * (most / white))
    found = read(packed(codes, bits, space=space)).reshape(expected.shape)
    assert found.dtype == (np.uint8 if bits < 8 else np.uint16)
    assert np.abs(found - expected).max() <= 0.51
    assert (found == np.floor(expected + 0.5)).mean() > 0.98


def test_planes_and_resolution(tmp_path: Path) -> None:
    codes = (np.arange(5 * 7 * 3).reshape(5, 7, 3) * 37) % 4096
    data = packed(codes, 12, space=RGB, planar=True)
    assert np.abs(read(data) - codes * (65535 / 4095)).max() <= 0.51
    with open_still(data) as still:
        still.save(tmp_path / "a.tif", still.strips())
    assert opened((tmp_path / "a.tif").read_bytes()).info["dpi"] == (300, 300)


@pytest.mark.parametrize("bits", [3, 12])
def test_other_programs_agree(bits: int) -> None:
    codes = np.random.default_rng(bits).integers(0, 2**bits, (9, 11, 1))
    data = packed(codes, bits, space=BLACK, codec=8)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        np.testing.assert_array_equal(file.asarray(), codes[..., 0])
    most = 255 if bits < 8 else 65535
    assert np.abs(read(data) - codes[..., 0] * (most / (2**bits - 1))).max() <= 0.51


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_floats_from_0_to_1(dtype: Any, tmp_path: Path) -> None:
    pixels = (GREY16 / 65535).astype(dtype)
    with open_still(tiff(pixels, photometric="minisblack", compression="zlib")) as still:
        assert np.abs(whole(still.strips()) - pixels.astype(float) * 65535).max() <= 0.51
        assert still.notes == ("floats without a colour profile: 0…1 was read as sRGB values",)
        assert still.depth == 16
        still.save(tmp_path / "a.tif", in_color(still.strips()))
    assert tifffile.imread(tmp_path / "a.tif").dtype == np.uint16


def test_floats_with_a_profile() -> None:
    pixels = (COLOR / 255).astype(np.float32)
    with open_still(tiff(pixels, photometric="rgb", iccprofile=P3)) as still:
        assert still.notes == ()
        assert np.abs(whole(still.strips()) / 257.0 - COLOR).max() > 3


@pytest.mark.parametrize(("low", "high"), [(0.0, 80.0), (-3.0, 1.0), (0.0, np.nan)])
def test_floats_of_another_range_are_refused(low: float, high: float) -> None:
    pixels = np.full((4, 4), low, np.float32)
    pixels[2] = high
    with pytest.raises(NotAPicture, match=r"holds floats from .* to .*; scale them to 0…1 first"):
        open_still(tiff(pixels, photometric="minisblack"))


@pytest.mark.parametrize(("dtype", "what"), [(np.int8, "signed numbers"), (np.uint32, "numbers of 32 bits")])
def test_other_numbers_are_named(dtype: Any, what: str) -> None:
    with pytest.raises(NotAPicture, match=f"holds {what}; save it with 8 or 16 bits"):
        open_still(tiff(GREY.astype(dtype), photometric="minisblack"))


def test_ycbcr_in_planes() -> None:
    red, green, blue = np.moveaxis(COLOR.astype(float), 2, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    planes = np.round([luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402]).clip(0, 255)
    options: dict[str, Any] = {"photometric": "ycbcr", "planarconfig": "separate", "compression": "lzw"}
    data = tiff(planes.astype(np.uint8), **options, predictor=True, subsampling=(1, 1))
    assert np.abs(read(data).astype(int) - COLOR).max() <= 3
    half = bytearray(data)
    place = data.index(struct.pack("<HHI", 530, 3, 2)) + 8
    half[place : place + 4] = struct.pack("<HH", 2, 2)
    with pytest.raises(NotAPicture, match="YCbCr in separate planes"):
        open_still(bytes(half))


def test_other_pages_are_noted() -> None:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        for _ in range(3):
            file.write((GREY / 255).astype(np.float32), iccprofile=P3)
    assert open_still(buffer.getvalue()).notes[-1] == "3 pages: only the first was read"
