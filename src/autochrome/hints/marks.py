"""Marks: what a person draws on an image to set its colours. Points, strokes and rectangles, and their pixels.

Positions are fractions of the image (x of its width, y of its height, 0…1). Sizes are fractions of its short side. So
marks fit the same image at every size. `docs/hints.md` describes them for users.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field

from autochrome.color.lab import lab_from_srgb
from autochrome.color.names import read_color
from autochrome.hints.polygon import fill_polygon
from autochrome.options import Options
from autochrome.types import OUTLINED, Floats, Hints

MIN_POINT_RADIUS = 2.0  # pixels at render size; the network hardly notices a smaller disc
MIN_STROKE_WIDTH = 3.0  # pixels
MIN_RECTANGLE_SIDE = 2.0  # pixels

Position = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Size = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Reach = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""0: the colour of this thing only; 1: what it says about the whole picture counts too."""
Strength = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
"""How much the network believes the mark: 1 is sure."""
_PLAIN = re.compile(r"(#[0-9a-fA-F]{6}|gr[ea]y)")


def _plain_color(value: Any) -> Any:
    """A colour name or #rgb as `#rrggbb`."""
    return value if not isinstance(value, str) or _PLAIN.fullmatch(value) else read_color(value)


Color = Annotated[str, BeforeValidator(_plain_color), Field(pattern=rf"^{_PLAIN.pattern}$")]
"""#rrggbb or grey. A name or #rgb becomes #rrggbb."""


class Point(Options):
    """A disc of one colour."""

    x: Position
    y: Position
    color: Color
    radius: Size | None = None  # fraction of the short side; None is the smallest disc that a network notices
    reach: Reach | None = None  # None: the reach of all marks that have none
    strength: Strength = 1.0
    by: Literal["machine"] | None = None  # who set it; None: a person

    def coverage(self, height: int, width: int) -> Floats:
        """(height, width) 0…1: the fraction of each pixel that the disc covers."""
        radius = max(MIN_POINT_RADIUS, (self.radius or 0) * min(height, width))
        return _brush([(self.x, self.y)], radius, height, width)


class Stroke(Options):
    """A line drawn with a round brush. A path of one position is a dot."""

    path: Annotated[tuple[tuple[Position, Position], ...], Field(min_length=1)]
    color: Color
    width: Size  # fraction of the short side
    reach: Reach | None = None
    strength: Strength = 1.0

    def coverage(self, height: int, width: int) -> Floats:
        """(height, width) 0…1: the fraction of each pixel that the line covers."""
        radius = max(MIN_STROKE_WIDTH, self.width * min(height, width)) / 2
        return _brush(self.path, radius, height, width)


class Rectangle(Options):
    """A filled rectangle; x and y are its upper left corner. Parts outside the image are cut off."""

    x: Position
    y: Position
    width: Size  # fraction of the image's width
    height: Size  # fraction of the image's height
    color: Color
    reach: Reach | None = None
    strength: Strength = 1.0

    def coverage(self, height: int, width: int) -> Floats:
        """(height, width) 0…1: the fraction of each pixel that the rectangle covers."""
        rows = _span(self.y * height, self.height * height, height)
        columns = _span(self.x * width, self.width * width, width)
        return rows[:, None] * columns[None, :]


class Area(Options):
    """A filled area with any outline. Where the outline crosses itself, what it surrounds twice is outside."""

    outline: Annotated[tuple[tuple[Position, Position], ...], Field(min_length=3)]  # closed at its end
    color: Color
    reach: Reach | None = None
    strength: Strength = 1.0

    def coverage(self, height: int, width: int) -> Floats:
        """(height, width) 0…1: the fraction of each pixel inside the outline."""
        return fill_polygon(self.outline, height, width)


Mark: TypeAlias = Rectangle | Area | Stroke | Point


