"""Ogg is a row of pages, each with a checksum and a number that grows by one in its stream."""

from zlib import crc32

from autochrome.media.films.structure.pieces import FileBytes

_HEADER = 27  # bytes, without the sizes of the segments
_FIRST = 2  # this flag marks the first page of a stream
_REVERSED = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))
"""Each byte with its bits in the other order: the checksum of Ogg is that of zlib from the other end."""


def find_break_in_ogg(data: FileBytes) -> int | None:
    """The first page that is missing or damaged."""
    place = 0
    next_number: dict[bytes, int] = {}  # of each stream
    while place < data.size:
        header = data.at(place, _HEADER)
        if not header.startswith(b"OggS"):
            return place
        segments = header[26]
        size = _HEADER + segments + sum(data.at(place + _HEADER, segments))
        page = data.at(place, size)
        if len(page) < size:
            return None if data.find(b"OggS", place + 1) is None else place
        if _checksum(page[:22] + bytes(4) + page[26:]) != int.from_bytes(page[22:26], "little"):
            return place
        stream, number = page[14:18], int.from_bytes(page[18:22], "little")
        if not page[5] & _FIRST and number != next_number.get(stream):
            return place
        next_number[stream] = number + 1
        place += size
    return None


def _checksum(page: bytes) -> int:
    """The checksum of a page, in which the field of the checksum is zero."""
    reversed_sum = crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reversed_sum:032b}"[::-1], 2)
