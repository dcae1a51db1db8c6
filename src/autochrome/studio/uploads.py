"""Files that clients send. They are streamed to disk under a name of ours; their first bytes tell what they are."""

import secrets
import shutil
import time
from asyncio import FIRST_COMPLETED, Event, create_task, ensure_future, wait, wait_for
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autochrome.errors import DiskFull, InputEmpty, NotAPicture
from autochrome.media.stills.kinds import kind_of
from autochrome.studio.errors import TooLarge, TooMany, TooSlow
from autochrome.studio.limits import Limits
from autochrome.studio.schemas import FilmInfo, Project, ProjectKind

_HEAD = 64  # bytes that tell what a file is
_RESERVE = 200_000_000  # bytes that stay free on the disk
_NAME_LENGTH = 120
_FILM_SIGNATURES = (
    (0, b"\x1aE\xdf\xa3", ".mkv"),
    (0, b"\x00\x00\x01\xba", ".mpg"),
    (0, b"\x00\x00\x01\xb3", ".mpg"),
    (0, b"FLV", ".flv"),
    (0, b"\x30\x26\xb2\x75", ".wmv"),
    (0, b"OggS", ".ogv"),
    (0, b"\x06\x0e\x2b\x34", ".mxf"),
    (0, b"\x1f\x07\x00", ".dv"),
    (8, b"AVI ", ".avi"),
    (4, b"ftyp", ".mp4"),
    (4, b"moov", ".mov"),
    (4, b"mdat", ".mov"),
    (4, b"wide", ".mov"),
    (0, b"G", ".ts"),
    (4, b"G", ".m2ts"),
)
"""Offset, bytes, and the suffix of such a film."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A complete file on disk, in a folder of its own."""

    path: Path
    kind: ProjectKind
    suffix: str

    @property
    def folder(self) -> Path:
        return self.path.parent

    def discard(self) -> None:
        """Delete the file and its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def discarded_on_error(self) -> Iterator[None]:
        """Delete the file and its folder if the block raises."""
        try:
            yield
        except BaseException:
            self.discard()
            raise


class Uploads:
    """Receives files, a limited number at a time."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder, self._limits = folder, limits
        self._running: list[_Progress] = []

    async def receive(self, chunks: AsyncIterator[bytes], length: int, *, films: bool = True) -> Upload:
        """Save a request's body. length: bytes that the client announced. films: whether films are allowed."""
        if len(self._running) >= self._limits.uploads:
            self._give_up_stalled()
        progress = _Progress()
        self._running.append(progress)
        try:
            async with aclosing(progress.watch(chunks)) as watched:
                return await save_upload(watched, self._folder, self._limits, films=films, length=length)
        finally:
            if progress in self._running:
                self._running.remove(progress)

    def _give_up_stalled(self) -> None:
        """Make room: give up the upload that has sent nothing for the longest time, if that is long."""
        stalled = min(self._running, key=lambda each: each.newest)
        if time.monotonic() - stalled.newest < self._limits.stall:
            raise TooMany(f"{self._limits.uploads} uploads are running already; wait until one has ended.")
        self._running.remove(stalled)
        stalled.given_up.set()


