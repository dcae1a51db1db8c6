"""Inspect a film before or after it is coloured: its shots, contact sheets, and single frames."""

import os
from bisect import bisect_right
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import UsageError
from autochrome.film.colored_frame import render_frame
from autochrome.film.cuts import CutSource, choose_cuts, mark_shots
from autochrome.film.open_shot import OpenShot
from autochrome.film.painters import open_network
from autochrome.film.proxy import ProxyFrame, make_proxy, network_input, predict
from autochrome.film.recall import RecallingNetwork, Recent
from autochrome.film.scenes.continuity import MIN_SIMILARITY, detail, similarity
from autochrome.film.scenes.shot_list import Shot, ShotList
from autochrome.hints.source import HintsSource, open_hints
from autochrome.media.films import FilmFacts, open_film
from autochrome.media.films.contact_sheet import save_contact_sheet
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.parallel import prefetch
from autochrome.types import Chroma, Frame

_THUMBNAIL = 240  # pixels at the long side
_FRAMES = 8  # full-size frames that are kept
_SHOTS = 4  # shots that are kept open
_SEARCHED = 1000  # frames before and after a frame in which a detector looks for the ends of its shot


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

    A frame in colour is the frame of the finished film: the same painter and the same shot memory decide its colour. So
    the frames of its shot are read from the first one to 80 frames after it; later calls for this shot are faster.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        network: ColorModel | str | os.PathLike[str] | None = None,
        options: FilmOptions | None = None,
    ) -> None:
        self._source = Path(source)
        self._options = options or FilmOptions()
        self._network = RecallingNetwork(open_network(self._options.model if network is None else network))
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
        self._frames: Recent[Frame] = Recent(_FRAMES)
        self._shots: Recent[OpenShot] = Recent(_SHOTS)
        self._spans: dict[
            CutSource, set[tuple[int, int]]
        ] = {}  # first frame and stop of shots that are found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release all cached frames and shots."""
        self._frames, self._shots = Recent(_FRAMES), Recent(_SHOTS)

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
        firsts: Sequence[int] | None = None,
        width: int = 960,
        options: FilmOptions | None = None,
    ) -> NDArray[np.uint8]:
        """The same frame in colour, as `colorize_film` makes it with these hints and options.

        firsts: numbers of the frames that begin a shot; by default they are found by `options.cuts`, but not farther
        from this frame than some hundred frames. options: default those of the inspector; its `model` does not count.
        """
        options = options or self._options
        if options.method == "thesis":
            raise UsageError("Single frames cannot be shown with the method 'thesis'; choose tint or frames.")
        frame = self._frame(number)
        span = self._span(number, choose_cuts(options, firsts, self._source))
        try:
            shot = self._shot(span, options)
            chroma = shot.paint(frame, self._network, options, open_hints(hints) if hints else None)
        except BaseException:  # what was read half is read again by the next call
            self._shots.drop(_key(span, options))
            raise
        return self._render(number, chroma, width)

    def _render(self, number: int, chroma: Chroma | None, width: int) -> NDArray[np.uint8]:
        long_side = min(width, max(self.facts.height, self.facts.width))
        return render_frame(self._frame(number), chroma, long_side, self.facts.turn)

    def _span(self, number: int, cut_source: CutSource) -> tuple[int, int]:
        """The first frame of the shot of a frame, and its stop."""
        if not isinstance(cut_source, frozenset):
            found = self._spans.get(cut_source, set())
            known = next((span for span in found if span[0] <= number < span[1]), None)
            return known or self._find_span(number, cut_source)
        ordered = sorted({0, *cut_source})
        shot = bisect_right(ordered, number) - 1
        return ordered[shot], ordered[shot + 1] if shot + 1 < len(ordered) else self.frames

    def _find_span(self, number: int, cut_source: CutSource) -> tuple[int, int]:
        """The same, with a detector. A long shot counts from the start of the stretch that is searched."""
        start = max(0, (number // _SEARCHED - 1) * _SEARCHED)
        first = start
        for proxy, begins_shot in mark_shots(self._proxies(start, self.frames), cut_source):
            index = proxy.frame.index
            if begins_shot and index > number:
                self._spans.setdefault(cut_source, set()).add((first, index))
                return first, index
            if index > number + _SEARCHED:
                break
            if begins_shot:
                first = index
        return first, self.frames

    def _shot(self, span: tuple[int, int], options: FilmOptions) -> OpenShot:
        key = _key(span, options)
        shot = self._shots.get(key)
        if shot is None:
            first, stop = span
            proxies = self._proxies(first, stop)
            shot = OpenShot(proxies, first, self.times[first:stop], options.size, self.facts.turn)
            self._shots.add(key, shot)
        return shot

    def _proxies(self, first: int, stop: int) -> Generator[ProxyFrame]:
        """The frames of a stretch, from a frame to before another, with their proxies."""
        start = self.times[first] if first else None
        with open_film(self._source, start=start, index=self._index) as film:
            for frame in film:
                if frame.index >= stop:
                    return
                yield make_proxy(frame)

    def _frame(self, number: int) -> Frame:
        if not 0 <= number < self.frames:
            raise UsageError(
                f"{self._source}: there is no frame {number}; the film has frames 0 to {self.frames - 1}."
            )
        frame = self._frames.get(number)
        if frame is None:
            with open_film(self._source, start=self.times[number], index=self._index) as film:
                frame = next((one for one in film if one.index >= number), None)
            if frame is None:
                raise UsageError(f"{self._source}: frame {number} cannot be read.")
            self._frames.add(number, frame)
        return frame


def _key(span: tuple[int, int], options: FilmOptions) -> tuple[object, ...]:
    """A shot is read again for options that need other frames, or frames of another size."""
    return span, options.size, options.every


def _clock(seconds: float) -> str:
    """12:34.5"""
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
