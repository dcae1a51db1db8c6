"""Matroska is a tree of elements: a number, a size, and the content."""

from collections.abc import Iterator
from zlib import crc32

from autochrome.media.films.structure.pieces import FileBytes

_HEAD, _SEGMENT, _CLUSTER, _TRACKS, _GROUP = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1654AE6B, 0xA0
_ENTRY, _TRACK_NUMBER = 0xAE, 0xD7
_SIMPLE, _BLOCK = 0xA3, 0xA1
# elements of a segment have larger numbers; smaller ones are somebody's additions
_SEGMENT_NUMBERS = 0x10000000
_PART = 1 << 16  # bytes
_CHECKSUM = 0xBF  # of all that follows it in its parent
_ANYWHERE = {0xEC, _CHECKSUM}  # empty space, too
_IN_SEGMENT = {0x114D9B74, 0x1549A966, _TRACKS, _CLUSTER, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367}
_ALLOWED = {
    0: {_HEAD, _SEGMENT} | _ANYWHERE,
    _SEGMENT: _IN_SEGMENT | _ANYWHERE,
    _CLUSTER: {0xE7, 0x5854, 0xA7, 0xAB, _SIMPLE, _GROUP, 0xAF} | _ANYWHERE,
    _GROUP: {_BLOCK, 0xA2, 0x75A1, 0x9B, 0xFA, 0xFB, 0xFD, 0xA4, 0x75A2, 0x8E, 0xC8, 0xAF} | _ANYWHERE,
}
"""Element → what may stand in it; 0: the file itself."""


def find_break_in_matroska(data: FileBytes) -> int | None:
    """The first element that is unknown at its place, larger than its parent, or a block of no track."""
    return _Walk(data).find_break(0, 0, data.size)[0]


class _Walk:
    def __init__(self, data: FileBytes) -> None:
        self._data = data
        self._tracks: set[int] = set()

    def find_break(self, parent: int, place: int, stop: int | None) -> tuple[int | None, int]:
        """The first break in an element, and where the element ends. stop: None if its size is not known."""
        data = self._data
        while place < (data.size if stop is None else min(stop, data.size)):
            number, content, end = self._read(place)
            if number not in _ALLOWED[parent] and not (parent == _SEGMENT and 0 < number < _SEGMENT_NUMBERS):
                # An element of unknown size ends where one begins that cannot stand in it.
                return (None if stop is None and number in _IN_SEGMENT | _ALLOWED[0] else place), place
            # An element that goes on behind the end of the file is not damaged, but cut.
            if parent and stop is not None and end is not None and end > stop:
                return (place if stop <= data.size else None), place
            if number in _ALLOWED:
                broken, end = self.find_break(number, content, end)
                if broken is not None:
                    return broken, end
            elif end is None or not self._is_sound(number, content, end, stop):
                return place, place
            place = end
        return None, place

    def _is_sound(self, number: int, content: int, end: int, stop: int | None) -> bool:
        """Whether an element without elements is what it should be. stop: where its parent ends."""
        data = self._data
        if number == _TRACKS:
            self._tracks |= set(self._read_track_numbers(content, end))
        if number in (_SIMPLE, _BLOCK):
            return end >= content + 4 and self._variable(content)[0] in self._tracks
        if number in _IN_SEGMENT and data.at(content, 2) == bytes((_CHECKSUM, 0x84)):
            return self._is_sound(_CHECKSUM, content + 2, content + 6, end)
        if number == _CHECKSUM and stop is not None and stop <= data.size:
            return self._checksum(end, stop) == data.number(content, end - content, little=True)
        return True

    def _checksum(self, place: int, stop: int) -> int:
        value = 0
        while place < stop:
            part = self._data.at(place, min(_PART, stop - place))
            value = crc32(part, value)
            place += len(part)
        return value

    def _read_track_numbers(self, place: int, stop: int) -> Iterator[int]:
        while place < min(stop, self._data.size):
            number, content, end = self._read(place)
            if end is None:
                return
            if number == _ENTRY:
                yield from self._read_track_numbers(content, end)
            elif number == _TRACK_NUMBER:
                yield self._data.number(content, end - content)
            place = end

    def _read(self, place: int) -> tuple[int, int, int | None]:
        """The number of an element, where its content begins, and where it ends; None if its size is not known."""
        number_size = 9 - self._data.byte(place).bit_length()
        number = self._data.number(place, number_size) if number_size <= 4 else -1
        size, content = self._variable(place + min(number_size, 4))
        return number, content, None if size is None else content + size

    def _variable(self, place: int) -> tuple[int | None, int]:
        """A number of variable length, and the place behind it; None if all its bits are set: unknown."""
        length = 9 - self._data.byte(place).bit_length()
        if length > 8:
            return 0, place + 1
        bits = (1 << 7 * length) - 1
        value = self._data.number(place, length) & bits
        return None if value == bits else value, place + length
