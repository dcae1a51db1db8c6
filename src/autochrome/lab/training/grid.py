"""Every combination of some settings, trained, measured on all test pictures, and laid beside grey in one table."""

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autochrome.errors import CheckpointError, RecipeError, UsageError
from autochrome.evaluate.html import Gallery, Picture, Strip, Table, write_report
from autochrome.evaluate.metrics import Sight
from autochrome.evaluate.photos import BASELINES, Trial, judge, paint
from autochrome.evaluate.pictures import Sample, read_samples
from autochrome.evaluate.results import DEFINITIONS, Row, Scores, compare, summarise
from autochrome.files import atomic_write
from autochrome.lab.data.pixels import RGB, decode
from autochrome.lab.montage import columns, sheet, write_sheet
from autochrome.lab.recipe import Recipe, make_recipe, override, read_recipe
from autochrome.lab.training.checkpoint import checkpoints, load_state
from autochrome.lab.training.run_log import read_epochs
from autochrome.lab.training.run_page import epoch_plot
from autochrome.lab.training.trained_model import open_trained_model
from autochrome.lab.training.trainer import Sitting, train

SORTS: dict[str, Callable[[Row], float]] = {
    "psnr": lambda row: row.psnr.mean,
    "psnr_pooled": lambda row: row.psnr_pooled,
    "ssim": lambda row: row.ssim.mean,
    "colorfulness": lambda row: row.colorfulness_share or 0.0,
    "ab_error": lambda row: -row.ab_error,
    "ciede2000": lambda row: -row.ciede2000,
}
"""By what the table can be sorted; the largest is the winner."""
_SHOWN = 12  # pictures in a montage
_CELL = 96  # pixels of one of them


@dataclass(frozen=True, slots=True)
class GridOptions:
    """Where a grid's pictures lie and how it is carried out."""

    train: tuple[str, ...]
    test: tuple[Path, ...]
    out: Path
    sort: str = "psnr"
    limit: int | None = None  # test pictures; None: all
    device: str = "auto"
    minutes: float | None = None  # for each run


def combinations(raw: Mapping[str, Any]) -> Iterator[Recipe]:
    """The recipes of a grid, each named after its choices: 1-2-128 is the first, the second, and 128."""
    grid: dict[str, list[Any]] = dict(raw.get("grid") or {})
    if not grid:
        raise RecipeError(
            f"The recipe {raw.get('name')!r} has no grid: list settings and their values there."
        )
    for choice in itertools.product(*(enumerate(values, 1) for values in grid.values())):
        made = dict(raw) | {"grid": {}}
        for key, (_, value) in zip(grid, choice, strict=True):
            made = override(made, key, value)
        words = [str(i) if isinstance(value, dict | list) else str(value) for i, value in choice]
        yield make_recipe(made | {"name": "-".join(words)}, str(raw.get("name")))


def run_grid(recipe: str, overrides: Sequence[str], options: GridOptions) -> list[Row]:
    """Train and measure whatever is not done yet; table.csv, montages and report.html follow every run."""
    if options.sort not in SORTS:
        raise UsageError(f"--sort {options.sort}: choose one of {', '.join(SORTS)}.")
    raw = read_recipe(recipe, overrides)
    recipes = list(combinations(raw))
    size = recipes[0].valid_size or recipes[0].data.size
    samples = list(read_samples(options.test, size, options.limit))
    baselines = _baselines(options.out / "baselines.json", samples)
    rows: list[Row] = []
    for made in recipes:
        run = options.out / made.name
        if not _train(made, run, options):
            break
        rows.append(_measure(run, samples, options.device))
        rows = compare([*baselines, *rows], "grey", "truth")[len(baselines) :]
        rows.sort(key=SORTS[options.sort], reverse=True)
        _write(str(raw["name"]), made.about, options, baselines, rows, len(recipes))
    return [*baselines, *rows]


def _train(recipe: Recipe, run: Path, options: GridOptions) -> bool:
    """Train a run, or go on with it; whether it is done. A run with other settings is nobody's to overwrite."""
    found = checkpoints(run)
    if found:
        if (run / "recipe.yaml").read_text(encoding="utf-8") != recipe.dump():
            raise CheckpointError(
                f"{run} was trained with other settings: remove it, or choose another --out."
            )
        if load_state(found[-1])[0].done:
            return True
    valid = tuple(str(path) for path in options.test)
    train(recipe, run, Sitting(options.train, valid, options.device, options.minutes, resume=True))
    return load_state(checkpoints(run)[-1])[0].done


