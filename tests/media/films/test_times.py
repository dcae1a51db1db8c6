"""The time of every frame is kept, with a constant and a variable frame rate."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from autochrome.options import FilmOptions
from filmmaking import make_film, paint_film, shown

TIMES = {
    "constant": (list(range(30)), Fraction(1, 25)),
    "NTSC": ([n * 1001 for n in range(30)], Fraction(1, 30000)),
    "variable": ([0, 1, 5, 6, 7, 30, 31, 60, 61, 62, 90, 91], Fraction(1, 1000)),
    "late": ([90000 + n * 3003 for n in range(20)], Fraction(1, 90000)),
    "gaps": ([*range(0, 10), *range(100, 110), *range(500, 505)], Fraction(1, 24)),
    "one frame": ([0], Fraction(1, 25)),
    "two late frames": ([1000, 1040], Fraction(1, 1000)),
}


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_times_are_kept_exactly(tmp_path: Path, name: str, suffix: str):
    times, base = TIMES[name]
    source = make_film(tmp_path / f"in{suffix}", times=times, base=base, sound=None)
    paint_film(source, tmp_path / f"out{suffix}", FilmOptions(preset="medium"))
    assert shown(tmp_path / f"out{suffix}") == shown(source)
    assert len(shown(source)) == len(times)
    with av.open(str(source)) as old, av.open(str(tmp_path / f"out{suffix}")) as new:
        assert old.streams.video[0].time_base == new.streams.video[0].time_base


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("codec", ["ffv1", "h264", "vp9"])
def test_times_in_matroska_are_kept_exactly(tmp_path: Path, name: str, codec: str):
    times, base = TIMES[name]
    source = make_film(tmp_path / "in.mkv", times=times, base=base, sound=None)
    writer = paint_film(source, tmp_path / "out.mkv", FilmOptions(codec=codec, preset="ultrafast"))
    assert shown(tmp_path / "out.mkv") == shown(source)
    assert not writer.notes


def test_a_note_says_that_matroska_rounds_times(tmp_path: Path):
    source = make_film(tmp_path / "in.mp4", times=[n * 1001 for n in range(8)], base=Fraction(1, 30000))
    writer = paint_film(source, tmp_path / "out.mkv")
    assert any("thousandths" in note for note in writer.notes)
    off = [abs(a - b) for a, b in zip(shown(source), shown(tmp_path / "out.mkv"), strict=True)]
    assert max(off) <= Fraction(1, 2000)
