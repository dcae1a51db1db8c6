"""Colour arithmetic: sRGB ↔ linear light ↔ CIE Lab (D65, 2°), and what fits into sRGB.

The functions on floats serve numpy arrays and torch tensors alike: channels are the last axis, sRGB and linear
light run 0…1, L* 0…100, a*b* about −110…110. The two at the end, `lightness` and `recolor`, are the photo's fast path
on 8- and 16-bit pixels.

The white point is the sum of the matrix rows, so that R=G=B is exactly neutral: a* = b* = 0.
"""

from functools import cache
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.planes import Chroma, Floats, Luma, Pixels

Array: TypeAlias = Any
"""(…, C) floats: a numpy array or a torch tensor; the same kind comes back."""

XYZ_FROM_RGB = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
RGB_FROM_XYZ = np.linalg.inv(XYZ_FROM_RGB)
WHITE = XYZ_FROM_RGB.sum(axis=1)
_KNEE = 6 / 29  # of the Lab curve: below it a straight line


def _namespace(x: Array) -> ModuleType:
    """numpy, or torch when a tensor came in: whoever made a tensor has torch loaded already."""
    if isinstance(x, np.ndarray):
        return np
    import torch

    return torch


def linear_from_srgb(rgb: Array) -> Array:
    xp = _namespace(rgb)
    return xp.where(rgb <= 0.04045, rgb / 12.92, ((xp.clip(rgb, 0.04045, None) + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(rgb: Array) -> Array:
    xp = _namespace(rgb)
    return xp.where(
        rgb <= 0.0031308, rgb * 12.92, 1.055 * xp.clip(rgb, 0.0031308, None) ** (1 / 2.4) - 0.055
    )


def _curve(t: Array) -> Array:
    xp = _namespace(t)
    return xp.where(t > _KNEE**3, xp.clip(t, _KNEE**3, None) ** (1 / 3), t / (3 * _KNEE**2) + 4 / 29)


def _uncurve(t: Array) -> Array:
    return _namespace(t).where(t > _KNEE, t**3, (3 * _KNEE**2) * (t - 4 / 29))


def _mix(x: Array, matrix: NDArray[np.float64]) -> list[Array]:
    """The three channels of a 3×3 matrix applied to (…, 3)."""
    return [float(m[0]) * x[..., 0] + float(m[1]) * x[..., 1] + float(m[2]) * x[..., 2] for m in matrix]


def lab_from_srgb(rgb: Array) -> Array:
    """(…, 3) sRGB 0…1 → (…, 3) L*a*b*."""
    xp = _namespace(rgb)
    x, y, z = _mix(linear_from_srgb(rgb), XYZ_FROM_RGB)
    fx, fy, fz = (_curve(v / float(w)) for v, w in zip((x, y, z), WHITE, strict=True))
    return xp.stack((116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)), -1)


def srgb_from_lab(lab: Array) -> Array:
    """(…, 3) L*a*b* → (…, 3) sRGB 0…1. What does not fit loses chroma, never lightness.

    The way back is in linear light, straight towards the grey of the same Y: Y is a weighted sum of linear R, G, B,
    so walking that line leaves it, and with it L*, exactly as it was. No search is needed: the first channel to leave
    0…1 says how far to go.
    """
    xp = _namespace(lab)
    fy = (xp.clip(lab[..., 0], 0, 100) + 16) / 116
    xyz = xp.stack((fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200), -1)
    xyz = _uncurve(xyz)
    y = xyz[..., 1]
    rgb = xp.stack(_mix(xyz, RGB_FROM_XYZ * WHITE), -1)
    most, least = xp.amax(rgb, -1), xp.amin(rgb, -1)
    room = xp.minimum((1 - y) / xp.clip(most - y, 1e-9, None), y / xp.clip(y - least, 1e-9, None))
    keep = xp.clip(room, 0, 1)[..., None]
    return srgb_from_linear(xp.clip(y[..., None] + keep * (rgb - y[..., None]), 0, 1))


@cache
def _lightness_tables(depth: int) -> tuple[Floats, Floats]:
    """For every code of `depth` bits: linear light 0…1, and the L* of that grey."""
    linear = linear_from_srgb(np.linspace(0, 1, 2**depth))
    return linear.astype(np.float32), (116 * _curve(linear) - 16).astype(np.float32)


def lightness(pixels: Pixels) -> Luma:
    """(H, W) grey or (H, W, 3) sRGB, 8 or 16 bit → (H, W) L*."""
    linear, grey = _lightness_tables(pixels.dtype.itemsize * 8)
    if pixels.ndim == 2:
        return grey[pixels]
    r, g, b = (np.float32(w) * linear[pixels[..., i]] for i, w in enumerate(XYZ_FROM_RGB[1]))
    y: Floats = r + g + b
    light: Luma = np.float32(116) * _curve(y).astype(np.float32) - np.float32(16)
    return light
