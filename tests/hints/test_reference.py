"""A coloured picture tells another one the colours of the things that are in both, and keeps quiet about the rest."""

import numpy as np
import pytest
from skimage import data
from skimage.transform import resize, rotate

from autochrome.color.lab import lab_from_srgb
from autochrome.hints.reference import hints_from_reference


def small(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """L* and a*b* with the long side 112 pixels."""
    height, width = rgb.shape[:2]
    scale = 112 / max(height, width)
    lab = lab_from_srgb(resize(rgb, (round(height * scale), round(width * scale)), anti_aliasing=True))
    return lab[..., 0].astype(np.float32), lab[..., 1:].astype(np.float32)


@pytest.mark.parametrize(
    "picture", [data.coffee, data.astronaut, data.chelsea], ids=lambda load: load.__name__
)
def test_another_view_of_the_same_things(picture):
    """Turned by four degrees, cut differently, darker: most places find their colour, nearly the right one."""
    rgb = picture()
    height, width = rgb.shape[:2]
    known = small(rgb[: int(0.9 * height), : int(0.9 * width)])
    turned = rotate(rgb, 4, mode="edge")[int(0.1 * height) :, int(0.1 * width) :]
    light, truth = small(turned)
    hints = hints_from_reference(*known, light * np.float32(0.85) + 5)
    sure = hints.mask > 0.3
    assert sure.mean() > 0.5
    off = np.hypot(*np.moveaxis(hints.chroma - truth, -1, 0))[sure].mean()
    assert off < 0.25 * np.hypot(truth[..., 0], truth[..., 1])[sure].mean()


def test_a_picture_of_something_else_says_little():
    hints = hints_from_reference(*small(data.coffee()), small(data.astronaut())[0])
    assert (hints.mask > 0.3).mean() < 0.2
    assert hints.mask.max() <= 1


def test_the_same_picture_knows_nearly_everything():
    light, chroma = small(data.coffee())
    hints = hints_from_reference(light, chroma, light)
    assert (hints.mask > 0.6).mean() > 0.9
    assert np.abs(hints.chroma - chroma).mean() < 4


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (7, 5)])
def test_tiny_pictures(shape: tuple[int, int]):
    hints = hints_from_reference(
        np.ones((9, 9), np.float32), np.ones((9, 9, 2), np.float32), np.zeros(shape, np.float32)
    )
    assert hints.mask.shape == shape
    assert np.isfinite(hints.chroma).all()
