"""Hints of key frames, carried along the motion to all frames of their shot, forward and backward in time."""

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
from autochrome.types import Chroma, Hints, Luma

ImageOpener: TypeAlias = Callable[[str], tuple[Luma, Chroma]]
"""The name of a coloured image → its (h, w) L* and (h, w, 2) a*b*, both small."""
_LOST = 0.3  # motion confidence below this: the object is hidden or gone, so its hint fades
_FADE = np.float32(0.5)  # factor of the mask, for each frame in which the object is lost
_EMPTY = 0.02  # mask: below this a hint has no effect


@dataclass(frozen=True, slots=True)
class ProxyRecord:
    """The proxy of one frame, without the frame itself, so that a whole shot fits into memory."""

    index: int  # number of the frame
    time: float  # seconds
    grey: NDArray[np.uint8]  # (h, w), stored orientation
    begins_shot: bool


class CarriedHints:
    """The hints of every frame of a film. They are compressed, and only shots with hints are stored."""

    def __init__(self, turn: int = 0, reach: float = 1.0) -> None:
        """turn: degrees counter-clockwise from the stored frame to the upright one, on which marks are drawn.

        reach: of marks that have none.
        """
        self._turn, self._reach = turn // 90, reach
        self._shots: list[tuple[int, int, str]] = []  # first frame, stop, digest of all hints of the shot
        self._frames: dict[int, bytes] = {}
        self._shape = (1, 1)  # (h, w) of the proxies, stored orientation

    def at(self, index: int, height: int, width: int) -> Hints | None:
        """(height, width) hints of one frame, upright; None if it has no hints."""
        if index not in self._frames:
            return None
        return _turned(_unpack(self._frames[index], *self._shape), self._turn).resized(height, width)

    def digest(self, first: int, stop: int) -> str:
        """A digest of all hints in the shots of these frames; "0" if there are none."""
        digests = [digest for begin, end, digest in self._shots if begin < stop and first < end]
        return sha256("".join(digests).encode()).hexdigest()[:16] if digests else "0"

    def carry(
        self,
        film: Iterable[ProxyRecord],
        hints: HintsFile,
        *,
        open_image: ImageOpener | None = None,
        whole_film: bool = True,
    ) -> None:
        """Read the frames of a film, and carry the hints of each key frame through its shot.

        open_image: opens the images that key frames name. whole_film: `film` has all frames, so a key frame that is
        not among them is an error.
        """
        keys = [*hints.frames]
        if hints.points or hints.strokes or hints.rectangles:
            first = hints.model_dump(include={"points", "strokes", "rectangles"})
            keys.append(KeyFrame(frame=0, **first))
        for shot in _group_shots(film):
            inside = [key for key in keys if _position_in(key, shot) is not None]
            keys = [key for key in keys if key not in inside]
            if inside:
                self._carry_shot(shot, inside, open_image)
            if not keys:
                return
        if not whole_film:
            return
        missing = keys[0]
        where = f"frame {missing.frame}" if missing.time is None else f"{missing.time} seconds"
        raise HintsError(f"The hints have a key frame at {where}, which this film does not have.")

    def _carry_shot(
        self, shot: Sequence[ProxyRecord], keys: Sequence[KeyFrame], open_image: ImageOpener | None
    ) -> None:
        """Carry the hints of each key frame to both ends of a shot, and mix them between two key frames."""
        self._shape = shot[0].grey.shape[0], shot[0].grey.shape[1]
        placed = [(position, key) for key in keys if (position := _position_in(key, shot)) is not None]
        placed.sort(key=lambda one: one[0])
        positions = [position for position, _ in placed]
        carried = [
            dict(_carry_both_ways(shot, position, self._hints_on(key, shot[position].grey, open_image)))
            for position, key in placed
        ]
        for number, record in enumerate(shot):
            weights = _interpolation_weights(number, positions)
            parts = [
                (weight, _unpack(hints[number], *self._shape))
                for weight, hints in zip(weights, carried, strict=True)
                if weight and number in hints
            ]
            if parts:
                self._frames[record.index] = _pack(_mix(parts))
        first, stop = shot[0].index, shot[-1].index + 1
        content = sha256(b"".join(self._frames[n] for n in range(first, stop) if n in self._frames))
        self._shots.append((first, stop, content.hexdigest()))

    def _hints_on(self, key: KeyFrame, grey: NDArray[np.uint8], open_image: ImageOpener | None) -> Hints:
        """All hints of a key frame over its proxy, in stored orientation."""
        upright = np.rot90(grey, self._turn)
        height, width = upright.shape
        hints = key.rasterize(height, width, reach=self._reach)
        if open_image is None and (key.picture or key.reference):
            raise HintsError(
                "A key frame names an image, but there is no folder of images; give the hints file."
            )
        if open_image and key.picture:
            _, chroma = open_image(key.picture)
            hints = hints.over(Hints(resize(chroma, height, width), np.ones((height, width), np.float32)))
        if open_image and key.reference:
            luma, chroma = open_image(key.reference)
            target = np.ascontiguousarray(upright).astype(np.float32) * np.float32(100 / 255)
            hints = hints.over(hints_from_reference(luma, chroma, target))
        return _turned(hints, -self._turn)


