"""Read the images to evaluate: from folders, zips and tars, at one size, always in the same order.

A report names an image by its path inside the folder or archive, `source/label/name`.
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

MAX_ASPECT = 4  # the long side divided by the short side; of a longer image only the middle is used


@dataclass(frozen=True, slots=True)
class Sample:
    """One image with its true colours."""

    name: str
    rgb: NDArray[np.uint8]  # (H, W, 3) sRGB


def decode_image(content: bytes, name: str, size: int | None) -> NDArray[np.uint8]:
    """The bytes of an image file → (H, W, 3) sRGB with a short side of `size` pixels (None: as it is)."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ExtraMissing("Evaluation needs Pillow: pip install 'autochrome[evaluate]'.") from error
    try:
        with Image.open(io.BytesIO(content)) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(
            f"{name} cannot be read as a picture ({error}); remove it from the data."
        ) from error
    if size is not None and min(image.size) != size:
        scale = size / min(image.size)
        width, height = (max(size, round(side * scale)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    rgb = np.asarray(image)
    longest = MAX_ASPECT * min(rgb.shape[:2])
    top, left = (max(0, (side - longest) // 2) for side in rgb.shape[:2])
    return np.ascontiguousarray(rgb[top : top + longest, left : left + longest])


def read_samples(
    paths: Sequence[Path],
    size: int | None,
    limit: int | None = None,
    seed: int | None = None,
    span: slice = slice(None),
) -> Iterator[Sample]:
    """Read the images of these folders and archives, with a short side of `size` pixels.

    limit: the number of images; None: all. They are spread evenly over all, or with a seed drawn by lot.
    span: which of the chosen images are read.
    """
    found = _list_all(paths)
    if not found:
        raise NothingFound(
            f"No pictures were found in {', '.join(map(str, paths))}; give a folder, zip or tar of pictures."
        )
    count = len(found) if limit is None else min(limit, len(found))
    chosen = np.linspace(0, len(found), count, endpoint=False).astype(int)
    if seed is not None:
        chosen = np.random.default_rng(seed).permutation(len(found))[:count]
    for index in chosen[span]:
        entry = found[index]
        yield Sample(entry.name, decode_image(entry.read(), f"{entry.path}: {entry.name}", size))


def count_samples(paths: Sequence[Path], limit: int | None = None) -> int:
    """The number of images that `read_samples` reads."""
    total = len(_list_all(paths))
    return total if limit is None else min(limit, total)


def _list_all(paths: Sequence[Path]) -> list[Entry]:
    """The pictures of all paths. Those of one path are sorted by name, so a folder and its archive give one order."""
    return [entry for path in paths for entry in sorted(list_pictures(path), key=attrgetter("name"))]
