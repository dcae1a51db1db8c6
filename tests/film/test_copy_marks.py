"""Marks that are copied to a frame that looks alike move with the thing under them."""

import numpy as np
import pytest

from autochrome.film.copy_marks import copy_marks
from autochrome.hints.file import KeyFrame
from film_inputs import shifted, texture

SCENE = texture(72, 128, 5)
RIGHT, DOWN = 9, 4  # pixels
POINT = {"x": 0.5, "y": 0.5, "color": "#c83c28", "radius": 0.05}
STROKE = {"path": [[0.4, 0.4], [0.5, 0.45]], "color": "#3050a0", "width": 0.1}
BOX = {"x": 0.3, "y": 0.3, "width": 0.2, "height": 0.2, "color": "grey"}
AREA = {"outline": [[0.5, 0.6], [0.6, 0.6], [0.55, 0.7]], "color": "#3050a0"}
KEY = KeyFrame.model_validate(
    {"frame": 7, "points": [POINT], "strokes": [STROKE], "rectangles": [BOX], "areas": [AREA]}
)


def test_marks_follow_their_things():
    moved, lost = copy_marks(KEY, SCENE, shifted(SCENE, RIGHT, DOWN), 90, 0)
    assert (moved.frame, lost) == (90, 0)
    right, down = RIGHT / 128, DOWN / 72
    assert (moved.points[0].x, moved.points[0].y) == pytest.approx((0.5 + right, 0.5 + down), abs=0.008)
    assert moved.strokes[0].path[0] == pytest.approx((0.4 + right, 0.4 + down), abs=0.008)
    assert moved.areas[0].outline[2] == pytest.approx((0.55 + right, 0.7 + down), abs=0.008)
    assert (moved.rectangles[0].x, moved.rectangles[0].y) == pytest.approx(
        (0.3 + right, 0.3 + down), abs=0.008
    )
    assert moved.points[0].color == "#c83c28"


def test_marks_on_films_that_are_turned():
    """A quarter turn counter-clockwise: the top of the stored frame is the left of the upright one."""
    moved, _ = copy_marks(KEY, SCENE, shifted(SCENE, 0, DOWN), 90, 90)
    assert (moved.points[0].x, moved.points[0].y) == pytest.approx((0.5 + DOWN / 72, 0.5), abs=0.008)


def test_what_is_not_there_is_lost():
    other = np.rot90(texture(72, 128, 9), 2)
    moved, lost = copy_marks(KEY, SCENE, np.ascontiguousarray(other), 90, 0)
    assert lost == 4 - len(moved.all_marks)
    assert lost >= 2


def test_a_coloured_frame_becomes_a_reference():
    key = KeyFrame(frame=7, picture="frame7.png")
    moved, lost = copy_marks(key, SCENE, SCENE, 90, 0)
    assert (moved.picture, moved.reference, lost) == (None, "frame7.png", 0)
