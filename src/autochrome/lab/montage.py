"""Sheets to look at: grey, what networks made of it, and the truth, a row a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from autochrome.color.lab import lightness
from autochrome.evaluate.baselines import grey
from autochrome.evaluate.metrics import RgbLabImage
from autochrome.evaluate.photo_protocol import merge_colors, to_bytes
from autochrome.files import atomic_write
from autochrome.lab.data.pixels import RGB, encode, resize

if TYPE_CHECKING:
    from autochrome.model import ColorModel

_GAP = 4  # pixels between cells
_HEAD = 22  # pixels for the captions


def colored(model: "ColorModel", rgb: RGB, vivid: float = 1.0) -> RGB:
    """(H, W, 3) → the same picture as a network would colour its lightness."""
    luma = lightness(rgb)
    picture: RGB = merge_colors(luma, model.paint(model.prepare(luma), None, vivid).chroma)
    return picture


def columns(models: Mapping[str, "ColorModel"], pictures: Sequence[RGB]) -> dict[str, list[RGB]]:
    """Caption → its pictures from top to bottom: grey, each network, truth."""
    return {
        "grey": [to_bytes(grey(RgbLabImage.from_rgb(rgb).lab)) for rgb in pictures],
        **{name: [colored(model, rgb) for rgb in pictures] for name, model in models.items()},
        "truth": list(pictures),
    }


def sheet(cells: Mapping[str, Sequence[RGB]], side: int, across: int = 1) -> RGB:
    """The columns side by side under their captions, every cell fitted into side × side.

    `across`: that many pictures of a column beside each other before the next row begins.
    """
    names, count = list(cells), len(next(iter(cells.values())))
    rows = -(-count // across)
    step = side + _GAP
    height, width = _HEAD + rows * step, across * len(names) * step + (across - 1) * 2 * _GAP
    whole = np.full((height, width, 3), 255, np.uint8)
    for i in range(count):
        row, block = divmod(i, across)
        left = block * (len(names) * step + 2 * _GAP)
        for column, name in enumerate(names):
            cell = _fitted(cells[name][i], side)
            y, x = _HEAD + row * step, left + column * step
            whole[y : y + cell.shape[0], x : x + cell.shape[1]] = cell
    return _captioned(
        whole,
        {
            b * (len(names) * step + 2 * _GAP) + i * step: n
            for b in range(across)
            for i, n in enumerate(names)
        },
    )


def _fitted(rgb: RGB, side: int) -> RGB:
    """As large as it goes into side × side; small pictures grow in whole steps, so that their pixels stay pixels."""
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 2:
        times = int(scale)
        return rgb.repeat(times, 0).repeat(times, 1)
    return resize(rgb, max(1, round(height * scale)), max(1, round(width * scale)))


def _captioned(rgb: RGB, captions: Mapping[int, str]) -> RGB:
    """Words at the top, each at its place from the left."""
    from PIL import Image, ImageDraw

    image = Image.fromarray(rgb)
    draw = ImageDraw.Draw(image)
    for x, caption in captions.items():
        draw.text((x + 1, 5), caption, fill=(40, 40, 40))
    return np.asarray(image)


def write_sheet(path: Path, rgb: RGB) -> None:
    """As .png, .jpg or .webp; whole or not at all."""
    data = encode(rgb, path.suffix.lower().lstrip(".").replace("jpeg", "jpg"), 90)
    atomic_write(path, data, make_folder=True)
