"""From picture files to batches of crops. Order and crops are a function of (seed, epoch, step) and nothing else."""

import os
import threading
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from queue import Queue
from typing import Any, Protocol, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autochrome.errors import NothingFound
from autochrome.lab.data.pixels import RGB, center, decode, resize, shrink_to
from autochrome.lab.recipe import DataSettings
from autochrome.media.collection import Entry, find_pictures

Crops: TypeAlias = NDArray[np.uint8]
"""(N, P, S, S, 3) sRGB: N samples of P pictures each (2 for a frame and the one before it)."""


class Pictures(Protocol):
    """Samples of one or two pictures of any size."""

    names: list[str]

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> tuple[RGB, ...]: ...


@dataclass(slots=True)
class Held:
    """Decoded once, and in memory."""

    names: list[str]
    samples: list[tuple[RGB, ...]]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[RGB, ...]:
        return self.samples[index]


@dataclass(slots=True)
class Streamed:
    """Decoded anew at each use: for more pictures than memory holds."""

    names: list[str]
    entries: list[tuple[Entry, ...]]
    shrink: int | None

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> tuple[RGB, ...]:
        return _read(self.entries[index], self.shrink)


def _read(entries: Sequence[Entry], shrink: int | None) -> tuple[RGB, ...]:
    pictures = (decode(e.read(), f"{e.path}:{e.name}") for e in entries)
    return tuple(shrink_to(p, shrink) if shrink else p for p in pictures)


