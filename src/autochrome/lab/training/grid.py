"""A grid: every combination of some settings, trained and measured on all test pictures, in one table with grey."""

import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from autochrome.errors import BatchIncomplete, CheckpointError, RecipeError, UsageError
from autochrome.evaluate.metrics import RgbLabImage
from autochrome.evaluate.photo_protocol import BASELINES, Trial, paint_trials, score_result
from autochrome.evaluate.results import Row, Scores, compare_rows, summarize
from autochrome.evaluate.samples import Sample, read_samples
from autochrome.files import atomic_write
from autochrome.lab.montage import draw_montage, montage_columns, write_montage
from autochrome.lab.recipe import Recipe
from autochrome.lab.recipe_files import make_recipe, override, read_recipe
from autochrome.lab.training.checkpoint import is_done, list_checkpoints
from autochrome.lab.training.grid_report import write_grid_report
from autochrome.lab.training.run import train
from autochrome.lab.training.run_options import RunOptions
from autochrome.lab.training.trained_model import open_trained_model
from autochrome.parallel import LOCAL, Engine, Local, Work, open_cluster, run_units

SORT_KEYS: dict[str, Callable[[Row], float]] = {
    "psnr": lambda row: row.psnr.mean,
    "psnr_pooled": lambda row: row.psnr_pooled,
    "ssim": lambda row: row.ssim.mean,
    "colorfulness": lambda row: row.colorfulness_share or 0.0,
    "ab_error": lambda row: -row.ab_error,
    "ciede2000": lambda row: -row.ciede2000,
}
"""Name for --sort → the number that is highest for the best run."""
_MONTAGE_PICTURES = 12
_MONTAGE_SIDE = 96  # pixels of one picture in a montage
_MEMORY = 2 << 30  # bytes of a worker on a cluster


@dataclass(frozen=True, slots=True)
class GridOptions:
    """Where the pictures of a grid are, and how it is carried out."""

    train: tuple[str, ...]
    test: tuple[Path, ...]
    out: Path
    sort: str = "psnr"
    limit: int | None = None  # of test pictures; None: all
    device: str = "auto"
    minutes: float | None = None  # for each run


def combinations(raw: Mapping[str, Any]) -> Iterator[Recipe]:
    """The recipes of a grid, named after their values: in 1-2-128 the first two values are a list or mapping."""
    grid: dict[str, list[Any]] = dict(raw.get("grid") or {})
    if not grid:
        raise RecipeError(
            f"The recipe {raw.get('name')!r} has no grid: add settings and lists of their values under `grid`."
        )
    for choice in itertools.product(*(enumerate(values, 1) for values in grid.values())):
        made = dict(raw) | {"grid": {}}
        for key, (_, value) in zip(grid, choice, strict=True):
            made = override(made, key, value)
        names = [str(i) if isinstance(value, dict | list) else str(value) for i, value in choice]
        yield make_recipe(made | {"name": "-".join(names)}, str(raw.get("name")))


@dataclass(slots=True)
class GridWorker:
    """Trains and measures the runs of a grid. The test pictures are read once."""

    options: GridOptions
    samples: list[Sample]

    @classmethod
    def open(cls, options: GridOptions, size: int) -> Self:
        """Read the test pictures, `size` pixels at the short side."""
        return cls(options, list(read_samples(options.test, size, options.limit)))

    def __call__(self, recipe: Recipe) -> Row | None:
        """Train a run if it is not done, and measure it; None if the training was stopped before its end."""
        run = self.options.out / recipe.name
        return (
            _measure_run(run, self.samples, self.options.device)
            if _train(recipe, run, self.options)
            else None
        )


