"""Timecode that a film carries, out again; judged by ffprobe."""

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from autochrome.errors import UsageError
from autochrome.media.films import create_film, open_film
from autochrome.options import FilmOptions
from filmmaking import make_film, paint_film


def run_ffmpeg(*words: object) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True)


def probed_timecode(path: Path) -> str | None:
    """The timecode that ffprobe shows: of the picture, of a timecode track, or of the file."""
    words = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    shown = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    tags = [one.get("tags", {}) for one in [*shown["streams"], shown["format"]]]
    return next((value for one in tags for key, value in one.items() if key.lower() == "timecode"), None)


def film_from_ffmpeg(path: Path, timecode: str, rate: str = "24", *words: object) -> Path:
    test = f"testsrc=size=720x576:rate={rate}:duration=0.5"
    run_ffmpeg("-f", "lavfi", "-i", test, "-pix_fmt", "yuv420p", "-timecode", timecode, *words, path)
    return path


@pytest.mark.parametrize(("source", "target"), [("a.mov", "b.mov"), ("a.mxf", "b.mp4"), ("a.mov", "b.mkv")])
def test_timecode_goes_from_file_to_file(tmp_path: Path, source: str, target: str):
    film = film_from_ffmpeg(tmp_path / source, "01:02:03:04", "25")
    paint_film(film, tmp_path / target)
    assert probed_timecode(tmp_path / target) == "01:02:03:04"


def test_drop_frame_stays_drop_frame(tmp_path: Path):
    film = film_from_ffmpeg(tmp_path / "a.mov", "00:59:59;28", "30000/1001")
    paint_film(film, tmp_path / "b.mov")
    assert probed_timecode(tmp_path / "b.mov") == "00:59:59;28"


def test_a_section_has_the_timecode_of_its_first_frame(tmp_path: Path):
    film = film_from_ffmpeg(tmp_path / "a.mov", "01:00:00:00", "24")
    options = FilmOptions(preset="ultrafast", start=0.25)
    with open_film(film, start=0.25) as reader:
        assert str(reader.facts.timecode) == "01:00:00:06"
    paint_section(film, tmp_path / "b.mov", options)
    assert probed_timecode(tmp_path / "b.mov") == "01:00:00:06"


def paint_section(source: Path, target: Path, options: FilmOptions) -> None:
    with (
        open_film(source, start=options.start) as film,
        create_film(target, film, options) as writer,
    ):
        plane = np.full(writer.chroma_shape, 120, np.uint8)
        for frame in film:
            writer.write(frame, plane, plane)


def test_the_user_gives_the_timecode(tmp_path: Path):
    film = make_film(tmp_path / "a.mp4", sound=None)
    paint_film(film, tmp_path / "b.mov", FilmOptions(preset="ultrafast", timecode="10:00:00:00"))
    assert probed_timecode(tmp_path / "b.mov") == "10:00:00:00"
    with pytest.raises(UsageError, match="not a timecode at 25 frames"):
        paint_film(film, tmp_path / "c.mov", FilmOptions(timecode="10:00:00:25"))
    assert not (tmp_path / "c.mov").exists()


def test_a_film_without_timecode_gets_none(tmp_path: Path):
    film = make_film(tmp_path / "a.mp4", sound=None)
    paint_film(film, tmp_path / "b.mov")
    assert probed_timecode(tmp_path / "b.mov") is None


def test_the_timecode_of_a_group_of_pictures(tmp_path: Path):
    words = ("-c:v", "mpeg2video", "-gop_timecode", "10:00:01:02")
    run_ffmpeg("-f", "lavfi", "-i", "testsrc=size=720x576:rate=25:duration=0.2", *words, tmp_path / "a.mpg")
    with open_film(tmp_path / "a.mpg") as reader:
        assert str(reader.facts.timecode) == "10:00:01:02"
        assert reader.facts.rate == Fraction(25)
