"""Which colours are likely at a place of a picture."""

import numpy as np

from autochrome.color import lab_from_srgb, srgb_from_lab
from autochrome.planes import Chroma, Floats, Luma
from autochrome.resize import resize

_CELL = 8.0  # a*b*: colours nearer than this are one to the eye
_REACH = 0.12  # of the short side: how far around a place its colours are looked for
_MOST = 6
_SEEN = 2.0  # a*b*: a smaller loss of chroma nobody sees


def colors_around(luma: Luma, chroma: Chroma, x: float, y: float) -> list[tuple[str, float]]:
    """(H, W) L* and (h, w, 2) a*b* over one picture; x, y 0…1 → (#rrggbb, share 0…1), the likeliest first.

    The picture's own: what it has around the place counts most, what it has elsewhere a little.
    """
    height, width = chroma.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    reach = _REACH * min(height, width)
    far = ((rows + 0.5 - y * height) ** 2 + (columns + 0.5 - x * width) ** 2) / (reach * reach)
    weight = np.exp(-far / 2) + 0.02 / max(1.0, height * width / (reach * reach * 6))
    cells = np.round(chroma.reshape(-1, 2) / _CELL).astype(int)
    kinds, which = np.unique(cells, axis=0, return_inverse=True)
    which = which.reshape(-1)
    total = np.bincount(which, weight.reshape(-1), len(kinds))
    means = np.stack(
        [np.bincount(which, (weight * chroma[..., k]).reshape(-1), len(kinds)) / total for k in (0, 1)], -1
    )
    order = np.argsort(-total)[:_MOST]
    light = light_at(luma, x, y)
    return [(code(light, means[n]), float(total[n] / total.sum())) for n in order]


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
