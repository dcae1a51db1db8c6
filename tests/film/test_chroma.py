"""Colour under a fixed Y′: neutral stays neutral, a known colour comes back, and nothing leaves the gamut."""

import numpy as np
import pytest

from autochrome.color.lab import lab_from_srgb
from autochrome.color.upsample import fit
from autochrome.color.ycbcr import LUMA_WEIGHTS, luma_from_y, y_percent
from autochrome.film.chroma import ChromaLayer, cbcr_from_ab, shrink_plane
from autochrome.types import PlaneFormat

TONES = [
    PlaneFormat(depth, full, matrix)
    for depth in (8, 10)
    for full in (False, True)
    for matrix in ("bt601", "bt709", "bt2020")
]


def codes_of(share: np.ndarray, plane_format: PlaneFormat) -> np.ndarray:
    """Y′ 0…1 → codes."""
    codes = np.round(plane_format.black + share * (plane_format.white - plane_format.black))
    return codes.astype(np.uint8 if plane_format.depth == 8 else np.uint16)


def rgb_of(light: np.ndarray, blue: np.ndarray, red: np.ndarray, plane_format: PlaneFormat) -> np.ndarray:
    """(H, W) codes of three planes of one size → (H, W, 3) R′G′B′, uncut. By the book, in float64."""
    kr, _, kb = LUMA_WEIGHTS[plane_format.matrix]
    y = (light.astype(float) - plane_format.black) / (plane_format.white - plane_format.black)
    middle = 1 << (plane_format.depth - 1)
    span = (1 << plane_format.depth) - 1 if plane_format.full else 224 << (plane_format.depth - 8)
    cb, cr = (blue.astype(float) - middle) / span, (red.astype(float) - middle) / span
    r, b = y + (2 - 2 * kr) * cr, y + (2 - 2 * kb) * cb
    return np.stack((r, (y - kr * r - kb * b) / (1 - kr - kb), b), axis=-1)


def render(
    light: np.ndarray, chroma: np.ndarray, plane_format: PlaneFormat, shape: tuple[int, int], **more
) -> list[np.ndarray]:
    small = shrink_plane(light, *chroma.shape[:2])
    share = y_percent(small, plane_format)
    lines = fit(
        share, cbcr_from_ab(share, luma_from_y(small, plane_format), chroma, plane_format.matrix)
    ).coefficients
    layer = ChromaLayer(plane_format, plane_format.depth, shape, centred=False)
    return [plane.copy() for plane in layer.render(light, lines, **more)]


@pytest.mark.parametrize("plane_format", TONES, ids=str)
def test_grey_stays_exactly_grey(plane_format: PlaneFormat):
    light = codes_of(np.random.default_rng(0).random((48, 64)), plane_format)
    blue, red = render(light, np.zeros((12, 16, 2), np.float32), plane_format, (24, 32))
    assert (blue == 1 << (plane_format.depth - 1)).all()
    assert (red == 1 << (plane_format.depth - 1)).all()


@pytest.mark.parametrize("plane_format", TONES, ids=str)
@pytest.mark.parametrize(
    "color", [(0.7, 0.3, 0.25), (0.2, 0.4, 0.7), (0.3, 0.55, 0.2), (0.85, 0.8, 0.5)], ids=str
)
def test_a_colour_comes_back_from_its_lightness_and_its_ab(
    plane_format: PlaneFormat, color: tuple[float, ...]
):
    kr, _, kb = LUMA_WEIGHTS[plane_format.matrix]
    light = codes_of(np.full((48, 64), color @ np.array([kr, 1 - kr - kb, kb])), plane_format)
    chroma = np.tile(lab_from_srgb(np.array(color))[1:], (12, 16, 1)).astype(np.float32)
    blue, red = render(light, chroma, plane_format, (48, 64))
    assert np.abs(rgb_of(light, blue, red, plane_format) - color).max() < 0.025


