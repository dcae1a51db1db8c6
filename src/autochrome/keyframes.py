"""Colours that a person painted on single frames, carried along the motion through their shots, both ways in time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import HintsError
from autochrome.hints import HintsFile, KeyFrame
from autochrome.motion import MotionFinder, sample
from autochrome.planes import Floats, Hints

_LOST = 0.3  # trust below this: the thing is hidden or gone, and its mark fades
_FADE = np.float32(0.5)  # of the mask, a frame
_NOTHING = 0.02  # of a mask: nothing is left


@dataclass(frozen=True, slots=True)
class Glimpse:
    """As much of a frame as carrying needs."""

    index: int
    time: float  # seconds
    small: NDArray[np.uint8]  # (h, w) grey, as it is stored
    begins: bool  # a shot begins here


class CarriedHints:
    """What is known of each frame. Kept small: a byte a number, and only for shots in which something is known."""

    def __init__(self, turn: int = 0) -> None:
        """turn: degrees counter-clockwise from the picture as it is stored to the upright one that was painted on."""
        self._turn = turn // 90
        self._shots: list[tuple[int, int, str]] = []  # first, stop, digest of everything that is known there
        self._frames: dict[int, tuple[NDArray[np.int8], NDArray[np.uint8]]] = {}

    def at(self, index: int, height: int, width: int) -> Hints | None:
        """(height, width) hints of one frame, upright; None where nothing is known."""
        if index not in self._frames:
            return None
        chroma, mask = (np.rot90(plane, self._turn) for plane in self._frames[index])
        return Hints(chroma.astype(np.float32), mask.astype(np.float32) / np.float32(255)).resized(
            height, width
        )

    def digest(self, first: int, stop: int) -> str:
        """A name for what is known of these frames and of everything else in their shots; "0": nothing."""
        touched = [digest for begins, ends, digest in self._shots if begins < stop and first < ends]
        return sha256("".join(touched).encode()).hexdigest()[:16] if touched else "0"

    def gather(self, film: Iterable[Glimpse], said: HintsFile, *, all_of_it: bool = True) -> None:
        """Look through a film and carry what was said of its frames.

        all_of_it: this is the whole film, and what is said of none of its frames is an error.
        """
        keys = [*said.frames]
        if said.points or said.strokes or said.rectangles:
            first = said.model_dump(include={"points", "strokes", "rectangles"})
            keys.append(KeyFrame(frame=0, **first))
        for shot in _shots(film):
            inside = [key for key in keys if _place(key, shot) is not None]
            keys = [key for key in keys if key not in inside]
            if inside:
                self._carry(shot, inside)
            if not keys:
                return
        if not all_of_it:
            return
        missing = keys[0]
        where = f"frame {missing.frame}" if missing.time is None else f"{missing.time} seconds"
        raise HintsError(f"The hints speak of {where}, which this film does not have.")

    def _carry(self, shot: Sequence[Glimpse], keys: Sequence[KeyFrame]) -> None:
        """Through one shot, each key frame's marks both ways; between two they are mixed by nearness."""
        placed = sorted((place, key) for key in keys if (place := _place(key, shot)) is not None)
        places = [place for place, _ in placed]
        carried = [dict(_both_ways(shot, place, self._planes(key, shot))) for place, key in placed]
        for number, glimpse in enumerate(shot):
            weights = _nearness(number, places)
            known = [
                (w, *planes[number])
                for w, planes in zip(weights, carried, strict=True)
                if w and number in planes
            ]
            if not known:
                continue
            mask = np.max([m for _, _, m in known], axis=0)
            weight = sum(w * m for w, _, m in known)
            ink = sum(w * i for w, i, _ in known)
            chroma = ink / np.maximum(weight, 1e-6)[..., None]
            self._frames[glimpse.index] = (
                np.clip(np.rint(chroma), -127, 127).astype(np.int8),
                np.rint(mask * 255).astype(np.uint8),
            )
        first, stop = shot[0].index, shot[-1].index + 1
        planes = (self._frames[n] for n in range(first, stop) if n in self._frames)
        content = sha256(b"".join(plane.tobytes() for pair in planes for plane in pair))
        self._shots.append((first, stop, content.hexdigest()))

    def _planes(self, key: KeyFrame, shot: Sequence[Glimpse]) -> Hints:
        """Marks over the small picture as it is stored."""
        height, width = shot[0].small.shape
        upright = (height, width) if self._turn % 2 == 0 else (width, height)
        planes = key.planes(*upright)
        back = -self._turn
        return Hints(
            np.ascontiguousarray(np.rot90(planes.chroma, back)),
            np.ascontiguousarray(np.rot90(planes.mask, back)),
        )


def _shots(film: Iterable[Glimpse]) -> Iterator[list[Glimpse]]:
    shot: list[Glimpse] = []
    for glimpse in film:
        if glimpse.begins and shot:
            yield shot
            shot = []
        shot.append(glimpse)
    if shot:
        yield shot


def _place(key: KeyFrame, shot: Sequence[Glimpse]) -> int | None:
    """Which frame of the shot a key frame is; None where it is of another shot."""
    if key.frame is not None:
        place = key.frame - shot[0].index
        return place if 0 <= place < len(shot) else None
    times = np.array([glimpse.time for glimpse in shot])
    step = (times[-1] - times[0]) / max(1, len(times) - 1)
    wanted = key.time or 0.0
    nearest = int(np.abs(times - wanted).argmin())
    early = shot[0].index == 0 and wanted < times[0]
    return nearest if early or abs(times[nearest] - wanted) <= step * 0.5 + 1e-3 else None


def _nearness(number: int, places: Sequence[int]) -> list[float]:
    """The weight of each key frame (in order) at a frame: 1 beyond the outermost, straight lines between two."""
    hats = np.eye(len(places))
    return [float(np.interp(number, places, hat)) for hat in hats]


def _both_ways(
    shot: Sequence[Glimpse], place: int, hints: Hints
) -> Iterator[tuple[int, tuple[Floats, Floats]]]:
    """(frame of the shot, (ink, mask)) from a key frame to both ends, or to where nothing is left of it.

    What is carried from frame to frame is where on the key frame each pixel lay; the marks are taken from there in one
    step, so that they do not blur.
    """
    start = np.concatenate((hints.chroma * hints.mask[..., None], hints.mask[..., None]), axis=2)
    yield place, (start[..., :2], start[..., 2])
    height, width = hints.mask.shape
    finder = MotionFinder(careful=True)
    for way in (range(place + 1, len(shot)), range(place - 1, -1, -1)):
        places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
        life, before = np.ones((height, width), np.float32), shot[place].small
        for number in way:
            now = shot[number].small
            motion = finder.between(before, now)
            places = motion.carry(places, height, width, sharp=False)
            life = motion.carry(life, height, width, sharp=False)
            life *= np.where(motion.sure < _LOST, _FADE, np.float32(1))
            planes = sample(start, places) * life[..., None]
            if planes[..., 2].max() < _NOTHING:
                break
            yield number, (planes[..., :2], planes[..., 2])
            before = now
