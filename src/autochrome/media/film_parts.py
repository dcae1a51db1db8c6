"""Finished pieces of a film on disk: encoded pictures with their times, so that interrupted work goes on.

A part is written under another name and renamed when it is whole and safely on the disk. What stands there is finished.
"""

import json
import os
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_HEAD = struct.Struct("<qqII")  # shown at, lasts (ticks), key frame, bytes
_JOB = "job.json"


@dataclass(frozen=True, slots=True)
class Packed:
    """One encoded picture."""

    pts: int  # ticks of the film's time base
    duration: int  # ticks; 0 where nobody knows
    key: bool
    data: bytes


class Parts:
    """The parts of one film, in a hidden folder beside the place where the film will stand."""

    def __init__(self, target: Path, job: dict[str, Any], restart: bool) -> None:
        """job: everything that decides how the pictures will look; parts of another job, or of
        any when it shall restart, are thrown away."""
        self.folder = target.with_name(f".{target.name}.parts")
        said = self.folder / _JOB
        wanted = json.dumps(job, sort_keys=True, default=str)
        if restart or not said.is_file() or said.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            said.write_text(wanted, encoding="utf-8")
        self._open: IO[bytes] | None = None
        self._count = 0
        while self._path(self._count).is_file():
            self._count += 1

    def __len__(self) -> int:
        """How many are finished."""
        return self._count

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.part"

    @property
    def _unfinished(self) -> Path:
        return self.folder / "unfinished"

    def add(self, packed: Packed) -> None:
        """Put a picture into the part that is being written; the first one begins it."""
        if self._open is None:
            self._open = self._unfinished.open("wb")
        self._open.write(_HEAD.pack(packed.pts, packed.duration, packed.key, len(packed.data)))
        self._open.write(packed.data)

    def finish(self) -> None:
        """The part being written is whole: from now on it survives whatever happens."""
        if self._open is None:
            return
        self._open.flush()
        os.fsync(self._open.fileno())
        self._open.close()
        self._open = None
        self._unfinished.replace(self._path(self._count))
        self._count += 1

    def abandon(self) -> None:
        """Drop the part being written, and the folder when there is nothing finished in it."""
        if self._open is not None:
            self._open.close()
            self._open = None
        self._unfinished.unlink(missing_ok=True)
        if not self._count:
            self.remove()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def times(self) -> list[int]:
        """When the pictures are shown, in the order they are stored: the encoder's, not the film's."""
        shown = []
        for number in range(self._count):
            with self._path(number).open("rb") as file:
                while head := file.read(_HEAD.size):
                    pts, _, _, size = _HEAD.unpack(head)
                    shown.append(pts)
                    file.seek(size, os.SEEK_CUR)
        return shown

    def __iter__(self) -> Iterator[Packed]:
        """Every picture of the finished parts, in the encoder's order."""
        for number in range(self._count):
            with self._path(number).open("rb") as file:
                while head := file.read(_HEAD.size):
                    pts, duration, key, size = _HEAD.unpack(head)
                    yield Packed(pts, duration, bool(key), file.read(size))
