"""The way of a film: decode, find the shots, colour with a memory, lay the colour under the untouched Y′, encode."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby, takewhile
from operator import itemgetter
from pathlib import Path
from time import perf_counter
from typing import Protocol, TypeAlias

import numpy as np

from autochrome import __version__
from autochrome.color.lab import lab_from_srgb
from autochrome.color.resize import resize
from autochrome.errors import HintsError, UsageError
from autochrome.film.chroma import ChromaLayer
from autochrome.film.keyframes import CarriedHints, Glimpse, Pictures
from autochrome.film.proxy import LOOK, Colored, Seen, lines_of, look, see, shown
from autochrome.film.scenes import DEFAULT, DETECTORS, SceneDetector, mark_cuts
from autochrome.film.scenes.shot_list import load_shots
from autochrome.film.temporal import AHEAD, ShotMemory
from autochrome.film.thesis import SIZE, Pair
from autochrome.hints.file import HintsFile, load_hints
from autochrome.mark import stamp_film
from autochrome.media.films import FilmIndex, create_film, open_film
from autochrome.model import ColorModel, open_for_film
from autochrome.options import FilmOptions
from autochrome.parallel import prefetch
from autochrome.provenance import SOURCE_TYPE
from autochrome.types import Chroma, Floats, Frame, Luma

Cutting: TypeAlias = Callable[[], SceneDetector] | frozenset[int]
"""Who says where shots begin: a kind of detector, or somebody who knows the frames (of the whole film)."""
LOOKS = 64.0  # of the network that a memory holds at its steadiest
QUEUE = 12  # frames between two threads: colours are settled in bursts, and no thread should wait for another
_ROOM = 256 << 20  # bytes of frames that may wait for later looks
_USUAL_SIZE = FilmOptions.model_fields["size"].default


@dataclass(frozen=True, slots=True)
class Tinted:
    """A frame whose colour is decided."""

    frame: Frame
    lines: (
        Floats | None
    )  # (4, h, w) Cb and Cr as lines in Y′ 0…100, as `merge.fit` makes them; None: made before
    begins: bool  # a shot begins here
    shot: int  # its number, from 0
    confidence: float  # 0…1, how sure the network was at its last look; 1 where it does not say


@dataclass(slots=True)
class Shot:
    """What a summary says of one shot."""

    number: int
    first: int  # frame
    time: float  # seconds, of its first frame
    frames: int = 0
    confidence: float = 0.0  # mean over its frames, 0…1; 1 for those that were made before


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a film is, told after every frame."""

    frame: int  # done so far
    frames: int | None  # in all, about; None where the film does not say
    shot: int


@dataclass(slots=True)
class FilmReport:
    """What became of a film."""

    path: Path
    frames: int = 0
    kept: int = 0  # of them, made before by an interrupted or an earlier call
    shots: list[Shot] = field(default_factory=list)
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    def doubtful(self, below: float = 0.3) -> list[Shot]:
        """Shots in which the network was less sure than this: worth looking at."""
        return [shot for shot in self.shots if shot.confidence < below]

    def count(self, tinted: Tinted) -> None:
        if tinted.begins or not self.shots:
            self.shots.append(Shot(tinted.shot, tinted.frame.index, tinted.frame.time))
        shot = self.shots[-1]
        shot.frames += 1
        shot.confidence += (tinted.confidence - shot.confidence) / shot.frames
        self.frames += 1
        self.kept += tinted.lines is None


