"""Montages: grey, the result of each network, and the truth, side by side; one row per picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from autochrome.color.lab import lightness
from autochrome.evaluate.baselines import grey
from autochrome.evaluate.metrics import RgbLabImage
from autochrome.evaluate.photo_protocol import merge_colors, to_bytes
from autochrome.files import atomic_write
from autochrome.lab.data.pixels import RGB, encode, resize
from autochrome.model import ColorModel

_GAP = 4  # pixels between cells
_CAPTION_HEIGHT = 22  # pixels


def colorize(model: ColorModel, rgb: RGB, vivid: float = 1.0) -> RGB:
    """(H, W, 3) sRGB → the same luma with the colours that a network predicts."""
    luma = lightness(rgb)
    picture: RGB = merge_colors(luma, model.paint(model.prepare(luma), None, vivid).chroma)
    return picture


def montage_columns(models: Mapping[str, ColorModel], pictures: Sequence[RGB]) -> dict[str, list[RGB]]:
    """Caption → pictures from top to bottom: grey, each network, truth."""
    return {
        "grey": [to_bytes(grey(RgbLabImage.from_rgb(rgb).lab)) for rgb in pictures],
        **{name: [colorize(model, rgb) for rgb in pictures] for name, model in models.items()},
        "truth": list(pictures),
    }


def draw_montage(
    columns: Mapping[str, Sequence[RGB]], side: int, across: int = 1, numbered: bool = False
) -> RGB:
    """All columns under their captions, each picture fitted into side × side pixels.

    `across` is the number of pictures side by side in a row: the columns are repeated that many times.
    `numbered`: every picture has its number, from 1, in its first column.
    """
    count = len(next(iter(columns.values())))
    rows = -(-count // across)
    step = side + _GAP
    block_width = len(columns) * step + 2 * _GAP
    height, width = _CAPTION_HEIGHT + rows * step, across * block_width - 2 * _GAP
    canvas = np.full((height, width, 3), 255, np.uint8)
    for i in range(count):
        row, block = divmod(i, across)
        for column, pictures in enumerate(columns.values()):
            picture = _fit(pictures[i], side)
            y, x = _CAPTION_HEIGHT + row * step, block * block_width + column * step
            canvas[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    captions = {
        (b * block_width + i * step, 0): name for b in range(across) for i, name in enumerate(columns)
    }
    if numbered:
        places = [divmod(i, across) for i in range(count)]
        captions |= {
            (block * block_width, _CAPTION_HEIGHT + row * step): str(i)
            for i, (row, block) in enumerate(places, 1)
        }
    return _draw_captions(canvas, captions)


def _fit(rgb: RGB, side: int) -> RGB:
    """Resize to fit into side × side. Small pictures are enlarged by whole factors, so that pixels stay squares."""
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 2:
        factor = int(scale)
        return rgb.repeat(factor, 0).repeat(factor, 1)
    return resize(rgb, max(1, round(height * scale)), max(1, round(width * scale)))


def _draw_captions(rgb: RGB, captions: Mapping[tuple[int, int], str]) -> RGB:
    """Draw text with a white edge. `captions`: pixels from the left and from the top → text."""
    from PIL import Image, ImageDraw

    image = Image.fromarray(rgb)
    draw = ImageDraw.Draw(image)
    for (x, y), caption in captions.items():
        draw.text((x + 2, y + 5), caption, fill=(40, 40, 40), stroke_width=1, stroke_fill=(255, 255, 255))
    return np.asarray(image)


def write_montage(path: Path, rgb: RGB) -> None:
    """Write it as .png, .jpg or .webp, whole or not at all."""
    data = encode(rgb, path.suffix.lower().lstrip(".").replace("jpeg", "jpg"), 90)
    atomic_write(path, data, make_folder=True)
