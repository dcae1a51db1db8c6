"""Drawn scenes with known things: does a stroke colour the thing that it lies on, and nothing else?

Each scene is a textured background with some shaded ellipses and rectangles, whose pixels are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.evaluate.results import BrushScores
from autochrome.evaluate.stroke_protocol import MOVED, random_color
from autochrome.types import Floats, Hints, Luma

if TYPE_CHECKING:
    from autochrome.model import ColorModel

SIDE = 256  # pixels
SCENES = 40
STROKE = (5, 17)  # pixels: height and width
HALF_WAY = 0.5  # a pixel is covered if it went at least so far from its colour to the stroke's
_SMALLEST = 1500  # pixels of a thing that can be seen


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawn picture, and what is where."""

    luma: Luma  # (H, W) L*
    labels: NDArray[np.int_]  # (H, W) 0 for the background, else the number of the thing
    centres: dict[int, tuple[int, int]]  # thing → (row, column) of its centre, where the thing is on top


class Coverage(NamedTuple):
    """What one stroke does, 0…1."""

    covered: float  # fraction of the thing
    spilled: float  # fraction of all else that moves


def draw_scene(seed: int) -> Scene:
    """The same scene for the same seed."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    luma = 50 + 20 * random.uniform(-1, 1) + _texture(random, 16, 2) + _texture(random, 4, 1.5)
    labels, centres = np.zeros((SIDE, SIDE), int), {}
    for number in range(1, int(random.integers(3, 6))):
        row, column = (float(x) for x in random.uniform(50, SIDE - 50, 2))
        height, width = random.uniform(24, 60, 2)
        y, x = (rows - row) / height, (columns - column) / width
        inside = y * y + x * x < 1 if random.random() < 0.5 else (abs(y) < 1) & (abs(x) < 1)
        shade = 12 * (y * random.uniform(-1, 1) + x * random.uniform(-1, 1))
        texture = _texture(random, int(random.integers(3, 12)), random.uniform(0.5, 4))
        luma = np.where(inside, random.uniform(20, 85) + shade + texture, luma)
        labels = np.where(inside, number, labels)
        centres[number] = (round(row), round(column))
    luma = luma + random.normal(size=luma.shape) * 0.6
    on_top = {n: at for n, at in centres.items() if labels[at] == n and (labels == n).sum() >= _SMALLEST}
    return Scene(luma.clip(0, 100).astype(np.float32), labels, on_top)


def _texture(random: np.random.Generator, grain: int, amplitude: float) -> Floats:
    """(SIDE, SIDE) smooth noise with grains of about so many pixels."""
    side = SIDE // grain + 2
    noise = random.normal(size=(side, side)).astype(np.float32)
    return resize(noise, SIDE, SIDE) * np.float32(amplitude)


def measure_scene(model: ColorModel, seed: int) -> Iterator[Coverage]:
    """Paint one stroke with reach 0 on each thing of a scene, one after the other."""
    scene, random = draw_scene(seed), np.random.default_rng((seed, 1))
    prepared = model.prepare(scene.luma)
    alone = model.paint(prepared, Hints.none(SIDE, SIDE)).chroma
    for number, (row, column) in scene.centres.items():
        ab = random_color(random)
        hints = Hints.none(SIDE, SIDE)
        top, left = row - STROKE[0] // 2, column - STROKE[1] // 2
        stroke = np.s_[top : top + STROKE[0], left : left + STROKE[1]]
        hints.chroma[stroke], hints.mask[stroke] = ab, 1
        chroma = model.paint(prepared, hints.with_reach(0.0)).chroma
        share = resize((scene.labels == number).astype(np.float32), *chroma.shape[:2])
        moved = np.linalg.norm(chroma - alone, axis=-1)
        way = moved / np.maximum(np.linalg.norm(np.array(ab, np.float32) - alone, axis=-1), 1)
        yield Coverage(
            float((way[share > 0.95] >= HALF_WAY).mean()), float((moved[share < 0.02] > MOVED).mean())
        )


def measure_coverage(model: ColorModel, scenes: int = SCENES) -> list[Coverage]:
    """One stroke on each thing of every scene."""
    return [coverage for seed in range(scenes) for coverage in measure_scene(model, seed)]


def add_coverage(brush: BrushScores, strokes: Sequence[Coverage]) -> BrushScores:
    """The scores of the brush with those of strokes on drawn things."""
    covered, spilled = (np.array([getattr(stroke, name) for stroke in strokes]) for name in Coverage._fields)
    return brush.model_copy(
        update={
            "things": len(strokes),
            "covered_median": float(np.median(covered)),
            "covered_ten": float(np.quantile(covered, 0.1)),
            "spilled_median": float(np.median(spilled)),
        }
    )
