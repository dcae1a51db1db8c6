"""The way of a film: decode, find the shots, colour with a memory, lay the colour under the untouched Y′, encode."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from autochrome import __version__
from autochrome.color import LUMA_SHARES
from autochrome.engine import ahead
from autochrome.errors import UsageError
from autochrome.hints import HintsFile, load_hints
from autochrome.keyframes import CarriedHints, Glimpse
from autochrome.mark import stamp_film
from autochrome.media.film_color import ChromaLayer, chroma_under, luma_of, percent, shrink
from autochrome.media.film_sheet import picture_of, save_sheet
from autochrome.media.films import FilmFacts, create_film, open_film
from autochrome.merge import fit
from autochrome.model import ColorModel, open_model
from autochrome.options import FilmOptions
from autochrome.planes import Chroma, Floats, Frame, Luma, Tones
from autochrome.provenance import SOURCE_TYPE
from autochrome.scenes import DEFAULT, DETECTORS, SceneDetector, mark_cuts
from autochrome.scenes.continuity import ALIKE, detail, similarity
from autochrome.scenes.cutlist import CutList, load_cuts
from autochrome.scenes.cutlist import Shot as ShotMark
from autochrome.shots import ShotMemory

_LOOK = 128  # pixels at the long side: enough to see cuts and motion
_LOOKS = 20.0  # of the network that a memory holds at its steadiest
_LONGEST = 4  # a picture is shown to the network at most so many times longer than wide
_THUMB = 240  # pixels at the long side of a thumbnail
_FLAT = 1.5  # L*: a frame that varies less than this is black, white or blank, and has no colour


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame and the small grey picture of it in which cuts and motion are looked for."""

    frame: Frame
    small: NDArray[np.uint8]  # (h, w), as it is stored, not turned


@dataclass(frozen=True, slots=True)
class Tinted:
    """A frame whose colour is decided."""

    frame: Frame
    lines: Floats  # (4, h, w) Cb and Cr as lines in Y′ 0…100, as `merge.fit` makes them
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
    confidence: float = 0.0  # mean over its frames, 0…1


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
) -> FilmReport:
    """Colour a film. Its light, times, sound, subtitles and words go through unchanged.

    `model` is a name, an ONNX file, or what `open_model` gave; without it, `options.model`. `hints`: colours painted on
    some frames; they hold for the shots of these. `cuts`: numbers of the frames that begin a shot; without them,
    `options.cuts` says. Work that was interrupted goes on where the same call stopped, unless it shall `restart`.
    """
    started = perf_counter()
    options = options or FilmOptions()
    detector = _detector(options, cuts)
    chosen = options.model if model is None else model
    network = open_model(os.fspath(chosen)) if isinstance(chosen, str | os.PathLike) else chosen
    said = load_hints(hints) if isinstance(hints, str | os.PathLike) else hints
    report = FilmReport(Path(target))
    known = None if said is None else carry_hints(source, said, _detector(options, cuts))
    with open_film(source) as film:
        job = options.model_dump() | {
            "network": network.card.model_dump(),
            "known cuts": sorted(detector.cuts) if isinstance(detector, KnownCuts) else None,
            "hints": None if said is None else said.model_dump(),
        }
        with create_film(
            target, film, options, overwrite=overwrite, restart=restart, words=_words(), job=job
        ) as writer:
            layer = ChromaLayer(film.facts.tones, writer.plan.depth, writer.chroma_shape, film.facts.centred)
            with (
                closing(ahead(map(_see, film))) as seen,
                closing(
                    ahead(tint(seen, detector, network, options, film.facts, known, writer.done))
                ) as tinted,
            ):
                for each in tinted:
                    if each.begins:
                        writer.cut()
                    frame = each.frame
                    blue, red = layer.lay(frame.light, each.lines, frame.interlaced)
                    if options.mark:
                        stamp_film(blue, red, frame.tones, writer.plan.depth)
                    writer.write(frame, blue, red)
                    report.count(each)
                    if progress:
                        progress(Progress(frame.index + 1, film.facts.frames, each.shot))
        report.notes = (*film.notes, *writer.notes)
    report.seconds = perf_counter() - started
    return report


def tint(
    seen: Iterable[Seen],
    detector: SceneDetector,
    network: ColorModel,
    options: FilmOptions,
    facts: FilmFacts,
    known: CarriedHints | None = None,
    done: int = 0,
) -> Iterator[Tinted]:
    """Decide the colour of every frame from number `done` on; the ones before are only looked at for cuts.

    known: what a person said, carried to every frame.
    """
    memory, shot, sure = _memory(options), -1, 1.0
    for each, begins in mark_cuts(seen, detector, lambda one: one.small):
        if begins:
            memory, shot = _memory(options), shot + 1
        frame = each.frame
        if frame.index < done:
            continue
        memory.follow(each.small)
        if memory.wants_look:
            answer, sure = _look(frame, network, options, facts.turn, known)
            memory.learn(answer)
        yield Tinted(frame, _lines(frame, memory.color), begins, shot, sure)


def carry_hints(source: str | os.PathLike[str], said: HintsFile, detector: SceneDetector) -> CarriedHints:
    """Go through a film once, up to the last frame somebody painted on, and carry the colours through its shot."""
    with open_film(source) as film, closing(ahead(map(_see, film))) as seen:
        carried = CarriedHints(film.facts.turn)
        marked = mark_cuts(seen, detector, lambda one: one.small)
        carried.gather((Glimpse(s.frame.index, s.frame.time, s.small, begins) for s, begins in marked), said)
    return carried


