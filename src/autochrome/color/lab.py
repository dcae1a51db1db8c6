"""Colour arithmetic: sRGB ↔ linear light ↔ CIE Lab (D65, 2°), and the sRGB gamut.

The functions on floats take numpy arrays and torch tensors. Channels are the last axis; sRGB and linear light run 0…1,
L* 0…100, a*b* about −110…110. `lightness` and `recolor`, at the end, are the fast path of photos: they work on 8- and
16-bit pixels.

The white point is the sum of the matrix rows. So R = G = B is exactly neutral: a* = b* = 0.
"""

from functools import cache
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.types import Chroma, Floats, Luma, Pixels

Array: TypeAlias = Any
"""(…, C) floats: a numpy array or a torch tensor. A function returns the kind that it was called with."""

XYZ_FROM_RGB = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
RGB_FROM_XYZ = np.linalg.inv(XYZ_FROM_RGB)
WHITE = XYZ_FROM_RGB.sum(axis=1)
_KNEE = 6 / 29  # the Lab curve is a straight line below it


def _namespace(x: Array) -> ModuleType:
    """numpy, or torch for a tensor: then torch is loaded already."""
    if isinstance(x, np.ndarray | np.generic):  # the channels of a single colour are numpy scalars
        return np
    import torch

    return torch


