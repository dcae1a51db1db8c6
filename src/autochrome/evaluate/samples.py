"""Read the pictures to measure with: from folders, zips and tars, at one size, always in the same order.

A picture is named in reports by its path inside the folder or archive, `source/label/name`.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import ExtraMissing, NotAPicture, NothingFound
from autochrome.media.collection import Entry, list_pictures

LONGEST = 4  # times the short side: of a longer picture, the middle is taken


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    rgb: NDArray[np.uint8]  # (H, W, 3)


def decode_image(content: bytes, name: str, size: int | None) -> NDArray[np.uint8]:
    """The bytes of a picture file → (H, W, 3) sRGB, its short side `size` pixels (None: as it is)."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ExtraMissing("Measuring needs Pillow: pip install 'autochrome[lab]'.") from error
    try:
        with Image.open(io.BytesIO(content)) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(
            f"{name} cannot be read as a picture ({error}); take it out of the data."
        ) from error
    if size is not None and min(picture.size) != size:
        scale = size / min(picture.size)
        width, height = (max(size, round(side * scale)) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    rgb = np.asarray(picture)
    longest = LONGEST * min(rgb.shape[:2])
    top, left = (max(0, (side - longest) // 2) for side in rgb.shape[:2])
    return np.ascontiguousarray(rgb[top : top + longest, left : left + longest])


def read_samples(paths: Sequence[Path], size: int | None, limit: int | None = None) -> Iterator[Sample]:
    """Every picture in these folders and archives, or `limit` of them spread evenly; short side `size` pixels."""
    found = _list_all(paths)
    if not found:
        raise NothingFound(f"No pictures in {', '.join(map(str, paths))}; give a folder, zip or tar of them.")
    count = len(found) if limit is None else min(limit, len(found))
    for index in np.linspace(0, len(found), count, endpoint=False).astype(int):
        entry = found[index]
        yield Sample(entry.name, decode_image(entry.read(), f"{entry.path}: {entry.name}", size))


def count_samples(paths: Sequence[Path], limit: int | None = None) -> int:
    """How many pictures `read_samples` gives."""
    total = len(_list_all(paths))
    return total if limit is None else min(limit, total)


def _list_all(paths: Sequence[Path]) -> list[Entry]:
    """The pictures of all paths. Those of one path are sorted by name: folders and archives give the same order."""
    return [entry for path in paths for entry in sorted(list_pictures(path), key=attrgetter("name"))]
