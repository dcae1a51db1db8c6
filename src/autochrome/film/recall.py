"""Results of slow steps that are kept, so that the same shot can be coloured again with other hints.

Nothing here changes a result: the network and the motion are asked once, and later calls get the same answer.
"""

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from autochrome.film.motion import Motion
from autochrome.film.temporal import PairMotion, memory_motion
from autochrome.model import ColorModel
from autochrome.types import Hints, Luma, Prediction, Prepared

T = TypeVar("T")
_ENCODER_BYTES = 12  # bytes of the encoder's output, per byte of luma, about
_PREPARED_BYTES = 64 << 20  # encoder's output that is kept
_PREDICTIONS = 512
_MOTION_PAIRS = 300  # pairs of neighbour frames whose motion is kept; 170 KB each


class Recent(Generic[T]):
    """The results used last, by key."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._items: OrderedDict[object, T] = OrderedDict()

    def get(self, key: object) -> T | None:
        if key in self._items:
            self._items.move_to_end(key)
        return self._items.get(key)

    def drop(self, key: object) -> None:
        self._items.pop(key, None)

    def add(self, key: object, item: T) -> T:
        self._items[key] = item
        while len(self._items) > self.most:
            self._items.popitem(last=False)
        return item


class RecallingNetwork:
    """A network that remembers what it has seen: the same luma is encoded once, the same hints are painted once."""

    def __init__(self, network: ColorModel) -> None:
        self._network = network
        self.card, self.edition = network.card, network.edition
        self._prepared: Recent[Prepared] = Recent(1)
        self._predictions: Recent[Prediction] = Recent(_PREDICTIONS)
        self._lock = Lock()

    def prepare(self, luma: Luma) -> Prepared:
        """The luma itself: the encoder runs when a prediction is missing."""
        return Prepared(luma, None)

    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        picture = _digest(prepared.luma)
        key = picture, None if hints is None else _digest(hints.premultiplied, hints.mask), vivid
        with self._lock:
            prediction = self._predictions.get(key)
            if prediction is None:
                encoded = self._encode(picture, prepared.luma)
                prediction = self._predictions.add(key, self._network.paint(encoded, hints, vivid))
        return prediction

    def _encode(self, picture: bytes, luma: Luma) -> Prepared:
        encoded = self._prepared.get(picture)
        if encoded is not None:
            return encoded
        self._prepared.most = max(2, _PREPARED_BYTES // (_ENCODER_BYTES * luma.nbytes))
        return self._prepared.add(picture, self._network.prepare(luma))


class RecallingMotion:
    """The motion between the neighbour frames of one shot, from the first pair on."""

    def __init__(self) -> None:
        self._find = memory_motion()
        self._pairs: list[tuple[Motion, Motion]] = []

    def from_start(self) -> PairMotion:
        """A function for one memory: its first call is about the first pair of frames, the next about the second."""
        number = -1

        def find(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> tuple[Motion, Motion]:
            nonlocal number
            number += 1
            if number < len(self._pairs):
                return self._pairs[number]
            motion = self._find(before, now)
            if len(self._pairs) < _MOTION_PAIRS:
                self._pairs.append(motion)
            return motion

        return find


def _digest(*planes: NDArray[np.float32]) -> bytes:
    content = blake2b(digest_size=16)
    for plane in planes:
        content.update(str(plane.shape).encode())
        content.update(np.ascontiguousarray(plane).data)
    return content.digest()
