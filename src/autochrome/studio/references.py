"""Coloured pictures that tell a shot of a film its colours: kept beside the hints that name them."""

import re
import secrets
import shutil
from hashlib import sha256
from pathlib import Path

from autochrome.errors import UsageError
from autochrome.files import atomic_write
from autochrome.hints.file import HintsFile
from autochrome.media.stills import open_still
from autochrome.studio.errors import StudioFull
from autochrome.studio.uploads import Arrived

MOST = 50  # pictures of one project
MEGAPIXELS = 50.0
_NAME = re.compile(r"reference-[0-9a-f]{8}\.[a-z]{3,4}")
_KEPT = 20  # of the files that `spoken` writes
_SMALL = 128  # pixels; read once, so that what is damaged is found now


def keep(arrived: Arrived, place: Path) -> str:
    """Move a picture that arrived into a project's folder; its new name comes back."""
    if sum(1 for _ in place.glob("reference-*")) >= MOST:
        raise StudioFull(f"A project keeps {MOST} pictures; make do with those that are there.")
    with open_still(arrived.path, max_megapixels=MEGAPIXELS) as still:
        if still.grey:
            raise UsageError("This picture has no colours to tell; bring a coloured one.")
        still.read_small(_SMALL)
    name = f"reference-{secrets.token_hex(4)}{arrived.suffix}"
    arrived.path.replace(place / name)
    shutil.rmtree(arrived.path.parent, ignore_errors=True)
    return name


def names_in(hints: HintsFile) -> list[str]:
    """Every picture that hints name."""
    return [name for key in hints.frames for name in (key.picture, key.reference) if name]


def check_names(hints: HintsFile, place: Path) -> None:
    """Only pictures that were brought for this project can be named."""
    for name in names_in(hints):
        if not _NAME.fullmatch(name) or not (place / name).is_file():
            raise UsageError(f"The hints name the picture {name!r}, which was not brought for this project.")


def spoken(hints: HintsFile, place: Path) -> HintsFile | Path:
    """Hints as those take them who colour: a file beside the pictures, where they name any."""
    if not names_in(hints):
        return hints
    text = hints.model_dump_json(exclude_defaults=True).encode()
    path = place / f"said-{sha256(text).hexdigest()[:16]}.json"
    if not path.is_file():
        olds = sorted(place.glob("said-*.json"), key=lambda old: old.stat().st_mtime)
        for old in olds[:-_KEPT]:  # a job may be about to read one of the last
            old.unlink(missing_ok=True)
        atomic_write(path, text, name=path.name)
    return path
