"""Make an ICC profile from what a file says in other words: primaries, a gamma, or code points for video.

PNG says this in gAMA, cHRM and cICP, AVIF in its nclx box. With a profile all of them are read in the same way.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D65 = (0.3127, 0.329)
SRGB_PRIMARIES = (*_D65, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
"""x and y of white, red, green, blue: the order of PNG's cHRM."""
_PRIMARIES = {
    1: SRGB_PRIMARIES,
    5: (*_D65, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06),
    6: (*_D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    7: (*_D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (*_D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (*_D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
}
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_CURVES: dict[int, tuple[float, ...]] = {4: (2.2,), 5: (2.8,), 8: (1.0,)}
HDR = {16: "PQ", 18: "HLG"}
"""Transfer characteristics of high dynamic range, which an SDR profile cannot describe."""


@dataclass(frozen=True, slots=True)
class ColorCode:
    """Colours as code points of ITU-T H.273. 2 is unspecified."""

    primaries: int
    transfer: int

    @property
    def hdr(self) -> str | None:
        """'PQ' or 'HLG'."""
        return HDR.get(self.transfer)

    def profile(self) -> bytes | None:
        """A profile; None if the colours are those of sRGB, unknown, or HDR."""
        primaries = _PRIMARIES.get(self.primaries, SRGB_PRIMARIES)
        curve = _CURVES.get(self.transfer, _SRGB_CURVE)
        if self.hdr or (primaries == SRGB_PRIMARIES and curve == _SRGB_CURVE):
            return None
        return make_profile(primaries, curve)


def gamma_profile(gamma: float | None, primaries: tuple[float, ...] | None) -> bytes | None:
    """A profile of a decoding gamma (2.2 for usual files) and primaries; None if both are near those of sRGB."""
    usual_gamma = gamma is None or abs(gamma / 2.2 - 1) < 0.05
    usual_primaries = primaries is None or np.abs(np.subtract(primaries, SRGB_PRIMARIES)).max() < 0.01
    if usual_gamma and usual_primaries:
        return None
    curve = _SRGB_CURVE if usual_gamma or gamma is None else (gamma,)
    return make_profile(SRGB_PRIMARIES if primaries is None else primaries, curve)


def make_profile(primaries: tuple[float, ...], curve: tuple[float, ...]) -> bytes | None:
    """primaries: x and y of white, red, green, blue. curve: a gamma, or the five numbers of sRGB's kind of curve.

    None if the primaries cannot be those of a screen.
    """
    colorants = _colorants(np.array(primaries, float).reshape(4, 2))
    if colorants is None:
        return None
    kind = {1: 0, 5: 3}[len(curve)]
    para = b"para" + bytes(4) + struct.pack(">HH", kind, 0) + _fixed(curve)
    text = b"autochrome: as the file says\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": b"XYZ " + bytes(4) + _fixed(_D50),
        b"rXYZ": b"XYZ " + bytes(4) + _fixed(colorants[:, 0]),
        b"gXYZ": b"XYZ " + bytes(4) + _fixed(colorants[:, 1]),
        b"bXYZ": b"XYZ " + bytes(4) + _fixed(colorants[:, 2]),
        b"rTRC": para,
        b"gTRC": para,
        b"bTRC": para,
    }
    return _packed(tags)


def _packed(tags: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s12x4s", size, b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    head = (head + bytes(28) + _fixed(_D50)).ljust(128, b"\0")
    return head + table + body


def _fixed(values: tuple[float, ...] | NDArray[np.float64]) -> bytes:
    return np.round(np.asarray(values, float) * 65536).astype(">i4").tobytes()


def _colorants(points: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """(4, 2) chromaticities of white, red, green, blue → (3, 3) linear RGB → XYZ under D50."""
    if not (np.isfinite(points).all() and (points[:, 1] > 1e-4).all()):
        return None
    white, *primaries = (np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in points)
    matrix = np.stack(primaries, -1)
    if abs(np.linalg.det(matrix)) < 1e-4:
        return None
    matrix = matrix * np.linalg.solve(matrix, white)
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    adapted: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD @ matrix
    usable = np.isfinite(adapted).all() and np.abs(adapted).max() < 100
    return adapted if usable else None
