"""The hints file: what a person writes is what the planes show, and each error is one sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autochrome.color.lab import lab_from_srgb
from autochrome.errors import HintsError, OutputNotWritable
from autochrome.hints.file import HintsFile, load_hints
from autochrome.hints.marks import chroma_of
from autochrome.hints.picture import hints_from_picture

RED = "#c83c28"


def hints(**marks: object) -> HintsFile:
    return HintsFile.model_validate({"version": 1, **marks})


def test_a_colour_is_its_a_and_b():
    expected = lab_from_srgb(np.array([0xC8, 0x3C, 0x28]) / 255)[1:]
    np.testing.assert_allclose(chroma_of(RED), expected, atol=1e-4)
    assert chroma_of("grey").tolist() == chroma_of("gray").tolist() == [0, 0]
    np.testing.assert_allclose(chroma_of("#808080"), 0, atol=1e-4)


def test_names_of_colours_are_read_and_written_as_digits():
    colors = {
        "sky": "#7fa6d6",
        "Fair-Skin": "#d9a384",
        "rosybrown": "#bc8f8f",
        "#C36": "#cc3366",
        "Grey": "grey",
    }
    points = [{"x": 0.5, "y": 0.5, "color": name} for name in colors]
    assert [point.color for point in hints(points=points).points] == list(colors.values())


def test_nothing_known_is_no_hints():
    planes = hints().rasterize(5, 7)
    assert planes.chroma.shape == (5, 7, 2)
    assert planes.mask.shape == (5, 7)
    assert not planes.present


def test_a_point_is_a_disc_where_it_was_put():
    planes = hints(points=[{"x": 0.25, "y": 0.75, "color": RED, "radius": 0.1}]).rasterize(100, 200)
    y, x = np.nonzero(planes.mask == 1)
    assert (x.mean(), y.mean()) == pytest.approx((49.5, 74.5), abs=0.1)
    assert planes.mask.sum() == pytest.approx(np.pi * 10**2, rel=0.02)
    np.testing.assert_allclose(
        planes.chroma[planes.mask > 0], np.tile(chroma_of(RED), ((planes.mask > 0).sum(), 1)), rtol=1e-5
    )
    assert not planes.chroma[planes.mask == 0].any()


@pytest.mark.parametrize("size", [1, 2, 3, 64, 1000])
def test_the_smallest_point_is_seen_at_every_size(size: int):
    planes = hints(points=[{"x": 0.5, "y": 0.5, "color": RED, "radius": 1e-6}]).rasterize(size, size)
    assert planes.mask.max() == 1
    assert planes.mask.sum() == pytest.approx(min(size * size, np.pi * 4), rel=0.05)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 1), (0, 1), (1, 0)])
def test_corners_belong_to_the_picture(x: int, y: int):
    planes = hints(points=[{"x": x, "y": y, "color": RED}]).rasterize(40, 30)
    assert planes.mask[-y, -x] > 0.9


def test_a_stroke_follows_its_path():
    path = [[0.1, 0.5], [0.5, 0.5], [0.5, 0.9]]
    planes = hints(strokes=[{"path": path, "color": RED, "width": 0.04}]).rasterize(100, 100)
    assert planes.mask[48:52, 10:50].min() == 1
    assert planes.mask[50:90, 48:52].min() == 1
    assert planes.mask[60, 30] == 0
    assert planes.mask.sum() == pytest.approx(4 * 80, rel=0.1)


def test_a_stroke_of_one_place_is_a_dot():
    planes = hints(strokes=[{"path": [[0.5, 0.5]], "color": RED, "width": 0.2}]).rasterize(100, 100)
    assert planes.mask.sum() == pytest.approx(np.pi * 10**2, rel=0.02)


def test_a_rectangle_is_antialiased():
    planes = hints(rectangles=[{"x": 0.1, "y": 0.2, "width": 0.55, "height": 0.5, "color": RED}]).rasterize(
        10, 10
    )
    np.testing.assert_allclose(planes.mask[4], [0, 1, 1, 1, 1, 1, 0.5, 0, 0, 0], atol=1e-5)
    np.testing.assert_allclose(planes.mask[:, 3], [0, 0, 1, 1, 1, 1, 1, 0, 0, 0], atol=1e-5)


def test_later_paints_over_earlier_and_points_lie_on_top():
    whole = {"x": 0, "y": 0, "width": 1, "height": 1}
    file = hints(
        points=[{"x": 0.5, "y": 0.5, "color": "grey", "radius": 0.1}],
        rectangles=[{**whole, "color": "#0000ff"}, {**whole, "color": RED}],
    )
    planes = file.rasterize(50, 50)
    assert planes.mask.min() == 1
    np.testing.assert_allclose(planes.chroma[0, 0], chroma_of(RED), rtol=1e-5)
    np.testing.assert_allclose(planes.chroma[25, 25], 0, atol=1e-4)


marks = st.fixed_dictionaries(
    {
        "points": st.lists(
            st.fixed_dictionaries(
                {
                    "x": st.floats(0, 1),
                    "y": st.floats(0, 1),
                    "color": st.sampled_from([RED, "#00ff00", "grey"]),
                },
                optional={"radius": st.floats(1e-6, 1)},
            ),
            max_size=3,
        ),
        "strokes": st.lists(
            st.fixed_dictionaries(
                {
                    "path": st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=4),
                    "color": st.just("#0000ff"),
                    "width": st.floats(1e-6, 1),
                }
            ),
            max_size=2,
        ),
    }
)


@settings(max_examples=80, deadline=None)
@given(marks, st.integers(1, 40), st.integers(1, 40))
def test_planes_stay_in_their_ranges_and_survive_a_round_trip(drawn: dict, height: int, width: int):
    file = hints(**drawn)
    planes = file.rasterize(height, width)
    assert planes.mask.dtype == planes.chroma.dtype == np.float32
    assert planes.mask.min() >= 0
    assert planes.mask.max() <= 1 + 1e-6
    assert np.abs(planes.chroma).max() <= 110
    assert planes.present == bool(file.points or file.strokes)
    assert HintsFile.model_validate_json(file.model_dump_json()) == file


@settings(max_examples=25, deadline=None)
@given(st.floats(0.2, 0.8), st.floats(0.2, 0.8), st.floats(0.05, 0.2))
def test_hints_survive_resizing(x: float, y: float, radius: float):
    file = hints(points=[{"x": x, "y": y, "color": RED, "radius": radius}])
    small, large = file.rasterize(64, 96).mask, file.rasterize(256, 384).mask
    shrunk = large.reshape(64, 4, 96, 4).mean((1, 3))
    assert np.abs(small - shrunk).max() < 0.3  # only the soft edge differs
    assert small.mean() == pytest.approx(large.mean(), rel=0.1)


def test_save_and_load(tmp_path: Path):
    file = hints(
        points=[{"x": 0.1, "y": 0.2, "color": "grey"}],
        strokes=[{"path": [[0, 0], [1, 1]], "color": RED, "width": 0.01}],
        rectangles=[{"x": 0, "y": 0, "width": 0.5, "height": 0.5, "color": RED}],
    )
    file.save(tmp_path / "h.json")
    assert load_hints(tmp_path / "h.json") == file
    assert [p.name for p in tmp_path.iterdir()] == ["h.json"]
    assert json.loads((tmp_path / "h.json").read_text())["points"] == [{"x": 0.1, "y": 0.2, "color": "grey"}]


def test_save_says_where_it_could_not(tmp_path: Path):
    with pytest.raises(OutputNotWritable, match=r"nowhere.h\.json"):
        hints().save(tmp_path / "nowhere" / "h.json")


POINT = {"x": 0.5, "y": 0.5, "color": RED}
WRONG = {
    "unknown field": (
        {"version": 1, "points": [{**POINT, "colour": RED}]},
        r"unknown field 'points\[0\].colour'",
    ),
    "unknown top field": ({"version": 1, "dots": []}, "unknown field 'dots'"),
    "no version": ({"points": []}, "'version' is missing"),
    "another version": ({"version": 7}, "'version' is 7"),
    "outside": ({"version": 1, "points": [POINT, {**POINT, "x": 1.5}]}, r"'points\[1\].x' is 1.5"),
    "no colour": ({"version": 1, "points": [{"x": 0, "y": 0}]}, r"'points\[0\].color' is missing"),
    "odd colour": (
        {"version": 1, "points": [{**POINT, "color": "oliv"}]},
        r"'points\[0\].color': 'oliv' is no colour; did you mean olive\?",
    ),
    "a colour that is none": (
        {"version": 1, "points": [{**POINT, "color": "#12345"}]},
        r"'#12345' is no colour; after # follow 3 or 6",
    ),
    "a picture elsewhere": (
        {"version": 1, "frames": [{"frame": 0, "picture": "../a.png"}]},
        "name of a file in the",
    ),
    "empty path": (
        {"version": 1, "strokes": [{"path": [], "color": RED, "width": 0.1}]},
        r"strokes\[0\].path",
    ),
    "not an object": ([1, 2], "object"),
    "two faults": ({"version": 1, "a": 1, "b": 2}, "unknown field 'a'.*1 more"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_sentence_that_says_where(tmp_path: Path, case: str):
    content, says = WRONG[case]
    path = tmp_path / "h.json"
    path.write_text(json.dumps(content))
    with pytest.raises(HintsError, match=says) as caught:
        load_hints(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe\x00", b'{"version": 1, "points": [{"x": NaN, "y": 0, "color": "grey"}]}'],
)
def test_what_is_no_json_is_said(tmp_path: Path, content: bytes):
    path = tmp_path / "h.json"
    path.write_bytes(content)
    with pytest.raises(HintsError, match=r"h\.json"):
        load_hints(path)


def test_no_file_is_said(tmp_path: Path):
    with pytest.raises(HintsError, match="cannot be opened"):
        load_hints(tmp_path / "none.json")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_picture_hints_at_the_colour_it_still_has(dtype: type):
    most = np.iinfo(dtype).max
    picture = np.full((10, 20, 3), most // 2, dtype)
    picture[:, 10:] = np.array([0xC8, 0x3C, 0x28]) / 255 * most
    known = hints_from_picture(picture)
    assert known.mask[:, :10].max() == 0
    assert known.mask[:, 10:].min() == 1
    np.testing.assert_allclose(known.chroma[0, 15], chroma_of(RED), atol=0.01)
