"""Read the facts of a file by its format, before libvips opens it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autochrome.errors import InputUnreadable
from autochrome.media.stills.avif_facts import avif_facts, holds_hevc
from autochrome.media.stills.exif import Read
from autochrome.media.stills.file_facts import FileFacts
from autochrome.media.stills.gif_facts import gif_facts
from autochrome.media.stills.jpeg_facts import jpeg_facts
from autochrome.media.stills.png_facts import png_facts
from autochrome.media.stills.tiff_facts import is_raw, tiff_facts

INSPECTORS: dict[str, Callable[[Read, str], FileFacts]] = {
    "avif": avif_facts,
    "gif": gif_facts,
    "jpg": jpeg_facts,
    "png": png_facts,
}
"""The format → the function that reads its facts."""


_DISGUISES: dict[str, tuple[Callable[[Read], bool], str]] = {
    "avif": (holds_hevc, "heic"),
    "tif": (is_raw, "raw"),
}
"""Format by the first bytes → a test of the whole header, and the format if it holds."""


def true_kind(kind: str, source: Path | bytes, name: str) -> str:
    """The format by the whole header, where the first bytes do not decide."""
    if kind not in _DISGUISES:
        return kind
    holds, other = _DISGUISES[kind]
    with reader_of(source, name) as read:
        return other if holds(read) else kind


def inspect_file(kind: str, source: Path | bytes, name: str, page: int | None = None) -> FileFacts:
    """The facts of a file, by its path or its bytes. Raises errors of ours for what we do not support.

    page: of a TIFF, one of `full_pages`; None chooses the first.
    """
    if kind == "tif":
        with reader_of(source, name) as read:
            return tiff_facts(read, name, page)
    inspector = INSPECTORS.get(kind)
    if inspector is None:
        return FileFacts()
    with reader_of(source, name) as read:
        return inspector(read, name)


@contextmanager
def reader_of(source: Path | bytes, name: str) -> Iterator[Read]:
    """A function that reads parts of a file, or of its bytes."""
    if isinstance(source, bytes):
        yield lambda offset, size: source[offset : offset + max(0, size)]
        return
    try:
        with source.open("rb") as file:

            def read(offset: int, size: int) -> bytes:
                if (
                    offset >= 1 << 62 or size <= 0
                ):  # more than any file has, or nothing: a damaged offset or length
                    return b""
                file.seek(offset)
                return file.read(size)

            yield read
    except OSError as error:
        raise InputUnreadable(f"{name}: cannot be read ({error.strerror}); check the disk.") from error
