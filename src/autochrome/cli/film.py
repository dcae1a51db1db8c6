"""`autochrome film`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from autochrome.cli.batch_options import HINT, REFERENCE, BatchOptions
from autochrome.cli.naming import NAME
from autochrome.cli.sequence_options import SequenceOptions, plan_sequence
from autochrome.cli.wording import count
from autochrome.errors import OutputExists, UsageError
from autochrome.options import FilmOptions

if TYPE_CHECKING:
    from autochrome.film.report import FilmReport, Progress

_LAYER_NAME, _LAYER_SUFFIX = "{stem}-layer{suffix}", ".mkv"
_SUFFIXES = {"ffv1": ".mkv", "prores": ".mov", "dnxhr": ".mov"}
"""The container of a codec, if the user names no output file."""


def film(
    inputs: Annotated[
        list[Path],
        Parameter(
            name="IN",
            help="Films, and folders that contain films; or one sequence of numbered pictures: scan.%08d.dpx, "
            "or its folder.",
        ),
    ],
    /,
    *,
    restart: Annotated[
        bool,
        Parameter(
            negative="--resume",
            help="Start from zero; or continue with finished parts, and keep unchanged shots (the default).",
        ),
    ] = False,
    hints: Annotated[
        Path | None, Parameter(help="A hints file with marks on frames of the film. For one film only.")
    ] = None,
    hint: Annotated[list[str], HINT] = [],  # noqa: B006 — only read
    reference: Annotated[list[Path], REFERENCE] = [],  # noqa: B006 — only read
    compare: Annotated[
        bool,
        Parameter(help="Also write OUT-compare.mp4: grey | colour, and | truth if the film has colours."),
    ] = False,
    compare_gif: Annotated[bool, Parameter(help="Also write the same as OUT-compare.gif.")] = False,
    preview: Annotated[
        bool, Parameter(help="Write one image only (-o a .jpg or .png), with a coloured frame of each shot.")
    ] = False,
    container: Annotated[
        Literal["mp4", "mkv", "mov", "webm", "mxf"] | None,
        Parameter(help="Container of the result, where the name of the output does not say it."),
    ] = None,
    layer: Annotated[
        bool,
        Parameter(
            help="Write colour alone, without loss, as .mkv, and the decisions behind it as .json; "
            "`autochrome merge` puts it over the original."
        ),
    ] = False,
    proof: Annotated[
        Path | None,
        Parameter(
            help="Also write a proof to this .json file: hashes of Y′ before and after (FFmpeg's framemd5), of all "
            "streams, and what made the colours. For one film only."
        ),
    ] = None,
    batch: Annotated[BatchOptions, Parameter(name="*")] = BatchOptions(),  # noqa: B008 — frozen
    sequence: Annotated[SequenceOptions, Parameter(name="*")] = SequenceOptions(),  # noqa: B008 — frozen
    options: Annotated[FilmOptions, Parameter(name="*")] = FilmOptions(),  # noqa: B008 — frozen
) -> None:
    """Colour films. An interrupted job continues if the same command is run again."""
    batch.refuse_cluster("films yet")
    if preview:
        return _preview(inputs, batch.output, options, overwrite=batch.overwrite, dry_run=batch.dry_run)
    from autochrome.model import open_for_film

    network = open_for_film(options.model, batch.device)  # it is loaded while the rest is imported
    from autochrome.cli.batch import choose_report, run_batch
    from autochrome.cli.dry_run import show_batch
    from autochrome.cli.hint_words import read_hints
    from autochrome.cli.naming import Naming
    from autochrome.cli.outcome import Remarks
    from autochrome.cli.plan import FileTask, make_plan
    from autochrome.cli.signing import Signing
    from autochrome.film.pipeline import colorize_film
    from autochrome.film.proof import check_proof_name, write_proof
    from autochrome.media.collection import FILM_SUFFIXES
    from autochrome.media.films.codecs import CONTAINERS
    from autochrome.media.films.comparison import save_comparison
    from autochrome.media.films.sequences.names import is_sequence
    from autochrome.media.films.stream_choice import prefer_container

    existing = batch.existing
    if layer and (compare or compare_gif or proof):
        raise UsageError("--layer writes colour alone; --compare and --proof need the whole film.")
    name = _LAYER_NAME if layer and batch.name == NAME else batch.name
    suffix = (
        _LAYER_SUFFIX
        if layer and not (batch.output and Path(batch.output).suffix)
        else _suffix(batch.output, options, container)
    )
    naming = Naming(name, suffix, CONTAINERS, ".mp4", prefer_container)
    plan = plan_sequence(inputs, batch.output, layer) or make_plan(
        inputs, batch.output, naming, FILM_SUFFIXES, batch.glob
    )
    pictures = is_sequence(inputs[0])
    if container and is_sequence(plan.tasks[0].target):
        raise UsageError("--container is for film files; the result is numbered pictures.")
    if sequence.given and not pictures:
        raise UsageError("--rate, --transfer and --sound are for numbered pictures; the input is a film.")
    if (compare or compare_gif or proof) and (pictures or is_sequence(plan.tasks[0].target)):
        raise UsageError("--compare and --proof are for film files, not for numbered pictures.")
    if (hints or hint) and len(plan.tasks) > 1:
        raise UsageError("--hints and --hint are for one film; colour this film alone.")
    known = read_hints(
        hints, hint, reference
    )  # now, so that an error in them is found before the work begins
    if proof and len(plan.tasks) > 1:
        raise UsageError("--proof is for one film; colour this film alone.")
    if proof:
        check_proof_name(proof)
        refuse_existing(proof, batch.overwrite)
    single = len(inputs) == 1 and (pictures or not inputs[0].is_dir())
    if batch.dry_run:
        return show_batch(plan, existing=existing, as_json=batch.json, single=single)
    kinds = [suffix for suffix, wanted in ((".mp4", compare), (".gif", compare_gif)) if wanted]

    signing = Signing(batch.sign, overwrite=batch.overwrite)

    def do(task: FileTask) -> Remarks:
        signing.check(task.source, task.targets)
        compared = [task.comparisons[0].with_suffix(kind) for kind in kinds]
        for file in compared:
            refuse_existing(file, batch.overwrite)
        with _bar(shown=single and not (batch.quiet or batch.json)) as show, _stop_on_interrupt() as stop:
            report = colorize_film(
                sequence.describe(task.source) if pictures else task.source,
                task.target,
                model=network,
                options=options,
                hints=known,
                overwrite=batch.overwrite,
                restart=restart,
                layer=layer,
                progress=show,
                stop=stop,
            )
        for file in compared:
            save_comparison(task.source, task.target, file, options.start, options.end)
        notes = [_summary(report), *report.notes, *signing.sign(task.source, task.targets)]
        if proof:
            proven = write_proof(
                proof, task.source, task.target, network=network, options=options, hints=known
            )
            notes.append(f"{proof}: {proven.summary}")
        return Remarks(tuple(notes), report.losses)

    total = len(plan.tasks) + len(plan.failed)
    report = choose_report(total, as_json=batch.json, quiet=batch.quiet, single=single, device=network.device)
    run_batch(plan, do, existing=existing, report=report, jobs=0, single=single)


def _preview(
    inputs: Sequence[Path], output: str | None, options: FilmOptions, *, overwrite: bool, dry_run: bool
) -> None:
    from autochrome.film.overview import preview_film
    from autochrome.media.films.sequences.names import is_sequence

    if len(inputs) != 1 or (inputs[0].is_dir() and not is_sequence(inputs[0])):
        raise UsageError("--preview takes one film, not a folder or several films.")
    target = Path(output) if output else inputs[0].with_name(f"{inputs[0].stem}-preview.jpg")
    refuse_existing(target, overwrite)
    if dry_run:
        print(f"{inputs[0]} → {target}")
        return
    preview_film(inputs[0], target, options=options)
    print(f"{inputs[0]} → {target}", file=sys.stderr)


def refuse_existing(target: Path, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        raise OutputExists(f"{target}: the file exists already; --overwrite replaces it.")


def _suffix(output: str | None, options: FilmOptions, container: str | None) -> str | None:
    """The suffix for a container or a codec, unless the user names an output file and no container."""
    if container:
        return f".{container}"
    return None if output and Path(output).suffix else _SUFFIXES.get(options.codec)


@contextmanager
def _stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Ctrl-C stops after the current part, a second Ctrl-C at once. Yields a function: was Ctrl-C pressed?"""
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
    """On a terminal: a progress bar with frames per second, the time left, and the number of the shot."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(progress: Progress) -> None:
            total = None if progress.frames is None else max(progress.frames, progress.frame)
            speed = bar.tasks[0].speed or 0
            bar.update(
                task,
                completed=progress.frame,
                total=total,
                description=f"{speed:.0f} frames/s, shot {progress.shot + 1}",
            )

        yield show


def _summary(report: FilmReport) -> str:
    """One line about a finished film."""
    speed = report.frames / max(report.seconds, 1e-6)
    kept = f" ({report.kept} of them kept)" if report.kept else ""
    text = f"{count(report.frames, 'frame')}{kept}, {count(len(report.shots), 'shot')}, {speed:.1f} frames/s"
    doubtful = {shot.first for shot in report.doubtful()}
    if doubtful:
        named = [(n, shot) for n, shot in enumerate(report.shots, start=1) if shot.first in doubtful]
        where = ", ".join(f"{number} ({shot.time:.1f} s)" for number, shot in named[:8])
        text += f"; shots with doubtful colours: {where}"
    return text
