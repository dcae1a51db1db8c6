"""Read ICC profiles that consist of curves and a matrix, exactly.

This is our own because of the promise to keep L*: Little CMS samples such profiles on a coarse grid if pixels have 16
bits or one channel, and dark tones change. Grey profiles and nearly all of cameras, screens and scanners are simple
enough for this module; profiles with tables (CMYK, printers) are left to Little CMS.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CURVES = {b"GRAY": (b"kTRC",), b"RGB ": (b"rTRC", b"gTRC", b"bTRC")}
_COLORANTS = (b"rXYZ", b"gXYZ", b"bXYZ")
_TABLE = b"A2B0"


@dataclass(frozen=True, slots=True)
class Shaper:
    """Converts device values 0…1 to linear light 0…1."""

    curves: tuple[bytes, ...]  # one or three ICC curves
    colorants: NDArray[np.float64] | None  # (3, 3) linear RGB → XYZ under D50; None for grey
    lab: bool  # the curve of a grey profile gives L*, not light

    def linear(self, codes: int) -> NDArray[np.float64]:
        """(codes, 1 or 3): the linear light of `codes` evenly spaced device values."""
        steps = np.linspace(0, 1, codes)
        linear = np.stack([_evaluate(curve, steps) for curve in self.curves], -1)
        if self.lab:
            high = ((100 * linear + 16) / 116) ** 3
            linear = np.where(linear > 0.08, high, 100 * linear / (24389 / 27))
        return np.clip(linear, 0, 1)


def space(profile: bytes) -> bytes:
    """The colour space of the profile: b'GRAY', b'RGB ', b'CMYK', …"""
    return profile[16:20]


def read_shaper(profile: bytes) -> Shaper | None:
    """The curves and the matrix of the profile; None if it has tables or is damaged."""
    try:
        tags = _tags(profile)
        if _TABLE in tags:
            return None
        curves = tuple(tags[name] for name in _CURVES[space(profile)])
        colorants = None
        if len(curves) == 3:
            colorants = np.stack([_fixed(tags[name], 8, 3) for name in _COLORANTS], -1)
        shaper = Shaper(curves, colorants, len(curves) == 1 and profile[20:24] == b"Lab ")
        return shaper if np.isfinite(shaper.linear(16)).all() else None
    except (KeyError, struct.error, ValueError):
        return None


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    found = {}
    for at in range(132, 132 + 12 * min(count, 100), 12):
        name, start, size = struct.unpack_from(">4sII", profile, at)
        found[name] = profile[start : start + size]
    return found


def _fixed(data: bytes, start: int, count: int) -> NDArray[np.float64]:
    """`count` fixed-point numbers of 16.16 bits."""
    return np.array(struct.unpack_from(f">{count}i", data, start)) / 65536


def _evaluate(curve: bytes, x: NDArray[np.float64]) -> NDArray[np.float64]:
    if curve[:4] == b"curv":
        return _sampled(curve, x)
    if curve[:4] == b"para":
        return _parametric(curve, x)
    raise ValueError("neither a sampled nor a parametric curve")


def _sampled(curve: bytes, x: NDArray[np.float64]) -> NDArray[np.float64]:
    (count,) = struct.unpack_from(">I", curve, 8)
    if count == 0:
        return x
    if count == 1:
        return np.asarray(x ** (struct.unpack_from(">H", curve, 12)[0] / 256))
    samples = np.frombuffer(curve, ">u2", count, 12) / 65535
    return np.interp(x, np.linspace(0, 1, count), samples)


def _parametric(curve: bytes, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """All five formulas of the standard are (a·x + b)^g + e from d on, and c·x + f below d."""
    (kind,) = struct.unpack_from(">H", curve, 8)
    parameters = _fixed(curve, 12, (1, 3, 4, 5, 7)[kind]) if kind < 5 else np.array([])
    g, a, b, c, d, e, f = _seven(kind, [float(value) for value in parameters])
    curved: NDArray[np.float64] = np.clip(a * x + b, 0, None) ** g + e
    return np.where(x >= d, curved, c * x + f)


def _seven(kind: int, p: list[float]) -> Any:
    """(g, a, b, c, d, e, f) from the parameters of one of the five formulas."""
    if kind == 0:
        return p[0], 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if kind in (1, 2):
        level = p[3] if kind == 2 else 0.0
        return p[0], p[1], p[2], 0.0, -p[2] / (p[1] or 1.0), level, level
    if kind == 3:
        return *p, 0.0, 0.0
    if kind == 4:
        return tuple(p)
    raise ValueError("a formula that is not in the standard")
