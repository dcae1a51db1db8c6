"""Films: opening one, and making one like it."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autochrome.errors import OutputNotWritable
from autochrome.files import check_output
from autochrome.media.films.index import FilmIndex
from autochrome.media.films.reader import FilmReader
from autochrome.media.films.writer import FilmWriter
from autochrome.options import FilmOptions


def open_film(
    path: str | os.PathLike[str],
    *,
    keys_only: bool = False,
    start: float | None = None,
    end: float | None = None,
    index: FilmIndex | None = None,
) -> FilmReader:
    """A film to be read frame by frame, or only those that stand for themselves. A context manager.

    start, end: seconds; only what is shown from start on and before end. Frames keep the numbers they have in the
    whole film. index: of this film, where it is known already; else it is made, if there is a start.
    """
    return FilmReader(path, keys_only, start, end, index)


def create_film(
    path: str | os.PathLike[str],
    like: FilmReader,
    options: FilmOptions | None = None,
    *,
    overwrite: bool = False,
    restart: bool = False,
    words: Mapping[str, str] | None = None,
    job: Mapping[str, Any] | None = None,
    known: Callable[[int, int], str] = lambda first, stop: "0",
) -> FilmWriter:
    """A film with the times, sound, subtitles and words of another, to be given its frames. A context manager.

    words: added to the file's metadata. job: what else decides how all frames look; work that was interrupted goes on,
    and a film that is to be overwritten lends its parts, only where this is the same. known: (first, stop) numbers of
    frames → a digest (letters and digits) of what is known of these alone; parts of which something else is known now
    are made anew. restart: begin anew whatever was finished before.
    """
    target = Path(path)
    check_output(target, like.path, overwrite=overwrite)
    if not target.parent.is_dir():
        raise OutputNotWritable(f"{target}: the folder {target.parent} does not exist; create it first.")
    return FilmWriter(target, like.facts, options or FilmOptions(), words or {}, job or {}, restart, known)
