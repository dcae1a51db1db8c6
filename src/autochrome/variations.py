"""Variations: other likely colours of a picture, as hints that the machine sets itself.

The machine commits a few places to one likely colour each, looks at the distribution again with these hints, and goes
on, by rounds. So a whole thing gets one colour. Each variation is drawn in its own style: from muted to vivid.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from autochrome.color.hex_codes import color_code
from autochrome.color.lab import lab_from_srgb
from autochrome.color.resize import resize
from autochrome.errors import UsageError
from autochrome.hints.marks import Marks, Point
from autochrome.model import ColorDistribution, ColorModel, DistributionModel
from autochrome.types import Chroma, Floats, Hints, Prepared

DIFFERENT = 6.0  # a*b*: two results differ if their colours are so far apart, on average
_ROUNDS = 8
_POINTS = 40  # of one draw, at most
_APART = 3  # cells of the distribution between two points
_NEAR = 14.0  # a*b*: colours that are nearer to a mode belong to it
_VIVID_WEIGHT = 2.5  # by which a vivid draw counts the strongest colours more than grey
_VIVID_CHROMA = 60.0  # a*b*: chroma from which on a colour has this weight
_SHARE = 0.25  # a mode with less than this share of the likeliest one is not taken
_DRAWS = 2  # for each variation, at most: it is drawn again if it differs too little
_REACH = 1.0  # a point is one more fact about the picture, so that alike things agree
_VIVID_REACH = 0.3  # a vivid colour is nearly only about its thing: it does not flood the wall behind


@dataclass(frozen=True, slots=True)
class Style:
    """How one variation is drawn."""

    chroma: float  # factor on the chroma of each point
    # the first rounds, which prefer vivid colours; the others keep to what is likely then
    vivid_rounds: int = 0


_STYLES = (
    Style(vivid_rounds=2, chroma=0.7),  # other colours
    Style(chroma=0.35),  # muted
    Style(vivid_rounds=1, chroma=0.7),  # soft
    Style(vivid_rounds=3, chroma=0.8),  # vivid
)
"""The styles of the variations, in turn."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One way to colour a picture: the machine's points, and the colour that they give."""

    points: tuple[Point, ...]
    chroma: Chroma  # (h, w, 2)
    # a*b*: distance from the single answer and from the variations before it, the smallest
    apart: float = 0.0


@dataclass(frozen=True)
class Canvas:
    """A prepared picture, with the hints that are known already. They lie over the machine's points."""

    model: ColorModel
    prepared: Prepared
    known: Hints | None
    vivid: float  # 0…2

    def hints(self, points: Sequence[Point]) -> Hints | None:
        """The machine's points below the known hints; None if there are neither."""
        if not points:
            return self.known
        own = Marks(points=tuple(points)).rasterize(*self.prepared.luma.shape)
        return self.known.over(own) if self.known else own

    def paint(self, points: Sequence[Point]) -> Chroma:
        """(h, w, 2) a*b* of the picture with these points."""
        return self.model.paint(self.prepared, self.hints(points), self.vivid).chroma

    def look(self, points: Sequence[Point]) -> "View":
        """The distribution over colours with these points."""
        found = None
        if isinstance(self.model, DistributionModel):
            found = self.model.predict_distribution(self.prepared, self.hints(points))
        if found is None:
            raise UsageError(
                f"The model {self.model.card.name!r} does not say which other colours are likely, so it has no "
                "variations; choose another model."
            )
        return View(found)

    def free_cells(self, rows: int, columns: int) -> NDArray[np.bool_]:
        """(rows, columns): where no hint is known yet."""
        if self.known is None:
            return np.ones((rows, columns), np.bool_)
        return resize(self.known.mask, rows, columns) < 1e-3

    def luma_of_cells(self, rows: int, columns: int) -> Floats:
        """(rows, columns) L*: the mean of each cell."""
        return resize(self.prepared.luma, rows, columns)


@dataclass(frozen=True)
class View:
    """A distribution over colours, and its modes: the palette's colours with all that is near them."""

    found: ColorDistribution

    @cached_property
    def masses(self) -> Floats:
        """(h, w, K) 0…1: how likely a colour near each of the palette is."""
        mass: Floats = self.found.probabilities @ self._near
        return mass

    @cached_property
    def mean_chroma(self) -> Floats:
        """(h, w) the chroma of the mean colour."""
        mean = self.found.probabilities @ self.found.palette
        chroma: Floats = np.hypot(mean[..., 0], mean[..., 1])
        return chroma

    @cached_property
    def _near(self) -> Floats:
        """(K, K): 1 where two colours of the palette belong to one mode."""
        gaps = np.linalg.norm(self.found.palette[:, None] - self.found.palette[None], axis=-1)
        near: Floats = (gaps < _NEAR).astype(np.float32)
        return near

    def color_of_mode(self, row: int, column: int, mode: int) -> Floats:
        """(2,) a*b*: the mean of the colours that belong to a mode."""
        weights = self.found.probabilities[row, column] * self._near[mode]
        color: Floats = weights @ self.found.palette / max(float(weights.sum()), 1e-9)
        return color


