"""Write shards: zips without compression that hold picture files named `source/label/name.webp`."""

import zipfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from autochrome.files import atomic_path, write_errors

_DATE = (2000, 1, 1, 0, 0, 0)  # of every file: equal shards are equal to the byte


class ShardWriter:
    """Writes one shard. Its file appears only when it is complete; an error leaves no file. A context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._stack = ExitStack()
        self._zip: zipfile.ZipFile | None = None

    def __enter__(self) -> "ShardWriter":
        part = self._stack.enter_context(atomic_path(self.path, make_folder=True))
        with write_errors(self.path):
            self._zip = zipfile.ZipFile(part, "w", zipfile.ZIP_STORED)
        self._stack.callback(self._close)
        return self

    def add(self, name: str, data: bytes) -> None:
        """Add a file. name: source/label/name.webp."""
        assert self._zip is not None
        with write_errors(self.path):
            self._zip.writestr(zipfile.ZipInfo(name, _DATE), data)
        self.count += 1

    def _close(self) -> None:
        assert self._zip is not None
        with write_errors(self.path):
            self._zip.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
