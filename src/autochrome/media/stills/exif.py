"""Metadata in TIFF directories. EXIF is such a directory inside a JPEG; a TIFF file has the same entries among its own.

This is our own because libvips neither reads nor writes EXIF in TIFF files, only in all others. So we read it from a
TIFF as the block that other files hold, and write such a block into a TIFF after libvips has written it.
"""

import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np

EXIF, GPS, INTEROP, SUB_IFDS = 34665, 34853, 40965, 330
COMPRESSION, ORIENTATION, IPTC, PHOTOSHOP = 259, 274, 33723, 34377
IMAGE_WIDTH, IMAGE_HEIGHT, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 256, 257, 282, 283, 296
NO_UNIT, CENTIMETRE = 1, 3  # of the resolution's unit
EXIF_NAME = b"Exif\0\0"  # JPEG stores this before the block
_DESCRIPTIVE = {269, 270, 271, 272, 285, 305, 306, 315, 316, 18246, 33432, 40091, 40092, 40093, 40094, 40095}
_WIDTH, _HEIGHT, _COLOR_SPACE = 40962, 40963, 40961
_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_FORMATS = {
    1: "u1",
    3: "u2",
    4: "u4",
    5: "u4",
    6: "i1",
    8: "i2",
    9: "i4",
    10: "i4",
    11: "f4",
    12: "f8",
    13: "u4",
}
_FORMATS |= {16: "u8", 17: "i8", 18: "u8"}  # TIFF's numbers for types of numbers, as numpy calls them
_LARGEST = 1 << 20  # bytes of one value; a larger one is not metadata
_MAX_ENTRIES = 1000
_LONG, _BYTES = 4, 7

Read: TypeAlias = Callable[[int, int], bytes]
"""(offset, size) → at most `size` bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value: TIFF's number for its type, the count, and the bytes, little-endian; or another directory."""

    kind: int
    count: int
    data: bytes
    below: "Directory | None" = None


Directory: TypeAlias = dict[int, Entry]


