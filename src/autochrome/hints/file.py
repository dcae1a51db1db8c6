"""The hints file: colours that a person knows, as points, strokes and rectangles, and their way into `Hints`.

Coordinates are relative to the picture (x over its width, y over its height, 0…1), sizes to its short side, so
that a file fits the same picture at any size. `docs/hints.md` describes the format for people.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from autochrome.color.lab import lab_from_srgb
from autochrome.errors import HintsError
from autochrome.files import atomic_write
from autochrome.options import Options
from autochrome.types import Floats, Hints, Pixels

VERSION = 1
LEAST_POINT = 2.0  # pixels at render size: a smaller disc would hardly be seen by a network
LEAST_STROKE = 3.0  # pixels wide
LEAST_SIDE = 2.0  # pixels, of a rectangle
FAINT, CERTAIN = 4.0, 12.0  # chroma that is noise and fading, and chroma that is colour

Place = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Size = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
FileName = Annotated[str, Field(pattern=r"^[^/\\\x00.][^/\\\x00]*$")]
"""Of a picture in the folder of the hints file; nothing outside of it can be named."""
Color = Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6}|gr[ea]y)$")]


class Point(Options):
    """A disc of colour."""

    x: Place
    y: Place
    color: Color
    radius: Size | None = None  # of the short side; none is as small as a network can see

    def coverage(self, height: int, width: int) -> Floats:
        """(height, width) 0…1: how much of each pixel it covers."""
        radius = max(LEAST_POINT, (self.radius or 0) * min(height, width))
        return _brush([(self.x, self.y)], radius, height, width)


class Stroke(Options):
    """A line drawn with a round brush. A path of one place is a dot."""

    path: Annotated[tuple[tuple[Place, Place], ...], Field(min_length=1)]
    color: Color
    width: Size  # of the short side

    def coverage(self, height: int, width: int) -> Floats:
        """(height, width) 0…1: how much of each pixel it covers."""
        radius = max(LEAST_STROKE, self.width * min(height, width)) / 2
        return _brush(self.path, radius, height, width)


class Rectangle(Options):
    """A filled rectangle; x and y are its upper left corner, and what juts out of the picture is cut off."""

    x: Place
    y: Place
    width: Size  # of the picture's width
    height: Size  # of the picture's height
    color: Color

    def coverage(self, height: int, width: int) -> Floats:
        """(height, width) 0…1: how much of each pixel it covers."""
        rows = _span(self.y * height, self.height * height, height)
        columns = _span(self.x * width, self.width * width, width)
        return rows[:, None] * columns[None, :]


class Marks(Options):
    """What a person knows about one picture.

    Rectangles lie lowest, strokes over them, points on top; within a list the later paints over the earlier.
    """

    points: tuple[Point, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    rectangles: tuple[Rectangle, ...] = ()

    def planes(self, height: int, width: int) -> Hints:
        """The hints over that many pixels: chroma (height, width, 2) a*b*, mask (height, width) 0…1."""
        ink = np.zeros((height, width, 2), np.float32)  # a*b* × mask, so that edges do not mix with grey
        mask = np.zeros((height, width), np.float32)
        marks: tuple[Point | Stroke | Rectangle, ...] = (*self.rectangles, *self.strokes, *self.points)
        for mark in marks:
            over = mark.coverage(height, width)
            box = _box(over)  # a brush answers while it moves: only where the mark is, there is work
            near = over[box]
            ink[box] += near[..., None] * (chroma_of(mark.color) - ink[box])
            mask[box] += near * (1 - mask[box])
        return Hints.from_premultiplied(ink, mask)


class KeyFrame(Marks):
    """Marks on one frame of a film, named by its number or its time. They hold for its shot."""

    frame: Annotated[int, Field(ge=0)] | None = None  # from 0
    time: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None  # seconds
    picture: FileName | None = None  # this very frame in colour; the marks lie over it
    reference: FileName | None = None  # another coloured picture with the same things in it

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if (self.frame is None) == (self.time is None):
            raise ValueError("a key frame has a frame or a time, one of the two")
        return self


class HintsFile(Marks):
    """What a person knows about one picture, or about frames of a film."""

    version: Literal[1]
    frames: tuple[KeyFrame, ...] = ()  # of a film; marks outside of them are on its first frame

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as JSON; what stood there is replaced in one step."""
        atomic_write(path, self.model_dump_json(indent=2, exclude_defaults=True) + "\n")


