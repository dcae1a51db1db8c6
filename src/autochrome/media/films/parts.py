"""Finished parts of a film on disk: encoded frames, so that interrupted work continues and finished work is kept.

A part is written under another name and gets its own name when it is complete and synced to the disk. So every file
with the name of a part is complete. The name says which frames the part holds and the digest of their hints.
"""

import json
import os
import re
import shutil
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from autochrome.files import move_into_place

_HEADER = struct.Struct("<qII")  # number of the frame, is it a key frame, size in bytes
_JOB = "job.json"
_NAME = re.compile(r"(\d+)-(\d+)-(\w+)\.part")


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One encoded frame."""

    frame: int  # its number in the film
    key: bool
    data: bytes


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One finished part."""

    first: int  # number of its first frame
    stop: int  # number of the first frame after it
    digest: str  # of the hints for its frames


class Parts:
    """The parts of one film, in a hidden folder next to the film."""

    def __init__(self, target: Path, job: dict[str, Any], restart: bool) -> None:
        """job: everything that decides the look of all frames. Parts of another job are deleted; at `restart`, all."""
        self.folder = target.with_name(f".{target.name}.parts")
        job_file = self.folder / _JOB
        text = json.dumps(job, sort_keys=True, default=str)
        if restart or not job_file.is_file() or job_file.read_text(encoding="utf-8") != text:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            job_file.write_text(text, encoding="utf-8")
        self._open: IO[bytes] | None = None
        names = (_NAME.fullmatch(path.name) for path in self.folder.iterdir())
        self.finished = sorted(Part(int(m[1]), int(m[2]), m[3]) for m in names if m)

    def keep(self, hints_digest: Callable[[int, int], str]) -> None:
        """Delete the parts whose hints have changed. hints_digest: (first, stop) → digest."""
        for part in self.finished:
            if part.digest != hints_digest(part.first, part.stop):
                self._path(part).unlink()
        self.finished = [part for part in self.finished if self._path(part).is_file()]

    def has_frame(self, frame: int) -> bool:
        """Whether a finished part holds this frame."""
        number = bisect_right(self.finished, frame, key=lambda part: part.first)
        return number > 0 and frame < self.finished[number - 1].stop

    def _path(self, part: Part) -> Path:
        return self.folder / f"{part.first:08d}-{part.stop:08d}-{part.digest}.part"

    @property
    def _unfinished(self) -> Path:
        return self.folder / "unfinished"

    def add(self, encoded: EncodedFrame) -> None:
        """Append a frame to the part that is being written; the first frame begins the part."""
        if self._open is None:
            self._open = self._unfinished.open("wb")
        self._open.write(_HEADER.pack(encoded.frame, encoded.key, len(encoded.data)))
        self._open.write(encoded.data)

    def finish(self, part: Part) -> None:
        """The part that is being written is complete. From now on it survives a crash."""
        if self._open is None:
            return
        self._open.close()
        self._open = None
        move_into_place(self._unfinished, self._path(part))
        self.finished = sorted((*self.finished, part))

    def drop(self) -> None:
        """Delete the part that is being written."""
        if self._open is not None:
            with suppress(OSError):  # a full disk: what is buffered cannot be written, and need not be
                self._open.close()
            self._open = None
        self._unfinished.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Delete the part that is being written, and the folder if no part is finished."""
        self.drop()
        if not self.finished:
            self.remove()

    def remove(self) -> None:
        """Delete all parts and their folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def frame_order(self) -> list[int]:
        """The numbers of all frames in stored order, which is the encoder's order, not the order of display."""
        return [encoded.frame for encoded in self._read(skip_data=True)]

    def __iter__(self) -> Iterator[EncodedFrame]:
        """Every frame of the finished parts, in the encoder's order."""
        return self._read(skip_data=False)

    def _read(self, *, skip_data: bool) -> Iterator[EncodedFrame]:
        for part in self.finished:
            with self._path(part).open("rb") as file:
                while header := file.read(_HEADER.size):
                    frame, key, size = _HEADER.unpack(header)
                    if skip_data:
                        file.seek(size, os.SEEK_CUR)
                    yield EncodedFrame(frame, bool(key), b"" if skip_data else file.read(size))
