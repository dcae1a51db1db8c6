"""Coloured pictures for the hints of a film. They lie in the project's folder, and hints use them by name."""

import re
import secrets
from pathlib import Path

from autochrome.errors import UsageError
from autochrome.hints.file import HintsFile
from autochrome.media.stills import open_still
from autochrome.studio.errors import StudioFull
from autochrome.studio.uploads import Upload

LIMIT = 50  # pictures of one project
MEGAPIXELS = 50.0
_NAME = re.compile(r"reference-[0-9a-f]{8}\.[a-z]{3,4}")
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


def pictures_in(hints: HintsFile) -> list[str]:
    """The names of all pictures that hints use."""
    return [name for key in hints.frames for name in (key.picture, key.reference) if name]


def check_pictures(hints: HintsFile, folder: Path) -> None:
    """Refuse hints that use a picture which was not uploaded for this project."""
    for name in pictures_in(hints):
        if not _NAME.fullmatch(name) or not (folder / name).is_file():
            raise UsageError(f"The hints use the picture {name!r}, which was not uploaded for this project.")