class _Progress:
    """When an upload sent its last bytes. It can be given up from outside."""

    def __init__(self) -> None:
        self.newest = time.monotonic()
        self.given_up = Event()

    async def watch(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """The same chunks; raises `TooSlow` when the upload is given up."""
        given_up = create_task(self.given_up.wait())
        try:
            while True:
                chunk = ensure_future(anext(chunks, None))
                try:
                    await wait({chunk, given_up}, return_when=FIRST_COMPLETED)
                finally:
                    if not chunk.done():
                        chunk.cancel()
                if not chunk.done() or chunk.cancelled():
                    raise TooSlow("The upload stopped, and others were waiting; send the file again.")
                self.newest = time.monotonic()
                data = chunk.result()
                if data is None:
                    return
                yield data
        finally:
            given_up.cancel()


async def save_upload(
    chunks: AsyncIterator[bytes], folder: Path, limits: Limits, *, films: bool = True, length: int = 0
) -> Upload:
    """Save a body in a new folder inside `folder`. If it is too large, too slow or no picture, no file stays."""
    own = folder / secrets.token_hex(8)
    own.mkdir()
    path = own / "source"
    try:
        kind, suffix = await _write(chunks, path, limits, films, length)
    except BaseException as error:
        shutil.rmtree(own, ignore_errors=True)
        if isinstance(error, OSError):
            raise DiskFull(
                f"The file cannot be saved ({error.strerror}); free some space on the disk."
            ) from error
        raise
    return Upload(path.replace(path.with_suffix(suffix)), kind, suffix)


async def _write(
    chunks: AsyncIterator[bytes], path: Path, limits: Limits, films: bool, length: int
) -> tuple[ProjectKind, str]:
    head, size, largest = b"", 0, limits.film_bytes
    found: tuple[ProjectKind, str] | None = None
    started = time.monotonic()
    _check_length(length, largest, path)
    with path.open("xb") as file:
        while (chunk := await _next_chunk(chunks, limits.patience)) is not None:
            size += len(chunk)
            if found is None:
                head += chunk
                if len(head) >= _HEAD:
                    found = _identify(head, films)
                    largest = limits.photo_bytes if found[0] == "photo" else limits.film_bytes
                    _check_length(length, largest, path)
            if size > largest:
                raise TooLarge(f"The file is larger than the limit of {largest / 1e6:.0f} MB.")
            if time.monotonic() - started > 2 * limits.patience + size / limits.slowest:
                raise TooSlow("The upload was too slow; send the file again over a faster connection.")
            file.write(chunk)
    if not size:
        raise InputEmpty(
            "The request has no file; send the bytes of a picture or film as the body, or as a form."
        )
    return found or _identify(head, films)


async def _next_chunk(chunks: AsyncIterator[bytes], patience: float) -> bytes | None:
    try:
        return await wait_for(anext(chunks, None), patience)
    except TimeoutError:
        raise TooSlow("The upload stopped; send the file again.") from None


def _check_length(length: int, largest: int, path: Path) -> None:
    if length > largest:
        raise TooLarge(f"The file has {length / 1e6:.0f} MB, more than the limit of {largest / 1e6:.0f} MB.")
    if length > shutil.disk_usage(path.parent).free - _RESERVE:
        raise DiskFull("There is not enough free space on the disk for this file; free some.")


def _identify(head: bytes, films: bool) -> tuple[ProjectKind, str]:
    """Kind and suffix of a file, by its first bytes; the name that a client gives it does not matter."""
    try:
        return "photo", f".{kind_of(head, 'The file')}"
    except NotAPicture as error:
        suffix = next((suffix for at, mark, suffix in _FILM_SIGNATURES if head[at:].startswith(mark)), None)
        text = not any(byte < 9 for byte in head)  # two signatures of films are a letter
        if suffix is None or text:
            raise NotAPicture(str(error)) from None
    if not films:
        raise NotAPicture(
            "The file is a film, not a picture; send it to /api/colorize/film, or make a project of it."
        )
    return "film", suffix


def new_project(
    upload: Upload,
    name: str,
    width: int,
    height: int,
    *,
    notes: tuple[str, ...] = (),
    film: FilmInfo | None = None,
) -> Project:
    """The project of an uploaded file, with a new id. width, height: pixels, upright."""
    return Project(
        id=secrets.token_hex(8),
        kind=upload.kind,
        name=name,
        created=datetime.now(UTC),
        width=width,
        height=height,
        suffix=upload.suffix,
        notes=notes,
        film=film,
    )


def display_name(name: str, default: str) -> str:
    """The last part of a client's file name, without characters that file names must not have."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(" .")
    return clean[:_NAME_LENGTH] or default
