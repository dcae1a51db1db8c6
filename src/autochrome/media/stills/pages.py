"""Files with several pages: a TIFF, or the pictures of a PDF. Read them one by one, and write a file like it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autochrome.errors import OutputNotWritable
from autochrome.files import atomic_path, write_errors
from autochrome.media.stills.formats import need_extra
from autochrome.media.stills.formats.pdf import (
    PdfPictures,
    add_profile,
    open_pdf,
    read_picture,
    replace_picture,
    set_metadata,
)
from autochrome.media.stills.inspection import reader_of
from autochrome.media.stills.origins import check_size, format_of
from autochrome.media.stills.still import Still, open_still
from autochrome.media.stills.tiff_facts import full_pages
from autochrome.media.stills.tiff_pages import TiffPages

_TIFF = (".tif", ".tiff")
_BYTES = 6  # of a pixel, at most: 16 bits of three colours


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of an open file."""

    word: str  # "page" of a TIFF, "picture" of a PDF
    openers: tuple[Callable[[], Still], ...]  # one for each page
    pixels: int  # of all pages
    notes: tuple[str, ...] = ()  # what is left as it is
    pdf: PdfPictures | None = None


def has_pages(source: Path | bytes, target: Path) -> bool:
    """Whether the source has pages that a file of the target's suffix can hold: then all of them are coloured."""
    suffix = target.suffix.lower()
    if suffix not in (*_TIFF, ".pdf"):
        return False
    name = _name(source)
    kind = format_of(source, name)
    if kind == "tif" and suffix in _TIFF:
        with reader_of(source, name) as read:
            return len(full_pages(read)) > 1
    return kind == "pdf"


@contextmanager
def open_pages(source: Path | bytes, *, max_megapixels: float = 1000) -> Iterator[Pages]:
    """The pages of a TIFF or the pictures of a PDF."""
    name = _name(source)
    if format_of(source, name) == "pdf":
        need_extra("pdf", name)
        with open_pdf(source, name) as found:
            openers = tuple(
                partial(_open_picture, found, n, name, max_megapixels) for n in range(len(found.pictures))
            )
            pixels = sum(one.width * one.height for one in found.pictures)
            yield Pages("picture", openers, pixels, found.notes, found)
        return
    with reader_of(source, name) as read:
        pages = full_pages(read)
    openers = tuple(
        partial(open_still, source, max_megapixels=max_megapixels, page=number) for number, _, _ in pages
    )
    yield Pages("page", openers, sum(width * height for _, width, height in pages))


def _open_picture(found: PdfPictures, number: int, name: str, max_megapixels: float) -> Still:
    label = f"{name}, picture {number + 1}"
    check = partial(check_size, label, max_megapixels=max_megapixels)
    return Still(read_picture(found.pictures[number], label, check), max_megapixels)


class PageWriter:
    """Takes coloured pages, one after the other."""

    def __init__(self, pages: Pages, path: Path, folder: Path, target: Path) -> None:
        self._pages, self._path, self._folder = pages, path, folder
        self._pdf = pages.pdf if target.suffix.lower() == ".pdf" else None
        self._profile = add_profile(self._pdf.pdf) if self._pdf else None
        self._tiff = None if self._pdf else TiffPages(path, pixels=_BYTES * pages.pixels)

    def add(self, number: int, write: Callable[[Path], object]) -> None:
        """Add page `number` of the original, from 0. write: makes the file of one picture at a path."""
        lossy = self._pdf is not None and self._pdf.pictures[number].lossy
        part = self._folder / f"page{'.jpg' if lossy else '.png' if self._pdf else '.tif'}"
        write(part)
        try:
            if self._tiff:
                self._tiff.add(part)
            elif self._pdf:
                replace_picture(self._pdf.pdf, self._pdf.pictures[number], part, self._profile)
        finally:
            part.unlink()

    def finish(self, describe: Callable[[bytes | None], bytes]) -> None:
        """Write what is still in memory."""
        if self._pdf:
            set_metadata(self._pdf.pdf, describe)
            self._pdf.pdf.save(self._path)


@contextmanager
def create_pages(
    target: Path, pages: Pages, describe: Callable[[bytes | None], bytes], *, replace: bool
) -> Iterator[PageWriter]:
    """A file for coloured pages, TIFF or PDF by the suffix of `target`. It appears when the block has ended.

    describe: old XMP of a PDF → new XMP. replace: False raises `OutputExists` if the file exists at the end.
    """
    if target.suffix.lower() == ".pdf" and pages.pdf is None:
        raise OutputNotWritable(f"{target}: a PDF is made only from a PDF; write .tif, which has pages too.")
    with (
        atomic_path(target, replace=replace) as path,
        tempfile.TemporaryDirectory(prefix="autochrome-") as folder,
        write_errors(target),
    ):
        writer = PageWriter(pages, path, Path(folder), target)
        yield writer
        writer.finish(describe)


def _name(source: Path | bytes) -> str:
    return "picture" if isinstance(source, bytes) else str(source)
