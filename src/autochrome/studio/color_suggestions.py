"""Colours that are likely at a point of a picture, and the picture of the network's doubt."""

import numpy as np

from autochrome.color.hex_codes import color_code
from autochrome.color.resize import resize
from autochrome.model import ColorModel, ColorSuggester
from autochrome.model.likely_colors import MERGE_DISTANCE
from autochrome.types import Chroma, Floats, Luma, Prepared

_CELL = 8.0  # a*b*: the eye hardly tells colours apart that are nearer than this
_RADIUS = 0.12  # of the short side: colours at this distance from the point count about 60 %
_ELSEWHERE = 0.5  # weight of all the rest of the picture; the area around the point has about 6
_COUNT = 8  # colours at most
_DARKEST, _BRIGHTEST = 25.0, 85.0  # L*: outside of this, colours look alike


def suggest_colors(
    network: ColorModel, prepared: Prepared, chroma: Chroma, x: float, y: float
) -> list[tuple[str, float]]:
    """(#rrggbb, probability 0…1) of the colours that are likely at a point (x, y 0…1), the likeliest first.

    The colours that the network predicts come first, if it predicts any; then those of the picture around the point.
    chroma: (h, w, 2) a*b* of the coloured picture.
    """
    luma = luma_at(prepared.luma, x, y)
    likely = network.likely_colors(prepared, None, x, y) if isinstance(network, ColorSuggester) else []
    found = [(np.array(each.ab), each.share) for each in likely]
    rest = max(0.0, 1 - sum(probability for _, probability in found))
    for ab, fraction in colors_around(chroma, x, y):
        if all(np.hypot(*(ab - other)) >= MERGE_DISTANCE for other, _ in found):
            found.append((ab, fraction * rest))
    return [(color_code(luma, ab), float(probability)) for ab, probability in found[:_COUNT]]


def colors_around(chroma: Chroma, x: float, y: float) -> list[tuple[Floats, float]]:
    """(h, w, 2) a*b* of a picture; x, y 0…1 → (a*b*, fraction 0…1), the most frequent first.

    Pixels near the point count most, the rest of the picture a little.
    """
    height, width = chroma.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    radius = _RADIUS * min(height, width)
    distance = ((rows + 0.5 - y * height) ** 2 + (columns + 0.5 - x * width) ** 2) / (radius * radius)
    weight = np.exp(-distance / 2) + _ELSEWHERE * radius * radius / (height * width)
    cells = np.round(chroma.reshape(-1, 2) / _CELL).astype(int)
    colors, cell_of = np.unique(cells, axis=0, return_inverse=True)
    cell_of = cell_of.reshape(-1)
    total = np.bincount(cell_of, weight.reshape(-1), len(colors))
    sums = [np.bincount(cell_of, (weight * chroma[..., k]).reshape(-1), len(colors)) for k in (0, 1)]
    means = np.stack(sums, axis=-1) / total[:, None]
    order = np.argsort(-total)[:_COUNT]
    return [(means[n], float(total[n] / total.sum())) for n in order]


def luma_at(luma: Luma, x: float, y: float) -> float:
    """L* at a point (x, y 0…1), between 25 and 85: outside of that a colour cannot be shown."""
    height, width = luma.shape
    value = luma[min(int(y * height), height - 1), min(int(x * width), width - 1)]
    return float(np.clip(value, _DARKEST, _BRIGHTEST))


def doubt_map(confidence: Floats, longest: int = 1024) -> np.ndarray:
    """(h, w) confidence 0…1 → (H, W) uint8, 255 where it is 0; up to four times as large, to be shown on a screen."""
    height, width = confidence.shape
    scale = max(1, min(4, longest // max(height, width)))
    large = np.clip(resize(confidence, height * scale, width * scale), 0, 1)
    return np.rint(255 * (1 - large)).astype(np.uint8)
