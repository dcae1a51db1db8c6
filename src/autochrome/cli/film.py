"""`autochrome film`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from autochrome.cli.plan import NAME
from autochrome.errors import OutputExists, UsageError
from autochrome.options import FilmOptions

if TYPE_CHECKING:
    from autochrome.film.pipeline import FilmReport, Progress

_SUFFIXES = {"ffv1": ".mkv", "prores": ".mov"}
"""Where a codec's results go when nobody says."""


def film(
    inputs: Annotated[list[Path], Parameter(name="IN", help="Films, and folders to search to the bottom.")],
    /,
    *,
    output: Annotated[
        str | None,
        Parameter(
            name=("--output", "-o"),
            help="A file, or a folder (for many films; or end it with a slash). "
            "Without it each result lies beside its original.",
        ),
    ] = None,
    name: Annotated[str, Parameter(help="How results in a folder are called.")] = NAME,
    glob: Annotated[str | None, Parameter(help="Which files of a folder, such as 'reel*.mkv'.")] = None,
    overwrite: Annotated[bool, Parameter(help="Replace results that are there already.")] = False,
    skip_existing: Annotated[
        bool, Parameter(help="Leave out what has its result already: so an interrupted batch goes on.")
    ] = False,
    restart: Annotated[
        bool,
        Parameter(
            negative="--resume",
            help="Begin anew; or go on with the parts that wait, and keep the shots that are as they were.",
        ),
    ] = False,
    hints: Annotated[
        Path | None, Parameter(help="A hints file: colours painted on some frames, for one film.")
    ] = None,
    json: Annotated[
        bool, Parameter(help="Tell a program on stdout how it goes, one JSON object a line.")
    ] = False,
    quiet: Annotated[
        bool, Parameter(name=("--quiet", "-q"), help="Say nothing but what went wrong.")
    ] = False,
    compare: Annotated[
        bool, Parameter(help="Also OUT-compare.mp4: grey | colour, and | truth if the film has colours.")
    ] = False,
    compare_gif: Annotated[bool, Parameter(help="The same as OUT-compare.gif.")] = False,
    preview: Annotated[
        bool, Parameter(help="Only a sheet of small pictures (-o a .jpg), one coloured frame a shot.")
    ] = False,
    options: Annotated[FilmOptions, Parameter(name="*")] = FilmOptions(),  # noqa: B008 — frozen
) -> None:
    """Colour films. The same command goes on where an interrupted one stopped."""
    if preview:
        return _preview(inputs, output, options, overwrite=overwrite)
    from autochrome.model import open_for_film

    network = open_for_film(options.model)  # it loads while the rest is imported
    from autochrome.cli.batch import Existing, choose_report, run_batch
    from autochrome.cli.plan import FileTask, Naming, make_plan
    from autochrome.film.pipeline import colorize_film
    from autochrome.hints.file import load_hints
    from autochrome.media.collection import FILM_SUFFIXES
    from autochrome.media.films.codecs import CONTAINERS
    from autochrome.media.films.comparison import save_comparison

    if overwrite and skip_existing:
        raise UsageError("--overwrite and --skip-existing contradict each other; choose one.")
    existing: Existing = "overwrite" if overwrite else "skip" if skip_existing else "refuse"
    plan = make_plan(
        inputs, output, Naming(name, _suffix(output, options), CONTAINERS, ".mp4"), FILM_SUFFIXES, glob
    )
    if hints and len(plan.tasks) > 1:
        raise UsageError("--hints says what is known of one film; colour that one alone.")
    if hints:
        load_hints(hints)  # what is wrong with it is told before anything begins
    single = len(inputs) == 1 and not inputs[0].is_dir()
    kinds = [suffix for suffix, wanted in ((".mp4", compare), (".gif", compare_gif)) if wanted]

    def do(task: FileTask) -> Sequence[str]:
        sheets = [task.comparison.with_suffix(kind) for kind in kinds]
        for sheet in sheets:
            refuse_existing(sheet, overwrite)
        with _bar(shown=single and not (quiet or json)) as tell, _patience() as stop:
            report = colorize_film(
                task.source,
                task.target,
                model=network,
                options=options,
                hints=hints,
                overwrite=overwrite,
                restart=restart,
                progress=tell,
                stop=stop,
            )
        for sheet in sheets:
            save_comparison(task.source, task.target, sheet, options.start, options.end)
        return [_summary(report), *report.notes]

    report = choose_report(len(plan.tasks) + len(plan.empty), as_json=json, quiet=quiet, single=single)
    run_batch(plan, do, existing=existing, report=report, jobs=0, single=single)


def _preview(inputs: Sequence[Path], output: str | None, options: FilmOptions, *, overwrite: bool) -> None:
    from autochrome.film.inspect import preview_film

    if len(inputs) != 1 or inputs[0].is_dir():
        raise UsageError("--preview looks at one film; name one.")
    target = Path(output) if output else inputs[0].with_name(f"{inputs[0].stem}-preview.jpg")
    refuse_existing(target, overwrite)
    preview_film(inputs[0], target, options=options)
    print(f"{inputs[0]} → {target}", file=sys.stderr)


def refuse_existing(target: Path, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        raise OutputExists(f"{target}: there is a file already; --overwrite replaces it.")


def _suffix(output: str | None, options: FilmOptions) -> str | None:
    """The kind of file a codec wants, unless the person named a file."""
    return None if output and Path(output).suffix else _SUFFIXES.get(options.codec)


@contextmanager
def _patience() -> Iterator[Callable[[], bool]]:
    """Ctrl-C lets the part in hand be finished; a second one stops at once. Yields: whether it was pressed."""
    pressed = threading.Event()

    def press(number: int, frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt("the same command goes on where the last part ended")
        pressed.set()
        print("\nFinishing this part of the film; Ctrl-C again stops at once.", file=sys.stderr)

    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(*, shown: bool) -> Iterator[Callable[[Progress], None] | None]:
    """On a terminal: a bar with frames a second, the time that is left and the number of the shot."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(progress: Progress) -> None:
            total = None if progress.frames is None else max(progress.frames, progress.frame)
            speed = bar.tasks[0].speed or 0
            bar.update(
                task,
                completed=progress.frame,
                total=total,
                description=f"{speed:.0f} frames/s, shot {progress.shot + 1}",
            )

        yield tell


def _summary(report: FilmReport) -> str:
    """What a person wants to know of a film that is done."""
    speed = report.frames / max(report.seconds, 1e-6)
    kept = f" ({report.kept} of them kept)" if report.kept else ""
    text = f"{report.frames} frames{kept}, {len(report.shots)} shots, {speed:.1f} frames/s"
    doubtful = report.doubtful()
    if doubtful:
        where = ", ".join(f"{shot.number + 1} ({shot.time:.1f} s)" for shot in doubtful[:8])
        text += f"; doubtful shots, worth a look: {where}"
    return text
