"""`autochrome scenes`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from autochrome.errors import ExtraMissing, UsageError

if TYPE_CHECKING:
    from autochrome.evaluate.charts import Plot
    from autochrome.evaluate.cut_scores import TrueCuts
    from autochrome.evaluate.report_page import Table
    from autochrome.film.scenes import Found, Frame


def scenes(
    film: Annotated[Path, Parameter(name="FILM", help="A film.")],
    *,
    detector: Annotated[str, Parameter(help="How cuts are found; --compare names them all.")] = "continuity",
    compare: Annotated[bool, Parameter(help="Run every detector that can be run here.")] = False,
    correlation: Annotated[
        float,
        Parameter(
            validator=Number(gte=-1, lte=1),
            help="For `thesis`: a cut is where histograms correlate less than this.",
        ),
    ] = 0.997,
    ssim: Annotated[
        float, Parameter(validator=Number(gte=-1, lt=1), help="For `thesis`: and SSIM is lower than this.")
    ] = 0.5,
    truth: Annotated[
        Path | None, Parameter(help='Where the cuts are: {"cuts": [48, 97], "gradual": [[130, 154]]}.')
    ] = None,
    plot: Annotated[
        Path | None, Parameter(help="Draw the signal over time: .svg (the first detector), or .html (all).")
    ] = None,
    json: Annotated[bool, Parameter(help="For programs: JSON on stdout.")] = False,
) -> None:
    """Find where scenes begin; compare detectors on one film."""
    from autochrome.evaluate.charts import draw_svg_file
    from autochrome.evaluate.cut_scores import TrueCuts, read_true_cuts
    from autochrome.evaluate.photo_report import format_table
    from autochrome.evaluate.report_page import write_report
    from autochrome.files import atomic_write

    if plot and plot.suffix not in (".svg", ".html"):
        raise UsageError(f"--plot {plot}: the signal is drawn as .svg or .html.")
    known = read_true_cuts(truth) if truth else None
    frames, rate = _read(film)
    found = _run(frames, detector, compare, (correlation, ssim))
    plots = [_plot(name, result, known or TrueCuts(), rate) for name, result in found.items()]
    table = _table(film, found, known)
    if plot and plot.suffix == ".svg":
        atomic_write(plot, draw_svg_file(plots[0]), make_folder=True)
    elif plot:
        write_report(plot, f"Scenes of {film.name}", [table], plots=plots, lead=f"{len(frames)} frames.")
    if json:
        _print_json(found, known, len(frames), rate)
    elif compare or known:
        print(format_table(table))
    else:
        for cut in found[detector].cuts:
            print(f"{cut}\t{cut / rate:.2f} s")


def _read(film: Path) -> tuple[list[Frame], float]:
    """Small grey pictures of every frame (some 9 kB each), and how many there are in a second."""
    from autochrome.film.scenes import shrink
    from autochrome.media.films import open_film

    with open_film(film) as reader:
        frames = [shrink(frame.y_plane, frame.plane_format.depth) for frame in reader]
        return frames, float(reader.facts.rate) or 25.0


def _run(
    frames: Sequence[Frame], chosen: str, compare: bool, bounds: tuple[float, float]
) -> dict[str, Found]:
    from autochrome.film.scenes import DETECTORS, Thesis, find_cuts

    detectors = DETECTORS | {"thesis": lambda: Thesis(*bounds)}
    if chosen not in detectors:
        raise UsageError(f"--detector {chosen}: there are {', '.join(detectors)}.")
    if not compare:
        return {chosen: find_cuts(frames, detectors[chosen]())}
    found = {}
    for name, make in detectors.items():
        try:
            found[name] = find_cuts(frames, make())
        except ExtraMissing as missing:
            _say(f"{name} is left out: {missing}")
    return found


def _say(text: str) -> None:
    import sys

    print(f"autochrome: {text}", file=sys.stderr)


def _table(film: Path, found: dict[str, Found], truth: TrueCuts | None) -> Table:
    from autochrome.evaluate.cut_scores import score_cuts
    from autochrome.evaluate.report_page import Table

    columns = ["", "cuts", "ms a frame"]
    rows = [[name, str(len(result.cuts)), f"{1e3 * result.seconds:.2f}"] for name, result in found.items()]
    note = "Cuts by each detector."
    if truth:
        columns += ["missed", "made up", "precision", "recall", "F1"]
        note = f"{len(truth.cuts)} cuts are there, {len(truth.gradual)} slower changes where one may be named or none."
        for row, result in zip(rows, found.values(), strict=True):
            a = score_cuts(result.cuts, truth)
            row += [str(a.missed), str(a.false), f"{a.precision:.3f}", f"{a.recall:.3f}", f"{a.f1:.3f}"]
    return Table(f"Scenes of {film.name}", columns, rows, note)


def _plot(name: str, result: Found, truth: TrueCuts, rate: float) -> Plot:
    """The signal, the cuts that were named as dots, and those that are there as dashed lines."""
    from autochrome.evaluate.charts import Marker, Plot, Series

    signal = [(i / rate, value) for i, value in enumerate(result.signal)]
    named = [(cut / rate, result.signal[cut]) for cut in result.cuts]
    markers = [Marker(first / rate, f"cut at frame {first}") for first, _ in truth.spans]
    series = [Series("difference", signal), Series("cuts", named, line=False)]
    return Plot(name, "seconds", "difference", series, markers)


def _print_json(found: dict[str, Found], truth: TrueCuts | None, frames: int, rate: float) -> None:
    import json

    from autochrome.evaluate.cut_scores import score_cuts

    detectors = {}
    for name, result in found.items():
        told: dict[str, object] = {"cuts": result.cuts, "seconds_a_frame": result.seconds}
        if truth:
            a = score_cuts(result.cuts, truth)
            told |= {"precision": a.precision, "recall": a.recall, "f1": a.f1}
        detectors[name] = told
    print(json.dumps({"frames": frames, "rate": rate, "detectors": detectors}, indent=2))
