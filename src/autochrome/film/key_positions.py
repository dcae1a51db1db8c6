"""The key frames of a hints file: on which frames of a shot they are, and their hints there."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.errors import HintsError
from autochrome.hints.file import HintsFile, KeyFrame, Reference
from autochrome.hints.references import ImageOpener, Match, hints_from_references
from autochrome.types import Floats, Hints


def key_frames(hints: HintsFile) -> list[KeyFrame]:
    """All key frames of a hints file. Marks outside of key frames are on frame 0."""
    if not hints.all_marks:
        return [*hints.frames]
    return [*hints.frames, KeyFrame(frame=0, **hints.only_marks)]


def place_keys(
    keys: Sequence[KeyFrame], first: int, times: Sequence[float], everywhere: tuple[Reference, ...] = ()
) -> dict[int, tuple[KeyFrame, ...]]:
    """The key frames of one shot by their position in it, from 0.

    first: the number of the first frame of the shot; times: seconds, of all its frames. everywhere: references for
    all shots; they belong to the first frame of each.
    """
    placed: dict[int, tuple[KeyFrame, ...]] = {}
    for key in keys:
        position = _position_in(key, first, times)
        if position is not None:
            placed[position] = (*placed.get(position, ()), key)
    if everywhere:
        placed[0] = (KeyFrame(frame=first, references=everywhere), *placed.get(0, ()))
    return placed


def hints_on(
    keys: Sequence[KeyFrame],
    grey: NDArray[np.uint8],
    turn: int,
    reach: float,
    open_image: ImageOpener | None,
) -> tuple[Hints, tuple[Match, ...]]:
    """All hints of the key frames at one position over their proxy, in stored orientation. A later one covers others.

    The second part says how much each reference matches. turn: degrees counter-clockwise from the stored frame to the
    upright one; reach: of marks that have none.
    """
    upright = np.ascontiguousarray(np.rot90(grey, turn // 90))
    hints = Hints.none(*upright.shape)
    matches: list[Match] = []
    for key in keys:
        own, found = _rasterize(key, upright, reach, open_image)
        hints = own.over(hints)
        matches += found
    return turned(hints, -(turn // 90)), tuple(matches)


def turned(hints: Hints, quarters: int) -> Hints:
    """The same hints, turned counter-clockwise by quarter turns."""

    def turn(plane: Floats) -> Floats:
        return np.ascontiguousarray(np.rot90(plane, quarters))

    return Hints(turn(hints.chroma), turn(hints.mask), None if hints.reach is None else turn(hints.reach))


def _rasterize(
    key: KeyFrame, upright: NDArray[np.uint8], reach: float, open_image: ImageOpener | None
) -> tuple[Hints, tuple[Match, ...]]:
    """The hints of one key frame over its upright proxy, (h, w), and the matches of its references."""
    height, width = upright.shape
    hints = key.rasterize(height, width, reach=reach)
    references = key.all_references
    if open_image is None and (key.picture or references):
        raise HintsError("A key frame names an image, but there is no folder of images; give the hints file.")
    if open_image and key.picture:
        _, chroma = open_image(key.picture)
        hints = hints.over(Hints(resize(chroma, height, width), np.ones((height, width), np.float32)))
    if not (open_image and references):
        return hints, ()
    target = upright.astype(np.float32) * np.float32(100 / 255)
    own, matches = hints_from_references(references, target, open_image)
    return hints.over(own), matches


def _position_in(key: KeyFrame, first: int, times: Sequence[float]) -> int | None:
    """The position of a key frame in a shot, from 0; None if it is not in this shot."""
    if key.frame is not None:
        position = key.frame - first
        return position if 0 <= position < len(times) else None
    seconds = np.array(times)
    step = (seconds[-1] - seconds[0]) / max(1, len(seconds) - 1)
    wanted = key.time or 0.0
    nearest = int(np.abs(seconds - wanted).argmin())
    early = first == 0 and wanted < seconds[0]
    return nearest if early or abs(seconds[nearest] - wanted) <= step * 0.5 + 1e-3 else None
