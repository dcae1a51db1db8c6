"""`autochrome photo`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
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
    from autochrome.cli.batch import Attempt
    from autochrome.cli.outcome import Outcome
    from autochrome.cli.photo_work import PhotoWork
    from autochrome.cli.plan import FileTask, Plan

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
    jobs: Annotated[
        int | None,
        number(
            "Number of pictures at the same time; default: one per processor core, if there are many.",
            gte=1,
            name=("--jobs", "-j"),
        ),
    ] = None,
    batch: Annotated[BatchOptions, Parameter(name="*")] = BatchOptions(),
    options: Annotated[PhotoOptions, Parameter(name="*")] = PhotoOptions(),
    choice: Annotated[VariationOptions, Parameter(name="*")] = VariationOptions(),
) -> None:
    """Colour photos."""
    # Imports come here, so that an error on the command line is reported at once.
    from autochrome.cli.batch import choose_report, run_batch
    from autochrome.cli.dry_run import show_batch

    on_cluster = batch.on_cluster  # which refuses an unknown engine
    do, plan, single = make_photo_work(inputs, hints, hint, reference, batch, options, choice)
    if batch.dry_run:
        return show_batch(plan, existing=batch.existing, as_json=batch.json, single=single)
    if not on_cluster:
        do.open()
    device = batch.on if do.network is None else do.network.device
    total = len(plan.tasks) + len(plan.failed)
    report = choose_report(total, as_json=batch.json, quiet=batch.quiet, single=single, device=device)
    elsewhere = choose_workers(do, plan.tasks, jobs, report.note)
    run_batch(
        plan, do, existing=batch.existing, report=report, jobs=jobs or 1, single=single, elsewhere=elsewhere
    )


def choose_workers(
    do: PhotoWork, tasks: Sequence[FileTask], jobs: int | None, note: Callable[[str], None]
) -> Callable[[Attempt], Iterator[Outcome]] | None:
    """Attempts the tasks on a cluster or, if they are worth it, in several processes; None: in this one."""
    from autochrome.cli.workers import attempt_on_cluster, attempt_on_processes, choose_processes
    from autochrome.model.devices import ACCELERATORS

    if do.network is None:
        return partial(attempt_on_cluster, do.batch.on, do, tasks, note)
    processes = choose_processes(tasks, jobs)
    if processes < 2 or do.network.device in ACCELERATORS:  # which processes would have to share
        return None
    return partial(attempt_on_processes, processes, replace(do), tasks)


def make_photo_work(
    inputs: list[Path],
    hints: Path | None,
    hint: Sequence[str],
    reference: Sequence[Path],
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