def make_variations(
    model: ColorModel,
    prepared: Prepared,
    count: int,
    *,
    known: Hints | None = None,
    vivid: float = 1.0,
    seed: int = 0,
) -> list[Variation]:
    """`count` variations of a picture, each different from its single answer and from those before it.

    known: hints over the picture, which stay. vivid: 0…2, as for `paint`. The same seed gives the same variations.
    `Variation.apart` says how much they differ: it is small where the network is sure of the picture.
    """
    if count < 1:
        raise UsageError(f"{count} variations are asked for; there is at least 1.")
    if not model.card.hints:
        raise UsageError(
            f"The model {model.card.name!r} takes no hints, so it has no variations; choose another model."
        )
    canvas = Canvas(model, prepared, known, vivid)
    first = canvas.look(())
    if not canvas.free_cells(*first.masses.shape[:2]).any():
        raise UsageError(
            "Hints or own colour cover the whole picture, so it has no variations; leave some hints out."
        )
    chosen: list[Variation] = []
    shown = [canvas.paint(())]
    for number in range(count):
        best: Variation | None = None
        for attempt in range(_DRAWS):
            random = np.random.default_rng((seed, number, attempt))
            points = _draw(canvas, first, random, _STYLES[number % len(_STYLES)])
            chroma = canvas.paint(points)
            drawn = Variation(points, chroma, min(distance(chroma, other) for other in shown))
            if best is None or drawn.apart > best.apart:
                best = drawn
            if best.apart >= DIFFERENT:
                break
        assert best is not None
        chosen.append(best)
        shown.append(best.chroma)
    return chosen


def distance(one: Chroma, other: Chroma) -> float:
    """How far apart two results are: the mean a*b* distance of their pixels."""
    return float(np.linalg.norm(one - other, axis=-1).mean())


def _draw(canvas: Canvas, first: View, random: np.random.Generator, style: Style) -> tuple[Point, ...]:
    """The points of one draw. first: the distribution without them."""
    points: list[Point] = []
    rows, columns = first.masses.shape[:2]
    luma = canvas.luma_of_cells(rows, columns)
    free = canvas.free_cells(rows, columns)
    for number in range(_ROUNDS):
        view = canvas.look(points) if number else first
        modes, rank = _choose_modes(view, random, vivid=number < style.vivid_rounds)
        reach = _VIVID_REACH if number < style.vivid_rounds else _REACH
        for row, column in _take_best(rank, free, _POINTS // _ROUNDS):
            color = color_code(float(luma[row, column]), view.color_of_mode(row, column, modes[row, column]))
            x, y = (column + 0.5) / columns, (row + 0.5) / rows
            points.append(Point(x=x, y=y, color=color, reach=reach, by="machine"))
        if not free.any():
            break
    return tuple(_scale_chroma(point, style.chroma) for point in points)


def _scale_chroma(point: Point, factor: float) -> Point:
    """The point with a paler colour. This comes last: a pale point would make the next rounds paler still."""
    color = np.frombuffer(bytes.fromhex(point.color[1:]), np.uint8) / np.float32(255)
    lab = lab_from_srgb(color)
    ab = (lab[1:] * factor).astype(np.float32)
    return point.model_copy(update={"color": color_code(float(lab[0]), ab)})


def _choose_modes(view: View, random: np.random.Generator, *, vivid: bool) -> tuple[NDArray[np.intp], Floats]:
    """(h, w) a mode for each cell, drawn by its mass, and (h, w) its rank: the highest is set first.

    The random numbers belong to the colours, not to the cells: alike cells draw the same colour.
    """
    chroma = np.hypot(*view.found.palette.T)
    likely = view.masses >= _SHARE * view.masses.max(axis=-1, keepdims=True)
    # the Gumbel trick: each is drawn as often as it is likely
    preference = np.exp(random.gumbel(size=chroma.shape))
    if vivid:
        preference *= 1 + (_VIVID_WEIGHT - 1) * np.minimum(chroma / _VIVID_CHROMA, 1)
    modes = np.where(likely, view.masses * preference.astype(np.float32), -1).argmax(axis=-1)
    rank = np.take_along_axis(view.masses, modes[..., None], -1)[..., 0]
    if vivid:
        rank = rank * (chroma[modes] - view.mean_chroma)
    return modes, rank.astype(np.float32)


def _take_best(rank: Floats, free: NDArray[np.bool_], count: int) -> Iterator[tuple[int, int]]:
    """The free cells with the highest rank, `_APART` cells from each other. They and those around are free no more."""
    for _ in range(count):
        if not free.any():
            return
        row, column = np.unravel_index(np.where(free, rank, -np.inf).argmax(), rank.shape)
        around = [slice(max(0, at - _APART + 1), at + _APART) for at in (int(row), int(column))]
        free[around[0], around[1]] = False
        yield int(row), int(column)
