"""A run as one page: its losses, held-out scores, epoch durations, and what the machine did meanwhile."""

from collections.abc import Sequence
from pathlib import Path

from autochrome.evaluate.charts import Plot, Series
from autochrome.evaluate.html import Table, write_report
from autochrome.lab.recipe import Recipe, load_recipe
from autochrome.lab.training.monitor import read_machine
from autochrome.lab.training.run_log import read_epochs, read_steps

_POINTS = 300  # a line of more is drawn no better
_SCORES = ("gain", "pooled_gain")


def thinned(values: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most `_POINTS` points: each the mean of its neighbours."""
    size = -(-len(values) // _POINTS)
    groups = [values[i : i + size] for i in range(0, len(values), size)] if values else []
    return [(sum(x for x, _ in g) / len(g), sum(y for _, y in g) / len(g)) for g in groups]


def _column(rows: Sequence[dict[str, str]], x: str, y: str) -> list[tuple[float, float]]:
    return [(float(r[x]), float(r[y])) for r in rows if r.get(x) and r.get(y)]


def epoch_plot(runs: Sequence[tuple[str, Path]]) -> Plot:
    """Seconds each epoch took, a line a run."""
    lines = []
    for name, run in runs:
        seconds = [float(row["seconds"]) for row in read_epochs(run)]
        lines.append(Series(name, [(float(i), s) for i, s in enumerate(seconds, 1)]))
    return Plot("Epoch durations", "epoch", "seconds", lines)


def learning_plots(run: Path) -> list[Plot]:
    """Losses step by step, held-out scores epoch by epoch."""
    steps, epochs = read_steps(run), read_epochs(run)
    skip = {"step", "rate"}
    names = [name for name in (steps[0] if steps else {}) if name not in skip]
    plots = []
    for title, chosen in (
        ("Losses", [n for n in names if not n.endswith("_gradient")]),
        ("Length of the gradient", [n for n in names if n.endswith("_gradient")]),
    ):
        lines = [Series(name, thinned(_column(steps, "step", name))) for name in chosen]
        plots.append(Plot(title, "step", "", lines))
    held_out = [Series(name.replace("_", " "), _column(epochs, "total_steps", name)) for name in _SCORES]
    plots.append(Plot("Held-out pictures", "step", "dB over grey", held_out))
    color = Series("colour", _column(epochs, "total_steps", "color"))
    plots.append(Plot("Colour of held-out pictures", "step", "share of the truth's chroma", [color]))
    return plots


def machine_plots(run: Path) -> list[Plot]:
    """Processors, memory and GPU over the minutes of training."""
    rows = read_machine(run)
    if not rows:
        return []
    start = rows[0]["time"]

    def lines(*ends: str) -> list[Series]:
        names = [name for name in rows[0] if name.endswith(ends)]
        points = {n: [((r["time"] - start) / 60, r[n]) for r in rows if n in r] for n in names}
        return [Series(n.rsplit("_", 1)[0].replace("_", " "), thinned(points[n])) for n in names]

    kinds = {
        "Processors": ("percent", ("_percent",)),
        "Memory": ("MB", ("_mb",)),
        "GPU temperature": ("°C", ("_celsius",)),
        "GPU power": ("W", ("_watts",)),
    }
    plots = [Plot(title, "minutes", unit, lines(*ends)) for title, (unit, ends) in kinds.items()]
    return [plot for plot in plots if plot.series]


def write_run_page(run: Path) -> Path:
    """Write report.html into the run's folder."""
    recipe: Recipe = load_recipe(run / "recipe.yaml")
    epochs = read_epochs(run)
    names = list(dict.fromkeys(name for row in epochs for name in row))
    table = Table("Epochs", names, [[row.get(name, "") for name in names] for row in epochs])
    plots = [*learning_plots(run), epoch_plot([("seconds", run)]), *machine_plots(run)]
    write_report(run / "report.html", recipe.name, [table], plots=plots, lead=recipe.about)
    return run / "report.html"
