"""Line charts as inline SVG: nothing to load, sharp at any size, dark where the page is dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite, log10

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 44
LINES = 6  # colours of lines that the page's style knows, --line-0 …


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or with `line=False` only its dots."""

    name: str
    points: Sequence[tuple[float, float]]
    line: bool = True
    labels: Sequence[str] = ()  # one a point, written beside its dot


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line at one place of the x axis, such as a cut in a film."""

    x: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    title: str
    x: str  # name and unit of the axis
    y: str
    series: Sequence[Series]
    markers: Sequence[Marker] = ()


def _span(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis, a little beyond the values."""
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return (0.0 if 0 <= low < room else low - room), high + room


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers between two ends, a step of 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    return [step * i for i in range(ceil(low / step), floor(high / step) + 1)]


@dataclass(frozen=True, slots=True)
class _Frame:
    """From numbers to places on the page."""

    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    def axes(self, plot: Plot) -> list[str]:
        parts = []
        for value in ticks(*self.y):
            _, y = self.at(self.x[0], value)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
        for value in ticks(*self.x):
            x, _ = self.at(value, self.y[0])
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
        x, _ = self.at(marker.x, self.y[0])
        title = f"<title>{escape(marker.name)}</title>" if marker.name else ""
        return (
            f'<line class="marker" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}">{title}</line>'
        )

    def series(self, series: Series, number: int) -> list[str]:
        color = f"var(--line-{number % LINES})"
        places = [self.at(x, y) for x, y in series.points if isfinite(x) and isfinite(y)]
        parts = []
        if series.line:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            parts.append(f'<polyline style="stroke:{color}" points="{path}"/>')
        if not series.line or len(places) <= 40:
            parts += [f'<circle style="fill:{color}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places]
        return parts

    def labels(self, series: Series) -> list[str]:
        """Drawn after every line, so that none runs through them."""
        parts = []
        for point, label in zip(series.points, series.labels, strict=False):
            if not all(map(isfinite, point)):
                continue
            x, y = self.at(*point)
            end = x > WIDTH - 110  # no room on the right
            anchor, dx = ("end", -7) if end else ("start", 7)
            parts.append(
                f'<text x="{x + dx:.1f}" y="{y - 6:.1f}" text-anchor="{anchor}">{escape(label)}</text>'
            )
        return parts


def draw_svg(plot: Plot) -> str:
    """A plot → one <svg> element; its style is the page's. Numbers that are not finite are left out."""
    points = [(x, y) for s in plot.series for x, y in s.points if isfinite(x) and isfinite(y)]
    if not points:
        return ""
    xs = [x for x, _ in points] + [marker.x for marker in plot.markers]
    frame = _Frame(_span(xs), _span([y for _, y in points]))
    parts = frame.axes(plot) + [frame.marker(marker) for marker in plot.markers]
    for number, series in enumerate(plot.series):
        parts += frame.series(series, number)
    for series in plot.series:
        parts += frame.labels(series)
    label = escape(plot.title, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def draw_svg_file(plot: Plot) -> str:
    """A plot as an SVG file of its own, with its colours inside."""
    lines = ("#b4532a", "#2f6f8f", "#5f7d3a", "#8a5a9c", "#b08a1e", "#6b6762")
    colors = "".join(f"--line-{number}: {color};" for number, color in enumerate(lines))
    style = (
        f"<style>svg {{ background: #fdfcfa; font: 11.5px sans-serif; {colors} }} text {{ fill: #76706a; }} "
        ".axis { fill: #24211e; } .grid { stroke: #e4dfd8; } polyline { fill: none; stroke-width: 1.5; } "
        ".marker { stroke: #2f6f8f; stroke-dasharray: 3 3; opacity: .7; }</style>"
    )
    svg = draw_svg(plot)
    open_end = svg.index(">") + 1
    head = svg[:open_end].replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" ', 1)
    return f"{head}{style}{svg[open_end:]}\n"
