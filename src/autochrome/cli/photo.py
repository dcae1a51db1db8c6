"""`autochrome photo`."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from autochrome.cli.batch_options import HINT, REFERENCE, BatchOptions
from autochrome.cli.numbers import number
from autochrome.cli.variation_options import VariationOptions
from autochrome.errors import UsageError
from autochrome.options import PhotoOptions

_MANY = 100  # pictures: from here on the faster runtime makes up for its longer start


def photo(
    inputs: Annotated[
        list[Path],
        Parameter(
            name="IN", help="Pictures, and folders, which are searched recursively; - is standard input."
        ),
    ],
    /,
    *,
    hints: Annotated[Path | None, Parameter(help="A hints file with known colours, for one picture.")] = None,
    hint: Annotated[list[str], HINT] = [],  # noqa: B006 — only read
    reference: Annotated[list[Path], REFERENCE] = [],  # noqa: B006 — only read
    jobs: Annotated[int, number("Number of pictures at the same time.", gte=1, name=("--jobs", "-j"))] = 1,
    batch: Annotated[BatchOptions, Parameter(name="*")] = BatchOptions(),  # noqa: B008 — frozen
    options: Annotated[PhotoOptions, Parameter(name="*")] = PhotoOptions(),  # noqa: B008 — frozen
    choice: Annotated[VariationOptions, Parameter(name="*")] = VariationOptions(),  # noqa: B008 — frozen
) -> None:
    """Colour photos."""
    # Imports come here, so that an error on the command line is reported at once.
    from autochrome.cli.batch import choose_report, run_batch
    from autochrome.cli.dry_run import show_batch
    from autochrome.cli.hint_words import read_hints
    from autochrome.cli.naming import Naming
    from autochrome.cli.outcome import Remarks
    from autochrome.cli.plan import FileTask, make_plan
    from autochrome.cli.search import is_folder
    from autochrome.cli.signing import Signing
    from autochrome.cli.streams import STREAM, plan_stream, read_source, uses_streams
    from autochrome.files import output_exists
    from autochrome.media.collection import STILL_SUFFIXES
    from autochrome.media.stills.pages import has_pages
    from autochrome.media.stills.result_names import RESULTS, suffix_of_result
    from autochrome.model import open_model
    from autochrome.pages import colorize_pages
    from autochrome.photo import Photo, colorize_photo, colorize_variations

    suffix = None if options.format == "auto" else f".{options.format}"
    naming = Naming(batch.name, suffix, RESULTS, ".png", suffix_of_result)
    if uses_streams(inputs, batch.output):
        plan = plan_stream(inputs, batch, naming, compare=options.compare)
    else:
        plan = make_plan(inputs, batch.output, naming, STILL_SUFFIXES, batch.glob)
    if (hints or hint) and len(plan.tasks) > 1:
        raise UsageError("--hints and --hint belong to one picture; colour that picture alone.")
    choice.check(plan)
    plan = plan.with_variations(choice.variations)
    known = read_hints(hints, hint, reference)
    single = len(inputs) == 1 and not is_folder(inputs[0])
    if batch.dry_run:
        return show_batch(plan, existing=batch.existing, as_json=batch.json, single=single)
    network = open_model(options.model, device=batch.device, many=len(plan.tasks) > _MANY)

    signing = Signing(batch.sign, overwrite=batch.overwrite)

    def save(written: list[Path], colored: Photo, target: Path, comparison: Path) -> None:
        if target == STREAM:
            colored.save(sys.stdout.buffer)
            return
        if batch.existing == "skip" and output_exists(target):  # some variations of an interrupted run
            return
        colored.save(target, overwrite=batch.overwrite)
        if options.compare:
            colored.save_comparison(comparison, overwrite=batch.overwrite)
        written.append(target)

    def do(task: FileTask) -> Remarks:
        signing.check(task.source, task.targets)
        source, written = read_source(task.source), list[Path]()
        remarks = color(task, source, written)
        return replace(remarks, notes=(*remarks.notes, *signing.sign(source, written)))

    def color(task: FileTask, source: Path | bytes, written: list[Path]) -> Remarks:
        if choice.variations:
            vary = partial(
                colorize_variations,
                *(source, choice.variations),
                model=network,
                options=options,
                hints=known,
                seed=choice.seed,
            )
            return choice.write(task, vary, partial(save, written), batch.overwrite)
        if has_pages(source, task.target):
            if known:
                raise UsageError(f"{task.source}: hints belong to one picture, and this file has several.")
            beside = task.comparisons[0]
            beside = beside.with_name(f"{beside.name}.tif") if beside.suffix == ".pdf" else beside
            done = colorize_pages(
                *(source, task.target),
                model=network,
                options=options,
                comparison=beside if options.compare else None,
                overwrite=batch.overwrite,
            )
            written.append(task.target)
            return Remarks(done.notes, done.losses)
        colored = colorize_photo(source, model=network, options=options, hints=known)
        save(written, colored, task.target, task.comparisons[0])
        return Remarks(colored.notes, colored.losses)

    total = len(plan.tasks) + len(plan.failed)
    report = choose_report(total, as_json=batch.json, quiet=batch.quiet, single=single, device=network.device)
    run_batch(plan, do, existing=batch.existing, report=report, jobs=jobs, single=single)
