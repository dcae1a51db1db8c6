"""Finding out what was given, and opening it: a file, its bytes, an array or a PIL picture → a lazy libvips image.

We look at the first bytes ourselves and call the loader for that kind, so nothing that merely happens to be known to
libvips (SVG, tables of numbers, its own `.v`) is ever opened.
"""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.errors import (
    AutochromeError,
    DiskFull,
    InputEmpty,
    InputMissing,
    InputUnreadable,
    NoMemory,
    NotAPicture,
    PictureDamaged,
)
from autochrome.media.stills.exif import Directory, read_directory

pyvips.cache_set_max(0)  # one picture after the other: remembered operations would only hold memory

Source: TypeAlias = str | os.PathLike[str] | bytes | NDArray[Any] | Any
"""A path, the bytes of a file, an array, or a PIL picture (known by its looks: PIL is never imported)."""

_LOADERS = {
    "jpg": "jpegload_source",
    "png": "pngload_source",
    "tif": "tiffload_source",
    "webp": "webpload_source",
    "avif": "heifload_source",
    "gif": "gifload_source",
}
_IN_MEMORY = 100_000_000  # bytes of pixels
_TILE = 256
FINEST = 1e6  # pixels per millimetre that libvips takes
_VARIANT = re.compile(r"unsupported (?!marker|or )|not supported|not configured|not implemented|labq")
_WORD = re.compile(r"[a-z]{3}", re.IGNORECASE)
_KINDS = "JPEG, PNG, TIFF, WebP, AVIF, BMP or GIF"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where pixels come from. `open` may be called as often as wanted, and gives a fresh image each time."""

    name: str  # for messages
    path: Path | None
    kind: str  # "jpg", …, or "array"
    data: bytes | None = field(default=None, repr=False)  # the file, where it is in memory
    array: NDArray[Any] | None = field(default=None, repr=False)  # (H, W, bands) uint8 or uint16
    facts: dict[str, Any] = field(default_factory=dict, repr=False)  # libvips metadata for an array

    def open(self, *, shrink: int = 1) -> Any:
        """The picture as it is stored, not turned, no colour managed; to be read once from top to bottom.

        `shrink`, 1, 2, 4 or 8, is for JPEG alone: it decodes that much smaller.
        """
        if self.array is not None:
            return self._wrapped(self.array)
        options: dict[str, Any] = {"access": "sequential", "fail_on": "error"}
        if shrink > 1:
            options["shrink"] = shrink
        with reading(self.name):
            return getattr(pyvips.Image, _LOADERS[self.kind])(self._source(), **options)

    def directory(self) -> Directory:
        """A TIFF's first directory; nothing for other kinds, whose words libvips reads itself."""
        if self.kind != "tif":
            return {}
        if self.path is None:
            data = self.data or b""
            return read_directory(lambda offset, size: data[offset : offset + size])
        with self.path.open("rb") as file:
            return read_directory(lambda offset, size: (file.seek(offset) and file.read(size)) or b"")

    def _source(self) -> Any:
        if self.path is None:
            return pyvips.Source.new_from_memory(self.data)
        return pyvips.Source.new_from_file(os.fsencode(self.path))  # bytes: a name need not be UTF-8

    def _wrapped(self, array: NDArray[Any]) -> Any:
        height, width, bands = array.shape
        wide = array.dtype == np.uint16
        space = ("b-w", "grey16", "srgb", "rgb16")[2 * (bands > 2) + wide]
        image = pyvips.Image.new_from_memory(array, width, height, bands, "ushort" if wide else "uchar")
        across, down = (v if 0 < v <= FINEST else 1.0 for v in self.facts.get("resolution", (1.0, 1.0)))
        image = image.copy(interpretation=self.facts.get("interpretation", space), xres=across, yres=down)
        for name, value in self.facts.items():
            if isinstance(value, bytes):
                image.set_type(pyvips.GValue.blob_type, name, value)
            elif isinstance(value, int):
                image.set_type(pyvips.GValue.gint_type, name, value)
        return image


def at_random(image: Any) -> Any:
    """The same pixels, to be read in any order: in memory, or in tiles in a temporary file where they are many.

    libvips has a way of its own for this, but it maps the file, and mapped pages count as memory.
    """
    if image.width * image.height * image.bands * (2 if image.format == "ushort" else 1) <= _IN_MEMORY:
        return image.copy_memory()
    with (
        tempfile.TemporaryFile() as file
    ):  # libvips has its own handle: the file goes with the last image on it
        image.tiffsave_target(
            pyvips.Target.new_to_descriptor(file.fileno()),
            tile=True,
            tile_width=_TILE,
            tile_height=_TILE,
            bigtiff=True,
        )
        image = pyvips.Image.tiffload_source(
            pyvips.Source.new_from_descriptor(file.fileno()), access="random"
        )
    around = 2 * -(-max(image.width, image.height) // _TILE)  # two rows or columns of tiles
    return image.tilecache(
        tile_width=_TILE, tile_height=_TILE, max_tiles=around, access="random", threaded=True
    )


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def kind_of(head: bytes, name: str) -> str:
    """Which kind of file begins like this (at least 32 bytes, or all there are)."""
    if not head:
        raise InputEmpty(f"{name}: the file is empty; get it again.")
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if head[:2] == b"BM":
        return "bmp"
    if head[4:8] == b"ftyp":
        return _boxed(head, name)
    raise NotAPicture(f"{name}: this is no picture we can read; give {_KINDS}.")


def _boxed(head: bytes, name: str) -> str:
    if head[8:12] in (b"avif", b"avis", b"mif1", b"msf1", b"miaf"):
        return "avif"
    if head[8:11] in (b"hei", b"hev"):
        raise NotAPicture(f"{name}: HEIC is not read, its codec is patented; save it as JPEG or AVIF first.")
    raise NotAPicture(f"{name}: this looks like a film, not a picture; give {_KINDS}.")


def read_head(path: Path, size: int = 64) -> bytes:
    """The first bytes of a file, or the error that says why there are none."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputUnreadable(f"{path}: this is a folder; name a picture in it.")
        if not stat.S_ISREG(mode):  # a pipe would make us wait for ever
            raise InputUnreadable(f"{path}: this is not an ordinary file; copy it to one first.")
        with path.open("rb") as file:
            return file.read(size)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputMissing(f"{path}: there is no such file; check the name.") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        why = getattr(error, "strerror", None) or str(error)
        raise InputUnreadable(f"{path}: may not be opened ({why}); check its permissions.") from error


@contextmanager
def reading(name: str) -> Iterator[None]:
    """libvips' complaints while `name` is read, as our errors."""
    try:
        yield
    except pyvips.Error as error:
        raise _read_error(name, complaint(error)) from error


def _read_error(name: str, why: str) -> AutochromeError:
    low = why.lower()
    if "out of memory" in low or "unable to allocate" in low:
        return NoMemory(
            f"{name}: there is not enough memory to decode it; close other programs or shrink it."
        )
    if "no space left" in low:
        return DiskFull(f"{name}: no room for its temporary copy; free some, or point TMPDIR elsewhere.")
    if _VARIANT.search(low):
        return NotAPicture(
            f"{name}: a variant that cannot be read ({why}); save it as PNG, JPEG or plain TIFF."
        )
    return PictureDamaged(f"{name}: damaged or cut short ({why}); get the file again, or save it anew.")


def complaint(error: pyvips.Error) -> str:
    """The most telling line of what libvips said: the last that has words in it."""
    lines = [line.strip() for line in str(error.detail or error.message).splitlines()]
    return next((line for line in reversed(lines) if _WORD.search(line)), "no reason given")[:200]