class Marks(Options):
    """All marks on one image.

    Rectangles are lowest, then areas, then strokes; points are on top. Within a list, a later mark covers an earlier
    one.
    """

    points: tuple[Point, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    rectangles: tuple[Rectangle, ...] = ()
    areas: tuple[Area, ...] = ()

    @property
    def all_marks(self) -> tuple[Mark, ...]:
        """From the lowest to the highest."""
        return (*self.rectangles, *self.areas, *self.strokes, *self.points)

    @property
    def only_marks(self) -> dict[str, Any]:
        """The lists of marks by name, without what else a hints file or a key frame has."""
        return {name: getattr(self, name) for name in Marks.model_fields}

    def without_machine(self) -> Self:
        """The same without the points that the machine has set."""
        points = tuple(point for point in self.points if point.by != "machine")
        return self.model_copy(update={"points": points})

    def rasterize(self, height: int, width: int, *, reach: float = 1.0) -> Hints:
        """The marks as hints with this many pixels. Marks without a reach have this one."""
        marks = self.all_marks
        reaches = [_reach_of(mark, reach) for mark in marks]
        planes = 2 if all(each == 1 for each in reaches) else 4
        premultiplied = np.zeros((height, width, planes), np.float32)  # so that edges do not turn grey
        mask = np.zeros((height, width), np.float32)
        for mark, own_reach in zip(marks, reaches, strict=True):
            box, coverage = _footprint(
                mark, height, width
            )  # brush strokes must be quick: only what is covered
            inside = coverage * np.float32(mark.strength)
            flags = max(0.0, own_reach), float(own_reach == OUTLINED)
            value = np.array([*chroma_of(mark.color), *flags], np.float32)[:planes]
            premultiplied[box] += inside[..., None] * (value - premultiplied[box])
            mask[box] += inside * (1 - mask[box])
        return Hints.from_premultiplied(premultiplied, mask)


def _reach_of(mark: Mark, default: float) -> float:
    """Who outlines a thing has said where it ends: with reach 0, areas and rectangles are about their own pixels."""
    reach = default if mark.reach is None else mark.reach
    return OUTLINED if reach == 0 and isinstance(mark, Area | Rectangle) else reach


def chroma_of(color: str) -> Floats:
    """`#rrggbb` → (2,) its a*b*; `grey` → 0, 0. The lightness of the colour is not used."""
    if not color.startswith("#"):
        return np.zeros(2, np.float32)
    rgb = np.frombuffer(bytes.fromhex(color[1:]), np.uint8) / np.float32(255)
    ab: Floats = lab_from_srgb(rgb)[1:].astype(np.float32)
    return ab


@lru_cache(256)
def _footprint(mark: Mark, height: int, width: int) -> tuple[tuple[slice, slice], Floats]:
    """The part of an image that a mark covers, and its coverage there. A brush draws all marks again and again."""
    coverage = mark.coverage(height, width)
    box = _bounding_box(coverage)
    piece = coverage[box].copy()
    piece.flags.writeable = False
    return box, piece


def _bounding_box(coverage: Floats) -> tuple[slice, slice]:
    """Rows and columns of the smallest box that holds every covered pixel; empty slices if there is none."""
    covered = [np.flatnonzero(coverage.any(axis=axis)) for axis in (1, 0)]
    rows, columns = (slice(found[0], found[-1] + 1) if found.size else slice(0, 0) for found in covered)
    return rows, columns


def _span(start: float, length: float, count: int) -> Floats:
    """(count,) 0…1: the fraction of each pixel of a row that lies between start and start + length."""
    middle, half = start + length / 2, max(length, MIN_RECTANGLE_SIDE) / 2
    edges = np.clip(np.arange(count + 1, dtype=np.float32), middle - half, middle + half)
    return np.diff(edges).astype(np.float32)


def _brush(path: Sequence[tuple[float, float]], radius: float, height: int, width: int) -> Floats:
    """(height, width) 0…1: coverage of a round brush of `radius` pixels that is drawn along relative positions."""
    nearest = np.full((height, width), np.inf, np.float32)  # squared distance to the path
    rows, columns = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    corners = [
        (x * width - 0.5, y * height - 0.5) for x, y in path
    ]  # the middle of a pixel is a whole number
    for start, end in pairwise(corners) if len(corners) > 1 else [(corners[0], corners[0])]:
        across, down = (
            slice(max(0, int(min(ends) - radius) - 1), max(0, int(max(ends) + radius) + 3))
            for ends in zip(start, end, strict=True)
        )
        box = nearest[down, across]
        squared = _squared_distance(columns[across], rows[down, None], start, end)
        np.minimum(box, squared, out=box)
    coverage: Floats = np.clip(np.float32(radius + 0.5) - np.sqrt(nearest), 0, 1)
    return coverage


def _squared_distance(x: Floats, y: Floats, start: tuple[float, float], end: tuple[float, float]) -> Floats:
    """The squared distance of the pixels (x, y) from the segment between start and end."""
    x, y = x - start[0], y - start[1]
    along = end[0] - start[0], end[1] - start[1]
    length = max(along[0] ** 2 + along[1] ** 2, 1e-9)
    t = np.clip(x * (along[0] / length) + y * (along[1] / length), 0, 1)
    across, down = x - t * along[0], y - t * along[1]
    squared: Floats = (across * across + down * down).astype(np.float32, copy=False)
    return squared
