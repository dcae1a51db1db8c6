"""A sample picture for the first start: a landscape with a house, drawn by code."""

import numpy as np
from numpy.typing import NDArray

from autochrome.media.stills.pyramid import encode_image

WIDTH, HEIGHT = 960, 640
Plane = NDArray[np.float32]  # (H, W), 0…255


def draw_sample() -> bytes:
    """A grey JPEG."""
    rng = np.random.default_rng(4)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    clouds = _noise(rng, 5)
    picture: Plane = 168 + 50 * rows / HEIGHT + 70 * np.clip(clouds, 0, 1)
    for base, height, tone, roughness in ((330, 70, 150, 4), (390, 40, 118, 5)):
        edge = base + height * _noise(rng, roughness)[HEIGHT // 2]
        texture = tone + 26 * _noise(rng, 7)
        picture = np.where(rows > edge[None], texture, picture)
    meadow = 470 + 14 * np.sin(columns / 160)
    blades = 96 + 22 * _noise(rng, 8) + rng.normal(0, 12, (HEIGHT, WIDTH))
    picture = np.where(rows > meadow, blades + (rows - meadow) / 5, picture)
    _draw_house(picture)
    return encode_image(np.clip(picture, 0, 255).astype(np.uint8), quality=92)


def _draw_house(picture: Plane) -> None:
    """A brick house with a roof, a door and windows, on the meadow."""
    top, bottom, left, right = 360, 500, 560, 760
    bricks = picture[top:bottom, left:right]
    rows, columns = np.mgrid[: bottom - top, : right - left]
    joint = (rows % 10 < 2) | ((columns + 12 * (rows // 10 % 2)) % 24 < 2)
    bricks[:] = np.where(joint, 150, 104 + 8 * np.sin(rows // 10 * 7.0 + (columns // 24) * 3.0))
    for row in range(70):  # the roof
        reach = 20 + row * 100 // 70
        picture[top - 70 + row, 660 - reach : 660 + reach] = 74 + 12 * (row % 12 < 2)
    picture[430:500, 640:680] = 60
    for x in (585, 700):
        picture[395:435, x : x + 36] = 205
        picture[395:435, x + 17 : x + 19] = picture[414:416, x : x + 36] = 70


def _noise(rng: np.random.Generator, octaves: int) -> Plane:
    """(H, W) smooth noise about −1…1: each octave is finer and weaker."""
    total = np.zeros((HEIGHT, WIDTH), np.float32)
    for octave in range(octaves):
        cells = 2 << octave
        grid = rng.standard_normal((cells + 2, cells + 2))
        total += _enlarge(grid, cells) * 0.55**octave
    return total / 1.6


def _enlarge(grid: NDArray[np.float64], cells: int) -> Plane:
    """Smooth interpolation of a small grid to the size of the picture."""
    y, x = (np.linspace(0, cells, length, endpoint=False) for length in (HEIGHT, WIDTH))
    (top, down), (left, across) = ((at.astype(int), (at % 1)) for at in (y, x))
    down, across = (part * part * (3 - 2 * part) for part in (down[:, None], across[None]))
    upper = grid[top][:, left] * (1 - across) + grid[top][:, left + 1] * across
    lower = grid[top + 1][:, left] * (1 - across) + grid[top + 1][:, left + 1] * across
    return np.asarray(upper * (1 - down) + lower * down, np.float32)