def read_directories(read: Read, most: int = 1, first: int = 0) -> list[Directory]:
    """At most `most` directories of a TIFF or an EXIF block, from number `first` on: those of its pages.

    Damaged entries are left out, and so is a chain of directories that leads back to itself.
    """
    head = read(0, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    found: list[Directory] = []
    try:
        if order is None:
            return []
        big = struct.unpack_from(order + "H", head, 2)[0] == 43
        pointer, place = ("Q", 8) if big else ("I", 4)
        (start,) = struct.unpack_from(order + pointer, head, place)
        seen: set[int] = set()
        while start and len(found) < most and start not in seen:
            if len(seen) >= first:
                found.append(_directory(read, start, order, big, (EXIF, GPS, SUB_IFDS)))
            seen.add(start)
            (start,) = struct.unpack(order + pointer, _next_pointer(read, start, order, big))
    except struct.error:
        pass  # the file ends here
    return found


def _next_pointer(read: Read, start: int, order: str, big: bool) -> bytes:
    """The bytes after the entries of the directory at `start`: the offset of the next one."""
    counted, entry, size = (8, 20, 8) if big else (2, 12, 4)
    (count,) = struct.unpack(order + ("Q" if big else "H"), read(start, counted))
    return read(start + counted + count * entry, size)


def read_directory(read: Read) -> Directory:
    """The first directory of a TIFF or an EXIF block."""
    return next(iter(read_directories(read)), {})


def _directory(read: Read, start: int, order: str, big: bool, inner: tuple[int, ...]) -> Directory:
    counted, entry, pointer = (8, 20, "Q") if big else (2, 12, "I")
    (count,) = struct.unpack(order + ("Q" if big else "H"), read(start, counted))
    block = read(start + counted, min(count, _MAX_ENTRIES) * entry)
    found: Directory = {}
    for at in range(0, len(block) - entry + 1, entry):
        tag, kind, number = struct.unpack_from(order + "HH" + pointer, block, at)
        size = _SIZES.get(kind, 0) * number
        if not 0 < size <= _LARGEST:
            continue
        room = 8 if big else 4
        data = block[at + entry - room : at + entry][:size]
        if size > room:
            data = read(struct.unpack_from(order + pointer, block, at + entry - room)[0], size)
        if len(data) == size:
            found[tag] = Entry(kind, number, _little(data, kind, order))
        if tag in inner and tag in found:
            unit = _SIZES[kind]
            below = int.from_bytes(found[tag].data[:unit], "little")
            with suppress(struct.error):  # the inner directory is damaged: it stays a plain number
                found[tag] = Entry(_LONG, 1, bytes(4), _directory(read, below, order, big, (INTEROP,)))
    return found


def _little(data: bytes, kind: int, order: str) -> bytes:
    unit = 4 if kind in (5, 10) else _SIZES[kind]  # a fraction consists of two numbers
    return (
        data if order == "<" or unit == 1 else np.frombuffer(data, f">u{unit}").astype(f"<u{unit}").tobytes()
    )


def read_block(exif: bytes) -> Directory:
    """The directory of an EXIF block, with or without the name that JPEG stores before it."""
    block = exif.removeprefix(EXIF_NAME)
    return read_directory(lambda offset, size: block[offset : offset + size])


def tiff_metadata(exif: bytes | None, iptc: bytes | None) -> Directory:
    """The entries for a TIFF: the descriptive ones of an EXIF block, and bare IPTC records."""
    entries = descriptive(read_block(exif)) if exif else {}
    return entries | {IPTC: Entry(_BYTES, len(iptc), iptc)} if iptc else entries


def descriptive(directory: Directory) -> Directory:
    """The entries about the content of the image, without those about stored pixels and orientation."""
    return {
        tag: entry
        for tag, entry in directory.items()
        if tag in _DESCRIPTIVE or (tag in (EXIF, GPS) and entry.below)
    }


def numbers(directory: Directory, tag: int) -> tuple[float, ...]:
    """All values of an entry: whole numbers, or fractions. Empty if it is missing."""
    entry = directory.get(tag)
    if entry is None or entry.kind not in _FORMATS:
        return ()
    found = np.frombuffer(entry.data, "<" + _FORMATS[entry.kind])
    if entry.kind in (5, 10):
        with np.errstate(all="ignore"):
            found = found[::2] / found[1::2]
    return tuple(found.tolist())


def number(directory: Directory, tag: int) -> int:
    """A value that is one whole number; 0 if it is missing."""
    return int(next(iter(numbers(directory, tag)), 0)) if tag in directory else 0


def block_of(directory: Directory) -> bytes | None:
    """An EXIF block for files that are not TIFF; None if there are no entries."""
    if not directory:
        return None
    return EXIF_NAME + b"II*\0" + struct.pack("<I", 8) + pack_directory(directory, 8)


def pack_directory(directory: Directory, start: int, big: bool = False) -> bytes:
    """The bytes of a directory at offset `start` with all its values, little-endian. big: in the form of a BigTIFF."""
    counted, entry_size, pointer = (8, 20, "Q") if big else (2, 12, "I")
    room = struct.calcsize(pointer)
    after = start + counted + entry_size * len(directory) + room
    entries, beyond = [], b""
    for tag, entry in sorted(directory.items()):
        offset = after + len(beyond)
        data = entry.data if entry.below is None else pack_directory(entry.below, offset, big)
        value = data.ljust(room, b"\0")
        if entry.below is not None or len(data) > room:
            value = struct.pack("<" + pointer, offset)
            beyond += data + bytes(-len(data) % 8)
        entries.append(struct.pack("<HH" + pointer, tag, entry.kind, entry.count) + value)
    count = len(entries).to_bytes(counted, "little")
    return count + b"".join(entries) + bytes(room) + beyond


def add_to_tiff(path: Path, added: Directory, height: int, width: int) -> None:
    """Add entries to the first directory of a little-endian TIFF; entries that exist are kept.

    The new directory is written at the end of the file; nothing else moves.
    """
    with path.open("r+b") as file:
        head = file.read(16)
        if not added or head[:2] != b"II":
            return
        big = head[2] == 43
        pointer, offset = ("Q", 8) if big else ("I", 4)
        entries = _raw_entries(file, struct.unpack_from("<" + pointer, head, offset)[0], big)
        fresh = {
            tag: entry for tag, entry in correct_entries(added, height, width).items() if tag not in entries
        }
        file.seek(0, 2)
        file.write(bytes(-file.tell() % 8))
        for tag, entry in fresh.items():
            entries[tag] = _placed(file, tag, entry, big)
        start = file.tell()
        file.write(struct.pack("<Q" if big else "<H", len(entries)))
        file.write(b"".join(entries[tag] for tag in sorted(entries)) + bytes(8 if big else 4))
        file.seek(offset)
        file.write(struct.pack("<" + pointer, start))


def _raw_entries(file: BinaryIO, start: int, big: bool) -> dict[int, bytes]:
    file.seek(start)
    count = int.from_bytes(file.read(8 if big else 2), "little")
    block = file.read(count * (size := 20 if big else 12))
    pieces = [block[at : at + size] for at in range(0, len(block), size)]
    return {int.from_bytes(piece[:2], "little"): piece for piece in pieces}


def _placed(file: BinaryIO, tag: int, entry: Entry, big: bool) -> bytes:
    """One entry as bytes; a value that does not fit into it is written at the current position of the file."""
    pointer, room = ("Q", 8) if big else ("I", 4)
    start = file.tell()
    data = pack_directory(entry.below, start, big) if entry.below is not None else entry.data
    value = data.ljust(room, b"\0")
    if entry.below is not None or len(data) > room:
        file.write(data + bytes(-len(data) % 8))
        value = struct.pack("<" + pointer, start)
    return struct.pack("<HH" + pointer, tag, entry.kind, entry.count) + value


def correct_entries(added: Directory, height: int, width: int) -> Directory:
    """If EXIF names size and colour space, set them to those of the written image (sRGB)."""
    below = added[EXIF].below if EXIF in added else None
    if below is None:
        return added
    true = {
        _COLOR_SPACE: Entry(3, 1, b"\1\0"),
        _WIDTH: Entry(_LONG, 1, struct.pack("<I", width)),
        _HEIGHT: Entry(_LONG, 1, struct.pack("<I", height)),
    }
    inner = {tag: true.get(tag, entry) for tag, entry in below.items()}
    return {**added, EXIF: Entry(_LONG, 1, bytes(4), inner)}
