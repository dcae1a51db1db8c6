"""The bytes of a file, read a window at a time."""

from typing import IO

_WINDOW = 1 << 12  # bytes: most pieces are larger, and only their headers are read
_SEARCHED = 1 << 16  # bytes


class FileBytes:
    """Bytes at any place of a file. Places that lie near each other cost one read."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        """size: of the file, in bytes."""
        self.size = size
        self._file = file
        self._start, self._window = 0, b""

    def at(self, place: int, count: int) -> bytes:
        """`count` bytes from `place` on; fewer at the end of the file."""
        count = max(0, min(count, self.size - place))
        begin = place - self._start
        if begin < 0 or begin + count > len(self._window):
            self._file.seek(place)
            self._start, begin = place, 0
            self._window = self._file.read(max(count, _WINDOW))
        return self._window[begin : begin + count]

    def byte(self, place: int) -> int:
        """One byte; IndexError behind the end of the file."""
        return self.at(place, 1)[0]

    def number(self, place: int, count: int, *, little: bool = False) -> int:
        """An unsigned number of `count` bytes; IndexError behind the end of the file."""
        data = self.at(place, count)
        if len(data) < count:
            raise IndexError(place)
        return int.from_bytes(data, "little" if little else "big")

    def find(self, mark: bytes, place: int) -> int | None:
        """The next place of `mark` from `place` on; None if there is none."""
        while place < self.size:
            data = self.at(place, _SEARCHED)
            found = data.find(mark)
            if found >= 0:
                return place + found
            place += max(1, len(data) - len(mark) + 1)
        return None
