"""One page to read: tables, curves and pictures in a single HTML file that needs nothing beside it."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import ExtraMissing
from autochrome.evaluate.charts import LINES, Plot, draw_svg
from autochrome.files import atomic_write

_QUALITY = 90  # of the pictures in the page


@dataclass(frozen=True, slots=True)
class Table:
    """Text and numbers; the first column names the row. Cells are text, already rounded as they shall be read."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    strong: Sequence[int] = ()  # numbers of the rows that matter most


@dataclass(frozen=True, slots=True)
class Figure:
    caption: str
    rgb: NDArray[np.uint8]  # (H, W, 3)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Pictures side by side: one subject, several ways of colouring it."""

    title: str
    pictures: Sequence[Figure]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Strips below each other under one heading."""

    title: str
    strips: Sequence[FigureRow]
    note: str = ""


def write_report(
    path: Path,
    title: str,
    tables: Sequence[Table] = (),
    pictures: Sequence[Gallery] = (),
    plots: Sequence[Plot] = (),
    *,
    lead: str = "",
    notes: Sequence[tuple[str, str]] = (),
) -> None:
    """Write the page: title and lead, tables, plots, pictures, and last the notes (term, meaning)."""
    body = [f"<header><h1>{escape(title)}</h1>{_paragraph(lead)}</header>"]
    body += [_table(table) for table in tables]
    body.append(_plots(plots))
    body += [_gallery(gallery) for gallery in pictures]
    body.append(_notes(notes))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{_STYLE}'
    page = f'<!doctype html><html lang="en"><head>{head}<title>{escape(title)}</title></head>'
    atomic_write(path, f"{page}<body>{''.join(body)}</body></html>\n", make_folder=True)


def data_uri(rgb: NDArray[np.uint8]) -> str:
    """(H, W, 3) → the picture as text that an <img> shows."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ExtraMissing("Pages with pictures need Pillow: pip install 'autochrome[lab]'.") from error
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "WEBP", quality=_QUALITY, method=4)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


def _paragraph(text: str, kind: str = "note") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if text else ""


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = []
    for number, row in enumerate(table.rows):
        kind = ' class="strong"' if number in table.strong else ""
        first, *rest = (escape(cell) for cell in row)
        rows.append(f"<tr{kind}><th>{first}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>")
    content = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    note = _paragraph(table.note)
    return f'<section><h2>{escape(table.title)}</h2>{note}<div class="wide">{content}</div></section>'


def _plots(plots: Sequence[Plot]) -> str:
    drawn = []
    for plot in plots:
        if svg := draw_svg(plot):
            drawn.append(
                f"<figure><figcaption>{escape(plot.title)}</figcaption>{svg}{_legend(plot)}</figure>"
            )
    return f'<section class="plots">{"".join(drawn)}</section>' if drawn else ""


def _legend(plot: Plot) -> str:
    if len(plot.series) < 2:
        return ""
    names = (
        f'<li><i style="background:var(--line-{number % LINES})"></i>{escape(series.name)}</li>'
        for number, series in enumerate(plot.series)
    )
    return f'<ul class="legend">{"".join(names)}</ul>'


def _gallery(gallery: Gallery) -> str:
    strips = []
    for strip in gallery.strips:
        cells = (
            f'<figure><img src="{data_uri(p.rgb)}" width="{p.rgb.shape[1]}" height="{p.rgb.shape[0]}" '
            f'alt="{escape(p.caption, quote=True)}"><figcaption>{escape(p.caption)}</figcaption></figure>'
            for p in strip.pictures
        )
        head = f"<h3>{escape(strip.title)}</h3>{_paragraph(strip.note)}"
        strips.append(f'<div class="strip">{head}<div class="cells">{"".join(cells)}</div></div>')
    return f"<section><h2>{escape(gallery.title)}</h2>{_paragraph(gallery.note)}{''.join(strips)}</section>"


def _notes(notes: Sequence[tuple[str, str]]) -> str:
    if not notes:
        return ""
    terms = "".join(f"<dt>{escape(term)}</dt><dd>{escape(meaning)}</dd>" for term, meaning in notes)
    return f"<section><h2>What the words mean</h2><dl>{terms}</dl></section>"


_STYLE = """<style>
:root { color-scheme: light dark; --paper: #fdfcfa; --ink: #24211e; --soft: #76706a; --rule: #e4dfd8;
  --lift: #f5f1ea; --line-0: #b4532a; --line-1: #2f6f8f; --line-2: #5f7d3a; --line-3: #8a5a9c;
  --line-4: #b08a1e; --line-5: #6b6762; }
@media (prefers-color-scheme: dark) { :root { --paper: #1b1a19; --ink: #e9e4dd; --soft: #a09890; --rule: #383431;
  --lift: #262422; --line-0: #e08a5e; --line-1: #74b3d1; --line-2: #a3c276; --line-3: #c79ad8;
  --line-4: #dcb955; --line-5: #a8a29b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1320px; padding: 2.5rem 1.5rem 5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; font-weight: 600; margin: 0 0 .4rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; font-weight: 600; margin: 2.8rem 0 .6rem; }
h3 { font-size: .9rem; font-weight: 600; margin: 1.4rem 0 .4rem; overflow-wrap: anywhere; }
.note { color: var(--soft); margin: .2rem 0 .8rem; max-width: 75ch; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .87rem; }
th, td { padding: .4rem .55rem; text-align: right; white-space: nowrap; font-weight: 400; }
th:first-child { text-align: left; padding-left: .4rem; }
thead th { color: var(--soft); white-space: normal; border-bottom: 1px solid var(--rule); vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--rule); }
tr.strong > * { background: var(--lift); }
tr.strong > th { font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 2rem;
  margin-top: 2.8rem; }
figure { margin: 0; }
figcaption { color: var(--soft); font-size: .8rem; }
.plots figcaption { color: var(--ink); font-size: 1rem; font-weight: 600; margin-bottom: .5rem; }
svg { width: 100%; height: auto; font-size: 11.5px; }
svg text { fill: var(--soft); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
svg .axis { fill: var(--ink); }
svg .grid { stroke: var(--rule); } svg .marker { stroke: var(--line-1); stroke-dasharray: 3 3; opacity: .7; }
svg polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.legend { list-style: none; margin: .2rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem;
  font-size: .82rem; color: var(--soft); }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .45em;
  vertical-align: -.05em; }
.cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: .8rem; }
.cells img { display: block; width: 100%; height: auto; border-radius: 3px; margin-bottom: .25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.4rem; font-size: .87rem; }
dt { font-weight: 600; } dd { margin: 0; color: var(--soft); }
@media (max-width: 600px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
</style>"""
