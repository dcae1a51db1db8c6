"""The protocol for films: colour a colour film again, compare it with its true colours, and measure how steady it is.

The film is coloured twice with a lossless codec: as `autochrome film` does it, and each frame alone. Steadiness means
something only beside that of the truth and of grey; grey is always perfectly steady.
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
    SHOT_END,
    TEMPORAL,
    FilmEvaluation,
    FilmRow,
    FilmShot,
    ShotEnds,
)
from autochrome.evaluate.metrics import (
    Float64Array,
    RgbLabImage,
    cdc_from_histograms,
    channel_histograms,
    colorfulness,
    psnr,
    warped_chroma_error,
)
from autochrome.evaluate.photo_protocol import RgbBytes, score_result, to_bytes
from autochrome.evaluate.results import MAX_PSNR, Scores
from autochrome.film.motion import Motion, MotionFinder
from autochrome.film.overview import find_shots
from autochrome.film.pipeline import colorize_film
from autochrome.media.films.rgb_frames import read_rgb_frames
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
        self.psnr: list[float] = []  # dB, of every frame
        self.colorfulness: list[float] = []  # of every frame
        self._before: RgbLabImage | None = None

    def add(
        self, frame: RgbBytes, truth: RgbLabImage, original: RgbBytes, motion: Motion | None, scored: bool
    ) -> None:
        """Add the next frame. original: the truth as bytes. motion: from the frame before to this one."""
        converted = RgbLabImage.from_rgb(frame)
        self.histograms.append(channel_histograms(frame))
        self.psnr.append(min(MAX_PSNR, psnr(converted.rgb, truth.rgb)))
        self.colorfulness.append(colorfulness(frame))
        if motion is not None and self._before is not None and motion.confidence.mean() > MIN_CONFIDENCE:
            before, after = self._before.lab[..., 1:], converted.lab[..., 1:]
            self.warped_errors.append(warped_chroma_error(before, after, motion.flow, motion.confidence))
        if scored:
            self.scores.append(score_result(frame, truth, original, None))
        self._before = converted

    def row(self, name: str, grey: "RowCollector", truth: "RowCollector") -> FilmRow:
        """The row of the whole film."""
        mean_psnr, grey_psnr = (float(np.mean([s.psnr for s in c.scores])) for c in (self, grey))
        color, full = (float(np.mean([s.colorfulness for s in c.scores])) for c in (self, truth))
        return FilmRow(
            name=name,
            psnr=mean_psnr,
            over_grey=mean_psnr - grey_psnr,
            ssim=float(np.mean([s.ssim for s in self.scores])),
            ciede2000=float(np.mean([s.ciede2000 for s in self.scores])),
            colorfulness=color,
            colorfulness_share=100 * color / full if full else None,
            cdc=cdc_from_histograms(self.histograms),
            warped_error=float(np.mean(self.warped_errors)) if self.warped_errors else 0.0,
        )

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
    ways = {TEMPORAL: lossless, FRAMES: lossless.model_copy(update={"method": "frames"})}
    with tempfile.TemporaryDirectory() as folder:
        results = {}
        for number, (way, way_options) in enumerate(ways.items()):
            target = Path(folder) / f"{number}.mkv"
            colorize_film(film, target, model=model, options=way_options)
            results[way] = read_rgb_frames(target, size)
        collectors = compare_frames(film, results, size, limit, progress)
    grey, truth = collectors["grey"], collectors["truth"]
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


def compare_frames(
    film: Path,
    results: dict[str, Iterator[RgbBytes]],
    size: int,
    limit: int | None,
    progress: Callable[[], None],
) -> dict[str, RowCollector]:
    """Read the film and its results frame by frame; returns a collector for each row."""
    collectors = {way: RowCollector() for way in ("grey", "truth", *results)}
    originals = islice(_with_motion(read_rgb_frames(film, size)), limit)
    for number, (original, motion) in enumerate(originals):
        truth = RgbLabImage.from_rgb(original)
        frames = {"grey": to_bytes(baselines.grey(truth.lab)), "truth": original}
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
                way: collector.shot_ends(first, stop)
                for way, collector in collectors.items()
                if way != "grey"
            },
        )
        for first, stop in pairwise((*(first for first in firsts if first < frames), frames))
    ]
