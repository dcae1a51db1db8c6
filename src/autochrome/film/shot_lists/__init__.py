"""Files that say where the shots of a film begin: our JSON, CSV, EDL (CMX3600) and OpenTimelineIO.

JSON and CSV name frames by their numbers. EDL and OpenTimelineIO name them by timecode on the record side: that of the
film itself.
"""

import os
from collections.abc import Callable
from pathlib import Path

from autochrome.errors import OutputNotWritable, UsageError
from autochrome.files import atomic_write
from autochrome.film.scenes.shot_list import ShotList, load_shots
from autochrome.film.shot_lists.edl import read_edl, write_edl
from autochrome.film.shot_lists.film_clock import FilmClock
from autochrome.film.shot_lists.opentimeline import read_opentimeline, write_opentimeline
from autochrome.film.shot_lists.table import read_table, write_table

WRITERS: dict[str, Callable[[ShotList], str]] = {
    ".json": ShotList.to_json,
    ".csv": write_table,
    ".edl": write_edl,
    ".otio": write_opentimeline,
}
"""Suffix → the text of a file."""
_BY_NUMBER: dict[str, Callable[[Path], list[int]]] = {".csv": read_table}
_BY_TIMECODE: dict[str, Callable[[Path, FilmClock], list[int]]] = {
    ".edl": read_edl,
    ".otio": read_opentimeline,
}


def save_shots(shots: ShotList, path: str | os.PathLike[str]) -> None:
    """Write a list of shots in the format of its suffix. An existing file is replaced in one step."""
    atomic_write(path, WRITERS[check_suffix(path)](shots))


def check_suffix(path: str | os.PathLike[str]) -> str:
    """The suffix of a list of shots that can be written."""
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        raise OutputNotWritable(
            f"{path}: a list of shots is written as {', '.join(WRITERS)}; change its name."
        )
    return suffix


def read_cuts(
    path: str | os.PathLike[str], film: str | os.PathLike[str] | None = None, timecode: str | None = None
) -> list[int]:
    """The numbers of the frames that begin a shot, in order.

    film: the film that the list describes; a list by timecode needs it. timecode: of its first frame, if it is not the
    film's own.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in _BY_NUMBER:
        return _BY_NUMBER[suffix](path)
    if suffix not in _BY_TIMECODE:
        return load_shots(path).firsts
    if film is None:
        raise UsageError(f"{path}: this list names timecodes, so it needs a film; give a .json or .csv list.")
    return _BY_TIMECODE[suffix](path, FilmClock.of(film, timecode))