def colorize_film(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: FilmOptions | None = None,
    hints: HintsFile | str | os.PathLike[str] | None = None,
    cuts: Sequence[int] | None = None,
    overwrite: bool = False,
    restart: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> FilmReport:
    """Colour a film. Its light, times, sound, subtitles and words go through unchanged.

    `model` is a name, an ONNX file, or what `open_model` gave; without it, `options.model`. `hints`: colours painted
    on some frames; they hold for the shots of these. `cuts`: numbers of the frames that begin a shot; without them,
    `options.cuts` says. Work that was interrupted goes on where the same call stopped; a film that is overwritten by
    the same call with other hints lends all shots that these do not touch; unless it shall `restart`. `stop` is asked
    where a part is finished; if it says so, KeyboardInterrupt is raised there and nothing that was done is lost.
    """
    started = perf_counter()
    options = options or FilmOptions()
    cutting = choose_cuts(options, cuts)
    network = opened(options.model if model is None else model)
    report = FilmReport(Path(target))
    known = None if hints is None else carry_hints(source, hints, cutting, options.start, options.end)
    spelt = {"model", "cuts"} if isinstance(cutting, frozenset) else {"model"}  # what they lead to counts
    job = options.model_dump(exclude=spelt) | {
        "network": [network.card.model_dump(), network.edition],
        "known cuts": sorted(cutting) if isinstance(cutting, frozenset) else None,
    }
    with (
        open_film(source, start=options.start, end=options.end) as film,
        create_film(
            target,
            film,
            options,
            overwrite=overwrite,
            restart=restart,
            metadata=_words(),
            job=job,
            hints_digest=known.digest if known else lambda first, last: "0",
        ) as writer,
    ):
        painter = choose_painter(network, options, film.facts.turn, known)
        layer = ChromaLayer(
            film.facts.plane_format, writer.plan.depth, writer.chroma_shape, film.facts.centred
        )
        shots = shots_of(map(see, film), cutting)
        with closing(prefetch(tint(shots, painter, writer.has_frame), QUEUE)) as tinted:
            for each in tinted:
                if each.begins and writer.end_shot() and stop and report.frames and stop():
                    raise KeyboardInterrupt("the same command goes on from here")
                frame = each.frame
                if each.lines is None:
                    writer.skip(frame)
                else:
                    blue, red = layer.render(frame.y_plane, each.lines, frame.interlaced)
                    if options.mark:
                        stamp_film(blue, red, frame.plane_format, writer.plan.depth)
                    writer.write(frame, blue, red)
                report.count(each)
                if progress:
                    progress(Progress(report.frames, film.facts.frames, each.shot))
        if not report.frames:
            raise UsageError(
                f"{film.path}: there is no frame between the start and the end that were asked for."
            )
    report.notes = (*film.notes, *writer.notes)
    report.seconds = perf_counter() - started
    return report


def tint(
    seen: Iterable[tuple[Seen, bool]],
    painter: "Painter",
    made: Callable[[int], bool] = lambda frame: False,
) -> Iterator[Tinted]:
    """Decide the colour of every frame, as `shots_of` gives them; shots that were `made` before are passed on."""
    for number, shot in enumerate(by_shot(seen)):
        first = next(shot)
        frames = chain((first,), shot)
        if made(first.frame.index):
            for each in frames:
                yield Tinted(each.frame, None, each is first, number, 1.0)
        else:
            for each, color, sure in painter.shot(frames):
                lines = lines_of(each.frame, color, each.light)
                yield Tinted(each.frame, lines, each is first, number, sure)


class Painter(Protocol):
    """Whoever decides colour."""

    def shot(self, frames: Iterable[Seen]) -> Iterator[Colored]:
        """The frames of one shot in order, each with its colour; it may be some frames behind."""


class Alone:
    """The network, which sees every frame and knows of no other."""

    def __init__(
        self, network: ColorModel, options: FilmOptions, turn: int, known: CarriedHints | None = None
    ) -> None:
        """turn: degrees from the stored picture to the upright one; known: what a person said, for every frame."""
        self._network, self._options, self._turn, self._known = network, options, turn, known

    def ask(self, seen: Seen) -> tuple[Chroma, float]:
        """(h, w, 2) a*b* as the frame is stored, and how sure the network is, 0…1."""
        luma = shown(seen.frame, self._options.size, self._turn)
        hints = self._known.at(seen.frame.index, *luma.shape) if self._known else None
        return look(luma, self._network, self._options.vivid, self._turn, hints)

    def shot(self, frames: Iterable[Seen]) -> Iterator[Colored]:
        """The frames of one shot in order, each with its colour."""
        for seen in frames:
            yield seen, *self.ask(seen)


class Steady(Alone):
    """The network, and a memory of each shot."""

    def shot(self, frames: Iterable[Seen]) -> Iterator[Colored]:
        """The frames of one shot in order, each with its colour, some frames behind."""
        frames = iter(frames)
        first = next(frames)
        looks = 1 + (LOOKS - 1) * self._options.smooth
        memory = ShotMemory(self._options.every, looks, _room_ahead(first.frame))
        waiting: deque[tuple[Seen, Future[tuple[Chroma, float]]]] = deque()  # with the last look
        colors: deque[Chroma] = deque()
        with ThreadPoolExecutor(1) as asking:  # while it thinks, frames are followed

            def ask(seen: Seen) -> Future[tuple[Chroma, float]]:
                answer = asking.submit(self.ask, seen)
                memory.learn(lambda: answer.result()[0])
                return answer

            for seen in chain((first,), frames):
                memory.follow(seen.small)
                if memory.wants_look:
                    last = ask(seen)
                waiting.append((seen, last))
                colors.extend(memory.settled())
                if colors:  # one comes for one that goes: who encodes them never waits for many at once
                    done, look = waiting.popleft()
                    yield done, colors.popleft(), look.result()[1]
            if memory.ends_unseen:
                ask(seen)
            colors.extend(memory.rest())
            for (done, look), color in zip(waiting, colors, strict=True):
                yield done, color, look.result()[1]


def _room_ahead(frame: Frame) -> int:
    """How many frames may be looked ahead, so that all that are held, twice as many, fit into `_ROOM`."""
    return max(1, min(AHEAD, _ROOM // (3 * frame.y_plane.nbytes)))


def choose_painter(
    network: ColorModel, options: FilmOptions, turn: int, known: CarriedHints | None = None
) -> Painter:
    """Who decides the colour of a film's frames: `options.method`."""
    if options.method != "thesis":
        kind = Alone if options.method == "frames" else Steady
        return kind(network, options, turn, known)
    if options.dependent is None:
        raise UsageError(
            "--method thesis needs two networks: --model, and --dependent for all but first frames."
        )
    if known is not None:
        raise UsageError("--method thesis takes no hints: its networks know only the frame before.")
    size = SIZE if options.size == _USUAL_SIZE else options.size
    return Pair(network, opened(options.dependent), options.vivid, turn, size)


def carry_hints(
    source: str | os.PathLike[str],
    said: HintsFile | str | os.PathLike[str],
    cutting: Cutting,
    start: float | None = None,
    end: float | None = None,
    index: FilmIndex | None = None,
    pictures: Pictures | None = None,
) -> CarriedHints:
    """Go through a film once, up to the last frame somebody painted on, and carry the colours through its shot.

    said: the path of a hints file where it names pictures, which lie beside it. start, end: seconds; what is said of
    shots that lie outside is not looked at, as far as cuts are known beforehand.
    """
    if not isinstance(said, HintsFile):
        folder = Path(said).parent
        said, pictures = load_hints(said), partial(_picture_in, folder)
    firsts = cutting if isinstance(cutting, frozenset) else frozenset()
    known = start is not None and isinstance(cutting, frozenset)
    with open_film(source, start=start if known else None, index=index) as film:
        if known and film.first not in firsts:
            return carry_hints(source, said, cutting, None, end, index, pictures)
        with closing(prefetch(shots_of(map(see, film), cutting))) as seen:
            carried = CarriedHints(film.facts.turn)
            wanted = takewhile(lambda one: end is None or not (one[1] and one[0].frame.time >= end), seen)
            glimpses = (Glimpse(s.frame.index, s.frame.time, s.small, begins) for s, begins in wanted)
            carried.gather(glimpses, said, pictures=pictures, all_of_it=not known and end is None)
    return carried


def _picture_in(folder: Path, name: str) -> tuple[Luma, Chroma]:
    """(h, w) L* and (h, w, 2) a*b* of a coloured picture, as small as motion is looked for."""
    from autochrome.media.stills import open_still  # few films need libvips

    with open_still(folder / name) as still:
        pixels = still.read_small(LOOK)
    if pixels.ndim == 2:
        raise HintsError(f"{folder / name}: this picture has no colours to tell.")
    scale = min(1.0, LOOK / max(pixels.shape))
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    rgb = resize(pixels[..., :3].astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max), height, width)
    lab = lab_from_srgb(rgb).astype(np.float32)
    return lab[..., 0], np.ascontiguousarray(lab[..., 1:])


def opened(model: ColorModel | str | os.PathLike[str]) -> ColorModel:
    """A network that may have been opened already."""
    return open_for_film(os.fspath(model)) if isinstance(model, str | os.PathLike) else model


def choose_cuts(options: FilmOptions, cuts: Sequence[int] | None = None) -> Cutting:
    """Who says where shots begin: the caller, a file, nobody, or one of the detectors."""
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
            f"cuts: {name!r} is no file, and no detector; there are auto, none, {', '.join(DETECTORS)}."
        )
    return frozenset(load_shots(name).firsts)


def shots_of(seen: Iterable[Seen], cutting: Cutting) -> Iterator[tuple[Seen, bool]]:
    """Each frame, and whether a shot begins with it; the first one begins one."""
    if not isinstance(cutting, frozenset):
        yield from mark_cuts(seen, cutting(), lambda one: one.small)
        return
    for number, each in enumerate(seen):
        yield each, number == 0 or each.frame.index in cutting


def by_shot(seen: Iterable[tuple[Seen, bool]]) -> Iterator[Iterator[Seen]]:
    """One shot after the other, each with its frames; whoever takes the next one is done with the one before."""

    def numbered() -> Iterator[tuple[int, Seen]]:
        number = 0
        for each, begins in seen:
            number += begins
            yield number, each

    for _, shot in groupby(numbered(), itemgetter(0)):
        yield (each for _, each in shot)


def _words() -> dict[str, str]:
    """What the file says about where its colours come from."""
    return {"colours_by": f"autochrome {__version__}", "digital_source_type": SOURCE_TYPE}