def run_grid(recipe: str, overrides: Sequence[str], options: GridOptions, on: str = LOCAL) -> list[Row]:
    """Train and measure every run that is not done. After each one, table.csv and report.html are written.

    on: where the runs are trained. On a cluster, a run that fails is named at the end, and the others are done.
    """
    if options.sort not in SORT_KEYS:
        raise UsageError(f"--sort {options.sort}: choose one of {', '.join(SORT_KEYS)}.")
    raw = read_recipe(recipe, overrides)
    recipes = list(combinations(raw))
    worker = GridWorker.open(options, recipes[0].valid_size or recipes[0].data.size)
    baselines = _measure_baselines(options.out / "baselines.json", worker.samples)
    rows: list[Row] = []
    failed: list[str] = []
    with closing(run_units(_choose_engine(on, worker, recipes), recipes)) as runs:
        for finished in runs:
            if finished.error is not None and on != LOCAL:
                failed.append(str(finished.error))
                continue
            if (row := finished.result) is None:
                break
            rows = compare_rows([*baselines, *rows, row], "grey", "truth")[len(baselines) :]
            rows.sort(key=SORT_KEYS[options.sort], reverse=True)
            lead = (
                f"{finished.unit.about}. {len(rows)} of {len(recipes)} runs are done, "
                f"measured on {len(worker.samples)} test pictures."
            )
            write_grid_report(options.out, str(raw["name"]), lead, options.sort, baselines, rows)
    if failed:
        raise BatchIncomplete(f"{len(failed)} of {len(recipes)} runs failed: {' '.join(failed)}")
    return [*baselines, *rows]


def _choose_engine(on: str, worker: GridWorker, recipes: Sequence[Recipe]) -> Engine[Recipe, Row | None]:
    """Here one run after another; on a cluster as many as there are processors, or accelerators."""
    if on == LOCAL:
        return Local(worker, jobs=0)
    options, size = worker.options, recipes[0].valid_size or recipes[0].data.size
    work = Work(
        partial(GridWorker.open, options, size),
        name=_name_run,
        memory=_MEMORY,
        accelerators=float(options.device.startswith("cuda")),
    )
    options.out.mkdir(parents=True, exist_ok=True)
    return open_cluster(on, work, lambda note: print(f"note: {note}", file=sys.stderr))


def _name_run(recipe: Recipe) -> str:
    return f"run {recipe.name}"


def _train(recipe: Recipe, run: Path, options: GridOptions) -> bool:
    """Train a run, or resume it; returns whether it is done. A run with other settings is never overwritten."""
    if list_checkpoints(run):
        if (run / "recipe.yaml").read_text(encoding="utf-8") != recipe.dump():
            raise CheckpointError(
                f"{run} was trained with other settings: remove it, or choose another --out."
            )
        if is_done(run):
            return True
    valid = tuple(str(path) for path in options.test)
    train(recipe, run, RunOptions(options.train, valid, options.device, options.minutes, resume=True))
    return is_done(run)


def _measure_baselines(file: Path, samples: Sequence[Sample]) -> list[Row]:
    """The rows of the baselines, grey first. They are the same for all runs, so they are measured once."""
    rows = _load_rows(file, samples)
    if not rows:
        scores: dict[str, list[Scores]] = {name: [] for name in BASELINES}
        for sample in samples:
            truth = RgbLabImage.from_rgb(sample.rgb)
            for name, make in BASELINES.items():
                scores[name].append(score_result(make(truth.lab), truth, sample.rgb, None))
        rows = [summarize(name, "baseline", s) for name, s in scores.items()]
        _save_rows(file, rows)
    return compare_rows(rows, "grey", "truth")


def _measure_run(run: Path, samples: Sequence[Sample], device: str) -> Row:
    """Measure one run on every test picture and write its montage."""
    file = run / "score.json"
    if rows := _load_rows(file, samples):
        return rows[0]
    model = open_trained_model(run, "cpu" if device == "auto" else device)
    scores = []
    for sample in samples:
        truth = RgbLabImage.from_rgb(sample.rgb)
        result = next(iter(paint_trials(model, sample, truth, [Trial()])))
        scores.append(score_result(result, truth, sample.rgb, None))
    pictures = [s.rgb for s in samples[:: max(1, len(samples) // _MONTAGE_PICTURES)][:_MONTAGE_PICTURES]]
    montage = draw_montage(montage_columns({run.name: model}, pictures), _MONTAGE_SIDE, across=3)
    write_montage(run / "montage.png", montage)
    row = summarize(run.name, "model", scores)
    _save_rows(file, [row])
    return row


def _save_rows(file: Path, rows: Sequence[Row]) -> None:
    atomic_write(file, "\n".join(row.model_dump_json() for row in rows) + "\n", make_folder=True)


def _load_rows(file: Path, samples: Sequence[Sample]) -> list[Row]:
    """The rows that were saved before, if this version wrote them for as many pictures; else none: measure again."""
    if not file.exists():
        return []
    try:
        rows = [Row.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]
    except ValidationError:
        return []
    return rows if rows and rows[0].pictures == len(samples) else []
