"""Inspect a film before or after it is coloured: its shots, contact sheets, and single frames."""

import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import UsageError
from autochrome.film.carry_hints import carry_hints
from autochrome.film.colored_frame import render_frame
from autochrome.film.cuts import choose_cuts, mark_shots
from autochrome.film.keyframes import CarriedHints
from autochrome.film.painters import open_network
from autochrome.film.proxy import make_proxy, network_input, predict
from autochrome.film.scenes.continuity import MIN_SIMILARITY, detail, similarity
from autochrome.film.scenes.shot_list import Shot, ShotList
from autochrome.hints.marks import Marks
from autochrome.hints.source import HintsSource, OpenedHints, open_hints
from autochrome.media.films import FilmFacts, open_film
from autochrome.media.films.contact_sheet import save_contact_sheet
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.parallel import prefetch
from autochrome.types import Chroma, Frame, Hints, Prepared

Key = TypeVar("Key")
Value = TypeVar("Value")
_THUMBNAIL = 240  # pixels at the long side
_CACHED = 8  # shots with their carried hints, frames, and prepared frames that are kept


def find_shots(
    source: str | os.PathLike[str],
    options: FilmOptions | None = None,
    sheet: str | os.PathLike[str] | None = None,
    progress: Callable[[int], None] = lambda frame: None,
) -> ShotList:
    """Find where the shots of a film begin, by `options.cuts`.

    sheet: also write the first frame of each shot to this JPEG or PNG. progress: called with the number of each frame.
    """
    options = options or FilmOptions()
    shots: list[Shot] = []
    thumbnails = []
    with (
        open_film(source, start=options.start, end=options.end) as film,
        closing(prefetch(map(make_proxy, film))) as proxies,
    ):
        facts = film.facts
        for proxy, begins_shot in mark_shots(proxies, choose_cuts(options, film=source)):
            frame = proxy.frame
            progress(frame.index)
            if begins_shot:
                shots.append(Shot(first=frame.index, time=round(frame.time, 3), frames=0))
                if sheet is not None:
                    caption = f"{frame.index}  {_clock(frame.time)}"
                    thumbnails.append((caption, render_frame(frame, None, _THUMBNAIL, facts.turn)))
            shots[-1] = shots[-1].model_copy(update={"frames": (shots[-1].frames or 0) + 1})
    if sheet is not None:
        save_contact_sheet(sheet, thumbnails)
    timecode = options.timecode or ("" if facts.timecode is None else str(facts.timecode))
    return ShotList(film=film.path.name, rate=str(facts.rate), timecode=timecode, shots=tuple(shots))


def preview_film(
    source: str | os.PathLike[str],
    sheet: str | os.PathLike[str],
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: FilmOptions | None = None,
    most: int = 60,
) -> Path:
    """Write one coloured frame of each shot to a JPEG or PNG. This takes seconds, even for a long film.

    Only the key frames of the file are decoded, so a shot without one is missing. Of more than `most` shots, an evenly
    spaced selection is shown. Each frame is coloured by itself.
    """
    options = options or FilmOptions()
    network = open_network(options.model if model is None else model)
    with open_film(source, keys_only=True, start=options.start, end=options.end) as film:
        kept: list[Frame] = []
        last = None
        for frame in film:
            now = detail(make_proxy(frame).grey)
            if last is None or similarity(last, now) < MIN_SIMILARITY:
                kept.append(frame)
            last = now
        if not kept:
            raise UsageError(f"{source}: the film has no frame between --start and --end.")
        chosen = np.unique(np.linspace(0, len(kept) - 1, min(most, len(kept))).round().astype(int))
        turn, thumbnails = film.facts.turn, []
        for frame in (kept[number] for number in chosen):
            chroma, _ = predict(network_input(frame, options.size, turn), network, options.vivid, turn)
            thumbnails.append((_clock(frame.time), render_frame(frame, chroma, _THUMBNAIL, turn)))
    return save_contact_sheet(sheet, thumbnails)


