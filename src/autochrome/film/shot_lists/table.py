"""Lists of shots as a table: one line a shot, for spreadsheets."""

import csv
import io
from pathlib import Path

from autochrome.errors import InputUnreadable, UsageError
from autochrome.film.scenes.shot_list import ShotList
from autochrome.film.shot_lists.spans import spans

_COLUMNS = ("shot", "first", "frames", "seconds", "timecode", "end", "confidence")


def write_table(shots: ShotList) -> str:
    """A header and one line a shot. `first` counts frames from 0; `end` is the timecode after the last frame."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for number, (shot, begin, end) in enumerate(spans(shots), start=1):
        confidence = "" if shot.confidence is None else f"{shot.confidence:.3f}"
        rows.writerow((number, shot.first, shot.frames, shot.time, begin, end, confidence))
    return text.getvalue()


def read_table(path: Path) -> list[int]:
    """The column `first` of a table: the frames that begin a shot. Other columns do not count."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputUnreadable(f"{path}: the list of shots cannot be read ({error}).") from error
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    if "first" not in (rows.fieldnames or ()):
        raise UsageError(f"{path}: the table needs a column 'first' with the number of each first frame.")
    try:
        firsts = sorted({int(row["first"]) for row in rows})
    except (TypeError, ValueError) as error:
        raise UsageError(f"{path}: the column 'first' must hold whole numbers ({error}).") from error
    if not firsts or firsts[0] < 0:
        raise UsageError(f"{path}: the column 'first' must hold frame numbers from 0 on.")
    return firsts
