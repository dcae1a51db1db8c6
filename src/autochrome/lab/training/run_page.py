"""report.html of a run: losses, validation scores, seconds per epoch, and the load of the machine."""

from collections.abc import Sequence
from pathlib import Path

from autochrome.evaluate.charts import Plot, Series
from autochrome.evaluate.report_page import Table, write_report
from autochrome.lab.recipe_files import load_recipe
from autochrome.lab.training.monitor import read_machine
from autochrome.lab.training.run_tables import Row, read_epochs, read_steps

_MAX_POINTS = 300  # of a line in a plot
_GAINS = ("gain", "pooled_gain")
_MACHINE_PLOTS = {
    "Processors": ("percent", "_percent"),
    "Memory": ("MB", "_mb"),
    "GPU temperature": ("°C", "_celsius"),
    "GPU power": ("W", "_watts"),
}
"""Title → (unit, ending of the columns in machine.csv)."""


def thin_out(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most 300 points; each is the mean of its neighbours."""
    size = -(-len(points) // _MAX_POINTS)
    groups = [points[i : i + size] for i in range(0, len(points), size)] if points else []
    return [(sum(x for x, _ in g) / len(g), sum(y for _, y in g) / len(g)) for g in groups]


def _points(rows: Sequence[Row], x: str, y: str) -> list[tuple[float, float]]:
    return [(float(r[x]), float(r[y])) for r in rows if r.get(x) and r.get(y)]


def epoch_plot(runs: Sequence[tuple[str, Path]]) -> Plot:
    """Seconds per epoch, one line per run. `runs` are (name, folder)."""
    lines = []
    for name, run in runs:
        seconds = [float(row["seconds"]) for row in read_epochs(run)]
        lines.append(Series(name, [(float(i), s) for i, s in enumerate(seconds, 1)]))
    return Plot("Epoch durations", "epoch", "seconds", lines)


def learning_plots(run: Path) -> list[Plot]:
    """Losses and gradients by step; validation scores by epoch."""
    steps, epochs = read_steps(run), read_epochs(run)
    names = [name for name in (steps[0] if steps else {}) if name not in ("step", "rate")]
    plots = []
    for title, chosen in (
        ("Losses", [n for n in names if not n.endswith("_gradient")]),
        ("Norm of the gradient", [n for n in names if n.endswith("_gradient")]),
    ):
        lines = [Series(name, thin_out(_points(steps, "step", name))) for name in chosen]
        plots.append(Plot(title, "step", "", lines))
    gains = [Series(name.replace("_", " "), _points(epochs, "total_steps", name)) for name in _GAINS]
    plots.append(Plot("Held-out pictures", "step", "dB over grey", gains))
    color = Series("colour", _points(epochs, "total_steps", "color"))
    plots.append(Plot("Colour of held-out pictures", "step", "fraction of the truth's chroma", [color]))
    return plots


def machine_plots(run: Path) -> list[Plot]:
    """The load of processors, memory and GPU by minutes of training."""
    rows = read_machine(run)
    if not rows:
        return []
    start = rows[0]["time"]

    def lines(ending: str) -> list[Series]:
        names = [name for name in rows[0] if name.endswith(ending)]
        points = {n: [((r["time"] - start) / 60, r[n]) for r in rows if n in r] for n in names}
        return [Series(n.rsplit("_", 1)[0].replace("_", " "), thin_out(points[n])) for n in names]

    plots = [Plot(title, "minutes", unit, lines(ending)) for title, (unit, ending) in _MACHINE_PLOTS.items()]
    return [plot for plot in plots if plot.series]


def write_run_page(run: Path) -> Path:
    """Write report.html into the folder of a run."""
    recipe = load_recipe(run / "recipe.yaml")
    epochs = read_epochs(run)
    names = list(dict.fromkeys(name for row in epochs for name in row))
    table = Table("Epochs", names, [[row.get(name, "") for name in names] for row in epochs])
    plots = [*learning_plots(run), epoch_plot([("seconds", run)]), *machine_plots(run)]
    write_report(run / "report.html", recipe.name, [table], plots=plots, lead=recipe.about)
    return run / "report.html"
