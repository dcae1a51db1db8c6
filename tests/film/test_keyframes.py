"""Colours painted on one frame are on the same thing in every other frame of its shot, before and after."""

import json
from pathlib import Path

import numpy as np
import pytest
import pyvips

from autochrome.color.lab import lab_from_srgb, srgb_from_lab
from autochrome.errors import HintsError, InputMissing
from autochrome.film.carry_hints import carry_hints
from autochrome.film.keyframes import CarriedHints, ProxyRecord
from autochrome.film.pipeline import colorize_film
from autochrome.film.routes import Route, ShotMotion
from autochrome.hints.file import HintsFile
from autochrome.options import FilmOptions
from autochrome.types import Hints
from film_inputs import texture
from filmmaking import decoded, make_film

BALL = 14  # pixels, radius
FRAMES = 75  # three seconds
HEIGHT, WIDTH = 96, 160
RED, BLUE = "#c83c28", "#2850c8"
OCHRE = "#c08a50"  # fits into the gamut at the ball's lightness
OPTIONS = FilmOptions(codec="ffv1", size=96, cuts="none")


def ball_at(number: int) -> tuple[float, float]:
    """x and y of the ball's middle: from left to right, up and down a little."""
    return 24 + 1.4 * number, 48 + 14 * np.sin(number / 9)


def scene(number: int) -> np.ndarray:
    """A textured ball that rolls over a textured ground, codes 0…255."""
    ground = texture(HEIGHT, WIDTH, 3)
    x, y = ball_at(number)
    own = np.roll(texture(HEIGHT, WIDTH, 8), (round(y), round(x)), (0, 1)) // 2 + 100
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    inside = np.hypot(columns - x, rows - y) < BALL
    return np.where(inside, own, ground // 2 + 20).astype(np.uint8)


SCENES = [scene(n) for n in range(FRAMES)]


def records(frames: list[np.ndarray], begins: tuple[int, ...] = (0,)) -> list[ProxyRecord]:
    return [ProxyRecord(n, n / 25, frame, n in begins) for n, frame in enumerate(frames)]


def painted(number: int, color: str) -> dict[str, object]:
    x, y = ball_at(number)
    point = {"x": x / WIDTH, "y": y / HEIGHT, "color": color, "radius": 0.07}
    return {"frame": number, "points": [point]}


def file_of(*frames: dict[str, object]) -> HintsFile:
    return HintsFile.model_validate({"version": 1, "frames": frames})


def chroma_of(color: str) -> np.ndarray:
    return lab_from_srgb(np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]))[1:]


