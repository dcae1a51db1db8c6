"""Strips of pixels as the bytes of an uncompressed TIFF, made while libvips reads them.

This is our own because of the promise that memory does not grow with the image. libvips asks for bytes, our strips
arrive one after the other, and its wheel has no loader for PPM or raw streams. Its TIFF loader reads strip after strip
without a copy. So we send it a BigTIFF that never exists as a whole: first the header, then the pixels as they arrive.
"""

import os
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_STRIP = 2**19  # bytes that the loader reads at a time
_SHORT, _LONG, _LONG8 = 3, 4, 16


def tiff_header(height: int, width: int, bands: int, depth: int) -> bytes:
    """The bytes of a BigTIFF before its pixels: little-endian, 1 or 3 bands of 8 or 16 bits."""
    line = width * bands * depth // 8
    rows = max(1, min(height, _STRIP // line))
    count = -(-height // rows)
    lists = 16 + 8 + 10 * 20 + 8  # offset of the two lists, after header and directory
    data = lists + (16 * count if count > 1 else 0)
    starts = data + np.arange(count, dtype="<u8") * np.uint64(rows * line)
    sizes = np.full(count, rows * line, "<u8")
    sizes[-1] = line * (height - rows * (count - 1))
    one = count == 1  # a list of one number is stored in the entry itself
    entries = [
        _entry(256, _LONG, 1, width),
        _entry(257, _LONG, 1, height),
        _entry(258, _SHORT, bands, sum(depth << 16 * i for i in range(bands))),
        _entry(259, _SHORT, 1, 1),  # uncompressed
        _entry(262, _SHORT, 1, 2 if bands == 3 else 1),  # RGB, or black is zero
        _entry(273, _LONG8, count, data if one else lists),
        _entry(277, _SHORT, 1, bands),
        _entry(278, _LONG, 1, rows),
        _entry(279, _LONG8, count, int(sizes[0]) if one else lists + 8 * count),
        _entry(284, _SHORT, 1, 1),  # bands interleaved
    ]
    head = struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, len(entries)) + b"".join(entries) + bytes(8)
    return head if one else head + starts.tobytes() + sizes.tobytes()


def _entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack("<HHQQ", tag, kind, count, value)


class TiffStream:
    """A file that is read once: the header from memory, the pixels from `next_strip` (None after the last one)."""

    def __init__(
        self, size: tuple[int, int, int], depth: int, next_strip: Callable[[], NDArray[Any] | None]
    ) -> None:
        """size: (height, width, bands); depth: 8 or 16 bits."""
        self._head = tiff_header(*size, depth)
        self._total = len(self._head) + size[0] * size[1] * size[2] * depth // 8
        self._order = np.dtype(np.uint8 if depth == 8 else "<u2")
        self._next = next_strip
        self._position = 0
        self._reached = len(self._head)  # pixels before this offset have been read
        self._rest = memoryview(b"")

    def read(self, size: int) -> bytes | memoryview | None:
        """At most `size` bytes from the current position; None at the end, or if these pixels have been read."""
        if self._position < len(self._head):
            piece: bytes | memoryview = self._head[self._position : self._position + size]
        elif self._position == self._reached:
            piece = self._pixels(size)
        else:
            return None
        self._position += len(piece)
        return piece or None

    def _pixels(self, size: int) -> memoryview:
        if not self._rest:
            strip = self._next()
            if strip is None:
                return self._rest
            self._rest = np.ascontiguousarray(strip, self._order).data.cast("B")
        piece, self._rest = self._rest[:size], self._rest[size:]
        self._reached += len(piece)
        return piece

    def seek(self, offset: int, whence: int) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._total}[whence]
        self._position = start + offset
        return self._position
