"""Likely colours at a point, and the picture of doubt."""

from pathlib import Path

import numpy as np
import pytest

from autochrome.color.lab import lab_from_srgb
from autochrome.model import open_model
from autochrome.model.likely_colors import LikelyColor
from autochrome.studio.color_suggestions import colors_around, doubt_map, suggest_colors


class Suggester:
    """Stands for a network that predicts likely colours."""

    def likely_colors(self, prepared, hints, x, y, count=6) -> list[LikelyColor]:
        return [LikelyColor((50.0, 40.0), 0.5), LikelyColor((-20.0, -30.0), 0.3)]


def ab_of(color: str) -> np.ndarray:
    return lab_from_srgb(np.frombuffer(bytes.fromhex(color[1:]), np.uint8) / 255)[1:]


def test_colours_near_the_point_come_first():
    chroma = np.zeros((60, 80, 2), np.float32)
    chroma[:, :40] = (40, 20)
    chroma[:, 40:] = (-30, 30)
    left, right = colors_around(chroma, 0.1, 0.5)[0], colors_around(chroma, 0.9, 0.5)[0]
    assert np.allclose(left[0], (40, 20), atol=1)
    assert np.allclose(right[0], (-30, 30), atol=1)
    assert left[1] > 0.7


def test_the_networks_colours_come_before_those_of_the_picture(tiny_model: Path):
    luma = np.full((64, 64), 50, np.float32)
    chroma = np.full((64, 64, 2), (0.0, 45.0), np.float32)
    prepared = open_model(tiny_model).prepare(luma)
    found = suggest_colors(Suggester(), prepared, chroma, 0.5, 0.5)
    assert [round(probability, 1) for _, probability in found] == [0.5, 0.3, 0.2]
    for (color, _), expected in zip(found, [(50, 40), (-20, -30), (0, 45)], strict=True):
        assert np.linalg.norm(ab_of(color) - expected) < 3
    assert len(suggest_colors(open_model(tiny_model), prepared, chroma, 0.5, 0.5)) == 1


@pytest.mark.parametrize("luma", [2.0, 97.0])
def test_a_suggested_colour_keeps_its_chroma_where_the_picture_is_dark_or_bright(
    luma: float, tiny_model: Path
):
    prepared = open_model(tiny_model).prepare(np.full((64, 64), luma, np.float32))
    color, _ = suggest_colors(Suggester(), prepared, np.zeros((64, 64, 2), np.float32), 0.5, 0.5)[0]
    assert np.linalg.norm(ab_of(color) - (50, 40)) < 3


def test_the_picture_of_doubt_is_white_where_the_confidence_is_zero():
    confidence = np.zeros((10, 20), np.float32)
    confidence[:, 10:] = 1
    doubt = doubt_map(confidence)
    assert doubt.shape == (40, 80)
    assert (doubt[:, :30] == 255).all()
    assert (doubt[:, 50:] == 0).all()
