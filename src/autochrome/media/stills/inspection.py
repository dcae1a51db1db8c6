"""Read the facts of a file by its format, before libvips opens it."""

from collections.abc import Callable
from pathlib import Path

from autochrome.errors import InputUnreadable
from autochrome.media.stills.avif_facts import avif_facts
from autochrome.media.stills.exif import Read
from autochrome.media.stills.file_facts import FileFacts
from autochrome.media.stills.jpeg_facts import jpeg_facts
from autochrome.media.stills.png_facts import png_facts
from autochrome.media.stills.tiff_facts import tiff_facts

INSPECTORS: dict[str, Callable[[Read, str], FileFacts]] = {
    "avif": avif_facts,
    "jpg": jpeg_facts,
    "png": png_facts,
    "tif": tiff_facts,
}
"""The format → the function that reads its facts."""


def inspect_file(kind: str, source: Path | bytes, name: str) -> FileFacts:
    """The facts of a file, by its path or its bytes. Raises errors of ours for what we do not support."""
    inspector = INSPECTORS.get(kind)
    if inspector is None:
        return FileFacts()
    if isinstance(source, bytes):
        return inspector(lambda offset, size: source[offset : offset + size], name)
    try:
        with source.open("rb") as file:

            def read(offset: int, size: int) -> bytes:
                if offset >= 1 << 62:  # more than any file has: a damaged offset
                    return b""
                file.seek(offset)
                return file.read(size)

            return inspector(read, name)
    except OSError as error:
        raise InputUnreadable(f"{name}: cannot be read ({error.strerror}); check the disk.") from error