def load_hints(path: str | os.PathLike[str]) -> HintsFile:
    """The hints file at `path`; whatever is wrong with it is one `HintsError` that says where."""
    try:
        return HintsFile.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise HintsError(f"{path}: the hints file cannot be opened ({error.strerror}).") from error
    except ValidationError as error:
        raise HintsError(f"{path}: {_explain(error.errors())}") from error


def hints_from_picture(pixels: Pixels) -> Hints:
    """The colour a tinted or half-faded picture still has, as hints: (H, W, 3) sRGB, 8 or 16 bit → the same pixels.

    The stronger the colour the more it is believed: the mask climbs smoothly from 0 at chroma 4, which is paper
    and noise, to 1 at chroma 12. Sepia is colour too, and would stay sepia: treat such a picture as grey.
    """
    lab = lab_from_srgb(pixels[..., :3].astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max))
    chroma: Floats = np.ascontiguousarray(lab[..., 1:], np.float32)
    sure = np.clip((np.hypot(chroma[..., 0], chroma[..., 1]) - FAINT) / (CERTAIN - FAINT), 0, 1)
    return Hints(chroma, (sure * sure * (3 - 2 * sure)).astype(np.float32))


def chroma_of(color: str) -> Floats:
    """`#rrggbb` → (2,) its a*b*; `grey` is 0, 0. Its lightness does not matter: the picture has its own."""
    if not color.startswith("#"):
        return np.zeros(2, np.float32)
    rgb = np.frombuffer(bytes.fromhex(color[1:]), np.uint8) / np.float32(255)
    ab: Floats = lab_from_srgb(rgb)[1:].astype(np.float32)
    return ab


def _box(cover: Floats) -> tuple[slice, slice]:
    """The smallest rectangle with everything that is covered; empty where nothing is."""
    places = [np.flatnonzero(cover.any(axis=axis)) for axis in (1, 0)]
    rows, columns = (slice(found[0], found[-1] + 1) if found.size else slice(0, 0) for found in places)
    return rows, columns


def _span(start: float, length: float, count: int) -> Floats:
    """(count,) 0…1: how much of each pixel of a row lies in start…start + length."""
    middle, half = start + length / 2, max(length, LEAST_SIDE) / 2
    edges = np.clip(np.arange(count + 1, dtype=np.float32), middle - half, middle + half)
    return np.diff(edges).astype(np.float32)


def _brush(path: Sequence[tuple[float, float]], radius: float, height: int, width: int) -> Floats:
    """(height, width) 0…1: a round brush of `radius` pixels drawn along relative places."""
    cover = np.zeros((height, width), np.float32)
    places = np.array(path, np.float32) * (width, height) - 0.5  # in the middle of a pixel is a whole number
    for start, end in zip(places, places[1:] if len(places) > 1 else places, strict=False):
        least = np.maximum(np.floor(np.minimum(start, end) - radius - 1), 0).astype(int)
        most = np.minimum(np.ceil(np.maximum(start, end) + radius + 2), (width, height)).astype(int)
        box = np.s_[least[1] : most[1], least[0] : most[0]]
        y, x = np.ogrid[box]
        cover[box] = np.maximum(cover[box], np.clip(radius + 0.5 - _distance(x, y, start, end), 0, 1))
    return cover


def _distance(x: Floats, y: Floats, start: Floats, end: Floats) -> Floats:
    """How far the pixels (x, y) lie from the segment start…end."""
    along = end - start
    t = ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / max(float(along @ along), 1e-9)
    t = np.clip(t, 0, 1)
    distance: Floats = np.hypot(x - start[0] - t * along[0], y - start[1] - t * along[1])
    return distance


def _explain(faults: list[ErrorDetails]) -> str:
    """One sentence out of what pydantic found: where, and what is wrong."""
    fault = faults[0]
    more = f" ({len(faults) - 1} more like this.)" if len(faults) > 1 else ""
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).lstrip(".")
    if fault["type"] == "json_invalid":
        return f"not a JSON file: {fault['ctx']['error']}."
    if fault["type"] == "extra_forbidden":
        return f"unknown field '{where}'; docs/hints.md lists what there is.{more}"
    if fault["type"] == "missing":
        return f"'{where}' is missing.{more}"
    if fault["type"] == "string_pattern_mismatch":
        return f"'{where}' is {fault['input']!r}; a colour is #rrggbb or grey.{more}"
    return f"'{where}' is {fault['input']!r:.60}: {fault['msg'][0].lower()}{fault['msg'][1:]}.{more}"
