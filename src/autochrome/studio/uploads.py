"""Files that come in: streamed to disk under a name of ours, known by their first bytes, looked at, made a project."""

import secrets
import shutil
import time
from asyncio import wait_for
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autochrome.errors import DiskFull, InputEmpty, NotAPicture
from autochrome.media.stills import open_still
from autochrome.media.stills.pyramid import encode_image
from autochrome.media.stills.reader import kind_of
from autochrome.studio.errors import TooLarge, TooSlow
from autochrome.studio.limits import Bounds
from autochrome.studio.schemas import ExportPart, FilmPart, Kind, Project

_HEAD = 64  # bytes that tell what a file is
THUMB = 240  # pixels at the short side
_ROOM = 200_000_000  # bytes that stay free on the disk
_FILMS = (
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
"""Where, which bytes, and the suffix for such a film."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole file on our disk."""

    path: Path
    kind: Kind
    suffix: str


async def receive(
    chunks: AsyncIterator[bytes], incoming: Path, bounds: Bounds, *, films: bool = True, announced: int = 0
) -> Arrived:
    """Stream a body to disk. What is too large, too slow or no picture leaves nothing behind.

    announced: how long the client says it is. films: whether they are taken, too.
    """
    folder = incoming / secrets.token_hex(8)
    folder.mkdir()
    path = folder / "source"
    try:
        kind, suffix = await _store(chunks, path, bounds, films, announced)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise DiskFull(f"The file cannot be kept ({error.strerror}); make room on the disk.") from error
        raise
    return Arrived(path.replace(path.with_suffix(suffix)), kind, suffix)


async def _store(
    chunks: AsyncIterator[bytes], path: Path, bounds: Bounds, films: bool, announced: int
) -> tuple[Kind, str]:
    head, size, most = b"", 0, bounds.film_bytes
    found: tuple[Kind, str] | None = None
    began = time.monotonic()
    _check_length(announced, most, path)
    with path.open("xb") as file:
        while True:
            try:
                chunk = await wait_for(anext(chunks, None), bounds.patience)
            except TimeoutError:
                raise TooSlow("No byte came for a while; send the file again.") from None
            if chunk is None:
                break
            size += len(chunk)
            if found is None:
                head += chunk
                if len(head) >= _HEAD:
                    found = _known(head, films)
                    most = bounds.photo_bytes if found[0] == "photo" else bounds.film_bytes
                    _check_length(announced, most, path)
            if size > most:
                raise TooLarge(f"The file is larger than the {most / 1e6:.0f} MB that are taken.")
            if time.monotonic() - began > 2 * bounds.patience + size / bounds.slowest:
                raise TooSlow("The file came too slowly; send it again over a better line.")
            file.write(chunk)
    if not size:
        raise InputEmpty("Nothing was sent; put the bytes of a picture or film into the body.")
    return found or _known(head, films)


def _check_length(announced: int, most: int, path: Path) -> None:
    if announced > most:
        raise TooLarge(
            f"The file has {announced / 1e6:.0f} MB, more than the {most / 1e6:.0f} MB that are taken."
        )
    if announced > shutil.disk_usage(path.parent).free - _ROOM:
        raise DiskFull("There is not enough room on the disk for this file; free some.")


def _known(head: bytes, films: bool) -> tuple[Kind, str]:
    """What a file is by its first bytes, whatever its name says."""
    try:
        return "photo", f".{kind_of(head, 'The file')}"
    except NotAPicture as error:
        film = next((suffix for at, mark, suffix in _FILMS if head[at:].startswith(mark)), None)
        text = not any(byte < 9 for byte in head)  # two kinds of film begin with a letter
        if film is None or text or head[8:11] in (b"hei", b"hev"):
            raise NotAPicture(str(error)) from None
    if not films:
        raise NotAPicture("The file: this looks like a film, not a picture; make a project of it.")
    return "film", film


def photo_project(arrived: Arrived, name: str, bounds: Bounds) -> Project:
    """Look at a picture, all of it, and write its thumbnail: what is damaged is found now, not later."""
    with open_still(arrived.path, max_megapixels=bounds.megapixels) as still:
        small = still.read_small(THUMB)
        (arrived.path.parent / "before.jpg").write_bytes(
            encode_image((small if small.dtype.itemsize == 1 else small >> 8).astype("uint8"))
        )
        return new_project(
            "photo", name, arrived, still.width, still.height, notes=tuple(still.notes), film=None
        )


def new_project(
    kind: Kind,
    name: str,
    arrived: Arrived,
    width: int,
    height: int,
    *,
    notes: tuple[str, ...],
    film: FilmPart | None,
) -> Project:
    return Project(
        id=secrets.token_hex(8),
        kind=kind,
        name=name,
        created=datetime.now(UTC),
        width=width,
        height=height,
        suffix=arrived.suffix,
        notes=notes,
        film=film,
        export=ExportPart(),
    )


def plain_name(name: str, kind: str) -> str:
    """A name to be shown: the last part of what a client sent, without what no name should hold."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(" .")
    return shown[:120] or kind
