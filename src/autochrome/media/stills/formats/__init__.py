"""Formats that need the extra `formats`: HEIC, JPEG XL, camera raw, and pages of TIFF and PDF.

Each opener decodes the whole picture into memory; from there it takes the same way as every other picture.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from autochrome.errors import ExtraMissing
from autochrome.media.stills.formats.heic import open_heic
from autochrome.media.stills.formats.jxl import open_jxl
from autochrome.media.stills.formats.pdf import open_first_picture
from autochrome.media.stills.formats.raw import open_raw
from autochrome.media.stills.reader import Origin

CheckSize: TypeAlias = Callable[[int, int], None]
"""(width, height): raises `PictureTooLarge`. It is called before any pixel is decoded."""

_Opener: TypeAlias = Callable[[Path | bytes, str, CheckSize], Origin]
_OPENERS: dict[str, tuple[_Opener, str, tuple[str, ...]]] = {
    "heic": (open_heic, "HEIC", ("pillow_heif",)),
    "jxl": (open_jxl, "JPEG XL", ("pillow_jxl", "imagecodecs")),
    "raw": (open_raw, "a camera raw file", ("rawpy",)),
    "pdf": (open_first_picture, "a PDF", ("pikepdf",)),
}
EXTRA_KINDS = frozenset(_OPENERS)
"""The kinds that are opened here."""


def open_extra(kind: str, source: Path | bytes, name: str, check_size: CheckSize) -> Origin:
    """The decoded picture of a file of one of `EXTRA_KINDS`."""
    opener, _, _ = _OPENERS[kind]
    need_extra(kind, name)
    return opener(source, name, check_size)


def need_extra(kind: str, name: str) -> None:
    """Raise `ExtraMissing` if the libraries for this kind are not installed."""
    _, words, libraries = _OPENERS[kind]
    try:
        for library in libraries:
            import_module(library)
    except ImportError as error:
        raise ExtraMissing(
            f"{name}: this is {words}, which needs more libraries: pip install 'autochrome[formats]'"
        ) from error
