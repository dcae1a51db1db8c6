"""Colour arithmetic against scikit-image, and the promise about lightness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import lab2rgb, rgb2lab

from autochrome.color.lab import lab_from_srgb, lightness, recolor, srgb_from_lab
from tolerances import TOLERANCES

DTYPES = {8: np.uint8, 16: np.uint16}


def _random_pixels(depth: int, *shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**depth, shape).astype(DTYPES[depth])


def _true_lightness(pixels: np.ndarray) -> np.ndarray:
    rgb = pixels / np.iinfo(pixels.dtype).max
    return rgb2lab(rgb if pixels.ndim == 3 else np.repeat(rgb[..., None], 3, axis=-1))[..., 0]


def test_lab_agrees_with_scikit_image():
    rgb = np.random.default_rng(1).random((64, 64, 3))
    assert np.abs(lab_from_srgb(rgb) - rgb2lab(rgb)).max() < TOLERANCES["lab against scikit-image"]
    lab = rgb2lab(rgb)
    assert np.abs(srgb_from_lab(lab) - lab2rgb(lab)).max() < TOLERANCES["srgb against scikit-image"]


def test_there_and_back():
    rgb = np.random.default_rng(2).random((64, 64, 3)).astype(np.float32)
    assert np.abs(srgb_from_lab(lab_from_srgb(rgb)) - rgb).max() < 1e-4


def test_grey_is_exactly_neutral():
    grey = np.repeat(np.linspace(0, 1, 256)[:, None], 3, axis=1)
    assert np.abs(lab_from_srgb(grey)[:, 1:]).max() < 1e-9


def test_torch_answers_as_numpy_does():
    torch = pytest.importorskip("torch", reason="the extra `lab` is not installed")
    rgb = np.random.default_rng(3).random((16, 16, 3)).astype(np.float32)
    lab = lab_from_srgb(rgb)
    assert np.abs(lab_from_srgb(torch.from_numpy(rgb)).numpy() - lab).max() < 1e-3
    wild = lab * np.float32([1, 3, 3])
    assert np.abs(srgb_from_lab(torch.from_numpy(wild)).numpy() - srgb_from_lab(wild)).max() < 1e-3


def test_gradients_pass_the_gamut():
    torch = pytest.importorskip("torch", reason="the extra `lab` is not installed")
    lab = torch.tensor([[50.0, 200.0, -200.0], [0.0, 0.0, 0.0], [100.0, 5.0, 5.0]], requires_grad=True)
    srgb_from_lab(lab).sum().backward()
    assert torch.isfinite(lab.grad).all()


def test_out_of_gamut_colour_loses_chroma_never_lightness():
    light = np.linspace(0, 100, 101)
    lab = np.stack(np.broadcast_arrays(light[:, None], 150.0, np.linspace(-150, 150, 50)), -1)
    back = rgb2lab(srgb_from_lab(lab))
    assert np.abs(back[..., 0] - lab[..., 0]).max() < 0.01
    assert (np.hypot(back[..., 1], back[..., 2]) < np.hypot(lab[..., 1], lab[..., 2])).all()


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 3)])
def test_lightness_is_that_of_scikit_image(depth, shape):
    pixels = _random_pixels(depth, *shape)
    assert np.abs(lightness(pixels) - _true_lightness(pixels)).max() < 1e-3


@pytest.mark.parametrize("depth", [8, 16])
def test_every_grey_without_colour_comes_back_as_it_was(depth):
    greys = np.arange(2**depth).astype(DTYPES[depth]).reshape(-1, 256)
    colored = recolor(lightness(greys), np.zeros((2, *greys.shape), np.float32), depth)
    assert (colored == greys[..., None]).all()


@given(
    st.sampled_from([8, 16]),
    st.booleans(),
    st.floats(-110, 110),
    st.floats(-110, 110),
    st.integers(0, 2**32 - 1),
)
def test_the_lightness_promise(depth, grey, a, b, seed):
    pixels = _random_pixels(depth, *((7, 9) if grey else (7, 9, 3)), seed=seed)
    luma = lightness(pixels)
    chroma = np.broadcast_to(np.float32([a, b])[:, None, None], (2, 7, 9))
    colored = recolor(luma, chroma, depth)
    assert colored.dtype == DTYPES[depth]
    drift = np.abs(_true_lightness(colored) - _true_lightness(pixels)).max()
    assert drift <= TOLERANCES[f"lightness, {depth} bit"]


def test_the_fast_path_is_the_exact_one():
    luma = np.random.default_rng(4).uniform(0, 100, (30, 40)).astype(np.float32)
    chroma = np.random.default_rng(5).normal(0, 40, (2, 30, 40)).astype(np.float32)
    exact = srgb_from_lab(np.stack((luma, *chroma), -1).astype(np.float64))
    assert np.abs(recolor(luma, chroma, 8) - 255 * exact).max() <= 0.53
    assert np.abs(recolor(luma, chroma, 16) - 65535 * exact).max() <= 4
