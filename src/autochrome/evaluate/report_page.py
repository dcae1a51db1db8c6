"""A report as one HTML file with tables, charts and images, which loads nothing else; and a table as plain text.

`report_page.html.jinja` is the page. jinja2 (extra `evaluate`) is loaded when a page is written.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import ExtraMissing
from autochrome.evaluate.charts import LINE_COLORS, Plot, draw_svg
from autochrome.files import atomic_write

_TEMPLATE = "report_page.html.jinja"
_WEBP_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of text, with rounded numbers. The first column has the names of the rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    strong: Sequence[int] = ()  # numbers of the highlighted rows


@dataclass(frozen=True, slots=True)
class Figure:
    """An image with its caption."""

    caption: str
    rgb: NDArray[np.uint8]  # (H, W, 3) sRGB


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Figures side by side: the same image, coloured in several ways."""

    title: str
    figures: Sequence[Figure]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Rows of figures under one heading."""

    title: str
    rows: Sequence[FigureRow]
    note: str = ""


def format_table(table: Table) -> str:
    """A table as text for the terminal."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(table.columns))]
    texts = [f"{table.title}: {table.note}"]
    for first, *rest in lines:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        texts.append("  ".join([first.ljust(widths[0]), *cells]))
    return "\n".join(texts)


def write_report(
    path: Path,
    title: str,
    tables: Sequence[Table] = (),
    galleries: Sequence[Gallery] = (),
    plots: Sequence[Plot] = (),
    *,
    lead: str = "",
    notes: Sequence[tuple[str, str]] = (),
) -> None:
    """Write the page: title and lead, tables, plots, galleries, and at the end the notes (term, meaning)."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    drawn = [(plot, svg) for plot in plots if (svg := draw_svg(plot))]
    page = templates.get_template(_TEMPLATE).render(
        title=title,
        lead=lead,
        tables=tables,
        plots=drawn,
        galleries=galleries,
        notes=notes,
        line_colors=len(LINE_COLORS),
        data_uri=data_uri,
    )
    atomic_write(path, page, make_folder=True)


def data_uri(rgb: NDArray[np.uint8]) -> str:
    """(H, W, 3) sRGB → a WebP image as text, for the `src` of an <img>."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ExtraMissing("Pages with pictures need Pillow: pip install 'autochrome[evaluate]'.") from error
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "WEBP", quality=_WEBP_QUALITY, method=4)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"