def _pairs(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    """NAME-0 with NAME-1; a picture without its partner is left out."""
    groups: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        stem, _, which = entry.name.rpartition(".")[0].rpartition("-")
        groups.setdefault(stem, {})[which] = entry
    found: list[tuple[Entry, ...]] = [(g["0"], g["1"]) for g in groups.values() if g.keys() >= {"0", "1"}]
    if not found:
        raise NothingFound("There are no pairs (NAME-0 and NAME-1) in this data; make them with --pairs.")
    return found


def _memory_left() -> int:
    """Bytes that can still be had, as far as the system tells."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 1 << 62


def open_pictures(paths: Sequence[str], settings: DataSettings) -> Pictures:
    """The pictures a recipe learns from, held in memory when they fit."""
    entries = find_pictures(paths, settings.only, settings.exclude)
    groups: list[tuple[Entry, ...]] = _pairs(entries) if settings.pairs else [(e,) for e in entries]
    if settings.limit and settings.limit < len(groups):
        groups = [groups[i * len(groups) // settings.limit] for i in range(settings.limit)]
    order = [i for i, group in enumerate(groups) for _ in range(_times(group[-1].name, settings.often))]
    names = [groups[i][-1].name for i in order]
    if settings.keep == "stream" or (settings.keep == "auto" and not _fits(groups, settings.shrink)):
        return Streamed(names, [groups[i] for i in order], settings.shrink)
    with ThreadPoolExecutor(settings.workers or os.cpu_count()) as pool:
        samples = list(pool.map(lambda g: _read(g, settings.shrink), groups))
    return Held(names, [samples[i] for i in order])


def _times(name: str, often: Mapping[str, int]) -> int:
    """How many times an epoch a picture is seen."""
    return max((times for pattern, times in often.items() if fnmatch(name, pattern)), default=1)


def _fits(groups: Sequence[tuple[Entry, ...]], shrink: int | None) -> bool:
    """Would all of them decoded take less than 60 % of the memory that is left? Judged by every n-th of 64."""
    some = groups[:: max(1, len(groups) // 64)]
    size = sum(p.nbytes for g in some for p in _read(g, shrink)) / len(some)
    return size * len(groups) < 0.6 * _memory_left()


def label_numbers(names: Sequence[str]) -> Tensor:
    """(count,) int64: `source/label/name` → the place of its label among all labels in order."""
    labels = [name.split("/")[-2] if "/" in name else "" for name in names]
    numbers = {label: i for i, label in enumerate(sorted(set(labels)))}
    return torch.tensor([numbers[label] for label in labels])


def boxes(height: Any, width: Any, window: NDArray[np.float64], least: int) -> tuple[Any, Any, Any]:
    """Side, top and left of the squares to cut, of one picture or many; `window` is (…, 3), see `Cutter.windows`.

    Zoom 1 takes the whole short side, 0 a square of `least` pixels (or the whole, where it is smaller).
    """
    short = np.minimum(height, width)
    least = np.minimum(least, short)
    side = np.rint(least + window[..., 0] * (short - least)).astype(int)
    top = (window[..., 1] * (height - side + 1)).astype(int)
    left = (window[..., 2] * (width - side + 1)).astype(int)
    return side, top, left


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts the crops of any step. Two processes that ask for the same step get the same pixels."""

    pictures: Pictures
    size: int
    batch: int
    seed: int
    whole: float = 0.5
    enlarge: float = 1.0

    @property
    def least(self) -> int:
        """Pixels of the smallest square that is cut."""
        return round(self.size / self.enlarge)

    @property
    def steps_per_epoch(self) -> int:
        return max(1, len(self.pictures) // self.batch)

    def indices(self, epoch: int, step: int) -> NDArray[np.int64]:
        """Which samples the step of this epoch sees; an epoch sees each at most once."""
        order = np.random.default_rng((self.seed, 1, epoch)).permutation(len(self.pictures))
        return np.take(order, np.arange(step * self.batch, (step + 1) * self.batch), mode="wrap")

    def windows(self, epoch: int, step: int) -> NDArray[np.float64]:
        """(batch, 3) numbers 0…1: how far each crop zooms in, and where it lies."""
        random = np.random.default_rng((self.seed, 2, epoch, step)).random((self.batch, 4))
        zoom = np.where(random[:, 0] < self.whole, 1.0, random[:, 1])
        return np.stack((zoom, random[:, 2], random[:, 3]), axis=1)

    def cut(self, epoch: int, step: int, pool: ThreadPoolExecutor | None = None) -> Crops:
        jobs = zip(self.indices(epoch, step), self.windows(epoch, step), strict=True)
        run = pool.map if pool else map
        return np.stack(list(run(lambda job: self._crop(int(job[0]), job[1]), jobs)))

    def _crop(self, index: int, window: NDArray[np.float64]) -> Crops:
        sample = self.pictures[index]
        height, width = sample[0].shape[:2]
        side, top, left = boxes(height, width, window, self.least)
        return np.stack(
            [resize(p[top : top + side, left : left + side], self.size, self.size) for p in sample]
        )


def stream(
    cutter: Cutter, start: int, stop: int | None, workers: int = 1, ahead: int = 4
) -> Generator[Crops, None, None]:
    """The crops of steps start…stop (or for ever), cut in a background thread. Close it to end the thread."""
    queue: Queue[Crops | BaseException | None] = Queue(ahead)
    closed = threading.Event()

    def cut_all() -> None:
        try:
            with ThreadPoolExecutor(workers) as pool:
                step = start
                while not closed.is_set() and (stop is None or step < stop):
                    epoch, place = divmod(step, cutter.steps_per_epoch)
                    queue.put(cutter.cut(epoch, place, pool if workers > 1 else None))
                    step += 1
            queue.put(None)
        except BaseException as e:
            queue.put(e)

    thread = threading.Thread(target=cut_all, daemon=True, name="crops")
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


def middle_squares(pictures: Pictures, side: int, count: int) -> Tensor:
    """At most `count` samples, evenly drawn: (N, P, side, side, 3) uint8, the middle of each. For scoring."""
    count = min(count, len(pictures))
    chosen = [i * len(pictures) // count for i in range(count)]
    return torch.from_numpy(np.stack([np.stack([center(p, side) for p in pictures[i]]) for i in chosen]))
