"""The suffix that a result gets by the name of its original, before the original is opened."""

from pathlib import Path

from autochrome.errors import InputError
from autochrome.media.collection import RAW_SUFFIXES
from autochrome.media.stills.avif_facts import needs_png
from autochrome.media.stills.inspection import reader_of
from autochrome.media.stills.writer import LIKE, WRITTEN

RESULTS = {**WRITTEN, ".pdf": "pdf"}
"""The suffix of a file that can be written → its format. A PDF is made only from a PDF."""
_HEIC = {".heic", ".heif", ".hif"}


def suffix_of_result(source: Path, suffix: str) -> str:
    """The suffix of the result, where the kind of the original has none of its own; else `suffix`.

    Raw files become TIFF with 16 bits; HEIC becomes JPEG, or PNG if JPEG would lose alpha or depth.
    """
    own = source.suffix.lower()
    if own in RAW_SUFFIXES:
        return LIKE["raw"]
    if own not in _HEIC:
        return suffix
    try:
        with reader_of(source, str(source)) as read:
            return ".png" if needs_png(read) else ".jpg"
    except InputError:  # reading it will say why
        return ".jpg"
