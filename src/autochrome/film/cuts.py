"""Where the shots of a film begin: from a detector, or from frame numbers that are known before."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias

from autochrome.errors import UsageError
from autochrome.film.proxy import ProxyFrame
from autochrome.film.scenes import DEFAULT, DETECTORS, SceneDetector, mark_cuts
from autochrome.film.shot_lists import read_cuts
from autochrome.options import FilmOptions

CutSource: TypeAlias = Callable[[], SceneDetector] | frozenset[int]
"""Makes a detector; or holds the numbers of all frames of the film that begin a shot."""


def choose_cuts(
    options: FilmOptions, cuts: Sequence[int] | None = None, film: str | os.PathLike[str] | None = None
) -> CutSource:
    """The cut source: `cuts` if they are given, else what `options.cuts` names (a file, none, or a detector).

    film: the film, for lists that name timecodes.
    """
    name = options.cuts
    if cuts is not None:
        return frozenset(cuts)
    if name == "none":
        return frozenset()
    if name == "auto":
        name = "thesis" if options.method == "thesis" else DEFAULT
    if name in DETECTORS:
        return DETECTORS[name]
    if not Path(name).is_file():
        raise UsageError(
            f"cuts: {name!r} is no file and no detector; choose auto, none, {', '.join(DETECTORS)}, "
            "or a list of shots (.json, .csv, .edl, .otio)."
        )
    return frozenset(read_cuts(name, film, options.timecode))


def mark_shots(frames: Iterable[ProxyFrame], cut_source: CutSource) -> Iterator[tuple[ProxyFrame, bool]]:
    """Each frame, and whether it begins a shot. The first frame always does."""
    if not isinstance(cut_source, frozenset):
        yield from mark_cuts(frames, cut_source(), lambda proxy: proxy.grey)
        return
    for number, proxy in enumerate(frames):
        yield proxy, number == 0 or proxy.frame.index in cut_source


def split_shots(
    frames: Iterable[ProxyFrame], cut_source: CutSource
) -> Iterator[tuple[ProxyFrame, Iterator[ProxyFrame]]]:
    """Each shot as its first frame, and an iterator over all its frames.

    Frames are read once: to take the next shot drops the rest of the current one.
    """

    def numbered() -> Iterator[tuple[int, ProxyFrame]]:
        shot = 0
        for proxy, begins_shot in mark_shots(frames, cut_source):
            shot += begins_shot
            yield shot, proxy

    for _, group in groupby(numbered(), itemgetter(0)):
        shot_frames = (proxy for _, proxy in group)
        first = next(shot_frames)
        yield first, chain((first,), shot_frames)
