"""`autochrome film`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from autochrome.cli.batch_options import HINT, REFERENCE, BatchOptions, refuse_existing
from autochrome.cli.naming import NAME
from autochrome.cli.sequence_options import SequenceOptions, plan_sequence
from autochrome.errors import UsageError
from autochrome.options import FilmOptions

if TYPE_CHECKING:
    from autochrome.cli.film_work import FilmWork
    from autochrome.cli.plan import Plan
    from autochrome.hints.source import OpenedHints

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
    hint: Annotated[tuple[str, ...], HINT] = (),
    reference: Annotated[tuple[Path, ...], REFERENCE] = (),
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
    batch: Annotated[BatchOptions, Parameter(name="*")] = BatchOptions(),
    sequence: Annotated[SequenceOptions, Parameter(name="*")] = SequenceOptions(),
    options: Annotated[FilmOptions, Parameter(name="*")] = FilmOptions(),
) -> None:
    """Colour films. An interrupted job continues if the same command is run again."""
    if preview:
        batch.refuse_cluster("--preview")
        return _preview(inputs, batch.output, options, overwrite=batch.overwrite, dry_run=batch.dry_run)
    from autochrome.model import open_for_film

    network = open_for_film(options.model, batch.device)  # it is loaded while the rest is imported
    from autochrome.cli.batch import choose_report, run_batch
    from autochrome.cli.dry_run import show_batch

    do, plan, single = make_film_work(
        *(inputs, restart, hints, hint, reference, compare, compare_gif, preview, container, layer, proof),
        *(batch, sequence, options),
    )
    if batch.dry_run:
        return show_batch(plan, existing=batch.existing, as_json=batch.json, single=single)
    do.network = network
    do.open()
    total = len(plan.tasks) + len(plan.failed)
    report = choose_report(total, as_json=batch.json, quiet=batch.quiet, single=single, device=network.device)
    elsewhere = None
    if batch.on_cluster:
        from autochrome.cli.film_cluster import color_on_cluster

        elsewhere = partial(color_on_cluster, batch.on, do, plan.tasks, report.note)
    run_batch(plan, do, existing=batch.existing, report=report, jobs=0, single=single, elsewhere=elsewhere)


def make_film_work(
    inputs: list[Path],
    restart: bool,
    hints: Path | None,
    hint: Sequence[str],
    reference: Sequence[Path],
    compare: bool,
    compare_gif: bool,
    preview: bool,
    container: str | None,
    layer: bool,
    proof: Path | None,
    batch: BatchOptions,
    sequence: SequenceOptions,
    options: FilmOptions,
) -> tuple[FilmWork, Plan, bool]:
    """What does one film, the plan, and whether there is only one; the arguments are those of `film`."""
    from autochrome.cli.film_work import FilmWork

    if preview:
        raise UsageError("--preview is one picture; it needs no other machine.")
    plan, known, pictures, single = prepare_films(
        inputs,
        (hints, hint, reference),
        batch,
        sequence,
        options,
        layer=layer,
        container=container,
        proof=proof,
        compare=compare or compare_gif,
    )
    do = FilmWork(
        batch,
        options,
        sequence,
        known,
        restart=restart,
        layer=layer,
        comparisons=tuple(suffix for suffix, wanted in ((".mp4", compare), (".gif", compare_gif)) if wanted),
        proof=proof,
        pictures=pictures,
        bar=single and not (batch.quiet or batch.json or batch.on_cluster),
        here=not batch.on_cluster,
    )
    return do, plan, single


def prepare_films(
    inputs: list[Path],
    hints: tuple[Path | None, Sequence[str], Sequence[Path]],
    batch: BatchOptions,
    sequence: SequenceOptions,
    options: FilmOptions,
    *,
    layer: bool,
    container: str | None,
    proof: Path | None,
    compare: bool,
) -> tuple[Plan, OpenedHints | None, bool, bool]:
    """The plan, the hints, whether the input is numbered pictures, and whether it is a single film; see `film`."""
    from autochrome.cli.hint_words import read_hints
    from autochrome.cli.naming import Naming
    from autochrome.cli.plan import make_plan
    from autochrome.film.proof import check_proof_name
    from autochrome.media.collection import FILM_SUFFIXES
    from autochrome.media.films.codecs import CONTAINERS
    from autochrome.media.films.sequences.names import is_sequence
    from autochrome.media.films.stream_choice import prefer_container

    if layer and (compare or proof):
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
    if pictures or is_sequence(plan.tasks[0].target):
        batch.refuse_cluster("numbered pictures")
    if container and is_sequence(plan.tasks[0].target):
        raise UsageError("--container is for film files; the result is numbered pictures.")
    if sequence.given and not pictures:
        raise UsageError("--rate, --transfer and --sound are for numbered pictures; the input is a film.")
    if (compare or proof) and (pictures or is_sequence(plan.tasks[0].target)):
        raise UsageError("--compare and --proof are for film files, not for numbered pictures.")
    if any(hints[:2]) and len(plan.tasks) > 1:
        raise UsageError("--hints and --hint are for one film; colour this film alone.")
    known = read_hints(*hints)  # now, so that an error in them is found before the work begins
    if proof and len(plan.tasks) > 1:
        raise UsageError("--proof is for one film; colour this film alone.")
    if proof:
        check_proof_name(proof)
        refuse_existing(proof, batch.overwrite)
    single = len(inputs) == 1 and (pictures or not inputs[0].is_dir())
    return plan, known, pictures, single


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


def _suffix(output: str | None, options: FilmOptions, container: str | None) -> str | None:
    """The suffix for a container or a codec, unless the user names an output file and no container."""
    if container:
        return f".{container}"
    return None if output and Path(output).suffix else _SUFFIXES.get(options.codec)
