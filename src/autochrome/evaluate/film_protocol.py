"""How well a film is coloured: against its own true colours, and how steady it is beside them.

The film is coloured as `autochrome film` does it, losslessly, and once more frame by frame. Steadiness says something
only beside the truth's own, and beside that of grey, which is perfectly steady.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from autochrome.evaluate import baselines
from autochrome.evaluate.metrics import (
    Float64Array,
    RgbLabImage,
    cdc_from_histograms,
    colorfulness,
    histograms,
    psnr,
    warped_chroma_error,
)
from autochrome.evaluate.photo_protocol import RgbBytes, score_result, to_bytes
from autochrome.evaluate.report_page import Table
from autochrome.evaluate.results import MAX_PSNR, Scores, StrictModel
from autochrome.film.inspect import find_shots
from autochrome.film.motion import Motion, MotionFinder
from autochrome.film.pipeline import colorize_film
from autochrome.media.films.rgb_frames import read_rgb_frames
from autochrome.model import ColorModel
from autochrome.options import FilmOptions

SCORED = 10  # every so many frames are held against the truth; all are looked at for steadiness
STEADY, UNHINTED = "model, steady", "model, frame by frame"
EDGE = 10  # frames at each end of a shot that are held against each other
KNOWN = 0.3  # a pair of frames whose motion is surer than this on the average counts for steadiness


class FilmRow(StrictModel):
    """One way of colouring a film."""

    name: str
    psnr: float  # dB, mean over the scored frames
    over_grey: float
    ssim: float
    ciede2000: float
    colorfulness: float
    colorfulness_share: float | None  # percent of the truth's
    cdc: float  # nats
    warped_error: float  # a*b*, mean over frames


class ShotEnds(StrictModel):
    """The first and the last frames of one shot, one way of colouring it. Of a way that drifts they differ."""

    psnr: float  # dB, mean over all its frames
    psnr_start: float  # over the first EDGE of them, or as many as there are
    psnr_end: float
    colorfulness_start: float
    colorfulness_end: float

    @property
    def drift(self) -> float:
        """dB that the end is nearer to the truth than the beginning; less than nothing where colour goes astray."""
        return self.psnr_end - self.psnr_start


class FilmShot(StrictModel):
    """One shot, by the name of the way."""

    first: int  # frame
    frames: int
    ways: dict[str, ShotEnds]


class FilmEvaluation(StrictModel):
    """One film, several ways of colouring it."""

    model: str
    film: str
    frames: int
    size: int
    seconds: float
    rows: list[FilmRow]
    shots: list[FilmShot]


class _Watcher:
    """Gathers one row while its frames go by."""

    def __init__(self) -> None:
        self.scores: list[Scores] = []
        self.shares: list[Float64Array] = []
        self.errors: list[float] = []
        self.nearness: list[float] = []  # dB, of every frame
        self.colors: list[float] = []  # colourfulness, of every frame
        self._before: RgbLabImage | None = None

    def see(
        self, picture: RgbBytes, truth: RgbLabImage, original: RgbBytes, motion: Motion | None, scored: bool
    ) -> None:
        seen = RgbLabImage.from_rgb(picture)
        self.shares.append(histograms(picture))
        self.nearness.append(min(MAX_PSNR, psnr(seen.rgb, truth.rgb)))
        self.colors.append(colorfulness(picture))
        if motion is not None and self._before is not None and motion.confidence.mean() > KNOWN:
            before, now = self._before.lab[..., 1:], seen.lab[..., 1:]
            self.errors.append(warped_chroma_error(before, now, motion.flow, motion.confidence))
        if scored:
            self.scores.append(score_result(picture, truth, original, None))
        self._before = seen

    def row(self, name: str, grey: "_Watcher", truth: "_Watcher") -> FilmRow:
        psnr, floor = (float(np.mean([s.psnr for s in w.scores])) for w in (self, grey))
        color, full = (float(np.mean([s.colorfulness for s in w.scores])) for w in (self, truth))
        return FilmRow(
            name=name,
            psnr=psnr,
            over_grey=psnr - floor,
            ssim=float(np.mean([s.ssim for s in self.scores])),
            ciede2000=float(np.mean([s.ciede2000 for s in self.scores])),
            colorfulness=color,
            colorfulness_share=100 * color / full if full else None,
            cdc=cdc_from_histograms(self.shares),
            warped_error=float(np.mean(self.errors)) if self.errors else 0.0,
        )

    def edges(self, first: int, stop: int) -> ShotEnds:
        """What became of one shot."""
        near, color = self.nearness[first:stop], self.colors[first:stop]
        return ShotEnds(
            psnr=float(np.mean(near)),
            psnr_start=float(np.mean(near[:EDGE])),
            psnr_end=float(np.mean(near[-EDGE:])),
            colorfulness_start=float(np.mean(color[:EDGE])),
            colorfulness_end=float(np.mean(color[-EDGE:])),
        )


def _motions(pictures: Iterator[RgbBytes]) -> Iterator[tuple[RgbBytes, Motion | None]]:
    """Each picture, and how it moved since the one before."""
    finder, before = MotionFinder(), None
    for picture in pictures:
        grey = np.ascontiguousarray(picture[..., 1])
        yield picture, finder.between(before, grey) if before is not None else None
        before = grey


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
    """Colour a film that has true colours, forget them meanwhile, and compare. limit: frames that are scored."""
    started = time.perf_counter()
    given = (options or FilmOptions()).model_copy(update={"codec": "ffv1"})
    ways = {STEADY: given, UNHINTED: given.model_copy(update={"method": "frames"})}
    with tempfile.TemporaryDirectory() as folder:
        results = {}
        for number, (way, settings) in enumerate(ways.items()):
            target = Path(folder) / f"{number}.mkv"
            colorize_film(film, target, model=model, options=settings)
            results[way] = read_rgb_frames(target, size)
        watchers = _watch(film, results, size, limit, progress)
    rows = [watcher.row(way, watchers["grey"], watchers["truth"]) for way, watcher in watchers.items()]
    frames = len(watchers["truth"].shares)
    firsts = [first for first in find_shots(film, given).firsts if first < frames]
    shots = [
        FilmShot(
            first=first,
            frames=stop - first,
            ways={way: watcher.edges(first, stop) for way, watcher in watchers.items() if way != "grey"},
        )
        for first, stop in pairwise((*firsts, frames))
    ]
    seconds = time.perf_counter() - started
    return FilmEvaluation(
        model=name, film=film.name, frames=frames, size=size, seconds=seconds, rows=rows, shots=shots
    )


def _watch(
    film: Path,
    results: dict[str, Iterator[RgbBytes]],
    size: int,
    limit: int | None,
    progress: Callable[[], None],
) -> dict[str, _Watcher]:
    watchers = {way: _Watcher() for way in ("grey", "truth", *results)}
    originals = islice(_motions(read_rgb_frames(film, size)), limit)
    for number, (original, motion) in enumerate(originals):
        truth = RgbLabImage.from_rgb(original)
        pictures = {"grey": to_bytes(baselines.grey(truth.lab)), "truth": original}
        pictures |= {way: next(frames) for way, frames in results.items()}
        for way, watcher in watchers.items():
            watcher.see(pictures[way], truth, original, motion, number % SCORED == 0)
        progress()
    return watchers


def film_table(result: FilmEvaluation) -> Table:
    """The rows as text."""
    columns = ["", "PSNR dB", "over grey", "SSIM", "ΔE₀₀", "colourful", "% of truth", "CDC", "warped error"]
    rows: Sequence[Sequence[str]] = [
        [
            row.name,
            f"{row.psnr:.2f}",
            f"{row.over_grey:+.2f}",
            f"{row.ssim:.4f}",
            f"{row.ciede2000:.2f}",
            f"{row.colorfulness:.1f}",
            "–" if row.colorfulness_share is None else f"{row.colorfulness_share:.0f}",
            f"{row.cdc:.4f}",
            f"{row.warped_error:.2f}",
        ]
        for row in result.rows
    ]
    note = (
        f"{result.frames} frames at {result.size} px. CDC (how much the histograms of colours wander) and warped error "
        "(a*b* change along the motion) are steadiness: least for grey, to be read beside the truth's."
    )
    strong = [i for i, row in enumerate(result.rows) if row.name.startswith("model")]
    return Table(result.film, columns, rows, note, strong)


def shot_table(result: FilmEvaluation) -> Table:
    """What the memory makes of every shot, beside the same network frame by frame."""
    columns = ["shot", "frames", "PSNR dB", "gain dB", "drift dB", "colour at its start", "at its end"]
    rows = []
    for shot in result.shots:
        steady, alone = shot.ways[STEADY], shot.ways[UNHINTED]
        rows.append(
            [
                f"from {shot.first}",
                f"{shot.frames}",
                f"{steady.psnr:.2f}",
                f"{steady.psnr - alone.psnr:+.2f}",
                f"{steady.drift - alone.drift:+.2f}",
                _percent(steady.colorfulness_start, alone.colorfulness_start),
                _percent(steady.colorfulness_end, alone.colorfulness_end),
            ]
        )
    note = (
        f"Steady beside frame by frame: gain is PSNR over all frames; drift the last {EDGE} less the first {EDGE}; "
        "colour is colourfulness in percent of frame by frame."
    )
    return Table(f"{result.film}, shot by shot", columns, rows, note)


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}" if whole else "–"
