"""`autochrome FILE`: the command that a line means if it begins with a file."""

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from autochrome.errors import UsageError
from autochrome.media.collection import FILM_SUFFIXES, STILL_SUFFIXES


def add_command(words: Sequence[str]) -> list[str]:
    """The words with `photo` or `film` before them, if they begin with photos or films; else the same words.

    The suffix decides. A file that both commands take, such as a GIF, and `-` (standard input) are photos.
    """
    files = list(takewhile(lambda word: not word.startswith("-"), words))
    if not files or not _is_file(files[0]):
        return list(words)
    if folder := next((word for word in files if Path(word).is_dir()), None):
        raise UsageError(
            f"{folder}: this is a folder; say `autochrome photo {folder} -o RESULTS/` for its pictures, or "
            f"`autochrome film {folder} -o RESULTS/` for its films."
        )
    kinds = {_command_for(word) for word in files}
    if len(kinds) > 1:
        raise UsageError(
            "There are photos and films; colour them with `autochrome photo` and `autochrome film`."
        )
    return [*kinds, *words]


def _is_file(word: str) -> bool:
    """Whether a word is meant as a file: it exists, or its suffix says so."""
    return (
        Path(word) == Path("-")
        or Path(word).suffix.lower() in STILL_SUFFIXES | FILM_SUFFIXES
        or Path(word).exists()
    )


def _command_for(word: str) -> str:
    suffix = Path(word).suffix.lower()
    return "film" if suffix in FILM_SUFFIXES and suffix not in STILL_SUFFIXES else "photo"
