"""Curves of ICC profiles, compared with the formulas of the standard."""

import struct

import numpy as np
import pytest

from autochrome.color.lab import linear_from_srgb
from autochrome.media.stills.icc import Shaper, read_shaper, space
from pictures import CMYK_PROFILE, P3

X = np.linspace(0, 1, 1001)


def fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def para(kind: int, *values: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + fixed(*values)


def curv(*values: int) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)


CURVES = {
    "identity": (curv(), X),
    "gamma": (curv(0x0180), X**1.5),
    "table": (curv(0, 0x4000, 0xFFFF), np.interp(X, [0, 0.5, 1], [0, 0x4000 / 65535, 1])),
    "formula 0": (para(0, 2.5), X**2.5),
    "formula 1": (para(1, 2, 1.25, -0.25), np.clip(1.25 * X - 0.25, 0, 1) ** 2),
    "formula 2": (para(2, 2, 0.75, -0.125, 0.25), np.where(X >= 1 / 6, (0.75 * X - 0.125) ** 2, 0) + 0.25),
    "formula 3": (para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045), linear_from_srgb(X)),
    "formula 4": (
        para(4, 2, 0.5, 0.25, 0.125, 0.5, 0.25, 0.0625),
        np.where(X >= 0.5, (0.5 * X + 0.25) ** 2 + 0.25, 0.125 * X + 0.0625),
    ),
}


@pytest.mark.parametrize("name", CURVES)
def test_a_curve(name: str) -> None:
    data, expected = CURVES[name]
    light = Shaper((data,), None, lab=False).linear(1001)[:, 0]
    np.testing.assert_allclose(light, expected, atol=1e-4)


def test_a_curve_of_lightness() -> None:
    light = Shaper((curv(),), None, lab=True).linear(101)[:, 0]  # L* 0, 1, … 100
    lightness = np.where(light > 216 / 24389, 116 * np.cbrt(light) - 16, light * 24389 / 27)
    np.testing.assert_allclose(lightness, np.arange(101), atol=1e-9)


def test_a_profile_of_three_curves_and_a_matrix() -> None:
    shaper = read_shaper(P3)
    assert shaper is not None
    assert shaper.colorants is not None
    np.testing.assert_allclose(shaper.linear(256)[:, 1], linear_from_srgb(np.linspace(0, 1, 256)), atol=1e-4)
    np.testing.assert_allclose(shaper.colorants.sum(axis=1), [0.9642, 1, 0.8249], atol=1e-3)  # D50
    assert space(P3) == b"RGB "


@pytest.mark.parametrize(
    "profile",
    [b"", bytes(200), P3[:150], CMYK_PROFILE, P3.replace(b"rTRC", b"xTRC"), P3.replace(b"para", b"what")],
    ids=["empty", "zeros", "cut", "tables", "a curve missing", "a curve of no kind"],
)
def test_profiles_without_curves_and_matrix(profile: bytes) -> None:
    assert read_shaper(profile) is None