def _see(frame: Frame) -> Seen:
    height, width = frame.light.shape
    scale = min(1.0, _LOOK / max(height, width))
    small = shrink(frame.light, max(1, round(height * scale)), max(1, round(width * scale)))
    return Seen(frame, (small >> (frame.tones.depth - 8)).astype(np.uint8))


def _memory(options: FilmOptions) -> ShotMemory:
    if options.method == "frames":
        return ShotMemory(every=1, evidence=0)
    return ShotMemory(options.every, 1 + (_LOOKS - 1) * options.smooth)


def _detector(options: FilmOptions, cuts: Sequence[int] | None) -> SceneDetector:
    """Who says where shots begin: the caller, a file, nobody, or one of the detectors."""
    name = options.cuts
    if cuts is not None:
        return KnownCuts(cuts)
    if name == "none":
        return KnownCuts(())
    if name == "auto" or name in DETECTORS:
        return DETECTORS[DEFAULT if name == "auto" else name]()
    if not Path(name).is_file():
        raise UsageError(
            f"cuts: {name!r} is no file, and no detector; there are auto, none, {', '.join(DETECTORS)}."
        )
    return KnownCuts(load_cuts(name).firsts)


class KnownCuts(SceneDetector):
    """Somebody said where the shots begin."""

    threshold = 0.5

    def __init__(self, cuts: Iterable[int]) -> None:
        self.cuts, self._seen = frozenset(cuts), 0

    def see(self, frame: NDArray[np.uint8]) -> list[int]:
        self._seen += 1
        return [self._seen - 1] if self._seen - 1 in self.cuts else []


def _look(
    frame: Frame, network: ColorModel, options: FilmOptions, turn: int, known: CarriedHints | None = None
) -> tuple[Chroma, float]:
    """What the network says of one frame, upright as people see it: (h, w, 2) a*b* as it is stored, and how sure."""
    luma = np.ascontiguousarray(np.rot90(_shown(frame, options.size), turn // 90))
    hints = known.at(frame.index, *luma.shape) if known else None
    painted = network.paint(network.prepare(luma), hints, options.vivid)
    answer = np.rot90(painted.chroma, -(turn // 90))
    if luma.std() < _FLAT:
        answer = np.zeros_like(answer)
    sure = 1.0 if painted.confidence is None else float(painted.confidence.mean())
    return np.ascontiguousarray(answer), sure


def _shown(frame: Frame, size: int) -> Luma:
    """(h, w) L* at render size: `size` at the short side, never larger than the frame itself."""
    height, width = frame.light.shape
    short, long = min(height, width), max(height, width)
    scale = min(1.0, size / short, _LONGEST * size / long)
    return luma_of(
        shrink(frame.light, max(1, round(height * scale)), max(1, round(width * scale))), frame.tones
    )


def _lines(frame: Frame, chroma: Chroma) -> Floats:
    """(h, w, 2) a*b* → (4, h, w) lines of Cb and Cr in the frame's own Y′."""
    tones: Tones = frame.tones
    light = shrink(frame.light, *chroma.shape[:2])
    share = percent(light, tones)
    return fit(share, chroma_under(share, luma_of(light, tones), chroma, tones.matrix)).lines


def _words() -> dict[str, str]:
    """What the file says about where its colours come from."""
    return {"colours_by": f"autochrome {__version__}", "digital_source_type": SOURCE_TYPE}


def find_shots(
    source: str | os.PathLike[str],
    options: FilmOptions | None = None,
    sheet: str | os.PathLike[str] | None = None,
) -> CutList:
    """Where the shots of a film begin, by `options.cuts`. sheet: also write the first frame of each as one JPEG."""
    marks, pictures = [], []
    with open_film(source) as film, closing(ahead(map(_see, film))) as seen:
        for each, begins in mark_cuts(seen, _detector(options or FilmOptions(), None), lambda one: one.small):
            if begins:
                frame = each.frame
                marks.append(ShotMark(first=frame.index, time=round(frame.time, 3)))
                if sheet is not None:
                    pictures.append(
                        (f"{frame.index}  {_clock(frame.time)}", _thumbnail(frame, None, film.facts))
                    )
    if sheet is not None:
        save_sheet(sheet, pictures)
    return CutList(film=film.path.name, shots=tuple(marks))


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
    chosen = options.model if model is None else model
    network = open_model(os.fspath(chosen)) if isinstance(chosen, str | os.PathLike) else chosen
    with open_film(source, keys_only=True) as film:
        kept: list[Frame] = []
        last = None
        for frame in film:
            now = detail(_see(frame).small)
            if last is None or similarity(last, now) < ALIKE:
                kept.append(frame)
            last = now
        places = np.unique(np.linspace(0, len(kept) - 1, min(most, len(kept))).round().astype(int))
        pictures = []
        for frame in (kept[place] for place in places):
            answer, _ = _look(frame, network, options, film.facts.turn)
            pictures.append((_clock(frame.time), _thumbnail(frame, answer, film.facts)))
    return save_sheet(sheet, pictures)


def _thumbnail(frame: Frame, chroma: Chroma | None, facts: FilmFacts) -> NDArray[np.uint8]:
    """(h, w, 3) sRGB, upright; grey without chroma."""
    height, width = frame.light.shape
    scale = _THUMB / max(height, width)
    light = shrink(frame.light, max(1, round(height * scale)), max(1, round(width * scale)))
    lines = np.zeros((4, 1, 1), np.float32) if chroma is None else _lines(frame, chroma)
    blue, red = ChromaLayer(frame.tones, 8, light.shape, centred=True).lay(light, lines)
    upright = np.rot90(
        picture_of(light, blue, red, frame.tones, LUMA_SHARES[frame.tones.matrix]), facts.turn // 90
    )
    return np.ascontiguousarray(upright)


def _clock(seconds: float) -> str:
    """12:34.5"""
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
