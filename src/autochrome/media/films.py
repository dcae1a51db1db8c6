"""Films: opening one, and making one like it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autochrome.errors import OutputExists, OutputNotWritable, SameFile
from autochrome.media.film_reader import FilmFacts, FilmReader
from autochrome.media.film_writer import FilmWriter
from autochrome.options import FilmOptions

__all__ = ["SUFFIXES", "FilmFacts", "FilmReader", "FilmWriter", "create_film", "open_film"]

SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".vob", ".ts", ".m2ts", ".mts"}
    | {".wmv", ".flv", ".ogv", ".3gp", ".dv", ".mxf", ".gif"}
)
"""Names by which a film is known in a folder."""


def open_film(path: str | os.PathLike[str], *, keys_only: bool = False) -> FilmReader:
    """A film to be read frame by frame, or only those that stand for themselves. A context manager."""
    return FilmReader(path, keys_only)


def create_film(
    path: str | os.PathLike[str],
    like: FilmReader,
    options: FilmOptions | None = None,
    *,
    overwrite: bool = False,
    restart: bool = False,
    words: Mapping[str, str] | None = None,
    job: Mapping[str, Any] | None = None,
) -> FilmWriter:
    """A film with the times, sound, subtitles and words of another, to be given its frames. A context manager.

    words: added to the file's metadata. job: what else decides how the frames look; an interrupted film goes on only
    where this is the same. restart: begin anew whatever was finished before.
    """
    target = Path(path)
    if target.exists():
        if target.samefile(like.path):
            raise SameFile(f"{target}: the output would replace its own original; choose another name.")
        if not overwrite:
            raise OutputExists(
                f"{target}: there is a file already; allow overwriting or choose another name."
            )
    if not target.parent.is_dir():
        raise OutputNotWritable(f"{target}: the folder {target.parent} does not exist.")
    return FilmWriter(target, like.facts, options or FilmOptions(), words or {}, job or {}, restart)
