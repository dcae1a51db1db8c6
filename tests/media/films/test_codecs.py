"""Every codec writes what was asked for, and says what it cannot hold."""

from pathlib import Path

import numpy as np
import pytest

from autochrome.options import FilmOptions
from filmmaking import decoded, make_film, paint_film, shown


@pytest.mark.parametrize(
    ("codec", "suffix", "kind"),
    [
        ("h264", ".mp4", "yuv420p"),
        ("hevc", ".mp4", "yuv420p10le"),
        ("hevc", ".mkv", "yuv420p"),
        ("prores", ".mov", "yuv422p10le"),
        ("vp9", ".webm", "yuv420p"),
        ("ffv1", ".mkv", "yuv420p"),
    ],
)
def test_every_codec_is_written_and_near(tmp_path: Path, codec: str, suffix: str, kind: str):
    base = np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8) + 40
    source = make_film(
        tmp_path / "in.mkv",
        codec="ffv1",
        size=(64, 96),
        lights=[np.roll(base, n, 1) for n in range(5)],
        times=range(5),
        sound=None,
    )
    options = FilmOptions(codec=codec, preset="ultrafast", pixel_format=kind)
    writer = paint_film(source, tmp_path / f"out{suffix}", options)
    assert writer.plan.pixel_format == kind
    assert len(shown(tmp_path / f"out{suffix}")) == 5
    shift = 2 if "10" in kind else 0
    for old, new in zip(decoded(source), decoded(tmp_path / f"out{suffix}"), strict=True):
        assert np.abs((new[0] >> shift).astype(int) - old[0]).mean() < 3
        assert abs(float(new[1].mean()) - (128 << shift) - 9) < 3 << shift


def test_like_takes_the_codec_of_the_original(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", sound=None)
    assert paint_film(source, tmp_path / "out.mkv", FilmOptions(codec="like")).plan.codec.encoder == "ffv1"


def test_a_note_says_that_y_is_rounded(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", kind="gray16le", sound=None)
    writer = paint_film(source, tmp_path / "out.mp4", FilmOptions(crf=0, preset="ultrafast"))
    assert any("rounded" in note for note in writer.notes)
    for old, new in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True):
        assert np.abs(new[0].astype(int) * 64 - old[0]).mean() <= 128  # ten bits are not lossless at crf 0


def test_an_odd_size_goes_into_h264(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", size=(47, 63), sound=None)
    writer = paint_film(source, tmp_path / "out.mp4", FilmOptions(crf=0, preset="ultrafast"))
    assert any("odd" in note for note in writer.notes)
    assert all(
        np.array_equal(a[0], b[0])
        for a, b in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True)
    )
