"""The pictures of a recipe as samples of one or two pictures, decoded once or at each use.

Of two, the second is the one to colour; the first is the previous frame, or a map of its things.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Protocol, TypeAlias

import torch
from torch import Tensor

from autochrome.cores import usable_cores
from autochrome.errors import NothingFound
from autochrome.lab.data.options import DataSettings
from autochrome.lab.data.pixels import RGB, decode, shrink_to
from autochrome.lab.types import NO_LABEL
from autochrome.media.collection import Entry, find_pictures

MAP_SUFFIX = "-things"
Group: TypeAlias = tuple[Entry, ...]
"""The entries of one sample."""


class PictureSource(Protocol):
    """Samples of one or two pictures of any size."""

    names: list[str]  # of each sample, as in the shard: source/label/name

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> tuple[RGB, ...]: ...


@dataclass(slots=True)
class PicturesInMemory:
    """Pictures that are decoded once and kept in memory."""

    names: list[str]
    samples: list[tuple[RGB, ...]]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[RGB, ...]:
        return self.samples[index]


@dataclass(slots=True)
class StreamedPictures:
    """Pictures that are decoded at each use, for data that does not fit in memory."""

    names: list[str]
    entries: list[Group]
    max_short_side: int | None  # pixels

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> tuple[RGB, ...]:
        return _read(self.entries[index], self.max_short_side)


def open_pictures(paths: Sequence[str], settings: DataSettings) -> PictureSource:
    """The pictures of a recipe, in memory if they fit."""
    entries = find_pictures(paths, settings.only, settings.exclude)
    groups = _group(entries, settings)
    if settings.limit and settings.limit < len(groups):
        groups = [groups[i * len(groups) // settings.limit] for i in range(settings.limit)]
    order = [i for i, group in enumerate(groups) for _ in range(_repeats(group[-1].name, settings.repeat))]
    names = [groups[i][-1].name for i in order]
    size = settings.max_short_side
    if settings.storage == "stream" or (settings.storage == "auto" and not _fit_in_memory(groups, size)):
        return StreamedPictures(names, [groups[i] for i in order], size)
    with ThreadPoolExecutor(settings.workers or usable_cores()) as pool:
        samples = list(pool.map(lambda g: _read(g, size), groups))
    return PicturesInMemory(names, [samples[i] for i in order])


def without_maps(settings: DataSettings) -> DataSettings:
    """The same settings for pictures alone."""
    if not settings.thing_maps:
        return settings
    exclude = (*settings.exclude, f"*{MAP_SUFFIX}.*")
    return settings.model_copy(update={"thing_maps": False, "exclude": exclude})


def label_numbers(names: Sequence[str], classes: Sequence[str] = ()) -> Tensor:
    """(count,) int64: the class number of each name `source/label/name`, NO_LABEL if its label is no class.

    Without `classes` each label is one, in sorted order.
    """
    labels = [name.split("/")[-2] if "/" in name else "" for name in names]
    numbers = {label: i for i, label in enumerate(classes or sorted(set(labels)))}
    return torch.tensor([numbers.get(label, NO_LABEL) for label in labels])


def _read(group: Group, max_short_side: int | None) -> tuple[RGB, ...]:
    pictures = (decode(e.read(), f"{e.path}:{e.name}") for e in group)
    return tuple(shrink_to(p, max_short_side) if max_short_side else p for p in pictures)


def _group(entries: Sequence[Entry], settings: DataSettings) -> list[Group]:
    """The entries of each sample."""
    if settings.pairs:
        return _pairs(entries)
    return _with_maps(entries) if settings.thing_maps else [(entry,) for entry in entries]


def _with_maps(entries: Sequence[Entry]) -> list[Group]:
    """NAME-things with NAME. A picture without its map is skipped."""
    maps = {
        (e.path, stem.removesuffix(MAP_SUFFIX)): e for e in entries if (stem := _stem(e)).endswith(MAP_SUFFIX)
    }
    if not maps:
        raise NothingFound(f"There are no maps (NAME{MAP_SUFFIX}.png) in this data.")
    return [(maps[key], e) for e in entries if (key := (e.path, _stem(e))) in maps]


def _stem(entry: Entry) -> str:
    return entry.name.rpartition(".")[0]


def _pairs(entries: Sequence[Entry]) -> list[Group]:
    """NAME-0 with NAME-1. A picture without its partner is skipped."""
    groups: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        stem, _, number = _stem(entry).rpartition("-")
        groups.setdefault(stem, {})[number] = entry
    pairs: list[Group] = [(g["0"], g["1"]) for g in groups.values() if g.keys() >= {"0", "1"}]
    if not pairs:
        raise NothingFound(
            "There are no pairs (NAME-0 and NAME-1) in this data; make it with `autochrome data frames --pairs`."
        )
    return pairs


def _repeats(name: str, repeat: Mapping[str, int]) -> int:
    """How many times per epoch a picture is used."""
    return max((times for pattern, times in repeat.items() if fnmatch(name, pattern)), default=1)


def _fit_in_memory(groups: Sequence[Group], max_short_side: int | None) -> bool:
    """Whether all pictures, decoded, take less than 60 % of the free memory. Estimated from about 64 of them."""
    some = groups[:: max(1, len(groups) // 64)]
    size = sum(p.nbytes for g in some for p in _read(g, max_short_side)) / len(some)
    return size * len(groups) < 0.6 * _free_memory()


def _free_memory() -> int:
    """Bytes of free memory; very large where the system does not tell."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 1 << 62
