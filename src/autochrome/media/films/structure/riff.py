"""AVI is a tree of chunks: a name of four letters, a size, and the content, filled up to an even size."""

import re

from autochrome.media.films.structure.pieces import FileBytes

_NAME = re.compile(rb"[\x20-\x7e]{4}")
_IN_MOVIE = re.compile(rb"[0-9a-fA-F]{2}[a-zA-Z]{2}|ix[0-9]{2}|JUNK|LIST|idx1")
_ENTRY = 16  # bytes of an entry of the index: name, flags, place, size


def find_break_in_riff(data: FileBytes) -> int | None:
    """The first place where a chunk should be and is not, or an entry of the index that names no chunk."""
    walk = _Walk(data)
    place = 0
    while place + 12 <= data.size:
        if data.at(place, 4) != b"RIFF":
            return None  # something behind the film
        stop = place + 8 + data.number(place + 4, 4, little=True)
        broken = walk.find_break(place + 12, min(stop, data.size), _NAME)
        if broken is not None:
            return broken
        place = stop + stop % 2
    return None


class _Walk:
    def __init__(self, data: FileBytes) -> None:
        self._data = data
        self._movie: int | None = None  # where the first list of frames begins

    def find_break(self, place: int, stop: int, names: re.Pattern[bytes]) -> int | None:
        """Follow the chunks from `place` to `stop`. names: of the chunks that may be there."""
        data = self._data
        while place + 8 <= stop:
            name, size = data.at(place, 4), data.number(place + 4, 4, little=True)
            end = place + 8 + size
            if not names.fullmatch(name) or (end > stop and stop < data.size):
                return place
            broken = None
            if name == b"LIST":
                broken = self._find_break_in_list(place, min(end, stop))
            elif name == b"idx1" and end <= data.size:
                broken = self._check_index(place + 8, end)
            if broken is not None:
                return broken
            # Some programs do not fill up chunks of odd size.
            place = end + (end % 2 and not names.fullmatch(data.at(end, 4)))
        return None

    def _find_break_in_list(self, place: int, stop: int) -> int | None:
        kind = self._data.at(place + 8, 4)
        if kind == b"INFO":
            return None
        if kind == b"movi" and self._movie is None:
            self._movie = place + 8
        return self.find_break(place + 12, stop, _IN_MOVIE if kind in (b"movi", b"rec ") else _NAME)

    def _check_index(self, place: int, stop: int) -> int | None:
        """The first entry that names no chunk. Places are counted from the list of frames, or from the file."""
        index = self._data.at(place, stop - place)
        entries = [index[n : n + _ENTRY] for n in range(0, len(index) - _ENTRY + 1, _ENTRY)]
        starts = (start for start in (self._movie, 0) if start is not None)
        start = next((start for start in starts if entries and self._names_chunk(entries[0], start)), None)
        if start is None:
            return None
        wrong = (n for n, entry in enumerate(entries) if not self._names_chunk(entry, start))
        return next((place + n * _ENTRY for n in wrong), None)

    def _names_chunk(self, entry: bytes, start: int) -> bool:
        chunk = self._data.at(start + int.from_bytes(entry[8:12], "little"), 8)
        return chunk == entry[:4] + entry[12:]
