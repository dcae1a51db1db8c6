"""Read Windows bitmaps. This is our own because the wheel of libvips cannot read them; they are rows of pixels."""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import NotAPicture, PictureDamaged

_PLAIN, _MASKED, _MASKED_ALPHA = 0, 3, 6  # of the compressions, these leave the pixels as they are
_ICC_INSIDE = b"DEBM"  # 'MBED', little-endian


@dataclass(frozen=True, slots=True)
class BitmapHeader:
    """The header of a bitmap."""

    width: int
    height: int
    bits: int  # per pixel: 1, 4, 8 with a palette; 16, 24, 32 direct
    compression: int
    upside_down: bool  # the usual case: the last row is stored first
    pixels: int  # offset of the pixels in bytes
    dots: int  # per metre, horizontally; 0 if unknown
    info: int  # size of the inner header in bytes: 12 for OS/2, 40 and more for Windows


def bitmap_header(data: bytes, name: str) -> BitmapHeader:
    """Read the first 54 bytes, to know the size before the pixels are read."""
    try:
        (start,) = struct.unpack_from("<I", data, 10)
        (info,) = struct.unpack_from("<I", data, 14)
        if info == 12:
            width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
            compression = dots = 0
        else:
            width, height, _, bits, compression, _, dots = struct.unpack_from("<iiHHIIi", data, 18)
    except struct.error as error:
        raise PictureDamaged(f"{name}: the bitmap ends inside its header; get the file again.") from error
    if info < 12 or width < 1 or height == 0:
        raise PictureDamaged(f"{name}: the header of the bitmap is invalid; get the file again.")
    if bits not in (1, 4, 8, 16, 24, 32) or compression not in (_PLAIN, _MASKED, _MASKED_ALPHA):
        raise NotAPicture(
            f"{name}: this kind of bitmap (compressed, or of odd depth) is not supported; save it as PNG."
        )
    return BitmapHeader(width, abs(height), bits, compression, height > 0, start, max(0, dots), info)


def read_bitmap(data: bytes, name: str) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """The bytes of a whole file → (H, W, bands) uint8 with 1, 3 or 4 bands (grey, RGB, RGBA), and its metadata."""
    head = bitmap_header(data, name)
    stride = (head.width * head.bits + 31) // 32 * 4
    if head.pixels + stride * head.height > len(data):
        raise PictureDamaged(f"{name}: the bitmap is incomplete; get the file again.")
    rows: NDArray[np.uint8] = np.frombuffer(data, np.uint8, stride * head.height, head.pixels)
    rows = rows.reshape(head.height, stride)
    if head.upside_down:
        rows = rows[::-1]
    result = _from_palette(rows, head, data, name) if head.bits <= 8 else _direct(rows, head, data)
    facts: dict[str, Any] = {"resolution": (head.dots / 1000, head.dots / 1000)} if head.dots else {}
    if (profile := _profile(data, head)) is not None:
        facts["icc-profile-data"] = profile
    return np.ascontiguousarray(result), facts


def _from_palette(rows: NDArray[np.uint8], head: BitmapHeader, data: bytes, name: str) -> NDArray[np.uint8]:
    per_byte = 8 // head.bits
    shifts = np.arange(per_byte - 1, -1, -1, dtype=np.uint8) * np.uint8(head.bits)
    codes = (rows[:, :, None] >> shifts & np.uint8(2**head.bits - 1)).reshape(head.height, -1)[
        :, : head.width
    ]
    entry = 3 if head.info == 12 else 4
    begin = 14 + head.info + (12 if head.info == 40 and head.compression == _MASKED else 0)
    count = min(2**head.bits, max(0, head.pixels - begin) // entry)
    if codes.max(initial=0) >= count:
        raise PictureDamaged(
            f"{name}: the bitmap uses colours that are not in its palette; get the file again."
        )
    palette = np.frombuffer(data, np.uint8, count * entry, begin).reshape(count, entry)[:, 2::-1]
    if (palette == palette[:, :1]).all():
        palette = palette[:, :1]
    result: NDArray[np.uint8] = palette[codes]
    return result


def _direct(rows: NDArray[np.uint8], head: BitmapHeader, data: bytes) -> NDArray[np.uint8]:
    if head.bits == 24:
        return rows[:, : 3 * head.width].reshape(head.height, head.width, 3)[..., ::-1]
    codes = rows.view("<u2" if head.bits == 16 else "<u4")[:, : head.width]
    bands = [_band(codes, mask) for mask in _masks(head, data)]
    return np.stack(bands, -1)


def _masks(head: BitmapHeader, data: bytes) -> list[int]:
    """The bits of red, green, blue and, if there is one, alpha."""
    if head.compression == _PLAIN:
        return [0x7C00, 0x03E0, 0x001F] if head.bits == 16 else [0xFF0000, 0xFF00, 0xFF]
    count = 4 if head.info >= 56 or head.compression == _MASKED_ALPHA else 3
    masks = list(struct.unpack_from(f"<{count}I", data.ljust(70, b"\0"), 54))
    return masks if count == 3 or masks[3] else masks[:3]


def _band(codes: NDArray[Any], mask: int) -> NDArray[np.uint8]:
    """The bits under `mask`, scaled to 0…255."""
    if not mask:
        return np.zeros(codes.shape, np.uint8)
    low = (mask & -mask).bit_length() - 1
    most = mask >> low
    value = (codes.astype(np.uint32) & np.uint32(mask)) >> np.uint32(low)
    return np.round(value * (255 / most)).astype(np.uint8)


def _profile(data: bytes, head: BitmapHeader) -> bytes | None:
    if head.info < 124 or data[14 + 56 : 14 + 60] != _ICC_INSIDE:
        return None
    start, size = struct.unpack_from("<II", data, 14 + 112)
    return data[14 + start : 14 + start + size] or None
