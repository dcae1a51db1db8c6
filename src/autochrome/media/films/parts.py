"""Finished pieces of a film on disk: encoded pictures, so that interrupted work goes on and finished work is kept.

A part is written under another name and renamed when it is whole and safely on the disk. What stands there is finished.
Its name says which frames it holds and what was known of them when it was made.
"""

import json
import os
import re
import shutil
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from autochrome.files import move_into_place

_HEAD = struct.Struct("<qII")  # number of the frame, stands for itself, bytes
_JOB = "job.json"
_NAME = re.compile(r"(\d+)-(\d+)-(\w+)\.part")


@dataclass(frozen=True, slots=True)
class Packed:
    """One encoded picture."""

    frame: int  # its number in the film
    key: bool
    data: bytes


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One finished piece."""

    first: int  # number of its first frame
    stop: int  # and of the first that is no longer in it
    known: str  # digest of what was known of its colours


class Parts:
    """The parts of one film, in a hidden folder beside the place where the film will stand."""

    def __init__(self, target: Path, job: dict[str, Any], restart: bool) -> None:
        """job: everything that decides how all pictures will look; parts of another job, or of
        any when it shall restart, are thrown away."""
        self.folder = target.with_name(f".{target.name}.parts")
        said = self.folder / _JOB
        wanted = json.dumps(job, sort_keys=True, default=str)
        if restart or not said.is_file() or said.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            said.write_text(wanted, encoding="utf-8")
        self._open: IO[bytes] | None = None
        found = (_NAME.fullmatch(path.name) for path in self.folder.iterdir())
        self.finished = sorted(Part(int(m[1]), int(m[2]), m[3]) for m in found if m)

    def keep(self, known: Callable[[int, int], str]) -> None:
        """Throw away the parts of which something else is known by now. known: (first, stop) → digest."""
        for part in self.finished:
            if part.known != known(part.first, part.stop):
                self._path(part).unlink()
        self.finished = [part for part in self.finished if self._path(part).is_file()]

    def holds(self, frame: int) -> bool:
        """Whether a frame is in a finished part."""
        place = bisect_right(self.finished, frame, key=lambda part: part.first)
        return place > 0 and frame < self.finished[place - 1].stop

    def _path(self, part: Part) -> Path:
        return self.folder / f"{part.first:08d}-{part.stop:08d}-{part.known}.part"

    @property
    def _unfinished(self) -> Path:
        return self.folder / "unfinished"

    def add(self, packed: Packed) -> None:
        """Put a picture into the part that is being written; the first one begins it."""
        if self._open is None:
            self._open = self._unfinished.open("wb")
        self._open.write(_HEAD.pack(packed.frame, packed.key, len(packed.data)))
        self._open.write(packed.data)

    def finish(self, part: Part) -> None:
        """The part being written is whole: from now on it survives whatever happens."""
        if self._open is None:
            return
        self._open.close()
        self._open = None
        move_into_place(self._unfinished, self._path(part))
        self.finished = sorted((*self.finished, part))

    def drop(self) -> None:
        """Forget the part being written."""
        if self._open is not None:
            self._open.close()
            self._open = None
        self._unfinished.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Drop the part being written, and the folder when there is nothing finished in it."""
        self.drop()
        if not self.finished:
            self.remove()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def order(self) -> list[int]:
        """The numbers of all frames in the order they are stored: the encoder's, not the film's."""
        return [packed.frame for packed in self._read(skip=True)]

    def __iter__(self) -> Iterator[Packed]:
        """Every picture of the finished parts, in the encoder's order."""
        return self._read(skip=False)

    def _read(self, *, skip: bool) -> Iterator[Packed]:
        for part in self.finished:
            with self._path(part).open("rb") as file:
                while head := file.read(_HEAD.size):
                    frame, key, size = _HEAD.unpack(head)
                    if skip:
                        file.seek(size, os.SEEK_CUR)
                    yield Packed(frame, bool(key), b"" if skip else file.read(size))
