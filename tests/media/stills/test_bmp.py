"""Bitmaps made by hand, of the kinds Pillow does not write."""

import struct

import numpy as np
import pytest
from numpy.typing import NDArray

from autochrome.errors import NotAPicture, PictureDamaged
from autochrome.media.stills.bmp import bitmap_header, read_bitmap
from pictures import ALPHA, COLOR, GREY, HEIGHT, P3, WIDTH, pil


def bitmap(
    rows: NDArray[np.uint8],
    bits: int,
    *,
    size: tuple[int, int] = (HEIGHT, WIDTH),
    compression: int = 0,
    info: int = 40,
    palette: bytes = b"",
    masks: tuple[int, ...] = (),
    behind: bytes = b"",
) -> bytes:
    """`rows` are (H, bytes), from top to bottom, written the usual way, last row first."""
    height, width = size
    stride = (width * bits + 31) // 32 * 4
    pixels = b"".join(bytes(row).ljust(stride, b"\0") for row in rows[::-1])
    head = struct.pack(
        "<IiiHHIIiiII", info, width, height, 1, bits, compression, len(pixels), 11811, 11811, 0, 0
    )
    head += b"".join(struct.pack("<I", mask) for mask in masks)
    if info == 124:
        kind = b"DEBM" if behind else b"BGRs"
        head = head.ljust(56, b"\0") + kind
        head = head.ljust(112, b"\0") + struct.pack("<II", info + len(palette) + len(pixels), len(behind))
    head = head.ljust(info, b"\0")
    start = 14 + len(head) + len(palette)
    return struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start) + head + palette + pixels + behind


def test_alpha_from_a_mask() -> None:
    rows = np.dstack((COLOR[..., ::-1], ALPHA)).reshape(HEIGHT, -1)
    data = bitmap(rows, 32, compression=3, info=124, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000))
    pixels, facts = read_bitmap(data, "x")
    np.testing.assert_array_equal(pixels, np.dstack((COLOR, ALPHA)))
    assert facts == {"resolution": (11.811, 11.811)}


def test_an_empty_mask_is_no_alpha() -> None:
    rows = np.dstack((COLOR[..., ::-1], ALPHA)).reshape(HEIGHT, -1)
    data = bitmap(rows, 32, compression=3, info=124, masks=(0xFF0000, 0xFF00, 0xFF, 0))
    np.testing.assert_array_equal(read_bitmap(data, "x")[0], COLOR)


@pytest.mark.parametrize(
    ("masks", "bits"),
    [((), (5, 5, 5)), ((0xF800, 0x07E0, 0x001F), (5, 6, 5)), ((0xF00, 0xF0, 0xF), (4, 4, 4))],
)
def test_16_bits_are_stretched_to_the_full_range(masks: tuple[int, ...], bits: tuple[int, int, int]) -> None:
    levels = np.stack([COLOR[..., i] >> (8 - b) for i, b in enumerate(bits)], -1).astype(np.uint16)
    codes = levels[..., 0] << (bits[1] + bits[2]) | levels[..., 1] << bits[2] | levels[..., 2]
    rows = codes.astype("<u2").view(np.uint8).reshape(HEIGHT, -1)
    data = bitmap(rows, 16, compression=3 if masks else 0, info=52 if masks else 40, masks=masks)
    expected = np.round(levels * (255 / (2 ** np.array(bits) - 1)))
    np.testing.assert_array_equal(read_bitmap(data, "x")[0], expected)


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_a_palette_of_greys_stays_grey(bits: int) -> None:
    codes = GREY >> (8 - bits)
    greys = np.round(np.linspace(0, 255, 2**bits)).astype(np.uint8)
    palette = np.stack((greys, greys, greys, np.zeros_like(greys)), -1).tobytes()
    rows = np.packbits(np.unpackbits(codes[..., None], axis=-1)[..., 8 - bits :].reshape(HEIGHT, -1), axis=1)
    pixels, _ = read_bitmap(bitmap(rows, bits, palette=palette), "x")
    np.testing.assert_array_equal(pixels, greys[codes][..., None])


def test_the_header_of_os2() -> None:
    palette = b"\x10\x20\x30\x40\x50\x60"  # two entries of blue, green, red
    start = 26 + len(palette)
    head = struct.pack("<2sIHHIIHHHH", b"BM", 0, 0, 0, start, 12, 2, 1, 1, 1)
    pixels, _ = read_bitmap(head + palette + b"\x40\0\0\0", "x")
    np.testing.assert_array_equal(pixels, [[[0x30, 0x20, 0x10], [0x60, 0x50, 0x40]]])


def test_rows_from_top_to_bottom() -> None:
    data = bytearray(pil(COLOR, "BMP"))
    struct.pack_into("<i", data, 22, -HEIGHT)
    np.testing.assert_array_equal(read_bitmap(bytes(data), "x")[0], COLOR[::-1])


def test_an_embedded_profile() -> None:
    rows = COLOR[..., ::-1].reshape(HEIGHT, -1)
    assert read_bitmap(bitmap(rows, 24, info=124, behind=P3), "x")[1]["icc-profile-data"] == P3
    assert "icc-profile-data" not in read_bitmap(bitmap(rows, 24, info=124), "x")[1]


@pytest.mark.parametrize(
    ("place", "value", "error"),
    [(18, -5, PictureDamaged), (22, 0, PictureDamaged), (14, 8, PictureDamaged), (10, 10**6, PictureDamaged),
     (30, 1, NotAPicture), (30, 4, NotAPicture)],
)  # fmt: skip
def test_an_invalid_header(place: int, value: int, error: type[Exception]) -> None:
    data = bytearray(pil(COLOR, "BMP"))
    struct.pack_into("<i", data, place, value)
    with pytest.raises(error, match=r"^holiday\.bmp: "):
        read_bitmap(bytes(data), "holiday.bmp")


def test_a_colour_outside_the_palette() -> None:
    data = bitmap(np.full((HEIGHT, WIDTH), 3, np.uint8), 8, palette=bytes(8))
    with pytest.raises(PictureDamaged, match="palette"):
        read_bitmap(data, "x")


def test_the_header_alone_gives_the_size() -> None:
    head = bitmap_header(pil(COLOR, "BMP")[:54], "x")
    assert (head.width, head.height, head.bits) == (WIDTH, HEIGHT, 24)
    with pytest.raises(PictureDamaged, match="header"):
        bitmap_header(b"BM\0\0", "x")
