"""Looking at a film before, beside and after colouring it: its shots, a sheet of them, single frames."""

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
from autochrome.film.keyframes import CarriedHints
from autochrome.film.pipeline import carry_hints, choose_cuts, opened, shots_of
from autochrome.film.proxy import as_picture, look, see, shown
from autochrome.film.scenes.continuity import ALIKE, detail, similarity
from autochrome.film.scenes.shot_list import Shot as ShotMark
from autochrome.film.scenes.shot_list import ShotList
from autochrome.hints.file import HintsFile, load_hints
from autochrome.hints.marks import Marks
from autochrome.media.films import FilmFacts, open_film
from autochrome.media.films.contact_sheet import save_contact_sheet
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.parallel import prefetch
from autochrome.types import Chroma, Frame, Hints, Prepared

Key = TypeVar("Key")
Value = TypeVar("Value")
_THUMB = 240  # pixels at the long side of a thumbnail
_KEPT = 8  # shots whose carried marks, and frames whose pixels, are kept at hand


def find_shots(
    source: str | os.PathLike[str],
    options: FilmOptions | None = None,
    sheet: str | os.PathLike[str] | None = None,
    progress: Callable[[int], None] = lambda frame: None,
) -> ShotList:
    """Where the shots of a film begin, by `options.cuts`. sheet: also write the first frame of each as one JPEG.

    progress: told the number of every frame that was looked at.
    """
    options = options or FilmOptions()
    marks, pictures = [], []
    with (
        open_film(source, start=options.start, end=options.end) as film,
        closing(prefetch(map(see, film))) as seen,
    ):
        for each, begins in shots_of(seen, choose_cuts(options)):
            frame = each.frame
            progress(frame.index)
            if begins:
                marks.append(ShotMark(first=frame.index, time=round(frame.time, 3)))
                if sheet is not None:
                    words = f"{frame.index}  {_clock(frame.time)}"
                    pictures.append((words, as_picture(frame, None, _THUMB, film.facts.turn)))
    if sheet is not None:
        save_contact_sheet(sheet, pictures)
    return ShotList(film=film.path.name, shots=tuple(marks))


def preview_film(
    source: str | os.PathLike[str],
    sheet: str | os.PathLike[str],
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: FilmOptions | None = None,
    most: int = 60,
) -> Path:
    """Colour a frame of each shot, each alone, as one JPEG or PNG: a look at a film before an hour is spent on it.

    Only key frames are looked at, so a long film takes seconds, and a shot without one is not seen. Of more than `most`
    shots, some evenly spread ones are shown.
    """
    options = options or FilmOptions()
    network = opened(options.model if model is None else model)
    with open_film(source, keys_only=True, start=options.start, end=options.end) as film:
        kept: list[Frame] = []
        last = None
        for frame in film:
            now = detail(see(frame).small)
            if last is None or similarity(last, now) < ALIKE:
                kept.append(frame)
            last = now
        if not kept:
            raise UsageError(f"{source}: no frame lies between --start and --end.")
        places = np.unique(np.linspace(0, len(kept) - 1, min(most, len(kept))).round().astype(int))
        turn, pictures = film.facts.turn, []
        for frame in (kept[place] for place in places):
            answer, _ = look(shown(frame, options.size, turn), network, options.vivid, turn)
            pictures.append((_clock(frame.time), as_picture(frame, answer, _THUMB, turn)))
    return save_contact_sheet(sheet, pictures)


