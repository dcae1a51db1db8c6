"""`autochrome plan` writes the units of a command for other schedulers, and `autochrome unit` does one of them."""

import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from autochrome.cli.numbers import number
from autochrome.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from autochrome.cli.batch_options import Existing
    from autochrome.cli.film_work import FilmWork
    from autochrome.cli.job_files import Unit
    from autochrome.cli.plan import FileTask, Plan

_PHOTO_MEMORY, _FILM_MEMORY = 1 << 30, 2 << 30  # bytes of one unit


def plan(
    command: Annotated[
        list[str],
        Parameter(
            name="COMMAND",
            help="After --, the command: photo or film with all its options.",
            allow_leading_hyphen=True,
        ),
    ],
    /,
    *,
    output: Annotated[Path, Parameter(name=("--output", "-o"), help="The folder to write the files into.")],
    per_unit: Annotated[int, number("Pictures, or whole films, of one unit.", gte=1)] = 100,
    run: Annotated[
        float, number("Shortest run of shots of one unit, in seconds, for a single film.", gte=5)
    ] = 60,
) -> None:
    """Write the units of a command as files for schedulers: an Open Job Description template and a Slurm script."""
    from autochrome.cli.job_files import UnitsFile, write_job_files

    kind, do, planned = _prepare(command)
    for folder, error in planned.failed:
        print(f"failed: {folder}: {error}", file=sys.stderr)
    joins: list[Unit] = []
    if kind == "film" and len(planned.tasks) == 1 and not (do.hints or do.layer or do.pictures):
        units = list(_split_film(do, planned.tasks[0], run))
        joins = [_make_unit(planned.tasks)]
    else:
        size = per_unit if kind == "photo" else 1
        starts = range(0, len(planned.tasks), size)
        units = [_make_unit(planned.tasks[start : start + size]) for start in starts]
    memory = _PHOTO_MEMORY if kind == "photo" else _FILM_MEMORY
    file = UnitsFile(
        folder=Path.cwd(), words=tuple(command), memory=memory, units=tuple(units), joins=tuple(joins)
    )
    for path in write_job_files(output, file):
        print(path)


def unit(
    file: Annotated[
        Path, Parameter(name="UNITS", help="The file units.json that `autochrome plan` has written.")
    ],
    number: Annotated[int, Parameter(name="NUMBER", help="Which unit, from 0.")],
    *,
    join: Annotated[bool, Parameter(help="Join the parts of a film, when all its units are done.")] = False,
) -> None:
    """Do one unit of a planned command. What is finished is not done again."""
    from autochrome.cli.job_files import UnitsFile

    units = UnitsFile.load(file)
    chosen = units.joins if join else units.units
    if not 0 <= number < len(chosen):
        raise UsageError(f"{file}: there is no unit {number}; they are numbered from 0 to {len(chosen) - 1}.")
    if not units.folder.is_dir():
        raise UsageError(
            f"{units.folder}: this machine does not see the folder in which the command was given."
        )
    os.chdir(units.folder)
    _do_unit(list(units.words), chosen[number], join=join)


def _do_unit(words: list[str], unit: "Unit", *, join: bool) -> None:
    """Do the tasks of a unit with the options of its command."""
    from autochrome.cli.batch import choose_report, run_batch
    from autochrome.cli.plan import FileTask, Plan

    _, do, planned = _prepare(words, unit.files[0][0])
    variations = planned.tasks[0].variations
    tasks = tuple(FileTask(source, target, variations) for source, target in unit.files)
    do.open()
    if unit.run or join:
        _do_step(do, tasks[0], unit)
        return
    existing: Existing = "overwrite" if do.batch.overwrite else "skip"
    report = choose_report(
        len(tasks), as_json=do.batch.json, quiet=do.batch.quiet, single=False, device=do.network.device
    )
    run_batch(Plan(tasks, (), into_folder=True), do, existing=existing, report=report, jobs=0, single=False)


def _do_step(do: "FilmWork", task: "FileTask", unit: "Unit") -> None:
    """Colour a run of shots of a film, or join the film."""
    from autochrome.film.found_shots import Run
    from autochrome.film.split import ColorRun, JoinFilm, SplitJob

    job = SplitJob(task.source, task.target, do.options)
    assert do.network is not None
    if unit.run:
        ColorRun(job, Run(*unit.run)).do(do.network)
        print(f"{unit.name}: done", file=sys.stderr)
        return
    with _hold(do, job) as film:
        left = film.begin()
        if not isinstance(left[0], JoinFilm):
            raise ClusterError(
                f"{task.target}: {len(left)} runs of shots are not coloured yet; do the units that failed again."
            )
        film.advance(left[0], left[0].do(do.network))
    remarks = do.finish(task, film.report)
    print(f"{task.source} → {task.target}", *remarks.notes, sep="\nnote: ", file=sys.stderr)


def _hold(do: "FilmWork", job: Any) -> Any:
    from autochrome.film.held import SplitFilm

    assert do.network is not None
    return SplitFilm(job, do.network, workers=1, overwrite=do.batch.overwrite)


def _split_film(do: "FilmWork", task: "FileTask", seconds: float) -> "Iterator[Unit]":
    """Find the shots of a film here, and make a unit of each run of shots that is not coloured yet."""
    from autochrome.cli.job_files import Unit
    from autochrome.film.split import ColorRun, FindShots, SplitJob

    do.open()
    do.check(task)
    with _hold(do, SplitJob(task.source.absolute(), task.target.absolute(), do.options)) as film:
        film.keep, film.run_seconds = True, seconds
        steps = film.begin()
        if isinstance(find := steps[0], FindShots):
            assert do.network is not None
            find.do(do.network)
            steps = film.advance(find, None)
        for step in steps:
            if isinstance(step, ColorRun):
                run = step.run
                name = f"{task.source}, frames {run.first} to {run.stop - 1}"
                files = ((step.job.source, step.job.target),)
                yield Unit(name=name, files=files, run=(run.first, run.stop, run.start, run.end))


def _make_unit(tasks: "Sequence[FileTask]") -> "Unit":
    from autochrome.cli.job_files import Unit

    more = f" and {len(tasks) - 1} more" if len(tasks) > 1 else ""
    files = tuple((task.source.absolute(), task.target.absolute()) for task in tasks)
    return Unit(name=f"{tasks[0].source}{more}", files=files)


def _prepare(words: "Sequence[str]", instead: Path | None = None) -> "tuple[str, Any, Plan]":
    """The kind of a command, its work, and its plan. instead: of all its inputs; the plan is without meaning then."""
    from autochrome.cli import app
    from autochrome.cli.film import film, make_film_work
    from autochrome.cli.photo import make_photo_work, photo

    makers: dict[Any, Any] = {photo: make_photo_work, film: make_film_work}
    command, bound, _ = app.parse_args(list(words), print_error=False, exit_on_error=False)
    if command not in makers:
        raise UsageError(f"{words[0]}: only photo and film can be planned.")
    bound.apply_defaults()
    if instead:
        bound.arguments["inputs"] = [instead]
        bound.arguments["batch"] = replace(bound.arguments["batch"], output=None)
    names = inspect.signature(makers[command]).parameters
    do, planned, _ = makers[command](**{name: bound.arguments[name] for name in names})
    return command.__name__, do, planned
