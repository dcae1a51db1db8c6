"""A file that libvips writes through Python: we get the error of the system, and we decide when the file is closed."""

from pathlib import Path
from typing import Any, Self

import pyvips


class OutputFile:
    """An open file. `target` is for libvips; `error` is the error of the system, if there was one.

    insert: bytes of ours that come at position `at`; only for formats that are written from start to end.
    """

    def __init__(self, path: Path, *, insert: bytes = b"", at: int = 0) -> None:
        self._insert, self._left = insert, at
        self._file = path.open("w+b", buffering=0)
        self.error: OSError | None = None
        self.target = pyvips.TargetCustom()
        self.target.on_write(self._write)
        self.target.on_read(self._read)
        self.target.on_seek(self._seek)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write(self, data: Any) -> int:
        """Write all of `data`, if needed in parts. A callback must not raise an exception, so it returns −1 instead."""
        rest = memoryview(data)
        try:
            if self._insert:
                before, rest = rest[: self._left], rest[self._left :]
                self._left -= len(before)
                self._write_whole(before)
                if not self._left:
                    self._write_whole(memoryview(self._insert))
                    self._insert = b""
            self._write_whole(rest)
        except OSError as error:
            self.error = error
            return -1
        return len(data)

    def _write_whole(self, rest: memoryview) -> None:
        while rest:
            rest = rest[self._file.write(rest) :]

    def _read(self, size: int) -> bytes | None:
        try:
            return self._file.read(size)
        except OSError as error:
            self.error = error
            return None

    def _seek(self, offset: int, whence: int) -> int:
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            self.error = error
            return -1
