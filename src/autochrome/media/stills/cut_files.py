"""WebP and interlaced PNG that end too early: decode what is there.

Their decoders give nothing then. So we complete the file in two ways, with other bytes for the missing ones: where both
pictures agree, the pixels come from the file.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.errors import PictureDamaged
from autochrome.media.stills.exif import Read
from autochrome.media.stills.reader import read_all, reading

ENDS_KNOWN = ("webp", "png")
"""The kinds of files that are handled here."""
_FILLINGS = (b"\0", b"\xa5")
_LEAST = 0.01  # share of a picture that is worth to be coloured
_MARGIN = 16  # rows above the first that differs: decoders smooth over the edges of their blocks
_SIGNATURE, _INTERLACED = 8, 28  # bytes of a PNG; place of the flag
_WORDS = ("exif-data", "xmp-data", "icc-profile-data")
_PIXELS, _ALPHA_AND_PROFILE = (b"VP8 ", b"VP8L"), 0x30  # chunks of a WebP, and flags of its header
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
"""Of an interlaced PNG: the first column and row, and the steps across and down."""
_MOST_MISSING = 50  # times what is there


@dataclass(frozen=True, slots=True)
class CutPicture:
    """What is left of a picture."""

    pixels: NDArray[Any]  # (H, W, bands) uint8 or uint16, black where nothing is known
    loss: str
    fields: dict[str, Any] = field(default_factory=dict, repr=False)  # libvips' metadata


def is_cut(kind: str, source: Path | bytes, read: Read) -> bool:
    """Whether the file is shorter than it says itself."""
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if kind == "webp":
        return int.from_bytes(read(4, 4), "little") + 8 > size
    return read(_INTERLACED, 1) == b"\1" and b"IEND" not in read(max(0, size - 4096), 4096)


def decode_cut(
    kind: str, source: Path | bytes, name: str, check_size: Callable[[int, int], None]
) -> CutPicture:
    """What is left of a file. Raises `PictureDamaged` if that is nothing."""
    data = read_all(source, name)
    whole = PictureDamaged(f"{name}: the file ends before its pixels; get the file again.")
    try:
        images = [_decode(each, kind, name, check_size) for each in _completed(kind, data)]
    except (zlib.error, struct.error, PictureDamaged) as error:
        raise whole from error
    first, second = (image.numpy().reshape(image.height, image.width, -1) for image in images)
    known = (first == second).all(-1)
    pixels = first.copy()
    if kind == "png":
        share = float(known.mean())
        _fill_from_coarser(pixels, known)
        what = "the rest is filled from coarser pixels"
    else:
        rows = len(known) if known.all() else max(0, int(np.argmin(known.all(1))) - _MARGIN)
        share = rows / len(known)
        pixels[rows:] = 0
        what = "the rest is missing"
    if share < _LEAST:
        raise whole
    if share == 1:
        return CutPicture(
            pixels, "the file ends after its pixels; metadata may be missing", _fields(images[0])
        )
    loss = f"the file ends after about {int(100 * share)} % of the picture; {what}"
    return CutPicture(np.ascontiguousarray(pixels), loss, _fields(images[0]))


def _decode(data: bytes, kind: str, name: str, check_size: Callable[[int, int], None]) -> Any:
    loader = {"webp": "webpload_buffer", "png": "pngload_buffer"}[kind]
    with reading(name):
        image = getattr(pyvips.Image, loader)(data, fail_on="none")
        check_size(image.width, image.height)
        return image.copy_memory()


def _fields(image: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {key: bytes(image.get(key)) for key in _WORDS if image.get_typeof(key)}
    for key in ("orientation", "bits-per-sample"):
        if image.get_typeof(key):
            fields[key] = int(image.get(key))
    return fields | {"resolution": (image.xres, image.yres)}


def _completed(kind: str, data: bytes) -> Iterator[bytes]:
    """The file with each of the fillings."""
    if kind == "png":
        yield from _completed_png(data)
        return
    before, at, size = [], 12, 0
    while data[at : at + 4] not in _PIXELS:
        kind_of_chunk, size = struct.unpack_from("<4sI", data, at)
        chunk = data[at : at + 8 + size + size % 2]
        if kind_of_chunk == b"VP8X":  # says what follows; only alpha and a profile stand before the pixels
            chunk = chunk[:8] + bytes([chunk[8] & _ALPHA_AND_PROFILE]) + chunk[9:]
        before.append(chunk)
        at += len(chunk)
    head = data[at : at + 8]
    (size,) = struct.unpack_from("<I", head, 4)
    pixels = data[at + 8 : at + 8 + size]
    if size > _MOST_MISSING * len(pixels):  # a damaged size, or nothing is left
        raise struct.error("too much is missing")
    for filling in _FILLINGS:
        body = b"WEBP" + b"".join(before) + head + pixels + filling * (size - len(pixels)) + bytes(size % 2)
        yield b"RIFF" + struct.pack("<I", len(body)) + body


def _completed_png(data: bytes) -> Iterator[bytes]:
    """The pixels are unpacked as far as they go; then each row lacks its filter, which 0 says."""
    width, height, bits, color = struct.unpack_from(">IIBB", data, 16)
    at, before, packed = _SIGNATURE, [], b""
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            packed += data[at + 8 : at + 8 + size]
        elif not packed and kind != b"IEND":
            before.append(data[at : at + 12 + size])
        at += 12 + size
    unpacked = zlib.decompressobj().decompress(packed)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(color, 1)
    rows = list(_pass_rows(width, height, channels * bits))
    for filling in _FILLINGS:
        complete = unpacked + b"".join(b"\0" + filling * row for row in rows)[len(unpacked) :]
        chunk = zlib.compress(complete, 1)
        parts = [data[:_SIGNATURE], *before, _chunk(b"IDAT", chunk), _chunk(b"IEND", b"")]
        yield b"".join(parts)


def _pass_rows(width: int, height: int, bits: int) -> Iterator[int]:
    """Bytes of every row of the seven passes, without the byte of the filter."""
    for left, top, across, down in _PASSES:
        count = len(range(left, width, across))
        if count:
            yield from [(count * bits + 7) // 8] * len(range(top, height, down))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _fill_from_coarser(pixels: NDArray[Any], known: NDArray[np.bool_]) -> None:
    """Pass by pass, a missing pixel gets the colour to its left or above it; black if that is missing too."""
    pixels[~known] = 0
    for left, top, across, down in _PASSES[1:]:
        own = pixels[top::down, left::across]
        height, width = own.shape[:2]
        missing = ~known[top::down, left::across]
        own[missing] = pixels[::down, ::across][:height, :width][missing]