class FilmInspector:
    """Single frames of one film, grey and coloured, for a person who looks and paints. Not for two threads at once.

    A coloured frame is what the network says of it alone with what is known of it: nearly what it will be in the film,
    where the memory of its shot is added.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        network: ColorModel | str | os.PathLike[str] | None = None,
        options: FilmOptions | None = None,
    ) -> None:
        self._source = Path(source)
        self._options = options or FilmOptions()
        self._network = opened(self._options.model if network is None else network)
        with open_film(source) as film:
            self.facts: FilmFacts = film.facts
            self._index = film.index()
            base = float(film.facts.time_base)
            self.times: list[float] = (
                [float(ticks) * base for ticks in self._index.times]
                if self._index
                else [frame.time for frame in film]
            )
            """Seconds, of every frame. Where the packets of a film do not say, it is decoded to find out."""
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
        """Let go of what is kept at hand."""
        for kept in (self._frames, self._prepared, self._carried):
            kept.clear()

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.times)

    def before(self, number: int, width: int = 960) -> NDArray[np.uint8]:
        """Frame `number` (from 0) as it is: (h, w, 3) sRGB, upright, at most `width` pixels at the long side."""
        return self._picture(number, None, width)

    def after(
        self,
        number: int,
        said: HintsFile | str | os.PathLike[str] | None = None,
        firsts: Sequence[int] = (0,),
        width: int = 960,
        vivid: float | None = None,
    ) -> NDArray[np.uint8]:
        """The same in colour, with what is said of frames of its shot carried to it.

        said: the path of a hints file where it names pictures, which lie beside it. firsts: numbers of the frames that
        begin a shot; vivid: 0…2, where it is not that of the options.
        """
        hints = self._known(number, said, firsts) if said else None
        return self._painted(number, hints, width, vivid)

    def paint(
        self, number: int, marks: Marks, width: int = 960, vivid: float | None = None
    ) -> NDArray[np.uint8]:
        """The same in colour with these marks on this very frame: quick after the first time."""
        luma = self._prepare(number).luma
        return self._painted(number, marks.rasterize(*luma.shape), width, vivid)

    def _painted(
        self, number: int, hints: Hints | None, width: int, vivid: float | None
    ) -> NDArray[np.uint8]:
        prepared = self._prepare(number)
        painted = self._network.paint(prepared, hints, self._options.vivid if vivid is None else vivid)
        return self._picture(
            number, np.ascontiguousarray(np.rot90(painted.chroma, -(self.facts.turn // 90))), width
        )

    def _picture(self, number: int, chroma: Chroma | None, width: int) -> NDArray[np.uint8]:
        long_side = min(width, max(self.facts.height, self.facts.width))
        return as_picture(self._frame(number), chroma, long_side, self.facts.turn)

    def _known(
        self, number: int, said: HintsFile | str | os.PathLike[str], firsts: Sequence[int]
    ) -> Hints | None:
        ordered = sorted({0, *firsts})
        place = bisect_right(ordered, number) - 1
        first, stop = ordered[place], ordered[place + 1] if place + 1 < len(ordered) else self.frames
        read = said if isinstance(said, HintsFile) else load_hints(said)
        key = read.model_dump_json(exclude_defaults=True), first, stop
        if key not in self._carried:
            end = self.times[stop] if stop < self.frames else None
            carried = carry_hints(self._source, said, frozenset(ordered), self.times[first], end, self._index)
            _keep(self._carried, key, carried)
        return self._carried[key].at(number, *self._prepare(number).luma.shape)

    def _prepare(self, number: int) -> Prepared:
        if number not in self._prepared:
            luma = shown(self._frame(number), self._options.size, self.facts.turn)
            _keep(self._prepared, number, self._network.prepare(luma))
        return self._prepared[number]

    def _frame(self, number: int) -> Frame:
        if not 0 <= number < self.frames:
            raise UsageError(f"{self._source}: there is no frame {number}; it has {self.frames}, from 0 on.")
        if number not in self._frames:
            with open_film(self._source, start=self.times[number], index=self._index) as film:
                frame = next((one for one in film if one.index >= number), None)
            if frame is None:
                raise UsageError(f"{self._source}: frame {number} cannot be read.")
            _keep(self._frames, number, frame)
        return self._frames[number]


def _keep(kept: dict[Key, Value], key: Key, value: Value) -> None:
    """Put it with the others, and let the oldest go."""
    if len(kept) >= _KEPT:
        del kept[next(iter(kept))]
    kept[key] = value


def _clock(seconds: float) -> str:
    """12:34.5"""
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