class FilmInspector:
    """Single frames of one film, grey and in colour, with hints. Not thread-safe.

    A frame in colour is the prediction of this frame with its hints. In the finished film, the memory of the shot makes
    a small difference.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        network: ColorModel | str | os.PathLike[str] | None = None,
        options: FilmOptions | None = None,
    ) -> None:
        self._source = Path(source)
        self._options = options or FilmOptions()
        self._network = open_network(self._options.model if network is None else network)
        with open_film(source) as film:
            self.facts: FilmFacts = film.facts
            self._index = film.index()
            base = float(film.facts.time_base)
            self.times: list[float] = (
                [float(ticks) * base for ticks in self._index.times]
                if self._index
                else [frame.time for frame in film]
            )
            """Seconds, of every frame. If the packets have no times, the film is decoded to find them."""
        self._frames: dict[int, Frame] = {}
        self._prepared: dict[int, Prepared] = {}
        self._carried: dict[tuple[str, int, int], CarriedHints] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release all cached frames and hints."""
        for cache in (self._frames, self._prepared, self._carried):
            cache.clear()

    @property
    def frames(self) -> int:
        """The number of frames."""
        return len(self.times)

    def before(self, number: int, width: int = 960) -> NDArray[np.uint8]:
        """Frame `number` (from 0) in grey: (h, w, 3) sRGB, upright, at most `width` pixels at the long side."""
        return self._render(number, None, width)

    def after(
        self,
        number: int,
        hints: HintsSource | None = None,
        firsts: Sequence[int] = (0,),
        width: int = 960,
        vivid: float | None = None,
    ) -> NDArray[np.uint8]:
        """The same frame in colour. The hints of key frames in its shot are carried to it.

        firsts: numbers of the frames that begin a shot. vivid: 0…2; default `options.vivid`.
        """
        carried = self._hints_of(number, open_hints(hints), firsts) if hints else None
        return self._paint(number, carried, width, vivid)

    def paint(
        self, number: int, marks: Marks, width: int = 960, vivid: float | None = None
    ) -> NDArray[np.uint8]:
        """The same frame in colour, with marks on this very frame. Fast after the first call for a frame."""
        luma = self._prepare(number).luma
        return self._paint(number, marks.rasterize(*luma.shape, reach=self._options.reach), width, vivid)

    def _paint(self, number: int, hints: Hints | None, width: int, vivid: float | None) -> NDArray[np.uint8]:
        prepared = self._prepare(number)
        prediction = self._network.paint(prepared, hints, self._options.vivid if vivid is None else vivid)
        stored = np.ascontiguousarray(np.rot90(prediction.chroma, -(self.facts.turn // 90)))
        return self._render(number, stored, width)

    def _render(self, number: int, chroma: Chroma | None, width: int) -> NDArray[np.uint8]:
        long_side = min(width, max(self.facts.height, self.facts.width))
        return render_frame(self._frame(number), chroma, long_side, self.facts.turn)

    def _hints_of(self, number: int, hints: OpenedHints, firsts: Sequence[int]) -> Hints | None:
        """The hints of one frame, carried from the key frames of its shot."""
        ordered = sorted({0, *firsts})
        shot = bisect_right(ordered, number) - 1
        first, stop = ordered[shot], ordered[shot + 1] if shot + 1 < len(ordered) else self.frames
        key = hints.file.model_dump_json(exclude_defaults=True), first, stop
        if key not in self._carried:
            end = self.times[stop] if stop < self.frames else None
            carried = carry_hints(
                self._source,
                hints,
                frozenset(ordered),
                self.times[first],
                end,
                self._index,
                self._options.reach,
            )
            _cache(self._carried, key, carried)
        return self._carried[key].at(number, *self._prepare(number).luma.shape)

    def _prepare(self, number: int) -> Prepared:
        if number not in self._prepared:
            luma = network_input(self._frame(number), self._options.size, self.facts.turn)
            _cache(self._prepared, number, self._network.prepare(luma))
        return self._prepared[number]

    def _frame(self, number: int) -> Frame:
        if not 0 <= number < self.frames:
            raise UsageError(
                f"{self._source}: there is no frame {number}; the film has frames 0 to {self.frames - 1}."
            )
        if number not in self._frames:
            with open_film(self._source, start=self.times[number], index=self._index) as film:
                frame = next((one for one in film if one.index >= number), None)
            if frame is None:
                raise UsageError(f"{self._source}: frame {number} cannot be read.")
            _cache(self._frames, number, frame)
        return self._frames[number]


def _cache(cache: dict[Key, Value], key: Key, value: Value) -> None:
    """Add an entry, and drop the oldest one if there are too many."""
    if len(cache) >= _CACHED:
        del cache[next(iter(cache))]
    cache[key] = value


def _clock(seconds: float) -> str:
    """12:34.5"""
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
