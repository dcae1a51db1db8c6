"""`autochrome photo`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from autochrome.cli.plan import NAME
from autochrome.errors import UsageError
from autochrome.options import PhotoOptions

_MANY = 100  # pictures: from here on the quicker runtime makes up for its longer start


def photo(
    inputs: Annotated[
        list[Path], Parameter(name="IN", help="Pictures, and folders to search to the bottom.")
    ],
    /,
    *,
    output: Annotated[
        str | None,
        Parameter(
            name=("--output", "-o"),
            help="A file, or a folder (for many pictures; or end it with a slash). "
            "Without it each result lies beside its original.",
        ),
    ] = None,
    name: Annotated[str, Parameter(help="How results in a folder are called.")] = NAME,
    glob: Annotated[str | None, Parameter(help="Which files of a folder, such as 'scan*.tif'.")] = None,
    overwrite: Annotated[bool, Parameter(help="Replace results that are there already.")] = False,
    skip_existing: Annotated[
        bool, Parameter(help="Leave out what has its result already: so an interrupted batch goes on.")
    ] = False,
    hints: Annotated[
        Path | None, Parameter(help="A hints file: colours that are known, for one picture.")
    ] = None,
    jobs: Annotated[
        int, Parameter(name=("--jobs", "-j"), validator=Number(gte=1), help="Pictures at a time.")
    ] = 1,
    json: Annotated[
        bool, Parameter(help="Tell a program on stdout how it goes, one JSON object a line.")
    ] = False,
    quiet: Annotated[
        bool, Parameter(name=("--quiet", "-q"), help="Say nothing but what went wrong.")
    ] = False,
    options: Annotated[PhotoOptions, Parameter(name="*")] = PhotoOptions(),  # noqa: B008 — frozen
) -> None:
    """Colour photographs."""
    # What works is loaded here, so that a wrong word on the command line is told at once.
    from autochrome.cli.batch import Existing, run_batch
    from autochrome.cli.plan import FileTask, Naming, make_plan
    from autochrome.cli.reports import choose_report
    from autochrome.hints.file import load_hints
    from autochrome.media.collection import STILL_SUFFIXES
    from autochrome.media.stills.writer import WRITTEN
    from autochrome.model import open_model
    from autochrome.photo import colorize_photo

    if overwrite and skip_existing:
        raise UsageError("--overwrite and --skip-existing contradict each other; choose one.")
    existing: Existing = "overwrite" if overwrite else "skip" if skip_existing else "refuse"
    suffix = None if options.format == "auto" else f".{options.format}"
    plan = make_plan(inputs, output, Naming(name, suffix, WRITTEN, ".png"), STILL_SUFFIXES, glob)
    if hints and len(plan.tasks) > 1:
        raise UsageError("--hints says what is known of one picture; colour that one alone.")
    known = load_hints(hints) if hints else None
    network = open_model(options.model, many=len(plan.tasks) > _MANY)

    def do(task: FileTask) -> Sequence[str]:
        colored = colorize_photo(task.source, model=network, options=options, hints=known)
        colored.save(task.target, overwrite=overwrite)
        if options.compare:
            colored.save_comparison(task.comparison, overwrite=overwrite)
        return colored.notes

    single = len(inputs) == 1 and not inputs[0].is_dir()
    report = choose_report(len(plan.tasks) + len(plan.empty), as_json=json, quiet=quiet, single=single)
    run_batch(plan, do, existing=existing, report=report, jobs=jobs, single=single)
