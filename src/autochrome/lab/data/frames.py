"""Frames of films as pictures to learn from: single ones, or pairs within one scene. Split by film, never by frame."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from autochrome.errors import ExtraMissing, InputMissing, InputUnreadable, NothingFound, UsageError
from autochrome.film.proxy import proxy_grey
from autochrome.film.scenes import DETECTORS, SceneDetector, mark_cuts
from autochrome.lab.data.pixels import RGB, encode, resize
from autochrome.lab.data.shards import ShardWriter
from autochrome.options import Options


class FrameOptions(Options):
    """Which frames of a film become pictures."""

    size: Annotated[int, Field(ge=16, description="Pictures are size × size, with black bars.")] = 128
    rate: Annotated[float, Field(gt=0, description="Pictures (or pairs) a second, to learn from.")] = 2 / 3
    test_rate: Annotated[float, Field(gt=0, description="The same, to test with.")] = 3.0
    pairs: Annotated[bool, Field(description="Each frame with the one before it, never across a cut.")] = (
        False
    )
    skip: Annotated[float, Field(ge=0, description="Seconds at the beginning that are left out.")] = 0.0
    detector: Annotated[str, Field(description="Who finds the cuts: a name in DETECTORS.")] = "continuity"
    quality: Annotated[int, Field(ge=1, le=100, description="Of the WebP pictures written.")] = 85


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a film."""

    second: float
    rgb: RGB  # (H, W, 3), whole


@dataclass(frozen=True, slots=True)
class Taken:
    """What was written of one film."""

    film: str
    pictures: int  # or pairs
    scenes: int
    test: bool


def letterbox(rgb: RGB, side: int) -> RGB:
    """The whole frame in a black square of side × side."""
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    inner = resize(rgb, max(1, round(height * scale)), max(1, round(width * scale)))
    square = np.zeros((side, side, 3), np.uint8)
    top, left = (side - inner.shape[0]) // 2, (side - inner.shape[1]) // 2
    square[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return square


@contextmanager
def _open(path: Path) -> Iterator[tuple[Any, float]]:
    """OpenCV's reader, and the frames a second."""
    try:
        import cv2
    except ImportError as e:
        raise ExtraMissing("Reading films here needs OpenCV: pip install 'autochrome[lab]'.") from e
    if not path.exists():
        raise InputMissing(f"There is no film {path}.")
    film = cv2.VideoCapture(str(path))
    try:
        if not film.isOpened():
            raise InputUnreadable(f"{path} cannot be read as a film.")
        yield film, film.get(cv2.CAP_PROP_FPS) or 25.0
    finally:
        film.release()


def moments(path: Path) -> Iterator[Moment]:
    """Every frame of a film, in order."""
    with _open(path) as (film, rate):
        number = 0
        while True:
            read, bgr = film.read()
            if not read:
                break
            yield Moment(number / rate, np.ascontiguousarray(bgr[..., ::-1]))
            number += 1


def _grey(moment: Moment) -> Any:
    green = moment.rgb[..., 1]  # near enough to lightness for finding cuts, and free
    return proxy_grey(green)


def choose(
    film: Iterator[Moment], detector: SceneDetector, rate: float, options: FrameOptions
) -> Iterator[tuple[int, float, tuple[RGB, ...]]]:
    """(scene, second, one picture or the frame before and this one), `rate` times a second of film."""
    scene, due, before = 0, options.skip, None
    for moment, begins in mark_cuts(film, detector, _grey):
        scene += begins
        if begins:
            before = None
        if moment.second + 1e-6 >= due and (before is not None or not options.pairs):
            pictures = (moment,) if before is None or not options.pairs else (before, moment)
            yield scene, moment.second, tuple(letterbox(m.rgb, options.size) for m in pictures)
            due = max(due, moment.second - 1 / rate) + 1 / rate
        before = moment


def take(
    films: Sequence[Path],
    test: Sequence[Path],
    out: Path,
    options: FrameOptions | None = None,
    progress: Callable[[], None] = lambda: None,
) -> list[Taken]:
    """Write OUT-train.zip and, of other films, OUT-test.zip: film/scene/time.webp, or …-0.webp with …-1.webp."""
    options = options or FrameOptions()
    if options.detector not in DETECTORS:
        raise UsageError(f"--detector {options.detector}: choose one of {', '.join(DETECTORS)}.")
    both = {p.resolve() for p in films} & {p.resolve() for p in test}
    if both:
        raise UsageError(f"{both.pop()} would be learnt from and tested with; frames are split by film.")
    taken = []
    for split, chosen in (("train", films), ("test", test)):
        if chosen:
            with ShardWriter(out.with_name(f"{out.name}-{split}.zip")) as writer:
                for film in chosen:
                    taken.append(_take_one(film, writer, split == "test", options))
                    progress()
                if not writer.count:
                    raise NothingFound(f"No frame of {', '.join(map(str, chosen))} could be used.")
    return taken


def _take_one(film: Path, writer: ShardWriter, test: bool, options: FrameOptions) -> Taken:
    rate = options.test_rate if test else options.rate
    count, scenes = 0, set()
    for scene, second, pictures in choose(moments(film), DETECTORS[options.detector](), rate, options):
        name = f"{film.stem}/{scene:04}/{round(1000 * second):08}"
        for i, rgb in enumerate(pictures):
            end = f"-{i}" if options.pairs else ""
            writer.add(f"{name}{end}.webp", encode(rgb, "webp", options.quality))
        count += 1
        scenes.add(scene)
    return Taken(film.name, count, len(scenes), test)
