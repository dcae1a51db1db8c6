"""`autochrome photo`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from autochrome.cli.batch_options import HINT, REFERENCE, BatchOptions
from autochrome.cli.numbers import number
from autochrome.cli.variation_options import VariationOptions
from autochrome.errors import UsageError
from autochrome.options import PhotoOptions

if TYPE_CHECKING:
    from autochrome.cli.photo_work import PhotoWork
    from autochrome.cli.plan import Plan

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
    hint: Annotated[tuple[str, ...], HINT] = (),
    reference: Annotated[tuple[Path, ...], REFERENCE] = (),
    jobs: Annotated[int, number("Number of pictures at the same time.", gte=1, name=("--jobs", "-j"))] = 1,
    batch: Annotated[BatchOptions, Parameter(name="*")] = BatchOptions(),
    options: Annotated[PhotoOptions, Parameter(name="*")] = PhotoOptions(),
    choice: Annotated[VariationOptions, Parameter(name="*")] = VariationOptions(),
) -> None:
    """Colour photos."""
    # Imports come here, so that an error on the command line is reported at once.
    from autochrome.cli.batch import choose_report, run_batch
    from autochrome.cli.dry_run import show_batch

    on_cluster = batch.on_cluster
    do, plan, single = make_photo_work(inputs, hints, hint, reference, jobs, batch, options, choice)
    if batch.dry_run:
        return show_batch(plan, existing=batch.existing, as_json=batch.json, single=single)
    total, elsewhere = len(plan.tasks) + len(plan.failed), None
    if not on_cluster:
        do.open()
    device = batch.on if do.network is None else do.network.device
    report = choose_report(total, as_json=batch.json, quiet=batch.quiet, single=single, device=device)
    if on_cluster:
        from autochrome.cli.cluster import attempt_on_cluster

        elsewhere = partial(attempt_on_cluster, batch.on, do, plan.tasks, report.note)
    run_batch(plan, do, existing=batch.existing, report=report, jobs=jobs, single=single, elsewhere=elsewhere)


def make_photo_work(
    inputs: list[Path],
    hints: Path | None,
    hint: Sequence[str],
    reference: Sequence[Path],
    jobs: int,
    batch: BatchOptions,
    options: PhotoOptions,
    choice: VariationOptions,
) -> tuple[PhotoWork, Plan, bool]:
    """What does one picture, the plan, and whether there is only one; the arguments are those of `photo`."""
    from autochrome.cli.hint_words import read_hints
    from autochrome.cli.naming import Naming
    from autochrome.cli.plan import make_plan
    from autochrome.cli.search import is_folder
    from autochrome.cli.streams import plan_stream, uses_streams
    from autochrome.media.collection import STILL_SUFFIXES
    from autochrome.media.stills.result_names import RESULTS, suffix_of_result

    suffix = None if options.format == "auto" else f".{options.format}"
    naming = Naming(batch.name, suffix, RESULTS, ".png", suffix_of_result)
    if uses_streams(inputs, batch.output):
        batch.refuse_cluster("standard input and output")
        plan = plan_stream(inputs, batch, naming, compare=options.compare)
    else:
        plan = make_plan(inputs, batch.output, naming, STILL_SUFFIXES, batch.glob)
    if (hints or hint) and len(plan.tasks) > 1:
        raise UsageError("--hints and --hint belong to one picture; colour that picture alone.")
    choice.check(plan)
    plan = plan.with_variations(choice.variations)
    single = len(inputs) == 1 and not is_folder(inputs[0])
    known = read_hints(hints, hint, reference)
    from autochrome.cli.photo_work import PhotoWork  # heavy, so after all that may be refused

    return PhotoWork(batch, options, choice, known, many=len(plan.tasks) > _MANY), plan, single