def linear_from_srgb(rgb: Array) -> Array:
    xp = _namespace(rgb)
    return xp.where(rgb <= 0.04045, rgb / 12.92, ((xp.clip(rgb, 0.04045, None) + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(rgb: Array) -> Array:
    xp = _namespace(rgb)
    return xp.where(rgb <= 0.0031308, rgb * 12.92, 1.055 * xp.clip(rgb, 0.0031308, None) ** (1 / 2.4) - 0.055)


def _lab_curve(t: Array) -> Array:
    xp = _namespace(t)
    return xp.where(t > _KNEE**3, xp.clip(t, _KNEE**3, None) ** (1 / 3), t / (3 * _KNEE**2) + 4 / 29)


def _inverse_lab_curve(t: Array) -> Array:
    return _namespace(t).where(t > _KNEE, t**3, (3 * _KNEE**2) * (t - 4 / 29))


def _mix(x: Array, matrix: NDArray[np.float64]) -> list[Array]:
    """The three channels of a 3×3 matrix applied to (…, 3)."""
    return [float(m[0]) * x[..., 0] + float(m[1]) * x[..., 1] + float(m[2]) * x[..., 2] for m in matrix]


def lightness_from_light(light: Array) -> Array:
    """Y, linear light 0…1 → L*."""
    return 116 * _lab_curve(light) - 16


def light_from_lightness(luma: Array) -> Array:
    """L* 0…100 → Y, linear light 0…1."""
    return _inverse_lab_curve((luma + 16) / 116)


def lab_from_srgb(rgb: Array) -> Array:
    """(…, 3) sRGB 0…1 → (…, 3) L*a*b*."""
    return lab_from_linear(linear_from_srgb(rgb))


def lab_from_linear(rgb: Array, axis: int = -1) -> Array:
    """Linear light 0…1, its three channels along `axis` → L*a*b* along the same."""
    xp = _namespace(rgb)
    x, y, z = _mix(xp.moveaxis(rgb, axis, -1), XYZ_FROM_RGB)
    fx, fy, fz = (_lab_curve(v / float(w)) for v, w in zip((x, y, z), WHITE, strict=True))
    return xp.stack((116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)), axis)


def srgb_from_lab(lab: Array) -> Array:
    """(…, 3) L*a*b* → (…, 3) sRGB 0…1. A colour outside the gamut loses chroma, never lightness.

    Such a colour moves in linear light towards the grey of the same Y. Y is a weighted sum of linear R, G and B, so it
    does not change on that line, and neither does L*. No search is needed: the channel farthest outside 0…1 determines
    how far the colour moves.
    """
    xp = _namespace(lab)
    fy = (xp.clip(lab[..., 0], 0, 100) + 16) / 116
    xyz = xp.stack((fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200), -1)
    xyz = _inverse_lab_curve(xyz)
    y = xyz[..., 1]
    rgb = xp.stack(_mix(xyz, RGB_FROM_XYZ * WHITE), -1)
    highest, lowest = xp.amax(rgb, -1), xp.amin(rgb, -1)
    scale = xp.minimum((1 - y) / xp.clip(highest - y, 1e-9, None), y / xp.clip(y - lowest, 1e-9, None))
    keep = xp.clip(scale, 0, 1)[..., None]
    return srgb_from_linear(xp.clip(y[..., None] + keep * (rgb - y[..., None]), 0, 1))


@cache
def _lightness_tables(depth: int) -> tuple[Floats, Floats]:
    """For every sRGB value of `depth` bits: linear light 0…1, and the L* of that grey."""
    linear = linear_from_srgb(np.linspace(0, 1, 2**depth))
    return linear.astype(np.float32), (116 * _lab_curve(linear) - 16).astype(np.float32)


@cache
def _byte_table() -> NDArray[np.uint8]:
    """Linear light in steps of 1/65535 → the nearest 8-bit sRGB value. The darkest values are 20 entries apart."""
    codes: NDArray[np.float64] = np.round(255 * srgb_from_linear(np.linspace(0, 1, 65536)))
    return codes.astype(np.uint8)


def lightness(pixels: Pixels) -> Luma:
    """(H, W) grey or (H, W, 3) sRGB, 8 or 16 bit → (H, W) L*."""
    linear, grey = _lightness_tables(pixels.dtype.itemsize * 8)
    if pixels.ndim == 2:
        return grey[pixels]
    r, g, b = (np.float32(w) * linear[pixels[..., i]] for i, w in enumerate(XYZ_FROM_RGB[1]))
    return _light_from_linear(r + g + b)


def _light_from_linear(y: Floats) -> Luma:
    light = np.cbrt(y)
    light *= 116
    light -= 16
    dark = y <= _KNEE**3
    light[dark] = y[dark] * np.float32(116 / (3 * _KNEE**2))
    return light


def recolor(luma: Luma, chroma: Chroma, depth: int) -> Pixels:
    """(H, W) L* and (2, H, W) a*b* → (H, W, 3) sRGB of `depth` bits: a fast `srgb_from_lab` for millions of pixels.

    The a* and b* planes are separate, not interleaved, so that every step runs over contiguous memory.
    """
    return _encode_srgb(linear_from_planes(luma, chroma), depth)


def linear_from_planes(luma: Luma, chroma: Chroma) -> Floats:
    """(H, W) L* and (2, H, W) a*b* → (3, H, W) linear light 0…1, inside the gamut."""
    f = luma + np.float32(16)
    f *= np.float32(1 / 116)
    a, b = chroma
    y = _cubed(f)
    dx, dz = _cubed(f + a * np.float32(1 / 500)), _cubed(f - b * np.float32(1 / 200))
    dx -= y
    dz -= y
    rgb = np.empty((3, *luma.shape), np.float32)
    # A row of the matrix sums to 1, since white is neutral. So a channel is y + wx · (x − y) + wz · (z − y).
    for channel, (wx, _, wz) in zip(rgb, (RGB_FROM_XYZ * WHITE).astype(np.float32), strict=True):
        np.multiply(dx, wx, out=channel)
        channel += wz * dz
    _into_gamut(rgb, y)
    rgb += y
    return rgb


def _cubed(t: Floats) -> Floats:
    """`_inverse_lab_curve` for one float32 plane. Most planes have nothing on its straight part."""
    if t.min() > _KNEE:
        return t * t * t
    curved = np.maximum(t, np.float32(_KNEE))
    straight = np.minimum(t, np.float32(_KNEE))
    straight -= np.float32(_KNEE)
    straight *= np.float32(3 * _KNEE**2)
    straight += curved * curved * curved
    return straight


def _into_gamut(offsets: Floats, y: Floats) -> None:
    """Shrink the offsets (3, H, W) of R, G and B from the grey of the same Y, in place, until all are in 0…1 there."""
    above, below = np.maximum(1 - y, np.float32(1e-9)), np.maximum(y, np.float32(1e-9))
    highest, lowest = offsets.max(axis=0), offsets.min(axis=0)
    np.negative(lowest, out=lowest)
    above /= np.maximum(highest, above, out=highest)
    below /= np.maximum(lowest, below, out=lowest)
    keep = np.minimum(above, below, out=above)
    if keep.min() < 1:
        offsets *= keep


def _encode_srgb(rgb: Floats, depth: int) -> Pixels:
    """(3, H, W) linear light, which is overwritten → (H, W, 3) sRGB values."""
    np.clip(rgb, 0, 1, out=rgb)
    if depth == 8:
        rgb *= np.float32(65535)
        rgb += np.float32(0.5)
        planes: Pixels = _byte_table().take(rgb.astype(np.uint16))
    else:
        planes = np.round(srgb_from_linear(rgb) * 65535).astype(np.uint16)
    pixels = np.empty((*rgb.shape[1:], 3), planes.dtype)
    for channel, plane in enumerate(planes):
        pixels[..., channel] = plane
    return pixels
