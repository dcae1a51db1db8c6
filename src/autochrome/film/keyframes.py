"""Colours that a person painted on single frames, carried along the motion through their shots, both ways in time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias
from zlib import compress, decompress

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.errors import HintsError
from autochrome.film.motion import MotionFinder, sample
from autochrome.hints.file import HintsFile, KeyFrame
from autochrome.hints.reference import hints_from_reference
from autochrome.types import Chroma, Floats, Hints, Luma

Pictures: TypeAlias = Callable[[str], tuple[Luma, Chroma]]
"""The name of a coloured picture → its (h, w) L* and (h, w, 2) a*b*, small."""
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
    """What is known of each frame. Kept small: packed, and only for shots in which something is known."""

    def __init__(self, turn: int = 0) -> None:
        """turn: degrees counter-clockwise from the picture as it is stored to the upright one that was painted on."""
        self._turn = turn // 90
        self._shots: list[tuple[int, int, str]] = []  # first, stop, digest of everything that is known there
        self._frames: dict[int, bytes] = {}
        self._shape = (1, 1)  # (h, w) of the small pictures, as they are stored

    def at(self, index: int, height: int, width: int) -> Hints | None:
        """(height, width) hints of one frame, upright; None where nothing is known."""
        if index not in self._frames:
            return None
        chroma, mask = (np.rot90(plane, self._turn) for plane in _unpacked(self._frames[index], *self._shape))
        return Hints(chroma.astype(np.float32), mask.astype(np.float32) / np.float32(255)).resized(
            height, width
        )

    def digest(self, first: int, stop: int) -> str:
        """A name for what is known of these frames and of everything else in their shots; "0": nothing."""
        touched = [digest for begins, ends, digest in self._shots if begins < stop and first < ends]
        return sha256("".join(touched).encode()).hexdigest()[:16] if touched else "0"

    def gather(
        self,
        film: Iterable[Glimpse],
        said: HintsFile,
        *,
        pictures: Pictures | None = None,
        all_of_it: bool = True,
    ) -> None:
        """Look through a film and carry what was said of its frames.

        pictures: opens those that the hints name. all_of_it: this is the whole film, and what is said of none of its
        frames is an error.
        """
        keys = [*said.frames]
        if said.points or said.strokes or said.rectangles:
            first = said.model_dump(include={"points", "strokes", "rectangles"})
            keys.append(KeyFrame(frame=0, **first))
        for shot in _shots(film):
            inside = [key for key in keys if _place(key, shot) is not None]
            keys = [key for key in keys if key not in inside]
            if inside:
                self._carry(shot, inside, pictures)
            if not keys:
                return
        if not all_of_it:
            return
        missing = keys[0]
        where = f"frame {missing.frame}" if missing.time is None else f"{missing.time} seconds"
        raise HintsError(f"The hints speak of {where}, which this film does not have.")

    def _carry(self, shot: Sequence[Glimpse], keys: Sequence[KeyFrame], pictures: Pictures | None) -> None:
        """Through one shot, each key frame's marks both ways; between two they are mixed by nearness."""
        self._shape = shot[0].small.shape[0], shot[0].small.shape[1]
        placed = [(place, key) for key in keys if (place := _place(key, shot)) is not None]
        placed.sort(key=lambda one: one[0])
        places = [place for place, _ in placed]
        carried = [
            dict(_both_ways(shot, place, self._planes(key, shot[place].small, pictures)))
            for place, key in placed
        ]
        for number, glimpse in enumerate(shot):
            weights = _nearness(number, places)
            known = [
                (w, *_unpacked(planes[number], *self._shape))
                for w, planes in zip(weights, carried, strict=True)
                if w and number in planes
            ]
            if not known:
                continue
            masks = [mask.astype(np.float32) for _, _, mask in known]
            weight = np.sum([w * m for (w, _, _), m in zip(known, masks, strict=True)], axis=0)
            ink = np.sum([w * m[..., None] * c for (w, c, _), m in zip(known, masks, strict=True)], axis=0)
            self._frames[glimpse.index] = _packed(
                (ink / np.maximum(weight, 1e-6)[..., None]).astype(np.float32),
                np.max(masks, axis=0) / np.float32(255),
            )
        first, stop = shot[0].index, shot[-1].index + 1
        content = sha256(b"".join(self._frames[n] for n in range(first, stop) if n in self._frames))
        self._shots.append((first, stop, content.hexdigest()))

    def _planes(self, key: KeyFrame, small: NDArray[np.uint8], pictures: Pictures | None) -> Hints:
        """Everything a key frame says, over the small picture as it is stored."""
        seen = np.rot90(small, self._turn)
        height, width = seen.shape
        planes = key.rasterize(height, width)
        if pictures is None and (key.picture or key.reference):
            raise HintsError(
                "These hints name a picture; it is looked for beside a hints file, so give its path."
            )
        if pictures and key.picture:
            _, chroma = pictures(key.picture)
            planes = planes.over(Hints(resize(chroma, height, width), np.ones((height, width), np.float32)))
        if pictures and key.reference:
            luma, chroma = pictures(key.reference)
            grey = np.ascontiguousarray(seen).astype(np.float32) * np.float32(100 / 255)
            planes = planes.over(hints_from_reference(luma, chroma, grey))
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


def _packed(chroma: Chroma, mask: Floats) -> bytes:
    """(h, w, 2) a*b* and (h, w) 0…1, a byte a number and short where nothing is."""
    ink = np.where(mask[..., None] > _NOTHING / 4, np.clip(np.rint(chroma), -127, 127), 0).astype(np.int8)
    return compress(ink.tobytes() + np.rint(mask * 255).astype(np.uint8).tobytes(), 1)


def _unpacked(data: bytes, height: int, width: int) -> tuple[NDArray[np.int8], NDArray[np.uint8]]:
    """(height, width, 2) a*b* and (height, width) 0…255."""
    raw = np.frombuffer(decompress(data), np.uint8)
    split = 2 * height * width
    return raw[:split].view(np.int8).reshape(height, width, 2), raw[split:].reshape(height, width)


def _both_ways(shot: Sequence[Glimpse], place: int, hints: Hints) -> Iterator[tuple[int, bytes]]:
    """(frame of the shot, packed hints) from a key frame to both ends, or to where nothing is left of it.

    What is carried from frame to frame is where on the key frame each pixel lay; the marks are taken from there in one
    step, so that they do not blur.
    """
    start = np.concatenate((hints.chroma * hints.mask[..., None], hints.mask[..., None]), axis=2)
    yield place, _packed(hints.chroma, hints.mask)
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
            moved = Hints.from_premultiplied(planes[..., :2], planes[..., 2])
            yield number, _packed(moved.chroma, moved.mask)
            before = now
