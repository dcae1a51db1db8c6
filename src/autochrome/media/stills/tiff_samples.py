"""TIFF samples that libvips does not show as 8 or 16 bits, or shows wrongly. Decoded into memory.

These are 2…15 bits, floats, and YCbCr in separate planes.

libtiff unpacks the strips of any depth, but libvips reads only whole bytes. So we give it the same strips under a
directory of ours, in which a row is a row of bytes, and take the bits of those bytes apart.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.errors import NotAPicture
from autochrome.media.stills.exif import (
    COMPRESSION,
    IMAGE_HEIGHT,
    IMAGE_WIDTH,
    Directory,
    Entry,
    number,
    numbers,
    pack_directory,
)
from autochrome.media.stills.reader import reading

_BITS, _PHOTOMETRIC, _FILL_ORDER, _STRIPS, _SAMPLES = 258, 262, 266, 273, 277
_ROWS, _SIZES, _PLANAR, _PREDICTOR, _TILES, _FORMAT, _SUBSAMPLING = 278, 279, 284, 317, 322, 339, 530
_SEPARATE = 2
_BYTE_CODECS = {0, 1, 5, 8, 32773, 32946, 34925, 50000}  # give the bytes of a strip, whatever is in them
_COLORS = {0: 1, 1: 1, 2: 3, 6: 3}  # photometric interpretation → channels: grey (2 ways), RGB, YCbCr
_YCBCR = 6
_FLOAT = 3
_SHORT, _LONG, _LONG8 = 3, 4, 16
_CHUNK = 1 << 24  # bits that are taken apart at a time
_SLACK = 0.01  # floats may go beyond 0…1 by so much


@dataclass(frozen=True, slots=True)
class OddSamples:
    """How the samples of a page are stored."""

    directory: Directory
    bits: int
    floats: bool
    page: int

    def decode(self, data: bytes, name: str) -> NDArray[Any]:
        """The bytes of a file → (H, W, channels) uint8 or uint16, white at 255 or 65535."""
        return _floats(data, self.page, name) if self.floats else _unpacked(self, data, name)


def odd_samples(directory: Directory, page: int) -> OddSamples | None:
    """The samples of a page that needs this module and can be read by it; else None."""
    bits = {*numbers(directory, _BITS)}
    formats = {*numbers(directory, _FORMAT)} or {1}
    colors = _COLORS.get(number(directory, _PHOTOMETRIC))
    if len(bits) != 1 or colors is None:
        return None
    depth = int(bits.pop())
    photometric, planar = number(directory, _PHOTOMETRIC), number(directory, _PLANAR) == _SEPARATE
    if formats == {_FLOAT}:
        fits = depth in (16, 32) and photometric in (1, 2)
        return OddSamples(directory, depth, True, page) if fits else None
    plain = formats == {1} and number(directory, COMPRESSION) in _BYTE_CODECS
    if not plain or _TILES in directory or _STRIPS not in directory or depth > 16:
        return None
    if photometric == _YCBCR:
        whole = numbers(directory, _SUBSAMPLING) == (1, 1)
        return OddSamples(directory, depth, False, page) if planar and whole and depth == 8 else None
    known = depth in (8, 16) or (colors == 1 and depth in (1, 2, 4) and number(directory, _SAMPLES) <= 1)
    return (
        OddSamples(directory, depth, False, page)
        if not known and number(directory, _PREDICTOR) <= 1
        else None
    )


def _floats(data: bytes, page: int, name: str) -> NDArray[np.uint16]:
    with reading(name):
        image = pyvips.Image.tiffload_buffer(data, page=page, fail_on="error")
        pixels = np.atleast_3d(image.numpy())
    low, high = float(pixels.min()), float(pixels.max())
    if not (low >= -_SLACK and high <= 1 + _SLACK):  # also if one is not a number
        raise NotAPicture(f"{name}: holds floats from {low:.4g} to {high:.4g}; scale them to 0…1 first.")
    codes: NDArray[np.uint16] = np.round(np.clip(pixels, 0, 1) * np.float64(65535)).astype(np.uint16)
    return codes


def _unpacked(given: OddSamples, data: bytes, name: str) -> NDArray[Any]:
    directory, bits = given.directory, given.bits
    width, height = number(directory, IMAGE_WIDTH), number(directory, IMAGE_HEIGHT)
    samples = max(1, number(directory, _SAMPLES))
    planes = samples if number(directory, _PLANAR) == _SEPARATE else 1
    across = width * samples // planes  # samples in a stored row
    stored = [
        _rows(data, directory, (across * bits + 7) // 8, plane, planes, name) for plane in range(planes)
    ]
    codes = [_codes(rows, across, bits) for rows in stored]
    pixels = np.stack(codes, -1) if planes > 1 else codes[0].reshape(height, width, samples)
    white = 2**bits - 1
    if number(directory, _PHOTOMETRIC) == 0:
        pixels[..., 0] = white - pixels[..., 0]
    most = 255 if bits <= 8 else 65535
    scaled = (np.arange(white + 1, dtype=np.uint64) * most + white // 2) // white
    result: NDArray[Any] = scaled.astype(np.uint8 if bits <= 8 else np.uint16)[pixels]
    return result


def _rows(
    data: bytes, directory: Directory, width: int, plane: int, planes: int, name: str
) -> NDArray[np.uint8]:
    """(H, width) bytes of one plane, as libtiff unpacks them."""
    big = data[2:4] in (b"+\0", b"\0+")
    fields: Directory = {
        IMAGE_WIDTH: Entry(_LONG, 1, struct.pack("<I", width)),
        _BITS: Entry(_SHORT, 1, struct.pack("<H", 8)),
        _PHOTOMETRIC: Entry(_SHORT, 1, struct.pack("<H", 1)),
        _SAMPLES: Entry(_SHORT, 1, struct.pack("<H", 1)),
    }
    fields |= {
        tag: directory[tag]
        for tag in (IMAGE_HEIGHT, COMPRESSION, _FILL_ORDER, _ROWS, _PREDICTOR)
        if tag in directory
    }
    for tag in (_STRIPS, _SIZES):
        if tag in directory:
            places = np.array(numbers(directory, tag), "<u8")
            part = places[plane * len(places) // planes : (plane + 1) * len(places) // planes]
            kind, form = (_LONG8, "<u8") if big else (_LONG, "<u4")
            fields[tag] = Entry(kind, len(part), part.astype(form).tobytes())
    start = len(data) + len(data) % 2
    head = b"II+\0\x08\0\0\0" + struct.pack("<Q", start) if big else b"II*\0" + struct.pack("<I", start)
    content = head + data[len(head) :] + bytes(start - len(data)) + pack_directory(fields, start, big)
    with reading(name):
        return np.asarray(pyvips.Image.tiffload_buffer(content, fail_on="error").numpy())


def _codes(rows: NDArray[np.uint8], across: int, bits: int) -> NDArray[np.uint16]:
    """(H, across) numbers."""
    if bits == 8:
        return rows[:, :across].astype(np.uint16)
    found = np.empty((len(rows), across), np.uint16)
    step = max(1, _CHUNK // max(1, across * bits))
    for top in range(0, len(rows), step):
        ones = np.unpackbits(rows[top : top + step], axis=1)[:, : across * bits].reshape(-1, across, bits)
        value = np.zeros(ones.shape[:2], np.uint16)
        for bit in range(bits):
            value = value << 1 | ones[..., bit]
        found[top : top + step] = value
    return found