def _baselines(file: Path, samples: Sequence[Sample]) -> list[Row]:
    """Grey first. They are the same for every run, so they are counted once."""
    rows = _kept(file, samples)
    if not rows:
        scores: dict[str, list[Scores]] = {name: [] for name in BASELINES}
        for sample in samples:
            truth = Sight.of(sample.rgb)
            for name, make in BASELINES.items():
                scores[name].append(judge(make(truth.lab), truth, sample.rgb, None))
        rows = [summarise(name, "baseline", s) for name, s in scores.items()]
        _keep(file, rows)
    return compare(rows, "grey", "truth")


def _measure(run: Path, samples: Sequence[Sample], device: str) -> Row:
    """One run on every test picture, and its montage."""
    file = run / "score.json"
    if rows := _kept(file, samples):
        return rows[0]
    model = open_trained_model(run, "cpu" if device == "auto" else device)
    scores = []
    for sample in samples:
        truth = Sight.of(sample.rgb)
        result = next(iter(paint(model, sample, truth, [Trial()])))
        scores.append(judge(result, truth, sample.rgb, None))
    pictures = [s.rgb for s in samples[:: max(1, len(samples) // _SHOWN)][:_SHOWN]]
    write_sheet(run / "montage.png", sheet(columns({run.name: model}, pictures), _CELL, across=3))
    row = summarise(run.name, "model", scores)
    _keep(file, [row])
    return row


def _keep(file: Path, rows: Sequence[Row]) -> None:
    atomic_write(file, "\n".join(row.model_dump_json() for row in rows) + "\n", make_folder=True)


def _kept(file: Path, samples: Sequence[Sample]) -> list[Row]:
    """Rows of an earlier sitting, if they were counted on as many pictures."""
    if not file.exists():
        return []
    rows = [Row.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return rows if rows and rows[0].pictures == len(samples) else []


def _spread(mean: float, least: float, most: float, digits: int) -> str:
    return f"{mean:.{digits}f} ({least:.{digits}f}…{most:.{digits}f})"


CELLS: dict[str, Callable[[Row], str]] = {
    "PSNR mean (min…max)": lambda row: _spread(row.psnr.mean, row.psnr.least, row.psnr.most, 2),
    "over grey": lambda row: f"{row.over_grey:+.2f}",
    "PSNR pooled": lambda row: f"{row.psnr_pooled:.2f}",
    "SSIM mean (min…max)": lambda row: _spread(row.ssim.mean, row.ssim.least, row.ssim.most, 3),
    "ab error": lambda row: f"{row.ab_error:.2f}",
    "colourfulness %": lambda row: f"{row.colorfulness_share or 0:.0f}",
}


def _trained(run: Path) -> list[str]:
    """Epochs and minutes of a run."""
    epochs = read_epochs(run)
    return [str(len(epochs)), f"{sum(float(row['seconds']) for row in epochs) / 60:.1f}"]


def _write(
    name: str, about: str, options: GridOptions, baselines: Sequence[Row], rows: Sequence[Row], planned: int
) -> None:
    """table.csv and report.html of what is done so far."""
    heads = ["run", *CELLS, "epochs", "minutes"]
    lines = [[row.name, *(say(row) for say in CELLS.values()), "", ""] for row in baselines]
    lines += [
        [row.name, *(say(row) for say in CELLS.values()), *_trained(options.out / row.name)] for row in rows
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([heads, *lines])
    atomic_write(options.out / "table.csv", text.getvalue())
    grey, best = baselines[0], rows[0]
    lead = (
        f"{about}. {len(rows)} of {planned} runs are done, measured on {grey.pictures} test pictures. "
        f"By {options.sort} {best.name} is first: {best.psnr.mean:.2f} dB, {best.over_grey:+.2f} over grey's "
        f"{grey.psnr.mean:.2f}; SSIM {best.ssim.mean:.3f} against {grey.ssim.mean:.3f}."
    )
    table = Table("Runs", heads, lines, strong=[len(baselines)])
    strips = [
        Strip(row.name, [Picture("grey, result, truth", _read(options.out / row.name))]) for row in rows
    ]
    plot = epoch_plot([(row.name, options.out / row.name) for row in rows])
    write_report(
        options.out / "report.html", name, [table], [Gallery("Montages", strips)], [plot],
        lead=lead, notes=list(DEFINITIONS.items())[:7],
    )  # fmt: skip


def _read(run: Path) -> RGB:
    return decode((run / "montage.png").read_bytes())
