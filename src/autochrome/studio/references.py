"""Coloured pictures for the hints of a project. They lie in the project's folder, and hints use them by name."""

import re
import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.color.lab import lightness
from autochrome.errors import UsageError
from autochrome.hints.file import HintsFile, Reference
from autochrome.hints.references import Match, hints_from_references
from autochrome.media.stills import open_still
from autochrome.media.stills.small_lab import read_small_lab
from autochrome.studio.errors import NotFound, StudioFull
from autochrome.studio.uploads import Upload

LIMIT = 50  # pictures of one project
MEGAPIXELS = 50.0
_NAME = re.compile(r"reference-[0-9a-f]{8}\.[a-z]{3,4}")
_SHOWN_SIDE = 160  # pixels of the short side, as the page shows it
_CHECK_SIDE = 128  # pixels: the picture is read once at this size, so that damage is found now


def add_reference(upload: Upload, folder: Path) -> str:
    """Check an uploaded picture and move it into a project's folder; returns its new name."""
    if sum(1 for _ in folder.glob("reference-*")) >= LIMIT:
        raise StudioFull(f"A project holds at most {LIMIT} pictures; use those that it has.")
    with open_still(upload.path, max_megapixels=MEGAPIXELS) as still:
        if still.grey:
            raise UsageError("This picture is grey; upload a coloured one.")
        still.read_small(_CHECK_SIDE)
    name = f"reference-{secrets.token_hex(4)}{upload.suffix}"
    upload.path.replace(folder / name)
    upload.discard()
    return name


def check_pictures(hints: HintsFile, folder: Path) -> None:
    """Refuse hints that use a picture which was not uploaded for this project."""
    for name in hints.image_names():
        if not _NAME.fullmatch(name) or not (folder / name).is_file():
            raise UsageError(f"The hints use the picture {name!r}, which was not uploaded for this project.")


def show_picture(name: str, folder: Path) -> NDArray[np.uint8]:
    """(h, w, 3) sRGB: an uploaded picture, small."""
    if not _NAME.fullmatch(name) or not (folder / name).is_file():
        raise NotFound("There is no such picture in this project.")
    with open_still(folder / name, max_megapixels=MEGAPIXELS) as still:
        small = still.read_small(_SHOWN_SIDE)
    return np.asarray(small if small.dtype.itemsize == 1 else small >> 8, np.uint8)


def match_references(
    references: Sequence[Reference], grey: NDArray[np.uint8], folder: Path
) -> tuple[Match, ...]:
    """How much of a picture, (h, w, 3) sRGB, each reference matches."""
    target = lightness(grey)
    return hints_from_references(
        references, target, lambda name: read_small_lab(folder / name, max(target.shape))
    )[1]
