"""Picture files made by code, in every kind we read, by libraries that are not libvips."""

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyvips
import skimage.data
import tifffile
from numpy.typing import NDArray
from PIL import Image

HEIGHT, WIDTH = 29, 37

COLOR = np.asarray(Image.fromarray(skimage.data.coffee()).resize((WIDTH, HEIGHT)))  # (H, W, 3) uint8
GREY = np.asarray(Image.fromarray(COLOR).convert("L"))
COLOR16 = (COLOR.astype(np.uint16) << 8) + np.random.default_rng(1).integers(0, 256, COLOR.shape, np.uint16)
GREY16 = COLOR16[..., 1]
ALPHA = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH), np.uint8)

P3 = bytes(pyvips.Operation.call("profile_load", "p3"))
CMYK_PROFILE = bytes(pyvips.Operation.call("profile_load", "cmyk"))


def pil(pixels: NDArray[Any] | Image.Image, kind: str, mode: str | None = None, **options: Any) -> bytes:
    """As Pillow writes it."""
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    (picture.convert(mode) if mode else picture).save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(pixels: NDArray[Any], **options: Any) -> bytes:
    """As tifffile writes it."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


def png(pixels: NDArray[Any], **options: Any) -> bytes:
    """8 or 16 bits; 16 bits of more than one band are nothing Pillow can write."""
    bands = 1 if pixels.ndim == 2 else pixels.shape[2]
    space = ("b-w", "grey16", "srgb", "rgb16")[2 * (bands > 2) + (pixels.dtype == np.uint16)]
    return bytes(pyvips.Image.new_from_array(pixels, interpretation=space).pngsave_buffer(**options))


def with_alpha(pixels: NDArray[Any]) -> NDArray[Any]:
    alpha = ALPHA.astype(np.uint16) * 257 if pixels.dtype == np.uint16 else ALPHA
    return np.dstack((pixels, alpha))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def whole(strips: Iterable[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(list(strips))


def in_color(strips: Iterable[NDArray[Any]]) -> Iterable[NDArray[Any]]:
    """Strips as `save` wants them: three bands."""
    for strip in strips:
        yield strip if strip.ndim == 3 else np.repeat(strip[..., None], 3, -1)
