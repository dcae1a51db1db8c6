"""Hints of key frames, carried along the motion to all frames of their shot, forward and backward in time.

`CarriedHints` holds those of a whole film, `ShotHints` those of one shot. The hints of one frame depend only on the
key frames and on the motion in the shot.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol
from zlib import compress, decompress

import cv2
import numpy as np
from numpy.typing import NDArray

from autochrome.errors import HintsError
from autochrome.film.key_positions import hints_on, key_frames, place_keys, turned
from autochrome.film.motion import sample
from autochrome.film.routes import CHECKPOINT, KeyRoutes, ShotMotion
from autochrome.hints.file import HintsFile, KeyFrame
from autochrome.hints.references import ImageOpener, Match, best_matches
from autochrome.types import Floats, Hints

_EMPTY = 0.02  # mask: below this a hint has no effect
_AROUND = 15  # pixels of the proxy: the strengths of two key frames are compared over such a square
_INSIDE = np.float32(0.1)  # a pixel belongs to a mark if its mask is this part of the mask around it


class FrameHints(Protocol):
    """The hints of the frames of a film."""

    def at(self, index: int, height: int, width: int) -> Hints | None:
        """(height, width) hints of the frame with this number, upright; None if it has no hints."""


@dataclass(frozen=True, slots=True)
class ProxyRecord:
    """The proxy of one frame, without the frame itself, so that a whole shot fits into memory."""

    index: int  # number of the frame
    time: float  # seconds
    grey: NDArray[np.uint8]  # (h, w), stored orientation
    begins_shot: bool


class CarriedKey:
    """The hints of one key frame, carried to the other frames of its shot."""

    def __init__(self, routes: KeyRoutes, hints: Hints) -> None:
        """hints: over the proxy of the key frame, in stored orientation."""
        self._routes = routes
        self._planes = np.dstack((hints.premultiplied, hints.mask))
        self._packed: dict[int, bytes | None] = {routes.key: _pack(hints)}
        self.has_hints = bool(hints.mask.any())

    def at(self, number: int) -> bytes | None:
        """Packed hints of a frame, by its number in the shot. None where the hints are lost."""
        away = number - self._routes.key
        on_the_way = range(CHECKPOINT, abs(away), CHECKPOINT)
        for distance in on_the_way:  # what is lost at a checkpoint does not come back
            if self._carried(self._routes.key + (distance if away > 0 else -distance)) is None:
                return None
        return self._carried(number)

    def _carried(self, number: int) -> bytes | None:
        if number not in self._packed:
            self._packed[number] = self._carry(number)
        return self._packed[number]

    def _carry(self, number: int) -> bytes | None:
        route = self._routes.at(number)
        planes = sample(self._planes, route.positions) * route.strength[..., None]
        if planes[..., -1].max() < _EMPTY:
            return None
        return _pack(Hints.from_premultiplied(planes[..., :-1], planes[..., -1]))


class ShotHints:
    """The hints of the frames of one shot, from all its key frames."""

    def __init__(self, keys: Mapping[int, CarriedKey], shape: tuple[int, int]) -> None:
        """keys: by their numbers in the shot; shape: (h, w) of the proxies."""
        self._positions = sorted(keys)
        self._keys = [keys[position] for position in self._positions]
        self._shape = shape

    def at(self, number: int) -> bytes | None:
        """Packed hints of a frame, by its number in the shot: between two key frames a mix of both."""
        weights = _interpolation_weights(number, self._positions)
        parts = [
            (weight, packed)
            for weight, key in zip(weights, self._keys, strict=True)
            if weight and (packed := key.at(number)) is not None
        ]
        if len(parts) < 2:
            return parts[0][1] if parts else None
        return _pack(_mix([(weight, _unpack(packed, *self._shape)) for weight, packed in parts]))


class CarriedHints:
    """The hints of every frame of a film. They are compressed, and only shots with hints are stored."""

    def __init__(self, turn: int = 0, reach: float = 1.0) -> None:
        """turn: degrees counter-clockwise from the stored frame to the upright one, on which marks are drawn.

        reach: of marks that have none.
        """
        self._turn, self._reach = turn, reach
        self.matches: tuple[Match, ...] = ()  # the best match of each reference
        self._shots: list[tuple[int, int, str]] = []  # first frame, stop, digest of all hints of the shot
        self._frames: dict[int, bytes] = {}
        self._shape = (1, 1)  # (h, w) of the proxies, stored orientation

    def at(self, index: int, height: int, width: int) -> Hints | None:
        """(height, width) hints of one frame, upright; None if it has no hints."""
        packed = self._frames.get(index)
        return None if packed is None else unpack_hints(packed, self._shape, self._turn, height, width)

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
        keys = key_frames(hints)
        for shot in _group_shots(film):
            times = [record.time for record in shot]
            inside = place_keys(keys, shot[0].index, times, hints.references)
            keys = [key for key in keys if not any(key in placed for placed in inside.values())]
            if inside:
                self._carry_shot(shot, inside, open_image)
            if not (keys or hints.references):
                return
        if not (whole_film and keys):
            return
        missing = keys[0]
        where = f"frame {missing.frame}" if missing.time is None else f"{missing.time} seconds"
        raise HintsError(f"The hints have a key frame at {where}, which this film does not have.")

    def _carry_shot(
        self,
        shot: Sequence[ProxyRecord],
        keys: Mapping[int, Sequence[KeyFrame]],
        open_image: ImageOpener | None,
    ) -> None:
        """Carry the hints of each key frame to both ends of a shot, and mix them between two key frames."""
        self._shape = shot[0].grey.shape[0], shot[0].grey.shape[1]
        motion = ShotMotion(lambda number: shot[number].grey)
        carried: dict[int, CarriedKey] = {}
        for position, placed in keys.items():
            own, matches = hints_on(placed, shot[position].grey, self._turn, self._reach, open_image)
            self.matches = best_matches((*self.matches, *matches))
            if not own.mask.any():
                continue
            carried[position] = CarriedKey(KeyRoutes(motion, position, self._shape), own)
            # Outward from the key frame, so that no position is computed twice.
            for number in (*range(position, len(shot)), *range(position - 1, -1, -1)):
                carried[position].at(number)
        if not carried:
            return
        hints = ShotHints(carried, self._shape)
        packed = {record.index: hints.at(number) for number, record in enumerate(shot)}
        self._frames |= {index: data for index, data in packed.items() if data is not None}
        content = sha256(b"".join(data for data in packed.values() if data is not None))
        self._shots.append((shot[0].index, shot[-1].index + 1, content.hexdigest()))


def unpack_hints(packed: bytes, shape: tuple[int, int], turn: int, height: int, width: int) -> Hints:
    """Packed hints → (height, width) hints, upright. shape: (h, w) of the proxies."""
    return turned(_unpack(packed, *shape), turn // 90).resized(height, width)


def _group_shots(film: Iterable[ProxyRecord]) -> Iterator[list[ProxyRecord]]:
    shot: list[ProxyRecord] = []
    for record in film:
        if record.begins_shot and shot:
            yield shot
            shot = []
        shot.append(record)
    if shot:
        yield shot


def _interpolation_weights(number: int, positions: Sequence[int]) -> list[float]:
    """The weight of each key frame (in order) for a frame: linear between two key frames, 1 outside the outermost."""
    hats = np.eye(len(positions))
    return [float(np.interp(number, positions, hat)) for hat in hats]


def _mix(parts: Sequence[tuple[float, Hints]]) -> Hints:
    """Hints from several, each with a weight: the mean colour and reach, and the largest mask.

    Single pixels that were lost on the way do not count: else the mix of two colours would be blotchy.
    """
    hints = [each.with_reach() for _, each in parts]
    weights = [weight * _strength_around(each.mask) for (weight, _), each in zip(parts, hints, strict=True)]
    premultiplied = np.sum(
        [Hints(h.chroma, w, h.reach).premultiplied for h, w in zip(hints, weights, strict=True)], axis=0
    )
    mean = Hints.from_premultiplied(premultiplied, np.sum(weights, axis=0))
    return Hints(mean.chroma, np.max([each.mask for each in hints], axis=0), mean.reach)


def _strength_around(mask: Floats) -> Floats:
    """(h, w) mask → its mean over the marked pixels around each marked pixel, which is smooth; 0 outside."""
    sums = [cv2.blur(plane, (_AROUND, _AROUND)) for plane in (mask * mask, mask)]
    smooth = sums[0] / np.maximum(sums[1], np.float32(1e-6))
    return np.where(mask > _INSIDE * smooth, smooth, np.float32(0))


def _pack(hints: Hints) -> bytes:
    """Hints as compressed bytes: a*b* as whole numbers, reach in 1/127, mask in 1/255. Empty areas take little."""
    known = hints.mask > _EMPTY / 4
    chroma = np.where(known[..., None], np.clip(np.rint(hints.chroma), -127, 127), 0).astype(np.int8)
    reach = 1 if hints.reach is None else hints.reach
    planes = (
        chroma,
        np.rint(np.where(known, reach, 1) * 127).astype(np.int8),
        np.rint(hints.mask * 255).astype(np.uint8),
    )
    return compress(b"".join(plane.tobytes() for plane in planes), 1)


def _unpack(data: bytes, height: int, width: int) -> Hints:
    """The hints of `_pack`, with (height, width) pixels."""
    raw = np.frombuffer(decompress(data), np.int8).reshape(4, height * width)
    chroma = raw[:2].reshape(height, width, 2).astype(np.float32)
    reach = raw[2].reshape(height, width).astype(np.float32) / np.float32(127)
    mask = raw[3].view(np.uint8).reshape(height, width).astype(np.float32) / np.float32(255)
    return Hints(chroma, mask, None if (reach == 1).all() else reach)
