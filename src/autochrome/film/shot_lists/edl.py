"""Edit decision lists in the form CMX3600, which every editing system reads and writes."""

import re
from pathlib import Path

from autochrome.errors import InputUnreadable, UsageError
from autochrome.film.scenes.shot_list import ShotList
from autochrome.film.shot_lists.film_clock import FilmClock
from autochrome.film.shot_lists.spans import spans, timecode_of

_TIMECODE = r"(\d\d:\d\d:\d\d[:;.,]\d\d)"
_EVENT = re.compile(
    rf"\s*(\d+)\s+(\S+)\s+(\S+)\s+([CDWK]\S*)(?:\s+\d+)?\s+{_TIMECODE}\s+{_TIMECODE}\s+{_TIMECODE}\s+{_TIMECODE}"
)
_REEL = 8  # characters of the name of a reel


def write_edl(shots: ShotList) -> str:
    """One cut for each shot. Source and record are the same: both are the film."""
    reel = re.sub(r"[^A-Z0-9_]", "_", Path(shots.film).stem.upper())[:_REEL] or "AX"
    mode = "DROP FRAME" if timecode_of(shots).drop else "NON-DROP FRAME"
    lines = [f"TITLE: {Path(shots.film).stem or 'shots'}", f"FCM: {mode}", ""]
    for number, (_, begin, end) in enumerate(spans(shots), start=1):
        lines += [
            f"{number:03d}  {reel:<8} V     C        {begin} {end} {begin} {end}",
            f"* FROM CLIP NAME: {shots.film}",
        ]
    return "\n".join(lines) + "\n"


def read_edl(path: Path, clock: FilmClock) -> list[int]:
    """The frames at which an event of the picture begins or ends on the record side."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputUnreadable(f"{path}: the list of shots cannot be read ({error.strerror}).") from error
    drop, places = None, []
    for line in text.splitlines():
        if line.startswith("FCM:"):
            drop = "NON" not in line.upper()
        event = _EVENT.match(line)
        if event is None or not _has_picture(event[3]):
            continue
        begin, end = (clock.parse(event[group], drop=drop or None) for group in (7, 8))
        if begin != end:  # a transition lists its first picture with a length of 0
            places += [begin, end]
    if not places:
        raise UsageError(f"{path}: this EDL has no event of the picture.")
    return clock.frames_at(places, path)


def _has_picture(track: str) -> bool:
    """V, V2, B (both) and AA/V hold picture; A, A2 and AA hold sound only."""
    return track.upper() in ("B", "NONE") or "V" in track.upper()
