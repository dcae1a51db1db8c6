"""Join TIFF files of one page to one file of several pages.

libvips writes several pages only if all have one size; here each keeps its own.
"""

import shutil
import struct
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from autochrome.errors import OutputNotWritable
from autochrome.media.stills.exif import Directory, Entry, numbers, pack_directory, read_directory

_STRIP_OFFSETS, _TILE_OFFSETS = 273, 324
_SUBFILE, _PAGE_NUMBER = 254, 297
_PAGE = 2  # kind of subfile
_SHORT, _LONG, _LONG8 = 3, 4, 16
_CLASSIC = 4_000_000_000  # bytes; a larger file needs offsets of 64 bits


class TiffPages:
    """An empty file that takes pages. big: for more than 4 GB of pixels (BigTIFF)."""

    def __init__(self, path: Path, *, pixels: int) -> None:
        self._path, self._big, self._count = path, pixels > _CLASSIC, 0
        head = struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0) if self._big else struct.pack("<2sHI", b"II", 42, 0)
        path.write_bytes(head)
        self._link = 8 if self._big else 4  # where the offset of the next page goes

    def add(self, page: Path) -> None:
        """Append the first page of a TIFF file."""
        with page.open("rb") as source, self._path.open("r+b") as file:
            directory = read_directory(lambda offset, size: _read(source, offset, size))
            if source.seek(0) or source.read(2) != b"II" or not directory:
                raise OutputNotWritable(f"{page}: its pages cannot be joined on this machine; write .png.")
            base = _go_to_end(file)
            source.seek(0)
            shutil.copyfileobj(source, file, 1 << 20)
            start = _go_to_end(file)
            file.write(pack_directory(self._placed(directory, base), start, self._big))
            pointer, counted, entry = ("<Q", 8, 20) if self._big else ("<I", 2, 12)
            file.seek(self._link)
            file.write(struct.pack(pointer, start))
            self._link = start + counted + entry * (len(directory | self._own_entries()))
        self._count += 1

    def _placed(self, directory: Directory, base: int) -> Directory:
        """The entries of a page whose bytes begin at `base`."""
        placed = directory | self._own_entries()
        for tag in (_STRIP_OFFSETS, _TILE_OFFSETS):
            if tag in directory:
                offsets = [int(offset) + base for offset in numbers(directory, tag)]
                kind, letter = (_LONG8, "Q") if self._big else (_LONG, "I")
                data = struct.pack(f"<{len(offsets)}{letter}", *offsets)
                placed[tag] = replace(directory[tag], kind=kind, data=data)
        return placed

    def _own_entries(self) -> Directory:
        page = struct.pack("<HH", self._count & 0xFFFF, 0)
        return {
            _SUBFILE: Entry(_LONG, 1, struct.pack("<I", _PAGE)),
            _PAGE_NUMBER: Entry(_SHORT, 2, page),
        }


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _go_to_end(file: BinaryIO) -> int:
    file.seek(0, 2)
    file.write(bytes(-file.tell() % 8))
    return file.tell()
