"""From picture files to batches of crops. The order and the crops depend on (seed, epoch, step) only."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Queue
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autochrome.lab.data.pixels import center_square, resize
from autochrome.lab.data.sources import PictureSource

Crops: TypeAlias = NDArray[np.uint8]
"""(N, P, S, S, 3) sRGB: N samples of P pictures each (2 for a frame and the previous one)."""


def crop_boxes(height: Any, width: Any, window: NDArray[np.float64], min_side: int) -> tuple[Any, Any, Any]:
    """Side, top and left in pixels of the squares to crop, for one picture or many.

    window: (…, 3) numbers 0…1, see `Cropper.windows`. Its first number is 1 for the whole short side, 0 for a square of
    `min_side` pixels (or of the short side, if that is smaller).
    """
    short = np.minimum(height, width)
    min_side = np.minimum(min_side, short)
    side = np.rint(min_side + window[..., 0] * (short - min_side)).astype(int)
    top = (window[..., 1] * (height - side + 1)).astype(int)
    left = (window[..., 2] * (width - side + 1)).astype(int)
    return side, top, left


@dataclass(frozen=True, slots=True)
class Cropper:
    """Makes the crops of any step. Two processes that ask for the same step get the same pixels."""

    pictures: PictureSource
    size: int  # pixels of a crop's side
    batch: int  # crops per step
    seed: int
    full_crops: float = 0.5  # fraction of crops that take the whole short side
    max_enlarge: float = 1.0  # crops that zoom in are enlarged at most this many times

    @property
    def min_side(self) -> int:
        """Side of the smallest square that is cropped, in pixels of the picture."""
        return round(self.size / self.max_enlarge)

    @property
    def steps_per_epoch(self) -> int:
        return max(1, len(self.pictures) // self.batch)

    def indices(self, epoch: int, step: int) -> NDArray[np.int64]:
        """The numbers of the samples in this step. An epoch uses each sample at most once."""
        order = np.random.default_rng((self.seed, 1, epoch)).permutation(len(self.pictures))
        return np.take(order, np.arange(step * self.batch, (step + 1) * self.batch), mode="wrap")

    def windows(self, epoch: int, step: int) -> NDArray[np.float64]:
        """(batch, 3) numbers 0…1: the size of each crop, its vertical and its horizontal position."""
        random = np.random.default_rng((self.seed, 2, epoch, step)).random((self.batch, 4))
        scale = np.where(random[:, 0] < self.full_crops, 1.0, random[:, 1])
        return np.stack((scale, random[:, 2], random[:, 3]), axis=1)

    def crop(self, epoch: int, step: int, pool: ThreadPoolExecutor | None = None) -> Crops:
        """The crops of this step of this epoch."""
        jobs = zip(self.indices(epoch, step), self.windows(epoch, step), strict=True)
        run = pool.map if pool else map
        return np.stack(list(run(lambda job: self._crop_one(int(job[0]), job[1]), jobs)))

    def _crop_one(self, index: int, window: NDArray[np.float64]) -> Crops:
        sample = self.pictures[index]
        height, width = sample[0].shape[:2]
        side, top, left = crop_boxes(height, width, window, self.min_side)
        return np.stack(
            [resize(p[top : top + side, left : left + side], self.size, self.size) for p in sample]
        )


def stream_crops(
    cropper: Cropper, start: int, stop: int | None, workers: int = 1, prefetch: int = 4
) -> Generator[Crops, None, None]:
    """The crops of steps start…stop (None: without end), made in a background thread. Closing ends the thread."""
    queue: Queue[Crops | BaseException | None] = Queue(prefetch)
    closed = threading.Event()

    def crop_all() -> None:
        try:
            with ThreadPoolExecutor(workers) as pool:
                step = start
                while not closed.is_set() and (stop is None or step < stop):
                    epoch, in_epoch = divmod(step, cropper.steps_per_epoch)
                    queue.put(cropper.crop(epoch, in_epoch, pool if workers > 1 else None))
                    step += 1
            queue.put(None)
        except BaseException as e:
            queue.put(e)

    thread = threading.Thread(target=crop_all, daemon=True, name="crops")
    thread.start()
    try:
        while (item := queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        closed.set()
        while thread.is_alive():
            while not queue.empty():
                queue.get_nowait()
            thread.join(0.01)


def center_squares(pictures: PictureSource, side: int, count: int) -> Tensor:
    """At most `count` samples, evenly spaced: (N, P, side, side, 3) uint8, the centre of each. For validation."""
    count = min(count, len(pictures))
    indices = [i * len(pictures) // count for i in range(count)]
    squares = [np.stack([center_square(p, side) for p in pictures[i]]) for i in indices]
    return torch.from_numpy(np.stack(squares))
