"""`autochrome photo`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from autochrome.cli.plan import NAME
from autochrome.errors import UsageError
from autochrome.options import PhotoOptions

_MANY = 100  # pictures: from here on the faster runtime makes up for its longer start


def photo(
    inputs: Annotated[
        list[Path], Parameter(name="IN", help="Pictures, and folders, which are searched recursively.")
    ],
    /,
    *,
    output: Annotated[
        str | None,
        Parameter(
            name=("--output", "-o"),
            help="A file, or a folder (for many pictures, or if the name ends with a slash). "
            "Without it each result is written beside its input.",
        ),
    ] = None,
    name: Annotated[str, Parameter(help="Pattern for the names of results in a folder.")] = NAME,
    glob: Annotated[
        str | None, Parameter(help="Which files of a folder to take, such as 'scan*.tif'.")
    ] = None,
    overwrite: Annotated[bool, Parameter(help="Replace results that exist already.")] = False,
    skip_existing: Annotated[
        bool, Parameter(help="Skip inputs whose result exists: this continues an interrupted batch.")
    ] = False,
    hints: Annotated[Path | None, Parameter(help="A hints file with known colours, for one picture.")] = None,
    jobs: Annotated[
        int,
        Parameter(
            name=("--jobs", "-j"), validator=Number(gte=1), help="Number of pictures at the same time."
        ),
    ] = 1,
    json: Annotated[bool, Parameter(help="Report on stdout for programs, one JSON object per line.")] = False,
    quiet: Annotated[bool, Parameter(name=("--quiet", "-q"), help="Print errors only.")] = False,
    options: Annotated[PhotoOptions, Parameter(name="*")] = PhotoOptions(),  # noqa: B008 — frozen
) -> None:
    """Colour photos."""
    # Imports come here, so that an error on the command line is reported at once.
    from autochrome.cli.batch import Existing, choose_report, run_batch
    from autochrome.cli.plan import FileTask, Naming, make_plan
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
        raise UsageError("--hints belongs to one picture; colour that picture alone.")
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