def _group_shots(film: Iterable[ProxyRecord]) -> Iterator[list[ProxyRecord]]:
    shot: list[ProxyRecord] = []
    for record in film:
        if record.begins_shot and shot:
            yield shot
            shot = []
        shot.append(record)
    if shot:
        yield shot


def _position_in(key: KeyFrame, shot: Sequence[ProxyRecord]) -> int | None:
    """The position of a key frame in a shot, from 0; None if it is not in this shot."""
    if key.frame is not None:
        position = key.frame - shot[0].index
        return position if 0 <= position < len(shot) else None
    times = np.array([record.time for record in shot])
    step = (times[-1] - times[0]) / max(1, len(times) - 1)
    wanted = key.time or 0.0
    nearest = int(np.abs(times - wanted).argmin())
    early = shot[0].index == 0 and wanted < times[0]
    return nearest if early or abs(times[nearest] - wanted) <= step * 0.5 + 1e-3 else None


def _interpolation_weights(number: int, positions: Sequence[int]) -> list[float]:
    """The weight of each key frame (in order) for a frame: linear between two key frames, 1 outside the outermost."""
    hats = np.eye(len(positions))
    return [float(np.interp(number, positions, hat)) for hat in hats]


def _turned(hints: Hints, quarters: int) -> Hints:
    """The same hints, turned counter-clockwise by quarter turns."""
    planes = (hints.chroma, hints.mask, hints.reach)
    return Hints(*(None if p is None else np.ascontiguousarray(np.rot90(p, quarters)) for p in planes))  # type: ignore[arg-type]


def _mix(parts: Sequence[tuple[float, Hints]]) -> Hints:
    """Hints from several, each with a weight: the mean colour and reach, and the largest mask."""
    if len(parts) == 1:
        return parts[0][1]
    hints = [each.with_reach() for _, each in parts]
    weights = [weight * each.mask for (weight, _), each in zip(parts, hints, strict=True)]
    premultiplied = np.sum(
        [Hints(h.chroma, w, h.reach).premultiplied for h, w in zip(hints, weights, strict=True)], axis=0
    )
    mean = Hints.from_premultiplied(premultiplied, np.sum(weights, axis=0))
    return Hints(mean.chroma, np.max([each.mask for each in hints], axis=0), mean.reach)


def _pack(hints: Hints) -> bytes:
    """Hints as compressed bytes: a*b* as whole numbers, mask and reach in 1/255. Empty areas take little space."""
    known = hints.mask > _EMPTY / 4
    chroma = np.where(known[..., None], np.clip(np.rint(hints.chroma), -127, 127), 0).astype(np.int8)
    reach = 1 if hints.reach is None else hints.reach
    planes = [np.rint(plane * 255).astype(np.uint8) for plane in (hints.mask, np.where(known, reach, 1))]
    return compress(chroma.tobytes() + b"".join(plane.tobytes() for plane in planes), 1)


def _unpack(data: bytes, height: int, width: int) -> Hints:
    """The hints of `_pack`, with (height, width) pixels."""
    raw = np.frombuffer(decompress(data), np.uint8).reshape(4, height * width)
    chroma = raw[:2].reshape(-1).view(np.int8).reshape(height, width, 2).astype(np.float32)
    mask, reach = raw[2:].astype(np.float32).reshape(2, height, width) / np.float32(255)
    return Hints(chroma, mask, None if (reach == 1).all() else reach)


def _carry_both_ways(shot: Sequence[ProxyRecord], start: int, hints: Hints) -> Iterator[tuple[int, bytes]]:
    """(position in the shot, packed hints), from a key frame to both ends or until the mask is empty.

    From frame to frame only the position in the key frame is carried. The hints are sampled there in one step, so they
    do not blur.
    """
    key_planes = np.dstack((hints.premultiplied, hints.mask))
    yield start, _pack(hints)
    height, width = hints.mask.shape
    finder = MotionFinder(precise=True)
    for direction in (range(start + 1, len(shot)), range(start - 1, -1, -1)):
        positions = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
        strength, before = np.ones((height, width), np.float32), shot[start].grey
        for number in direction:
            now = shot[number].grey
            motion = finder.between(before, now)
            positions = motion.carry(positions, height, width, sharp=False)
            strength = motion.carry(strength, height, width, sharp=False)
            strength *= np.where(motion.confidence < _LOST, _FADE, np.float32(1))
            planes = sample(key_planes, positions) * strength[..., None]
            if planes[..., -1].max() < _EMPTY:
                break
            yield number, _pack(Hints.from_premultiplied(planes[..., :-1], planes[..., -1]))
            before = now
