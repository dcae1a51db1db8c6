"""Which colours are likely at a place of a picture."""

import numpy as np

from autochrome.color.lab import lab_from_srgb, srgb_from_lab
from autochrome.color.resize import resize
from autochrome.model import ColorModel, ColorSuggester
from autochrome.model.likely_colors import MERGE_DISTANCE
from autochrome.types import Chroma, Floats, Luma, Prepared

_CELL = 8.0  # a*b*: colours nearer than this are one to the eye
_REACH = 0.12  # of the short side: how far around a place its colours are looked for
_ELSEWHERE = 0.5  # what all of the picture counts, beside what lies around (about 6)
_MOST = 8
_SEEN = 2.0  # a*b*: a smaller loss of chroma nobody sees


def suggest(
    network: ColorModel, prepared: Prepared, chroma: Chroma, x: float, y: float
) -> list[tuple[str, float]]:
    """(#rrggbb, share 0…1) of the colours that are likely at a place (x, y 0…1), the likeliest first.

    First those that the network thinks of, where it says; then those the picture has around there. chroma: (h, w, 2)
    a*b*, as the picture is coloured now.
    """
    light = light_at(prepared.luma, x, y)
    likely = network.likely_colors(prepared, None, x, y) if isinstance(network, ColorSuggester) else []
    found = [(np.array(each.ab), each.share) for each in likely]
    rest = max(0.0, 1 - sum(share for _, share in found))
    for ab, share in colors_around(chroma, x, y):
        if all(np.hypot(*(ab - other)) >= MERGE_DISTANCE for other, _ in found):
            found.append((ab, share * rest))
    return [(code(light, ab), float(share)) for ab, share in found[:_MOST]]


def colors_around(chroma: Chroma, x: float, y: float) -> list[tuple[Floats, float]]:
    """(h, w, 2) a*b* of a picture; x, y 0…1 → (a*b*, share 0…1), the commonest first.

    What it has around the place counts most, what it has elsewhere a little.
    """
    height, width = chroma.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    reach = _REACH * min(height, width)
    far = ((rows + 0.5 - y * height) ** 2 + (columns + 0.5 - x * width) ** 2) / (reach * reach)
    weight = np.exp(-far / 2) + _ELSEWHERE * reach * reach / (height * width)
    cells = np.round(chroma.reshape(-1, 2) / _CELL).astype(int)
    kinds, which = np.unique(cells, axis=0, return_inverse=True)
    which = which.reshape(-1)
    total = np.bincount(which, weight.reshape(-1), len(kinds))
    sums = [np.bincount(which, (weight * chroma[..., k]).reshape(-1), len(kinds)) for k in (0, 1)]
    means = np.stack(sums, axis=-1) / total[:, None]
    order = np.argsort(-total)[:_MOST]
    return [(means[n], float(total[n] / total.sum())) for n in order]


def light_at(luma: Luma, x: float, y: float) -> float:
    """L* of a place, 0…1; kept from the ends of the scale, where no colour can be told from another."""
    height, width = luma.shape
    return float(np.clip(luma[min(int(y * height), height - 1), min(int(x * width), width - 1)], 25, 85))


def code(light: float, ab: Floats) -> str:
    """#rrggbb of a colour, as near to that lightness as it can be shown without losing chroma."""
    lights = sorted((light, *np.arange(25.0, 90.0, 5.0)), key=lambda each: abs(each - light))
    rgb = srgb_from_lab(np.array([[each, *ab] for each in lights]))
    lost = np.linalg.norm(lab_from_srgb(rgb)[:, 1:] - ab, axis=1)
    best = int(np.argmax(lost < _SEEN)) if (lost < _SEEN).any() else int(np.argmin(lost))
    return hex_of(np.clip(np.rint(rgb[best] * 255), 0, 255).astype(np.uint8))


def hex_of(rgb: np.ndarray) -> str:
    """(3,) uint8 → #rrggbb."""
    return "#" + bytes(rgb.tolist()).hex()


def doubt_map(confidence: Floats, most: int = 1024) -> np.ndarray:
    """(h, w) 0…1 how sure → (H, W) uint8, 255 where nothing is certain; grown to be looked at."""
    height, width = confidence.shape
    grow = max(1, min(4, most // max(height, width)))
    return np.rint(255 * (1 - np.clip(resize(confidence, height * grow, width * grow), 0, 1))).astype(
        np.uint8
    )
