"""Reach: a mark says how far it reaches, and the planes keep it through resizing and covering."""

import numpy as np
import pytest

from autochrome.errors import HintsError
from autochrome.hints.file import HintsFile, load_hints
from autochrome.types import Hints

RED, BLUE = "#c83c28", "#2840c8"


def file_of(*points: dict[str, object]) -> HintsFile:
    return HintsFile.model_validate({"version": 1, "points": points})


def test_marks_without_a_reach_reach_the_whole_picture():
    planes = file_of({"x": 0.5, "y": 0.5, "color": RED}).rasterize(20, 30)
    assert planes.reach is None
    assert planes.near() is None
    assert planes.far() is planes


def test_each_mark_has_its_own_reach_and_the_others_the_default():
    marks = file_of({"x": 0.2, "y": 0.5, "color": RED, "reach": 0.75}, {"x": 0.8, "y": 0.5, "color": BLUE})
    planes = marks.rasterize(20, 40, reach=0.25)
    assert planes.reach[10, 8] == pytest.approx(0.75)
    assert planes.reach[10, 32] == pytest.approx(0.25)
    np.testing.assert_allclose(planes.far().mask, planes.mask * planes.reach)
    np.testing.assert_array_equal(planes.near().mask, planes.mask)


def test_the_whole_picture_and_one_thing_are_told_apart():
    marks = file_of(
        {"x": 0.2, "y": 0.5, "color": RED, "reach": 0}, {"x": 0.8, "y": 0.5, "color": BLUE, "reach": 1}
    )
    planes = marks.rasterize(20, 40)
    assert planes.far().mask[10, 8] == 0 < planes.far().mask[10, 32]
    assert planes.near().mask[10, 32] == 0 < planes.near().mask[10, 8]


@pytest.mark.parametrize("kind", ["areas", "rectangles"])
def test_what_is_outlined_stays_inside_its_outline(kind: str):
    shape = {"outline": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]} if kind == "areas" else {}
    shape |= {"x": 0, "y": 0, "width": 0.5, "height": 1} if kind == "rectangles" else {}
    stroke = {"path": [[0.1, 0.5]], "color": BLUE, "width": 0.2, "reach": 0}

    def planes(reach: float) -> Hints:
        marks = {kind: [{**shape, "color": RED, "reach": reach}], "strokes": [stroke]}
        return HintsFile.model_validate({"version": 1, **marks}).rasterize(40, 40)

    exact = planes(0)
    assert not exact.far().present
    assert exact.outlined().mask[30, 15] == 1 == exact.near().mask[20, 4]
    assert exact.outlined().mask[20, 4] == 0 == exact.near().mask[30, 15]
    assert exact.resized(20, 20).outlined().mask[15, 7] == 1
    assert planes(0.5).outlined() is None
    assert planes(0.5).near().mask[30, 15] == 1


def test_reach_survives_another_size_and_is_not_mixed_with_empty_places():
    planes = file_of({"x": 0.5, "y": 0.5, "color": RED, "radius": 0.3, "reach": 0.5}).rasterize(40, 40)
    small = planes.resized(20, 20)
    np.testing.assert_allclose(small.reach[small.mask > 0.01], 0.5, atol=0.01)


def test_hints_over_others_keep_the_reach_of_both():
    near = file_of({"x": 0.2, "y": 0.5, "color": RED, "reach": 0}).rasterize(20, 40)
    whole = Hints(np.full((20, 40, 2), 9, np.float32), np.ones((20, 40), np.float32))
    both = near.over(whole)
    assert both.reach[10, 8] == pytest.approx(0, abs=1e-6)
    assert both.reach[10, 32] == pytest.approx(1)
    assert both.mask.min() == 1


@pytest.mark.parametrize("size", [(40, 40), (31, 27), (90, 80)])
def test_the_border_of_an_outlined_area_over_other_hints_is_about_no_thing(size: tuple[int, int]):
    box = {"x": 0.301, "y": 0.303, "width": 0.4013, "height": 0.3517, "color": RED, "reach": 0}
    area = HintsFile.model_validate({"version": 1, "rectangles": [box]}).rasterize(40, 40)
    whole = Hints(np.full((40, 40, 2), 9, np.float32), np.ones((40, 40), np.float32))
    both = area.over(whole).resized(*size)
    assert both.outlined() is not None
    assert both.near() is None


@pytest.mark.parametrize("reach", [-0.1, 1.5, "far"])
def test_a_wrong_reach_is_named(tmp_path, reach: object):
    path = tmp_path / "hints.json"
    path.write_text(
        f'{{"version": 1, "points": [{{"x": 0, "y": 0, "color": "grey", "reach": {reach!r}}}]}}'.replace(
            "'", '"'
        )
    )
    with pytest.raises(HintsError, match=r"points\[0\]\.reach"):
        load_hints(path)
