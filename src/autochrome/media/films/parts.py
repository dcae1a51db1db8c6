"""Finished parts of a film on disk: encoded frames, so that interrupted work continues and finished work is kept.

A part is written under another name and gets its own name when it is complete and synced to the disk. So every file
with the name of a part was complete once; a checksum at its end shows damage. The name says which frames it holds,
whether a shot ends with it, and the digest of their hints. A lock keeps a second run away.
"""

import json
import os
import re
import secrets
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias
from zlib import crc32

from autochrome.errors import OutputBusy
from autochrome.files import FileLock, move_into_place

_HEADER = struct.Struct("<qII")  # number of the frame, is it a key frame, size in bytes
_END = (
    -1
)  # in place of the number of a frame, in the last header: then follow the frames of the part and a checksum
_CHUNK = 1 << 20  # bytes that are read at once
_JOB, _LOCK, _UNFINISHED = "job.json", "lock", "unfinished"
_NAME = re.compile(r"(\d+)-(\d+)-([sp])-(\w+)\.part")

HintsDigest: TypeAlias = Callable[[int, int], str]
"""(first, stop) numbers of frames → a digest (letters and digits) of the hints for these frames."""


def digest_no_hints(first: int, stop: int) -> str:
    """The digest of all frames of a film without hints."""
    return "0"


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
    ends_shot: bool  # a shot ends with its last frame


class Parts:
    """The parts of one film, in a hidden folder next to the film."""

    def __init__(self, target: Path, job: dict[str, Any], restart: bool) -> None:
        """job: everything that decides the look of all frames. Parts of another job are deleted; at `restart`, all."""
        self.folder = folder_of(target)
        self._lock = FileLock(self.folder / _LOCK)
        if not self._lock.acquire():
            raise _busy(target)
        job_file = self.folder / _JOB
        text = json.dumps(job, sort_keys=True, default=str)
        if restart or not job_file.is_file() or job_file.read_bytes() != text.encode():
            self._empty_folder()
            job_file.write_text(text, encoding="utf-8")
        for left in self.folder.glob(f"{_UNFINISHED}*"):  # by killed processes
            left.unlink(missing_ok=True)
        self._begin()
        self.finished = sorted(filter(self._check, self._find()))

    def _begin(self) -> None:
        self._open: IO[bytes] | None = None
        self._count = self._checksum = 0  # of the part that is being written
        self._unfinished = self.folder / f"{_UNFINISHED}-{secrets.token_hex(4)}"

    def _find(self) -> list[Part]:
        """The parts whose names are in the folder."""
        names = (_NAME.fullmatch(path.name) for path in self.folder.iterdir())
        return [Part(int(m[1]), int(m[2]), m[4], m[3] == "s") for m in names if m]

    def refresh(self) -> None:
        """Look for parts that other processes have finished meanwhile."""
        self.finished = sorted(self._find())

    def _check(self, part: Part) -> bool:
        """Whether a part is undamaged; else it is deleted, and made again."""
        path = self._path(part)
        size, checksum = path.stat().st_size - _HEADER.size, 0
        with path.open("rb") as file:
            for start in range(0, size, _CHUNK):
                checksum = crc32(file.read(min(_CHUNK, size - start)), checksum)
            end = file.read()
        whole = end == _HEADER.pack(_END, part.stop - part.first, checksum)
        if not whole:
            path.unlink()
        return whole

    def keep(self, hints_digest: HintsDigest) -> None:
        """Delete the parts whose hints have changed. hints_digest: (first, stop) → digest."""
        for part in self.finished:
            if part.digest != hints_digest(part.first, part.stop):
                self._path(part).unlink()
        self.finished = [part for part in self.finished if self._path(part).is_file()]

    def has_frame(self, frame: int) -> bool:
        """Whether a finished part holds this frame."""
        number = bisect_right(self.finished, frame, key=lambda part: part.first)
        return number > 0 and frame < self.finished[number - 1].stop

    def has_shot(self, first: int) -> bool:
        """Whether finished parts hold the whole shot that begins with frame `first`."""
        number = max(0, bisect_right(self.finished, first, key=lambda part: part.first) - 1)
        reached = first
        for part in self.finished[number:]:
            if not part.first <= reached < part.stop:
                break
            if part.ends_shot:
                return True
            reached = part.stop
        return False

    def _path(self, part: Part) -> Path:
        end = "s" if part.ends_shot else "p"
        return self.folder / f"{part.first:08d}-{part.stop:08d}-{end}-{part.digest}.part"

    def add(self, encoded: EncodedFrame) -> None:
        """Append a frame to the part that is being written; the first frame begins the part."""
        if self._open is None:
            self._open = self._unfinished.open("wb")
            self._count = self._checksum = 0
        header = _HEADER.pack(encoded.frame, encoded.key, len(encoded.data))
        self._checksum = crc32(encoded.data, crc32(header, self._checksum))
        self._count += 1
        self._open.write(header)
        self._open.write(encoded.data)

    def finish(self, part: Part) -> None:
        """The part that is being written is complete. From now on it survives a crash."""
        if self._open is None:
            return
        self._open.write(_HEADER.pack(_END, self._count, self._checksum))
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
        if self.finished:
            self.release()
        else:
            self.remove()

    def release(self) -> None:
        """Let another run have the folder."""
        self._lock.release()

    def remove(self) -> None:
        """Delete all parts and their folder."""
        self._empty_folder()
        self._lock.release(delete=True)
        with suppress(OSError):  # another run may have begun here
            self.folder.rmdir()

    def _empty_folder(self) -> None:
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                path.unlink(missing_ok=True)

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
                    if frame == _END:
                        break
                    if skip_data:
                        file.seek(size, os.SEEK_CUR)
                    yield EncodedFrame(frame, bool(key), b"" if skip_data else file.read(size))


class SharedParts(Parts):
    """The parts of a film in a process that makes some of them, or joins all, while another one holds the lock."""

    def __init__(self, target: Path, first: int = 0, stop: int | None = None) -> None:
        """first, stop: only parts with frames from `first` on and before `stop` are looked at."""
        self.folder = folder_of(target)
        self._lock = FileLock(self.folder / _LOCK)  # never acquired here
        self.job = json.loads((self.folder / _JOB).read_bytes())
        self._begin()
        mine = (p for p in self._find() if first < p.stop and (stop is None or p.first < stop))
        self.finished = sorted(filter(self._check, mine))

    def abandon(self) -> None:
        """Delete the part that is being written."""
        self.drop()

    def remove(self) -> None:
        """The holder of the lock removes the folder."""


def check_free(target: Path) -> None:
    """Raise `OutputBusy` if another run is writing this film now."""
    lock = FileLock(folder_of(target) / _LOCK)
    if folder_of(target).is_dir():
        if not lock.acquire():
            raise _busy(target)
        lock.release()


def folder_of(target: Path) -> Path:
    """The hidden folder of the parts of a film."""
    return target.with_name(f".{target.name}.parts")


def _busy(target: Path) -> OutputBusy:
    return OutputBusy(
        f"{target}: another run is writing this film; wait for its end, or choose another name."
    )
