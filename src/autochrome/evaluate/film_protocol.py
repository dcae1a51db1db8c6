"""The protocol for films: colour a colour film again, compare it with its true colours, and measure how steady it is.

The film is coloured three times with a lossless codec: as `autochrome film` does it, each frame alone, and with the
true colours of its first frame as a key frame. Steadiness means something only beside that of the truth and of grey;
grey is always perfectly steady.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from autochrome.evaluate import baselines
from autochrome.evaluate.film_results import (
    FRAMES,
    GIVEN,
    GREY,
    SHOT_END,
    TEMPORAL,
    TRUTH,
    FilmEvaluation,
    FilmRow,
    FilmShot,
    ShotEnds,
    limited_psnr,
)
from autochrome.evaluate.metrics import (
    Float64Array,
    RgbLabImage,
    cdc_from_histograms,
    channel_histograms,
    colorfulness,
    squared_error,
    warped_chroma_error,
)
from autochrome.evaluate.photo_protocol import RgbBytes, score_result, to_bytes
from autochrome.evaluate.results import Scores
from autochrome.film.motion import Motion, MotionFinder
from autochrome.film.overview import find_shots
from autochrome.film.pipeline import colorize_film
from autochrome.hints.source import OpenedHints, open_hints
from autochrome.media.films.rgb_frames import read_rgb_frames, read_timed_frames
from autochrome.model import ColorModel
from autochrome.options import FilmOptions

SCORE_EVERY = 10  # frames: the slow metrics are computed on every tenth frame; PSNR and steadiness on all
MIN_CONFIDENCE = 0.3  # a frame counts for steadiness only if the mean confidence of its motion is higher


class RowCollector:
    """Collects the figures of one way to colour a film, frame by frame."""

    def __init__(self) -> None:
        self.scores: list[Scores] = []  # of every SCORE_EVERY-th frame
        self.histograms: list[Float64Array] = []
        self.warped_errors: list[float] = []
        self.squared_errors: list[float] = []  # of every frame
        self.psnr: list[float] = []  # dB, of every frame
        self.colorfulness: list[float] = []  # of every frame
        self._before: RgbLabImage | None = None

    def add(
        self, frame: RgbBytes, truth: RgbLabImage, original: RgbBytes, motion: Motion | None, scored: bool
    ) -> None:
        """Add the next frame. original: the truth as bytes. motion: from the frame before to this one."""
        converted = truth if frame is original else RgbLabImage.from_rgb(frame)
        self.histograms.append(channel_histograms(frame))
        error = squared_error(converted.rgb, truth.rgb)
        self.squared_errors.append(error)
        self.psnr.append(limited_psnr(error))
        self.colorfulness.append(colorfulness(frame))
        if motion is not None and self._before is not None and motion.confidence.mean() > MIN_CONFIDENCE:
            before, after = self._before.lab[..., 1:], converted.lab[..., 1:]
            self.warped_errors.append(warped_chroma_error(before, after, motion.flow, motion.confidence))
        if scored:
            self.scores.append(score_result(frame, truth, original, None))
        self._before = converted

    def row(self, name: str, grey: "RowCollector", truth: "RowCollector") -> FilmRow:
        """The row of the whole film."""
        error, grey_error = (float(np.mean(each.squared_errors)) for each in (self, grey))
        color, full = (float(np.mean(each.colorfulness)) for each in (self, truth))
        quarter = max(1, len(self.psnr) // 4)
        return FilmRow(
            name=name,
            psnr=float(np.mean(self.psnr)),
            squared_error=error,
            over_grey=self._over(grey, slice(None)),
            over_grey_pooled=limited_psnr(error) - limited_psnr(grey_error),
            over_grey_start=self._over(grey, slice(quarter)),
            over_grey_end=self._over(grey, slice(-quarter, None)),
            ssim=float(np.mean([s.ssim for s in self.scores])),
            ciede2000=float(np.mean([s.ciede2000 for s in self.scores])),
            colorfulness=color,
            colorfulness_share=100 * color / full if full else None,
            cdc=cdc_from_histograms(self.histograms),
            warped_error=float(np.mean(self.warped_errors)) if self.warped_errors else 0.0,
        )

    def _over(self, grey: "RowCollector", frames: slice) -> float:
        """Mean PSNR of some frames minus grey's, dB."""
        return float(np.mean(self.psnr[frames]) - np.mean(grey.psnr[frames]))

    def shot_ends(self, first: int, stop: int) -> ShotEnds:
        """The figures of one shot: the frames from `first` to `stop` − 1."""
        psnrs, colors = self.psnr[first:stop], self.colorfulness[first:stop]
        return ShotEnds(
            psnr=float(np.mean(psnrs)),
            psnr_start=float(np.mean(psnrs[:SHOT_END])),
            psnr_end=float(np.mean(psnrs[-SHOT_END:])),
            colorfulness_start=float(np.mean(colors[:SHOT_END])),
            colorfulness_end=float(np.mean(colors[-SHOT_END:])),
        )