@pytest.mark.parametrize("plane_format", TONES, ids=str)
def test_nothing_leaves_the_gamut(plane_format: PlaneFormat):
    """Loud colours over every lightness: chroma gives way until each channel fits, but for the rounding of codes."""
    random = np.random.default_rng(1)
    light = codes_of(np.tile(np.linspace(0, 1, 256), (64, 1)), plane_format)
    layer = ChromaLayer(plane_format, plane_format.depth, light.shape, centred=True)
    lines = np.zeros((4, 8, 8), np.float32)
    lines[2:] = random.uniform(-0.5, 0.5, (2, 8, 8))
    blue, red = layer.render(light, lines)
    rgb = rgb_of(light, blue, red, plane_format)
    step = 2 / ((1 << plane_format.depth) - 1) / (1 if plane_format.full else 0.85)
    assert rgb.min() > -step
    assert rgb.max() < 1 + step
    assert (blue != 1 << (plane_format.depth - 1)).mean() > 0.9


def test_what_fits_is_left_alone():
    plane_format = PlaneFormat(8, False, "bt709")
    light = codes_of(np.full((16, 16), 0.5), plane_format)
    layer = ChromaLayer(plane_format, 8, (16, 16), centred=True)
    lines = np.zeros((4, 4, 4), np.float32)
    lines[2], lines[3] = 0.1, -0.1
    blue, red = layer.render(light, lines)
    assert (blue == round(128 + 22.4)).all()
    assert (red == round(128 - 22.4)).all()


def test_edges_of_lightness_carry_the_colour():
    """A line through Y′: where light jumps, colour jumps with it, at full size."""
    plane_format = PlaneFormat(8, True, "bt601")
    light = np.full((64, 64), 80, np.uint8)
    light[:, 33:] = 160
    layer = ChromaLayer(plane_format, 8, (64, 64), centred=True)
    lines = np.zeros((4, 4, 4), np.float32)
    lines[0] = 0.2 / 100
    blue, _ = layer.render(light, lines)
    assert set(np.unique(blue[:, :33])) == {round(128 + 255 * 0.2 * 80 / 255)}
    assert set(np.unique(blue[:, 33:])) == {round(128 + 255 * 0.2 * 160 / 255)}


def test_the_two_moments_of_an_interlaced_frame_do_not_mix():
    plane_format = PlaneFormat(8, True, "bt601")
    light = np.full((32, 32), 60, np.uint8)
    light[1::2] = 180
    lines = np.zeros((4, 4, 4), np.float32)
    lines[0] = 0.2 / 100
    layer = ChromaLayer(plane_format, 8, (16, 16), centred=True)
    blue = layer.render(light, lines, interlaced=True)[0].copy()
    assert set(np.unique(blue[0::2])) == {round(128 + 0.2 * 60)}
    assert set(np.unique(blue[1::2])) == {round(128 + 0.2 * 180)}
    mixed = layer.render(light, lines)[0]
    assert set(np.unique(mixed)) == {round(128 + 0.2 * 120)}


def test_chroma_at_the_left_takes_the_light_there():
    """Light that falls off over one luma pixel: sited left, the chroma sample sees it half a pixel earlier."""
    plane_format = PlaneFormat(8, True, "bt601")
    light = np.full((8, 32), 100, np.uint8)
    light[:, 16:] = 0
    lines = np.zeros((4, 2, 2), np.float32)
    lines[0] = 0.2 / 100
    middle = ChromaLayer(plane_format, 8, (8, 16), centred=True).render(light, lines)[0].copy()
    left = ChromaLayer(plane_format, 8, (8, 16), centred=False).render(light, lines)[0].copy()
    assert middle[0, 7] == 128 + 20
    assert middle[0, 8] == 128
    assert left[0, 8] == 128 + 5  # a quarter of it still lies in the light


def test_small_pictures_are_means():
    light = np.random.default_rng(2).integers(0, 256, (96, 128), dtype=np.uint8)
    small = shrink_plane(light, 12, 16)
    expected = light.reshape(12, 8, 16, 8).mean((1, 3))
    assert np.abs(small - expected).max() <= 2
    assert shrink_plane(light, 96, 128) is light
    assert shrink_plane(light[:5, :7], 10, 14).shape == (10, 14)


def test_lightness_of_black_and_white():
    for plane_format in TONES:
        codes = np.array(
            [[plane_format.black, plane_format.white]], np.uint8 if plane_format.depth == 8 else np.uint16
        )
        assert np.allclose(luma_from_y(codes, plane_format), [[0, 100]], atol=0.01)
        assert np.allclose(y_percent(codes, plane_format), [[0, 100]])
