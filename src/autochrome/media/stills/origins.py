"""Open any source of a picture: find its format, read its facts, and say where its pixels come from."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from autochrome.errors import PictureTooLarge
from autochrome.media.stills.bmp import bitmap_header, read_bitmap
from autochrome.media.stills.cut_files import ENDS_KNOWN, decode_cut, is_cut
from autochrome.media.stills.exif import (
    CENTIMETRE,
    IMAGE_HEIGHT,
    IMAGE_WIDTH,
    NO_UNIT,
    ORIENTATION,
    RESOLUTION_UNIT,
    X_RESOLUTION,
    Y_RESOLUTION,
    number,
    numbers,
)
from autochrome.media.stills.file_facts import FileFacts
from autochrome.media.stills.formats import EXTRA_KINDS, CheckSize, open_extra
from autochrome.media.stills.in_memory import origin_from_array, origin_from_pil
from autochrome.media.stills.inspection import inspect_file, reader_of, true_kind
from autochrome.media.stills.kinds import kind_of
from autochrome.media.stills.reader import Origin, Source, read_all, read_head


def find_origin(source: Source, max_megapixels: float, page: int | None = None) -> Origin:
    """Where the pixels come from: a path, the bytes of a file, a PIL picture, or an array.

    page: of a TIFF, one of its full pages; None chooses the first.
    """
    if isinstance(source, np.ndarray):
        return origin_from_array(source, "array")
    if hasattr(source, "mode") and hasattr(source, "tobytes"):
        return origin_from_pil(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return _origin_from_file(bytes(source), "picture", max_megapixels, page)
    return _origin_from_file(Path(source), str(Path(source)), max_megapixels, page)


def _origin_from_file(source: Path | bytes, name: str, max_megapixels: float, page: int | None) -> Origin:
    path, data = (None, source) if isinstance(source, bytes) else (source, None)
    kind = format_of(source, name)
    check = partial(check_size, name, max_megapixels=max_megapixels)
    if kind == "bmp":
        return _origin_from_bitmap(source, path, name, check)
    if kind in EXTRA_KINDS:
        return open_extra(kind, source, name, check)
    facts = inspect_file(kind, source, name, page)
    if facts.decode is not None:
        check(number(facts.directory, IMAGE_WIDTH), number(facts.directory, IMAGE_HEIGHT))
        pixels = facts.decode(read_all(source, name), name)
        return Origin(name, path, kind, array=pixels, fields=_fields(facts), facts=facts)
    if kind in ENDS_KNOWN:
        with reader_of(source, name) as read:
            cut = is_cut(kind, source, read)
        if cut:
            found = decode_cut(kind, source, name, check)
            facts = replace(facts, losses=(found.loss,))
            return Origin(name, path, kind, array=found.pixels, fields=found.fields, facts=facts)
    return Origin(name, path, kind, data=data, facts=facts)


def _fields(facts: FileFacts) -> dict[str, Any]:
    """What libvips says of other TIFFs: orientation and resolution."""
    fields: dict[str, Any] = {"orientation": number(facts.directory, ORIENTATION) or 1}
    across, down = (next(iter(numbers(facts.directory, tag)), 0.0) for tag in (X_RESOLUTION, Y_RESOLUTION))
    if number(facts.directory, RESOLUTION_UNIT) == NO_UNIT:
        return fields
    unit = 10.0 if number(facts.directory, RESOLUTION_UNIT) == CENTIMETRE else 25.4
    return fields | ({"resolution": (across / unit, down / unit)} if across and down else {})


def format_of(source: Path | bytes, name: str) -> str:
    """The format of a file, by its content. Raises an error of ours if it is none that we read."""
    head = source if isinstance(source, bytes) else read_head(source)
    return true_kind(kind_of(head, name), source, name)


def check_size(name: str, width: int, height: int, *, max_megapixels: float) -> None:
    """Raise `PictureTooLarge` if there are more pixels than the limit."""
    if width * height > max_megapixels * 1e6:
        raise PictureTooLarge(
            f"{name}: {width}×{height} are {width * height / 1e6:.0f} megapixels, more than the {max_megapixels:g} "
            "allowed; raise the limit if you trust the file."
        )


def _origin_from_bitmap(source: Path | bytes, path: Path | None, name: str, check: CheckSize) -> Origin:
    header = bitmap_header(source if isinstance(source, bytes) else read_head(source), name)
    check(header.width, header.height)
    pixels, facts = read_bitmap(read_all(source, name), name)
    return Origin(name, path, "bmp", array=pixels, fields=facts)
