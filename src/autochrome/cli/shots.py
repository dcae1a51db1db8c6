"""`autochrome shots`: list the shots of a film, or compare detectors of cuts on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from autochrome.cli.batch_options import refuse_existing
from autochrome.cli.numbers import number
from autochrome.cli.wording import count
from autochrome.errors import ExtraMissing, UsageError
from autochrome.options import FilmOptions

if TYPE_CHECKING:
    from autochrome.evaluate.charts import Plot
    from autochrome.evaluate.cut_scores import TrueCuts
    from autochrome.evaluate.report_page import Table
    from autochrome.film.scenes import Detection, GreyFrame


def shots(
    film: Annotated[Path, Parameter(name="FILM", help="A film.")],
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(
            name=("--output", "-o"),
            help="The list of shots: a .json, .csv, .edl (CMX3600) or .otio (OpenTimelineIO) file that you can "
            "edit and give to `autochrome film --cuts`. An image with the first frame of each shot is written "
            "beside it.",
        ),
    ] = None,
    cuts: Annotated[
        str,
        Parameter(
            help="auto, or the name of a detector; --compare lists all. "
            "Or a list of shots, to write it in another format."
        ),
    ] = "auto",
    timecode: Annotated[
        str | None,
        Parameter(help="Timecode of the first frame, such as 01:00:00:00; without it that of the film."),
    ] = None,
    overwrite: Annotated[bool, Parameter(help="Replace files that exist already.")] = False,
    compare: Annotated[
        bool, Parameter(help="Run every detector that is installed and print a table; write no list.")
    ] = False,
    truth: Annotated[
        Path | None,
        Parameter(
            help="A file with the true cuts, to count errors: "
            '{"cuts": [48, 97], "gradual": [[130, 154]]}. Writes no list.'
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        Parameter(
            help="Draw the scores over time: .svg (of the first detector) or .html (of all). Writes no list."
        ),
    ] = None,
    json: Annotated[bool, Parameter(help="Print the cuts as JSON on stdout; write no list.")] = False,
    correlation: Annotated[
        float,
        number("Detector `thesis`: histograms correlate less than this at a cut.", gte=-1, lte=1),
    ] = 0.997,
    ssim: Annotated[
        float,
        number("Detector `thesis`: and SSIM is lower than this.", gte=-1, lt=1),
    ] = 0.5,
) -> None:
    """List where the shots of a film begin, or compare detectors of cuts on it."""
    if not (compare or truth or plot or json):
        return _write_list(film, output, FilmOptions(cuts=cuts, timecode=timecode), overwrite)
    if output:
        raise UsageError(
            "--output writes a list of shots; it cannot be used with --compare, --truth, --plot or --json."
        )
    _check_detectors(film, cuts, compare, truth, plot, json, (correlation, ssim))


def _write_list(film: Path, output: Path | None, options: FilmOptions, overwrite: bool) -> None:
    from autochrome.film.overview import find_shots
    from autochrome.film.shot_lists import check_suffix, save_shots

    target = output or film.with_name(f"{film.stem}-shots.json")
    check_suffix(target)
    sheet = target.with_suffix(".jpg")
    for path in (target, sheet):
        refuse_existing(path, overwrite)
    found = find_shots(film, options, sheet)
    save_shots(found, target)
    print(f"{count(len(found.shots), 'shot')}: {target}, {sheet}", file=sys.stderr)


def _check_detectors(
    film: Path,
    cuts: str,
    compare: bool,
    truth_file: Path | None,
    plot: Path | None,
    json: bool,
    thesis_limits: tuple[float, float],
) -> None:
    """Run one or all detectors, and print or draw what they found."""
    from autochrome.evaluate.charts import draw_svg_file
    from autochrome.evaluate.cut_scores import TrueCuts, read_true_cuts
    from autochrome.evaluate.report_page import format_table, write_report
    from autochrome.files import atomic_write

    if plot and plot.suffix not in (".svg", ".html"):
        raise UsageError(f"--plot {plot}: the file name must end in .svg or .html.")
    truth = read_true_cuts(truth_file) if truth_file else None
    frames, rate = _read_proxies(film)
    found = _detect(frames, cuts, compare, thesis_limits)
    table = _table(film, found, truth)
    if plot:
        plots = [_plot(name, detection, truth or TrueCuts(), rate) for name, detection in found.items()]
        if plot.suffix == ".svg":
            atomic_write(plot, draw_svg_file(plots[0]), make_folder=True)
        else:
            write_report(plot, f"Cuts of {film.name}", [table], plots=plots, lead=f"{len(frames)} frames.")
    if json:
        _print_json(found, truth, len(frames), rate)
    elif compare or truth:
        print(format_table(table))


def _read_proxies(film: Path) -> tuple[list[GreyFrame], float]:
    """The proxies of all frames (about 9 kB each), and the frame rate."""
    from autochrome.film.proxy import make_proxy
    from autochrome.media.films import open_film

    with open_film(film) as reader:
        return [make_proxy(frame).grey for frame in reader], float(reader.facts.rate) or 25.0


def _detect(
    frames: Sequence[GreyFrame], cuts: str, compare: bool, thesis_limits: tuple[float, float]
) -> dict[str, Detection]:
    """The result of each detector, by name."""
    from autochrome.film.scenes import DEFAULT, DETECTORS, Thesis, find_cuts

    detectors = DETECTORS | {"thesis": lambda: Thesis(*thesis_limits)}
    chosen = DEFAULT if cuts == "auto" else cuts
    if chosen not in detectors:
        raise UsageError(f"--cuts {cuts}: there is no such detector; choose {', '.join(detectors)}.")
    if not compare:
        return {chosen: find_cuts(frames, detectors[chosen]())}
    found = {}
    for name, make in detectors.items():
        try:
            found[name] = find_cuts(frames, make())
        except ExtraMissing as missing:
            print(f"autochrome: {name} is left out: {missing}", file=sys.stderr)
    return found


def _table(film: Path, found: dict[str, Detection], truth: TrueCuts | None) -> Table:
    from autochrome.evaluate.cut_scores import score_cuts
    from autochrome.evaluate.report_page import Table

    columns = ["", "cuts", "ms a frame"]
    rows = [[name, str(len(result.cuts)), f"{1e3 * result.seconds:.2f}"] for name, result in found.items()]
    note = "Cuts that each detector found."
    if truth:
        columns += ["missed", "false", "precision", "recall", "F1"]
        note = (
            f"The film has {count(len(truth.cuts), 'cut')}, and {count(len(truth.gradual), 'gradual change')}, "
            "in each of which one cut may be found or none."
        )
        for row, result in zip(rows, found.values(), strict=True):
            a = score_cuts(result.cuts, truth)
            row += [str(a.missed), str(a.false), f"{a.precision:.3f}", f"{a.recall:.3f}", f"{a.f1:.3f}"]
    return Table(f"Cuts of {film.name}", columns, rows, note)


def _plot(name: str, result: Detection, truth: TrueCuts, rate: float) -> Plot:
    """The scores as a line, the found cuts as dots, and the true cuts as dashed lines."""
    from autochrome.evaluate.charts import Marker, Plot, Series

    scores = [(i / rate, value) for i, value in enumerate(result.scores)]
    cuts = [(cut / rate, result.scores[cut]) for cut in result.cuts]
    markers = [Marker(first / rate, f"cut at frame {first}") for first, _ in truth.spans]
    series = [Series("difference", scores), Series("cuts", cuts, line=False)]
    return Plot(name, "seconds", "difference", series, markers)


def _print_json(found: dict[str, Detection], truth: TrueCuts | None, frames: int, rate: float) -> None:
    import json

    from autochrome.evaluate.cut_scores import score_cuts

    detectors = {}
    for name, result in found.items():
        fields: dict[str, object] = {"cuts": result.cuts, "seconds_a_frame": result.seconds}
        if truth:
            a = score_cuts(result.cuts, truth)
            fields |= {"precision": a.precision, "recall": a.recall, "f1": a.f1}
        detectors[name] = fields
    print(json.dumps({"frames": frames, "rate": rate, "detectors": detectors}, indent=2))
