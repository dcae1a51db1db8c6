"""`autochrome evaluate`: measure a network on colour pictures or films."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from autochrome.cli.evaluate_models import (
    BASELINES_ONLY,
    open_judge_if_installed,
    open_network,
    open_perceptual,
)
from autochrome.cli.numbers import number
from autochrome.errors import UsageError
from autochrome.parallel.choice import LOCAL, check_engine

if TYPE_CHECKING:
    from autochrome.evaluate.film_results import FilmEvaluation
    from autochrome.evaluate.photo_protocol import Trial


def evaluate(
    model: Annotated[
        str,
        Parameter(
            name="MODEL",
            help="The name of a model, an ONNX file, the folder of a training run, or `baselines` for no network.",
        ),
    ],
    data: Annotated[
        list[Path],
        Parameter(name="DATA", help="Folders, zips or tars of colour pictures; or colour films."),
    ],
    *,
    size: Annotated[
        int,
        number("Short side, in pixels, at which pictures are coloured and scored.", gte=16, lte=1024),
    ] = 256,
    vivid: Annotated[
        str, Parameter(help="How strong the colour is, 0…2; several numbers, such as 0.5,1,1.5, give a plot.")
    ] = "1",
    hints: Annotated[
        str, Parameter(help="Numbers of random hint points from the truth, such as 0,1,10,50.")
    ] = "0",
    carried: Annotated[
        bool, Parameter(help="Also run with hints from the truth, moved along a random motion.")
    ] = False,
    brush: Annotated[
        bool, Parameter(help="Also paint single points; measure their colour and leaks over edges.")
    ] = False,
    variations: Annotated[
        int,
        number(
            "Also make so many variations of each picture: the best of them and the single answer, and how far apart "
            "they are.",
            gte=0,
            lte=16,
        ),
    ] = 0,
    limit: Annotated[
        int | None,
        number(
            "Number of pictures, spread evenly over the data; for films, number of frames of each.", gte=1
        ),
    ] = None,
    json: Annotated[Path | None, Parameter(help="Write all figures to this file.")] = None,
    html: Annotated[
        Path | None, Parameter(help="Write a page with tables, plots and pictures to this file.")
    ] = None,
    perceptual: Annotated[
        Path | None,
        Parameter(help="SqueezeNet weights (.safetensors): also measure a perceptual distance with them."),
    ] = None,
    judge: Annotated[
        bool,
        Parameter(
            negative="--no-judge",
            help="Ask a classifier what it recognises, and measure the distance of its features.",
        ),
    ] = True,
    device: Annotated[
        str, Parameter(help="Where the model runs, as for `photo`; a training run: cpu or cuda.")
    ] = "auto",
    on: Annotated[
        str,
        Parameter(
            help="Where pictures and films are coloured and scored: local, ray, or ray://HOST:PORT, as for `photo`."
        ),
    ] = LOCAL,
) -> None:
    """Measure a network on colour pictures or films, beside grey, the mean colour and the best constant colour."""
    from autochrome.cli.evaluate_work import EvaluationWork, evaluate_films_on, evaluate_photos_on
    from autochrome.evaluate.photo_protocol import evaluate_photos
    from autochrome.evaluate.photo_report import evaluation_galleries, write_photo_report
    from autochrome.evaluate.photo_tables import evaluation_tables
    from autochrome.evaluate.report_page import format_table
    from autochrome.evaluate.samples import count_samples, read_samples
    from autochrome.files import atomic_write

    trials = _parse_trials(vivid, hints, carried)
    network, elsewhere = open_network(model, device), check_engine(on) != LOCAL
    name = network.card.name if network else BASELINES_ONLY
    work = EvaluationWork(model, device, tuple(data), size, limit, tuple(trials), perceptual, judge)
    if any(map(_is_film, data)):
        if network is None or not all(map(_is_film, data)):
            raise UsageError(
                "Films can be measured only with a network, and pictures and films only in two separate commands."
            )
        films = (
            evaluate_films_on(on, work, name)
            if elsewhere
            else map(partial(work.evaluate_film, network, name), data)
        )
        return _report_films(list(films), name, json, html)
    with _progress_bar(count_samples(data, limit)) as advance:
        if elsewhere:
            result = evaluate_photos_on(on, work, name, advance)
        else:
            result = evaluate_photos(
                network,
                read_samples(data, size, limit),
                trials,
                name=name,
                data=work.names,
                size=size,
                perceptual=open_perceptual(perceptual),
                judge=open_judge_if_installed() if judge else None,
                progress=advance,
            )
    if brush and network:
        from autochrome.evaluate.made_scenes import add_coverage, measure_coverage
        from autochrome.evaluate.stroke_protocol import evaluate_strokes

        result.brush = evaluate_strokes(network, read_samples(data, size, limit))
        if result.brush:
            result.brush = add_coverage(result.brush, measure_coverage(network))
    if variations and network:
        from autochrome.evaluate.variation_scores import evaluate_variations, paint_variations

        paint = partial(paint_variations, network, count=variations, vivid=trials[0].vivid)
        result.variations = evaluate_variations(paint, read_samples(data, size, limit))
    print("\n\n".join(map(format_table, evaluation_tables(result))))
    if json:
        atomic_write(json, result.model_dump_json(indent=1) + "\n", make_folder=True)
    if html:
        samples = read_samples(data, size, limit)
        galleries = evaluation_galleries(result, network, samples, trials) if network else []
        write_photo_report(html, result, galleries)


def _is_film(path: Path) -> bool:
    from autochrome.media.collection import FILM_SUFFIXES

    return path.is_file() and path.suffix.lower() in FILM_SUFFIXES


def _report_films(results: Sequence[FilmEvaluation], name: str, json: Path | None, html: Path | None) -> None:
    """Show how near the colours of films are to the truth, and how steady they are."""
    from pydantic import TypeAdapter

    from autochrome.evaluate.film_report import film_table, shot_table, summary_table
    from autochrome.evaluate.film_results import FilmEvaluation
    from autochrome.evaluate.report_page import format_table, write_report
    from autochrome.files import atomic_write

    tables = [make(result) for result in results for make in (film_table, shot_table)]
    tables.append(summary_table(results))
    print("\n\n".join(map(format_table, tables)))
    if json:
        data = TypeAdapter(list[FilmEvaluation]).dump_json(list(results), indent=1) + b"\n"
        atomic_write(json, data, make_folder=True)
    if html:
        write_report(html, f"How well {name} colours films", tables)


def _parse_numbers(text: str, flag: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise UsageError(f"{flag} {text}: give numbers with commas between them, such as 0,1,10.") from error


def _parse_trials(vivid: str, hints: str, carried: bool) -> list[Trial]:
    """One trial for each vividness without hints; then, at the first vividness, one for each kind of hints."""
    from autochrome.evaluate.photo_protocol import Trial

    levels = _parse_numbers(vivid, "--vivid")
    if not all(0 <= level <= 2 for level in levels):
        raise UsageError(f"--vivid {vivid}: give numbers from 0 (grey) to 2 (strong).")
    counts = _parse_numbers(hints, "--hints")
    if not all(count >= 0 and count.is_integer() for count in counts):
        raise UsageError(f"--hints {hints}: numbers of points must be whole and not negative.")
    trials = [Trial(level) for level in levels]
    trials += [Trial(levels[0], points=int(count)) for count in counts if count]
    return [*trials, *([Trial(levels[0], carried=True)] if carried else [])]


@contextmanager
def _progress_bar(total: int) -> Iterator[Callable[[], None]]:
    """A bar on stderr, if that is a terminal. Call the result after each picture."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(BarColumn(None), MofNCompleteColumn(), TimeRemainingColumn(), console=console)
    bar.disable = not console.is_terminal
    with bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