def evaluate_film(
    film: Path,
    model: ColorModel,
    *,
    name: str,
    size: int = 256,
    limit: int | None = None,
    options: FilmOptions | None = None,
    progress: Callable[[], None] = lambda: None,
) -> FilmEvaluation:
    """Colour a film that has true colours as if it had none, and compare.

    name: of the network. size: short side of the frames that are compared, pixels. limit: number of frames that are
    compared; None: all. progress: called after each frame.
    """
    started = time.perf_counter()
    lossless = (options or FilmOptions()).model_copy(update={"codec": "ffv1"})
    with tempfile.TemporaryDirectory() as folder:
        ways = {
            TEMPORAL: (lossless, None),
            FRAMES: (lossless.model_copy(update={"method": "frames"}), None),
            GIVEN: (lossless, _give_first_frame(film, Path(folder))),
        }
        results = {}
        for number, (way, (way_options, hints)) in enumerate(ways.items()):
            target = Path(folder) / f"{number}.mkv"
            colorize_film(film, target, model=model, options=way_options, hints=hints)
            results[way] = read_rgb_frames(target, size)
        collectors = compare_frames(film, results, size, limit, progress)
    grey, truth = collectors[GREY], collectors[TRUTH]
    firsts = find_shots(film, lossless).firsts
    return FilmEvaluation(
        model=name,
        film=film.name,
        frames=len(truth.psnr),
        size=size,
        seconds=time.perf_counter() - started,
        rows=[collector.row(way, grey, truth) for way, collector in collectors.items()],
        shots=_list_shots(collectors, firsts, len(truth.psnr)),
    )


def _give_first_frame(film: Path, folder: Path) -> OpenedHints:
    """Hints with the first frame of a film in colour, which is written to the folder."""
    from PIL import Image

    _, first = next(read_timed_frames(film))
    Image.fromarray(first).save(folder / "first.png")
    return open_hints({"frames": [{"frame": 0, "picture": "first.png"}]}, folder)


def compare_frames(
    film: Path,
    results: dict[str, Iterator[RgbBytes]],
    size: int,
    limit: int | None,
    progress: Callable[[], None],
) -> dict[str, RowCollector]:
    """Read the film and its results frame by frame; returns a collector for each row."""
    collectors = {way: RowCollector() for way in (GREY, TRUTH, *results)}
    originals = islice(_with_motion(read_rgb_frames(film, size)), limit)
    for number, (original, motion) in enumerate(originals):
        truth = RgbLabImage.from_rgb(original)
        frames = {GREY: to_bytes(baselines.grey(truth.lab)), TRUTH: original}
        frames |= {way: next(colored) for way, colored in results.items()}
        for way, collector in collectors.items():
            collector.add(frames[way], truth, original, motion, number % SCORE_EVERY == 0)
        progress()
    return collectors


def _with_motion(frames: Iterator[RgbBytes]) -> Iterator[tuple[RgbBytes, Motion | None]]:
    """Each frame with the motion from the frame before it."""
    finder, before = MotionFinder(), None
    for frame in frames:
        green = np.ascontiguousarray(frame[..., 1])
        yield frame, finder.between(before, green) if before is not None else None
        before = green


def _list_shots(
    collectors: dict[str, RowCollector], firsts: tuple[int, ...] | list[int], frames: int
) -> list[FilmShot]:
    """The figures of each shot, without grey. frames: number of frames that were compared."""
    return [
        FilmShot(
            first=first,
            frames=stop - first,
            ways={
                way: collector.shot_ends(first, stop) for way, collector in collectors.items() if way != GREY
            },
        )
        for first, stop in pairwise((*(first for first in firsts if first < frames), frames))
    ]
