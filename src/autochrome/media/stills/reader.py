"""Open a picture: a file, its bytes, an array or a PIL image → a lazy libvips image.

We detect the format by the first bytes and call its loader. So no other format that libvips knows (SVG, tables of
numbers, its own `.v`) is ever opened.
"""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.errors import (
    AutochromeError,
    DiskFull,
    InputMissing,
    InputUnreadable,
    NoMemory,
    NotAPicture,
    PictureDamaged,
    PictureTooLarge,
)
from autochrome.media.stills.file_facts import FileFacts
from autochrome.media.stills.kinds import HEAD
from autochrome.media.stills.reasons import in_brackets

pyvips.cache_set_max(0)  # pictures are opened once, so a cache of operations only needs memory

Source: TypeAlias = str | os.PathLike[str] | bytes | NDArray[Any] | Any
"""A path, the bytes of a file, an array, or a PIL image (recognized by its attributes: PIL is never imported)."""

_LOADERS = {
    "jpg": "jpegload_source",
    "png": "pngload_source",
    "tif": "tiffload_source",
    "webp": "webpload_source",
    "avif": "heifload_source",
    "gif": "gifload_source",
}
_HEIF_SIDE = 16384  # pixels
_IN_MEMORY = 100_000_000  # bytes of pixels
_TILE = 256
MAX_RESOLUTION = 1e6  # pixels per millimetre that libvips accepts
_VARIANT = re.compile(r"unsupported (?!marker|or )|not supported|not configured|not implemented|labq")
_DISK_FULL = ("no space left", "disk quota", "file too large", "wbuffer_write")
_WORD = re.compile(r"[a-z]{3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of pixels. Every call of `open` returns a new image."""

    name: str  # for error sentences
    path: Path | None
    kind: str  # "jpg", …, or "array"
    data: bytes | None = field(default=None, repr=False)  # the bytes of the file, if it is in memory
    array: NDArray[Any] | None = field(default=None, repr=False)  # (H, W, bands) uint8 or uint16
    fields: dict[str, Any] = field(default_factory=dict, repr=False)  # libvips metadata for an array
    facts: FileFacts = field(default_factory=FileFacts, repr=False)
    fail_on: str = ""  # what stops libvips: none, error, warning; '' chooses by the format

    def open(self, *, shrink: int = 1) -> Any:
        """The image as it is stored: not rotated, in its own colour space. It is read once, from top to bottom.

        shrink: 1, 2, 4 or 8; a JPEG is decoded that much smaller. Other formats need 1.
        """
        if self.array is not None:
            image = self._array_image(self.array)
            return self.facts.convert(image) if self.facts.convert else image
        # In a JPEG, pixels that cannot be decoded are only a warning.
        fail_on = self.fail_on or ("warning" if self.kind == "jpg" else "error")
        options: dict[str, Any] = {"access": "sequential", "fail_on": fail_on}
        if shrink > 1:
            options["shrink"] = shrink
        if self.facts.page:
            options["page"] = self.facts.page
        with reading(self.name):
            image = getattr(pyvips.Image, _LOADERS[self.kind])(self._source(), **options)
            image = self.facts.convert(image) if self.facts.convert else image
            return image if self.facts.orientation is None else _turned(image, self.facts.orientation)

    def _source(self) -> Any:
        in_memory = self.facts.content or self.data
        if in_memory is not None:
            return pyvips.Source.new_from_memory(in_memory)
        assert self.path is not None
        return pyvips.Source.new_from_file(os.fsencode(self.path))  # bytes, because a name may not be UTF-8

    def _array_image(self, array: NDArray[Any]) -> Any:
        height, width, bands = array.shape
        wide = array.dtype == np.uint16
        space = ("b-w", "grey16", "srgb", "rgb16")[2 * (bands > 2) + wide]
        image = pyvips.Image.new_from_memory(array, width, height, bands, "ushort" if wide else "uchar")
        across, down = (
            v if 0 < v <= MAX_RESOLUTION else 1.0 for v in self.fields.get("resolution", (1.0, 1.0))
        )
        image = image.copy(interpretation=self.fields.get("interpretation", space), xres=across, yres=down)
        for name, value in self.fields.items():
            if isinstance(value, bytes):
                image.set_type(pyvips.GValue.blob_type, name, value)
            elif isinstance(value, int):
                image.set_type(pyvips.GValue.gint_type, name, value)
        return image


def _turned(image: Any, orientation: int) -> Any:
    """The same image, with another orientation in its header."""
    image = image.copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return image


def at_random(image: Any) -> Any:
    """The same pixels, for reading in any order: in memory, or as tiles in a temporary file if they are many.

    libvips has a function for this, but it maps the file into memory, and the mapped pages count as memory.
    """
    if image.width * image.height * image.bands * (2 if image.format == "ushort" else 1) <= _IN_MEMORY:
        return image.copy_memory()
    with (
        _temporary_file() as file
    ):  # libvips has its own handle: the file is deleted with the last image that uses it
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


def _temporary_file() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise DiskFull(
            f"There is no space for a temporary copy of the picture ({error.strerror}); set TMPDIR to another disk."
        ) from error


def read_head(path: Path, size: int = HEAD) -> bytes:
    """The first bytes of a file. Raises an error of ours if it cannot be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputUnreadable(f"{path}: this is a folder; give a picture in it.")
        if not stat.S_ISREG(mode):  # reading a pipe would block
            raise InputUnreadable(f"{path}: this is not a regular file; copy it to one first.")
        with path.open("rb") as file:
            return file.read(size)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputMissing(f"{path}: there is no such file; check the name.") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        why = getattr(error, "strerror", None) or str(error)
        raise InputUnreadable(f"{path}: cannot be opened ({why}); check its permissions.") from error


def read_all(source: Path | bytes, name: str) -> bytes:
    """The bytes of a file. Raises an error of ours if it cannot be read."""
    try:
        return source if isinstance(source, bytes) else read_head(source, -1)
    except MemoryError as error:
        raise NoMemory(f"{name}: there is not enough memory to read it; close other programs.") from error


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Translate errors of libvips while `name` is read into errors of ours."""
    try:
        yield
    except pyvips.Error as error:
        raise _read_error(name, error) from error


def _read_error(name: str, error: pyvips.Error) -> AutochromeError:
    why = complaint(error)
    reason = in_brackets(str(error.detail or error.message))
    low, whole = why.lower(), str(error.detail or error.message).lower()
    if "out of memory" in low or "unable to allocate" in low:
        return NoMemory(
            f"{name}: there is not enough memory to decode it; close other programs or make the picture smaller."
        )
    if "size" in low and "security limit" in low:
        return PictureTooLarge(
            f"{name}: more pixels a side than libheif reads ({_HEIF_SIDE}); save it as TIFF or PNG first."
        )
    if any(words in whole for words in _DISK_FULL):
        return DiskFull(
            f"{name}: there is no space for its temporary copy; free some space, or set TMPDIR to another disk."
        )
    if _VARIANT.search(low):
        return NotAPicture(
            f"{name}: this variant of the format is not supported{reason}; save it as PNG, JPEG or plain TIFF."
        )
    return PictureDamaged(
        f"{name}: the file is damaged or incomplete{reason}; get the file again, or save it again."
    )


def complaint(error: pyvips.Error) -> str:
    """The most useful line of an error of libvips: the last line that contains a word."""
    lines = [line.strip() for line in str(error.detail or error.message).splitlines()]
    return next((line for line in reversed(lines) if _WORD.search(line)), "no reason given")[:200]
