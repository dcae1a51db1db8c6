"""Film frames as training pictures: single frames, or pairs within one scene. Train and test data are split by film."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from autochrome.errors import NothingFound, UsageError
from autochrome.film.proxy import proxy_grey
from autochrome.film.scenes import DETECTORS, SceneDetector, mark_cuts
from autochrome.lab.data.pixels import RGB, encode, resize
from autochrome.lab.data.shards import ShardWriter
from autochrome.options import Options


class FrameOptions(Options):
    """Which frames of a film become training pictures."""

    size: Annotated[int, Field(ge=16, description="Pictures are size × size pixels, with black bars.")] = 128
    rate: Annotated[
        float, Field(gt=0, description="Pictures (or pairs) per second of film, for training.")
    ] = 2 / 3
    test_rate: Annotated[
        float, Field(gt=0, description="Pictures (or pairs) per second of film, for testing.")
    ] = 3.0
    pairs: Annotated[
        bool, Field(description="Write each frame with the previous frame; a pair never crosses a cut.")
    ] = False
    skip: Annotated[float, Field(ge=0, description="Seconds at the beginning of each film to skip.")] = 0.0
    detector: Annotated[str, Field(description="Detector of cuts: a name in DETECTORS.")] = "continuity"
    quality: Annotated[int, Field(ge=1, le=100, description="Quality of the WebP pictures.")] = 85


@dataclass(frozen=True, slots=True)
class TimedPicture:
    """One frame of a film."""

    time: float  # seconds at which it is shown
    rgb: RGB  # (H, W, 3), at full size


class Selection(NamedTuple):
    """A frame that becomes a training picture."""

    scene: int  # 1, 2, 3 …
    time: float  # seconds
    pictures: tuple[RGB, ...]  # the frame; or the previous frame and the frame


@dataclass(frozen=True, slots=True)
class FilmSummary:
    """What was written from one film."""

    film: str
    pictures: int  # or pairs
    scenes: int
    test: bool


def letterbox(rgb: RGB, side: int) -> RGB:
    """The whole frame in a black square, side × side."""
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    inner = resize(rgb, max(1, round(height * scale)), max(1, round(width * scale)))
    square = np.zeros((side, side, 3), np.uint8)
    top, left = (side - inner.shape[0]) // 2, (side - inner.shape[1]) // 2
    square[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return square


def read_frames(path: Path) -> Iterator[TimedPicture]:
    """Every frame of a film with the time at which it is shown."""
    from autochrome.media.films.rgb_frames import read_timed_frames

    for time, rgb in read_timed_frames(path):
        yield TimedPicture(time, rgb)


def _proxy(frame: TimedPicture) -> RGB:
    """The small grey frame for the detector. Green is close enough to lightness to find cuts."""
    return proxy_grey(frame.rgb[..., 1])


def select_frames(
    frames: Iterator[TimedPicture], detector: SceneDetector, rate: float, options: FrameOptions
) -> Iterator[Selection]:
    """The frames that become training pictures, `rate` per second of film."""
    scene, next_time, previous = 0, options.skip, None
    for frame, begins_scene in mark_cuts(frames, detector, _proxy):
        scene += begins_scene
        if begins_scene:
            previous = None
        if frame.time + 1e-6 >= next_time and (previous is not None or not options.pairs):
            chosen = (frame,) if previous is None or not options.pairs else (previous, frame)
            yield Selection(scene, frame.time, tuple(letterbox(f.rgb, options.size) for f in chosen))
            next_time = max(next_time, frame.time - 1 / rate) + 1 / rate
        previous = frame


def write_frame_shards(
    films: Sequence[Path],
    test: Sequence[Path],
    out: Path,
    options: FrameOptions | None = None,
    progress: Callable[[], None] = lambda: None,
) -> list[FilmSummary]:
    """Write OUT-train.zip and, from other films, OUT-test.zip. Names in them are film/scene/time.webp.

    With pairs the names end in -0.webp (previous frame) and -1.webp. `progress` is called after each film.
    """
    options = options or FrameOptions()
    if options.detector not in DETECTORS:
        raise UsageError(f"--detector {options.detector}: choose one of {', '.join(DETECTORS)}.")
    both = {p.resolve() for p in films} & {p.resolve() for p in test}
    if both:
        raise UsageError(
            f"{both.pop()} is a film for training and for testing; give it for one of them only."
        )
    summaries = []
    for split, paths in (("train", films), ("test", test)):
        if paths:
            with ShardWriter(out.with_name(f"{out.name}-{split}.zip")) as writer:
                for film in paths:
                    summaries.append(_write_film(film, writer, split == "test", options))
                    progress()
                if not writer.count:
                    raise NothingFound(f"No frame of {', '.join(map(str, paths))} was selected.")
    return summaries


def _write_film(film: Path, writer: ShardWriter, test: bool, options: FrameOptions) -> FilmSummary:
    rate = options.test_rate if test else options.rate
    count, scenes = 0, set()
    detector = DETECTORS[options.detector]()
    for scene, time, pictures in select_frames(read_frames(film), detector, rate, options):
        name = f"{film.stem}/{scene:04}/{round(1000 * time):08}"
        for i, rgb in enumerate(pictures):
            suffix = f"-{i}" if options.pairs else ""
            writer.add(f"{name}{suffix}.webp", encode(rgb, "webp", options.quality))
        count += 1
        scenes.add(scene)
    return FilmSummary(film.name, count, len(scenes), test)