def film_of(path: Path, frames: list[np.ndarray]) -> Path:
    """The frames as a lossless film of 25 frames a second."""
    return make_film(
        path,
        codec="ffv1",
        kind="yuv444p",
        size=(HEIGHT, WIDTH),
        lights=[16 + (light.astype(int) * 219 // 255).astype(np.uint8) for light in frames],
        times=[40 * n for n in range(len(frames))],
        sound=None,
    )


def test_the_reach_of_a_mark_goes_along_with_its_colour():
    place = painted(0, RED)
    place["points"][0]["reach"] = 0.25
    carried = CarriedHints()
    carried.carry(records(SCENES[:10]), file_of(place))
    hints = carried.at(9, HEIGHT, WIDTH)
    np.testing.assert_allclose(hints.reach[hints.mask > 0.5], 0.25, atol=0.01)
    whole = CarriedHints(reach=1.0)
    whole.carry(records(SCENES[:10]), file_of(painted(0, RED)))
    assert whole.at(9, HEIGHT, WIDTH).reach is None


def test_what_is_outlined_is_about_its_own_pixels_in_every_frame():
    x, y = ball_at(0)
    box = {"x": (x - 9) / WIDTH, "y": (y - 9) / HEIGHT, "width": 18 / WIDTH, "height": 18 / HEIGHT}
    carried = CarriedHints(reach=0)
    carried.carry(
        records(SCENES[:10]), file_of({"frame": 0, "rectangles": [{**box, "color": RED}]}, painted(9, BLUE))
    )
    first, last = carried.at(0, HEIGHT, WIDTH), carried.at(9, HEIGHT, WIDTH)
    assert first is not None
    assert last is not None
    assert first.outlined() is not None
    assert last.outlined() is None
    assert last.near() is not None


@pytest.mark.parametrize("place", [0, 37, FRAMES - 1])
def test_a_point_goes_with_its_thing_both_ways(place: int):
    carried = CarriedHints()
    carried.carry(records(SCENES), file_of(painted(place, RED)))
    for number in range(FRAMES):
        hints = carried.at(number, HEIGHT, WIDTH)
        assert hints is not None
        x, y = ball_at(number)
        rows, columns = np.nonzero(hints.mask > 0.4)
        assert len(rows) > 30, f"frame {number}: there should be something left of it"
        assert (np.hypot(columns - x, rows - y) > BALL + 2).mean() < 0.12
        middle = hints.chroma[hints.mask > 0.4].mean(0)
        assert np.hypot(*(middle - chroma_of(RED))) < 3


def test_a_route_that_is_off_is_aligned_with_the_key_frame():
    true = Route.start(HEIGHT, WIDTH)
    off = Route(true.planes + np.array([1.5, -1, -0.75], np.float32))
    aligned = ShotMotion(lambda number: SCENES[0]).align(off, 0, 4)
    miss = [np.hypot(*np.moveaxis(each.positions - true.positions, -1, 0)) for each in (off, aligned)]
    assert np.median(miss[1]) < 0.2 * np.median(miss[0])
    assert np.median(aligned.strength) == 0.5  # it fits, so it is not lost


def test_marks_hold_for_their_shot_alone():
    carried = CarriedHints()
    carried.carry(records(SCENES[:30], begins=(0, 10, 20)), file_of(painted(15, RED)))
    assert [carried.at(n, 8, 8) is not None for n in range(30)] == [10 <= n < 20 for n in range(30)]


def test_two_key_frames_are_blended_between_them():
    carried = CarriedHints()
    carried.carry(records(SCENES[:41]), file_of(painted(0, RED), painted(40, BLUE)))
    reds = []
    for number in (0, 10, 20, 30, 40):
        hints = carried.at(number, HEIGHT, WIDTH)
        assert hints is not None
        color = hints.chroma[hints.mask > 0.4].mean(0)
        along = chroma_of(RED) - chroma_of(BLUE)
        reds.append(float((color - chroma_of(BLUE)) @ along / (along @ along)))
    assert np.allclose(reds, [1, 0.75, 0.5, 0.25, 0], atol=0.25)
    assert reds == sorted(reds, reverse=True)


def test_a_time_names_a_frame_too():
    by_time = painted(12, RED)
    del by_time["frame"]
    by_time["time"] = 0.49
    one, other = CarriedHints(), CarriedHints()
    one.carry(records(SCENES[:20]), file_of(painted(12, RED)))
    other.carry(records(SCENES[:20]), file_of(by_time))
    first, second = one.at(3, HEIGHT, WIDTH), other.at(3, HEIGHT, WIDTH)
    assert first is not None
    assert second is not None
    assert np.array_equal(first.mask, second.mask)


def test_marks_outside_of_key_frames_are_on_the_first():
    carried = CarriedHints()
    point = {"x": 24 / WIDTH, "y": 48 / HEIGHT, "color": RED}
    carried.carry(records(SCENES[:5]), HintsFile.model_validate({"version": 1, "points": [point]}))
    assert carried.at(4, HEIGHT, WIDTH) is not None


@pytest.mark.parametrize("where", [{"frame": 99}, {"time": 60.0}])
def test_a_frame_that_is_not_there_is_said(where: dict[str, float]):
    with pytest.raises(HintsError, match="does not have"):
        CarriedHints().carry(records(SCENES[:5]), HintsFile.model_validate({"version": 1, "frames": [where]}))


def test_a_key_frame_is_named_once():
    for where in ({}, {"frame": 1, "time": 1.0}):
        with pytest.raises(ValueError, match="one of the two"):
            HintsFile.model_validate({"version": 1, "frames": [where]})


def test_on_a_turned_picture_marks_are_where_they_were_painted():
    """Stored lying, shown upright: a mark at the upper left of what people see."""
    upright = np.rot90(SCENES[0], 1)
    hints = HintsFile.model_validate(
        {"version": 1, "rectangles": [{"x": 0, "y": 0, "width": 0.3, "height": 0.2, "color": RED}]}
    )
    carried = CarriedHints(turn=90)
    carried.carry(records([SCENES[0]] * 3), hints)
    hints = carried.at(2, *upright.shape)
    assert hints is not None
    rows, columns = np.nonzero(hints.mask > 0.5)
    assert rows.max() < 0.25 * upright.shape[0]
    assert columns.max() < 0.35 * upright.shape[1]


def test_a_correction_at_one_end_of_a_shot_shows_at_the_other(tmp_path: Path, tiny_model: Path):
    """Prediction on the last frame of three seconds; in the first, the ball has that colour."""
    source = film_of(tmp_path / "in.mkv", SCENES)
    hints = file_of(painted(FRAMES - 1, OCHRE))
    colorize_film(source, tmp_path / "out.mkv", model=tiny_model, options=OPTIONS, hints=hints)
    for number in (0, 30, FRAMES - 1):
        planes = [p.astype(float) for p in decoded(tmp_path / "out.mkv")[number]]
        x, y = (round(v) for v in ball_at(number))
        light, blue, red = (p[y - 4 : y + 5, x - 4 : x + 5].mean() for p in planes)
        share, cb, cr = (light - 16) / 219, (blue - 128) / 224, (red - 128) / 224
        r, b = share + 1.402 * cr, share + 1.772 * cb
        rgb = np.clip([r, (share - 0.299 * r - 0.114 * b) / 0.587, b], 0, 1)
        assert np.hypot(*(lab_from_srgb(rgb)[1:] - chroma_of(OCHRE))) < 10, f"frame {number}"


# — whole pictures —


def colored(number: int, shift: int = 0) -> np.ndarray:
    """A frame of the scene in colour, as pixels: an ochre ball on green; `shift` pixels further left."""
    x, y = ball_at(number)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    ball = np.hypot(columns - x, rows - y) < BALL
    chroma = np.where(ball[..., None], chroma_of(OCHRE), (-18.0, 14.0))
    lightness = SCENES[number].astype(float)[..., None] / 2.55 * 0.9 + 3
    rgb = srgb_from_lab(np.concatenate((lightness, chroma), axis=-1))
    return np.roll((rgb.clip(0, 1) * 255).round().astype(np.uint8), -shift, axis=1)


def color_error(hints: Hints, number: int) -> tuple[float, float]:
    """How far the hints are from the truth, ball and ground apart, and how much of the picture they speak of."""
    x, y = ball_at(number)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    away = np.hypot(columns - x, rows - y)
    truth = np.where((away < BALL)[..., None], chroma_of(OCHRE), (-18.0, 14.0))
    known = (hints.mask > 0.3) & (np.abs(away - BALL) > 3)
    error = np.hypot(*np.moveaxis(hints.chroma - truth, -1, 0))
    return float(np.percentile(error[known], 90)), float(known.mean())


@pytest.mark.parametrize(("field", "shift"), [("picture", 0), ("reference", 9)])
def test_a_whole_coloured_picture_holds_for_its_shot(tmp_path: Path, field: str, shift: int):
    """As a key frame it lies over the frame; as a reference it is another picture of the same things."""
    pyvips.Image.new_from_array(colored(30, shift)).write_to_file(str(tmp_path / "known.png"))
    hints = {"version": 1, "frames": [{"frame": 30, field: "known.png"}]}
    (tmp_path / "hints.json").write_text(json.dumps(hints))
    source = film_of(tmp_path / "in.mkv", SCENES[:60])
    carried = carry_hints(source, tmp_path / "hints.json", frozenset([0, 20, 45]))
    assert carried.at(19, 8, 8) is None
    assert carried.at(45, 8, 8) is None
    for number, allowed in ((30, 6), (20, 12), (44, 12)):
        known = carried.at(number, HEIGHT, WIDTH)
        assert known is not None
        error, share = color_error(known, number)
        assert error < allowed, number
        assert share > 0.35, number
    assert carried.digest(0, 20) == "0" != carried.digest(10, 25)


def test_marks_lie_over_the_picture(tmp_path: Path):
    pyvips.Image.new_from_array(colored(0)).write_to_file(str(tmp_path / "known.png"))
    hints = {"version": 1, "frames": [{**painted(0, BLUE), "picture": "known.png"}]}
    (tmp_path / "hints.json").write_text(json.dumps(hints))
    carried = carry_hints(film_of(tmp_path / "in.mkv", SCENES[:3]), tmp_path / "hints.json", frozenset())
    known = carried.at(0, HEIGHT, WIDTH)
    assert known is not None
    x, y = (round(v) for v in ball_at(0))
    assert np.hypot(*(known.chroma[y, x] - chroma_of(BLUE))) < 3
    assert np.hypot(*(known.chroma[5, 150] - (-18, 14))) < 6


def test_pictures_lie_beside_the_hints_file_and_nowhere_else(tmp_path: Path):
    source = film_of(tmp_path / "in.mkv", SCENES[:3])
    frames = [{"frame": 0, "picture": "known.png"}]
    hints = HintsFile.model_validate({"version": 1, "frames": frames})
    with pytest.raises(HintsError, match="Give the path of the hints file"):
        carry_hints(source, hints, frozenset())
    (tmp_path / "hints.json").write_text(json.dumps({"version": 1, "frames": frames}))
    with pytest.raises(InputMissing, match=r"known\.png"):
        carry_hints(source, tmp_path / "hints.json", frozenset())
    pyvips.Image.new_from_array(SCENES[0]).write_to_file(str(tmp_path / "known.png"))
    with pytest.raises(HintsError, match="image is grey"):
        carry_hints(source, tmp_path / "hints.json", frozenset())
    for name in ("../known.png", "/etc/passwd", "a/b.png", "a\\b.png", ".hidden", ""):
        with pytest.raises(ValueError, match="pattern"):
            HintsFile.model_validate({"version": 1, "frames": [{"frame": 0, "reference": name}]})


def test_what_is_known_of_a_long_shot_stays_small():
    """Forty frames of a still shot with one mark: less than a kilobyte each."""
    carried = CarriedHints()
    carried.carry(records([SCENES[0]] * 40), file_of({**painted(0, RED), "frame": 20}))
    assert sum(len(data) for data in carried._frames.values()) < 40 * 1024
