"""Line charts as SVG inside an HTML page. They load nothing, are sharp at any size, and take the page's colours.

Written by hand, because a chart in the page needs a few lines and dots and a plotting library is a large dependency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite, log10

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 44  # margins
LABEL_WIDTH = 110  # a label nearer to the right end than this stands left of its dot
MAX_DOTS = 40  # a line with more points has no dots
LINE_COLORS = ("#b4532a", "#2f6f8f", "#5f7d3a", "#8a5a9c", "#b08a1e", "#6b6762")
"""Colours of lines; a page sets its own as the CSS variables --line-0, --line-1 …"""


@dataclass(frozen=True, slots=True)
class Series:
    """One line with dots; with `line=False` only the dots."""

    name: str
    points: Sequence[tuple[float, float]]
    line: bool = True
    labels: Sequence[str] = ()  # one for each point, beside its dot


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line at a position on the x axis, such as a cut of a film."""

    x: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart: its axes and series."""

    title: str
    x: str  # name and unit of the axis
    y: str
    series: Sequence[Series]
    markers: Sequence[Marker] = ()


def _axis_range(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis, a little beyond the values."""
    low, high = min(values), max(values)
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return (0.0 if 0 <= low < margin else low - margin), high + margin


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """About so many round numbers between two ends; their step is 1, 2 or 5 times a power of ten."""
    rough = (high - low) / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    return [step * i for i in range(ceil(low / step), floor(high / step) + 1)]


@dataclass(frozen=True, slots=True)
class _Canvas:
    """Converts values to positions in the SVG and draws the parts of a plot."""

    x: tuple[float, float]  # ends of the axis
    y: tuple[float, float]

    def position(self, x: float, y: float) -> tuple[float, float]:
        right = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + right * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    def axes(self, plot: Plot) -> list[str]:
        parts = []
        for value in ticks(*self.y):
            _, y = self.position(self.x[0], value)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
        for value in ticks(*self.x):
            x, _ = self.position(value, self.y[0])
            parts.append(
                f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:g}</text>'
            )
        middle = (LEFT + WIDTH - RIGHT) / 2
        parts.append(
            f'<text class="axis" x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(plot.x)}</text>'
        )
        parts.append(
            f'<text class="axis" text-anchor="middle" '
            f'transform="translate(13 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">{escape(plot.y)}</text>'
        )
        return parts

    def marker(self, marker: Marker) -> str:
        x, _ = self.position(marker.x, self.y[0])
        title = f"<title>{escape(marker.name)}</title>" if marker.name else ""
        return (
            f'<line class="marker" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}">{title}</line>'
        )

    def series(self, series: Series, number: int) -> list[str]:
        color = f"var(--line-{number % len(LINE_COLORS)})"
        points = [self.position(x, y) for x, y in series.points if isfinite(x) and isfinite(y)]
        parts = []
        if series.line:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline style="stroke:{color}" points="{path}"/>')
        if not series.line or len(points) <= MAX_DOTS:
            parts += [f'<circle style="fill:{color}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in points]
        return parts

    def labels(self, series: Series) -> list[str]:
        parts = []
        for point, label in zip(series.points, series.labels, strict=False):
            if not all(map(isfinite, point)):
                continue
            x, y = self.position(*point)
            anchor, dx = ("end", -7) if x > WIDTH - LABEL_WIDTH else ("start", 7)
            parts.append(
                f'<text x="{x + dx:.1f}" y="{y - 6:.1f}" text-anchor="{anchor}">{escape(label)}</text>'
            )
        return parts


def draw_svg(plot: Plot) -> str:
    """Draw a plot as one <svg> element, styled by the page. Points that are not finite are left out.

    Returns "" if there are no points.
    """
    points = [(x, y) for s in plot.series for x, y in s.points if isfinite(x) and isfinite(y)]
    if not points:
        return ""
    xs = [x for x, _ in points] + [marker.x for marker in plot.markers]
    canvas = _Canvas(_axis_range(xs), _axis_range([y for _, y in points]))
    parts = canvas.axes(plot) + [canvas.marker(marker) for marker in plot.markers]
    for number, series in enumerate(plot.series):
        parts += canvas.series(series, number)
    for series in plot.series:  # after all lines, so that no line crosses a label
        parts += canvas.labels(series)
    label = escape(plot.title, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def draw_svg_file(plot: Plot) -> str:
    """Draw a plot as the text of an SVG file, with its own colours."""
    colors = "".join(f"--line-{number}: {color};" for number, color in enumerate(LINE_COLORS))
    style = (
        f"<style>svg {{ background: #fdfcfa; font: 11.5px sans-serif; {colors} }} text {{ fill: #76706a; "
        "paint-order: stroke; stroke: #fdfcfa; stroke-width: 3px; } "
        ".axis { fill: #24211e; } .grid { stroke: #e4dfd8; } polyline { fill: none; stroke-width: 1.5; } "
        ".marker { stroke: #2f6f8f; stroke-dasharray: 3 3; opacity: .7; }</style>"
    )
    svg = draw_svg(plot)
    open_end = svg.index(">") + 1
    head = svg[:open_end].replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" ', 1)
    return f"{head}{style}{svg[open_end:]}\n"
