"""The way of a file with several pages: each page takes the way of a photo."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autochrome.errors import InputError
from autochrome.files import check_output
from autochrome.media.stills.pages import Pages, PageWriter, create_pages, open_pages
from autochrome.model import ColorModel
from autochrome.options import PhotoOptions, check_options
from autochrome.photo import SOFTWARE, Photo, load_model, prepare_photo
from autochrome.provenance import describe


@dataclass(frozen=True, slots=True)
class PagesReport:
    """What was coloured."""

    pages: int
    notes: tuple[str, ...]
    losses: tuple[str, ...]


def colorize_pages(
    source: str | os.PathLike[str] | bytes,
    target: str | os.PathLike[str],
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: PhotoOptions | None = None,
    comparison: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
) -> PagesReport:
    """Colour all pages of a TIFF into a TIFF, or all pictures of a PDF into a PDF or a TIFF.

    comparison: also write a TIFF of before and after, side by side. A page that cannot be read is left out of a TIFF
    and left as it is in a PDF; the losses name it. If none can be read, its error is raised.
    """
    options = check_options(options, PhotoOptions)
    network = load_model(options.model if model is None else model)
    given = source if isinstance(source, bytes) else Path(source)
    for path in (target, comparison):
        if path is not None:
            check_output(path, None if isinstance(given, bytes) else given, overwrite=overwrite)
    note_software = partial(describe, software=SOFTWARE)
    remarks = _Remarks()
    with ExitStack() as stack:
        pages = stack.enter_context(open_pages(given, max_megapixels=options.max_megapixels))

        def create(path: str | os.PathLike[str]) -> PageWriter:
            return stack.enter_context(create_pages(Path(path), pages, note_software, replace=overwrite))

        writer = create(target)
        compared = create(comparison) if comparison is not None else None
        for number in range(len(pages.openers)):
            try:
                with pages.openers[number]() as still:
                    photo = prepare_photo(still, network, options).color()
                    writer.add(number, photo.save)
                    if compared:
                        compared.add(number, photo.save_comparison)
                    remarks.add(number, photo)
            except InputError as error:
                remarks.fail(number, error)
        return remarks.report(pages, in_place=Path(target).suffix.lower() == ".pdf")


class _Remarks:
    """Collects notes and losses; one that concerns several pages is said once."""

    def __init__(self) -> None:
        self._done = 0
        self._notes: dict[str, list[int]] = {}
        self._losses: dict[str, list[int]] = {}
        self._failed: list[tuple[int, InputError]] = []

    def add(self, number: int, photo: Photo) -> None:
        self._done += 1
        for texts, found in ((photo.notes, self._notes), (photo.losses, self._losses)):
            for text in texts:
                found.setdefault(text, []).append(number + 1)

    def fail(self, number: int, error: InputError) -> None:
        self._failed.append((number + 1, error))

    def report(self, pages: Pages, *, in_place: bool) -> PagesReport:
        if not self._done:
            raise self._failed[0][1]
        total, word = len(pages.openers), pages.word
        notes = [f"{self._done} of {total} {word}s coloured", *pages.notes]
        notes += [_with_pages(text, numbers, total, word) for text, numbers in self._notes.items()]
        losses = [_with_pages(text, numbers, total, word) for text, numbers in self._losses.items()]
        fate = "left as it is" if in_place else "left out"
        losses += [f"{word} {number} cannot be read: {fate} ({error})" for number, error in self._failed]
        return PagesReport(self._done, tuple(notes), tuple(losses))


def _with_pages(text: str, numbers: list[int], total: int, word: str) -> str:
    if len(numbers) == total:
        return text
    return f"{text} ({word}{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))})"
