"""Y′ stays bit-exact in every pixel format, and colour tags, field order and rotation are kept."""

from pathlib import Path

import av
import numpy as np
import pytest

from autochrome.media.films import open_film
from filmmaking import LOSSLESS, decoded, make_film, noise, paint_film

KINDS = ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "gray", "gray10le"]


@pytest.mark.parametrize("size", [(48, 64), (47, 63), (33, 18)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_y_is_bit_exact(tmp_path: Path, kind: str, size: tuple[int, int]):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", kind=kind, size=size, times=range(4), sound=None)
    paint_film(source, tmp_path / "out.mkv", LOSSLESS)
    before, after = decoded(source), decoded(tmp_path / "out.mkv")
    assert len(before) == len(after) == 4
    depth = 10 if "10" in kind else 8
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old[0], new[0])
        assert (new[1] == (1 << (depth - 1)) + 9).all()
        assert (new[2] == (1 << (depth - 1)) + 9).all()
        if len(old) == 3:
            assert old[1].shape == new[1].shape


@pytest.mark.parametrize("kind", ["yuvj420p", "yuv411p", "yuv410p", "yuv440p", "nv12", "yuyv422"])
def test_unusual_planes_keep_y(tmp_path: Path, kind: str):
    codec = {"yuvj420p": "mjpeg", "yuv411p": "ffv1", "yuv410p": "ffv1", "yuv440p": "ffv1"}.get(
        kind, "rawvideo"
    )
    source = make_film(tmp_path / "in.mkv", codec=codec, kind=kind, times=range(3), sound=None)
    with open_film(source) as film:
        before = [frame.y_plane.copy() for frame in film]
        assert film.facts.plane_format.full == (kind == "yuvj420p")
    paint_film(source, tmp_path / "out.mkv", LOSSLESS)
    assert all(np.array_equal(a, b[0]) for a, b in zip(before, decoded(tmp_path / "out.mkv"), strict=True))
    with open_film(tmp_path / "out.mkv") as film:
        assert film.facts.plane_format.full == (kind == "yuvj420p")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_rotated_film_stays_rotated(tmp_path: Path, turn: int):
    source = make_film(tmp_path / "in.mp4", turn=turn, sound=None)
    paint_film(source, tmp_path / "out.mp4")
    with open_film(source) as old, open_film(tmp_path / "out.mp4") as new:
        assert old.facts.matrix_display == new.facts.matrix_display
        assert old.facts.turn == new.facts.turn == turn


@pytest.mark.parametrize(("matrix", "number"), [("bt709", 1), ("bt601", 6), ("bt2020", 9)])
@pytest.mark.parametrize("full", [False, True])
def test_colour_tags_are_read_and_written(tmp_path: Path, matrix: str, number: int, full: bool):
    tags = {
        "colorspace": number,
        "color_range": 2 if full else 1,
        "color_primaries": number,
        "color_trc": 6 if number == 6 else 1,
    }
    source = make_film(tmp_path / "in.mp4", settings=tags, sound=None, times=range(3))
    paint_film(source, tmp_path / "out.mp4")
    for path in (source, tmp_path / "out.mp4"):
        with open_film(path) as film:
            assert film.facts.plane_format.matrix == matrix
            assert film.facts.plane_format.full == full
            assert film.facts.primaries == number
            assert film.facts.transfer == tags["color_trc"]


def test_interlaced_stays_interlaced(tmp_path: Path):
    flags = av.codec.context.Flags.interlaced_dct | av.codec.context.Flags.interlaced_me
    source = make_film(
        tmp_path / "in.mp4",
        options={"x264-params": "interlaced=1:tff=1"},
        settings={"flags": int(flags)},
        sound=None,
    )
    paint_film(source, tmp_path / "out.mp4")
    for path in (source, tmp_path / "out.mp4"):
        with open_film(path) as film:
            assert film.facts.interlaced
            assert all(frame.interlaced for frame in film)


def test_rgb_is_converted_with_the_right_matrix(tmp_path: Path):
    """A green frame: Y′ is the weight of green."""
    frame = av.VideoFrame.from_ndarray(np.full((16, 16, 3), (0, 255, 0), np.uint8), format="rgb24")
    with av.open(str(tmp_path / "in.mkv"), "w") as film:
        video = film.add_stream("ffv1", rate=25)
        video.width, video.height, video.pix_fmt = 16, 16, "bgr0"
        film.mux(video.encode(frame.reformat(format="bgr0")))
        film.mux(video.encode(None))
    with open_film(tmp_path / "in.mkv") as film:
        (only,) = list(film)
    assert film.facts.plane_format.matrix == "bt601"
    assert film.facts.plane_format.full
    assert abs(int(only.y_plane[8, 8]) - 255 * 0.587) <= 1


def test_frames_own_their_memory(tmp_path: Path):
    """Colour written into one frame must not change frames that are decoded from it later."""
    source = make_film(tmp_path / "in.mp4", times=range(12), sound=None)
    expected = decoded(source)
    with open_film(source) as film:
        for frame, planes in zip(film, expected, strict=True):
            assert np.array_equal(frame.y_plane, planes[0])
            frame.y_plane[:] = 0


def test_noise_has_all_bits():
    assert noise(8, 8, 10, 0).max() > 255
