"""Finished files: a folder that the person chose when the studio started, and a ZIP that is streamed."""

import shutil
import zipfile
from collections.abc import Collection, Iterator, Sequence
from io import RawIOBase
from pathlib import Path
from typing import Any

from autochrome.errors import OutputNotWritable, UsageError

_CHUNK = 1 << 18  # bytes


class OutputFolder:
    """The folder for finished files. What is there already is never overwritten."""

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder}: this is a file; name a folder for finished files.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputNotWritable(f"{folder}: the folder cannot be made ({error.strerror}).") from error
        self._folder = folder.resolve()

    @property
    def name(self) -> str:
        """The folder's own name, without the path: clients see it."""
        return self._folder.name or str(self._folder)

    def save(self, file: Path, name: str) -> str:
        """Copy a file into the folder; returns the name that it has there."""
        part = self._folder / f".{file.parent.parent.name}-{name}.part"
        try:
            shutil.copyfile(file, part)
            free = free_name(name, {path.name for path in self._folder.iterdir()})
            part.replace(self._folder / free)
        except OSError as error:
            raise OutputNotWritable(
                f"{name} cannot be saved in the folder {self.name} ({error.strerror}); check it."
            ) from error
        finally:
            part.unlink(missing_ok=True)
        return free


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or `boat-color (2).jpg` where it is taken."""
    path, number, free = Path(name), 1, name
    while free in taken:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    return free


def stream_zip(files: Sequence[tuple[Path, str]]) -> Iterator[bytes]:
    """The bytes of a ZIP of these files, each with a name. Pictures are stored as they are: they are packed already."""
    sink, taken = _Sink(), set[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path, name in files:
            free = free_name(name, taken)
            taken.add(free)
            with path.open("rb") as source, archive.open(free, "w", force_zip64=True) as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    yield sink.take()
    yield sink.take()


class _Sink(RawIOBase):
    """Takes what `zipfile` writes, until it is sent."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken
