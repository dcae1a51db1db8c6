"""Frames between decoder and encoder are bounded by their bytes."""

import gc
from pathlib import Path

import av
import pytest

from autochrome.film.pipeline import colorize_film
from autochrome.film.scenes import DEFAULT, DETECTORS
from autochrome.media.films import frame_budget
from autochrome.media.films.codecs import plan
from autochrome.media.films.frame_budget import frames_ahead, frames_held_back, frames_queued
from autochrome.media.films.open import open_film
from autochrome.media.films.reader import FilmReader
from autochrome.media.films.side_data import SideDataCheck
from autochrome.media.films.writer import FilmWriter
from autochrome.options import FilmOptions
from autochrome.types import Frame
from filmmaking import make_film

FRAMES = 60
Y_BYTES = {"480p": 640 * 480, "1080p": 1920 * 1080, "4K": 3840 * 2160, "8K": 7680 * 4320}


@pytest.mark.parametrize(("size", "most"), [("480p", 150), ("1080p", 400), ("4K", 200), ("8K", 400)])
def test_the_bound_is_in_bytes(size: str, most: int) -> None:
    """most: megabytes of all frames in flight; 8K is the least that works."""
    y_bytes = Y_BYTES[size]
    frames = 2 * frames_ahead(y_bytes, 40) + frames_queued(y_bytes) + frames_held_back(y_bytes) + 2
    assert frames * 1.5 * y_bytes <= most * 1e6


@pytest.fixture
def flight(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames were read and not yet written, after each reading."""
    counts, written = [], [0]
    read, write = FilmReader._frame, FilmWriter.write

    def count_read(self, av_frame, index: int, pts: int) -> Frame:
        counts.append(index + 1 - written[0])
        return read(self, av_frame, index, pts)

    def count_written(self, frame: Frame, blue, red) -> None:
        write(self, frame, blue, red)
        written[0] += 1

    monkeypatch.setattr(FilmReader, "_frame", count_read)
    monkeypatch.setattr(FilmWriter, "write", count_written)
    return counts


@pytest.mark.parametrize("large", [False, True])
def test_fewer_large_frames_are_in_flight(
    large: bool, flight: list[int], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    y_bytes = 48 * 64
    if large:
        monkeypatch.setattr(frame_budget, "_LARGE", y_bytes - 1)
        monkeypatch.setattr(frame_budget, "_WAITING", (0, 9 * y_bytes))  # looks 3 frames ahead
        monkeypatch.setattr(frame_budget, "_QUEUED", (0, 3 * y_bytes))  # 2 frames
    film = make_film(tmp_path / "film.mp4", times=range(FRAMES))
    report = colorize_film(film, tmp_path / "out.mp4", model=tiny_model)
    assert report.frames == FRAMES
    if large:
        detector = DETECTORS[DEFAULT].lookahead  # frames that it holds back
        assert max(flight) <= 2 * 3 + 2 + detector + 3  # waiting, queued, and one in each of three hands
    else:
        assert max(flight) > 40


def test_large_frames_of_x264_are_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = make_film(tmp_path / "film.mp4")
    with open_film(film) as reader:
        usual = plan(tmp_path / "out.mp4", reader.facts, FilmOptions()).settings
        monkeypatch.setattr(frame_budget, "_LARGE", 1)
        large = plan(tmp_path / "out.mp4", reader.facts, FilmOptions()).settings
        fast = plan(tmp_path / "out.mp4", reader.facts, FilmOptions(preset="ultrafast")).settings
    assert "rc-lookahead=4" in large["x264-params"]
    assert "rc-lookahead" not in usual.get("x264-params", "") + fast.get("x264-params", "")


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [("a.mkv", "x265-params", "frame-threads=1"), ("a.webm", "lag-in-frames", "8")],
)
def test_large_frames_of_hevc_and_vp9_are_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, option: str, value: str
) -> None:
    film = make_film(tmp_path / "film.mp4")
    options = FilmOptions(codec="hevc" if name == "a.mkv" else "auto")
    with open_film(film) as reader:
        usual = plan(tmp_path / name, reader.facts, options).settings
        monkeypatch.setattr(frame_budget, "_LARGE", 1)
        large = plan(tmp_path / name, reader.facts, options).settings
    assert value in large[option]
    assert value not in usual.get(option, "")


def test_looking_at_side_data_keeps_no_frames() -> None:
    """PyAV's frame refers to itself when its side data was shown, so it stays until Python collects circles."""
    check = SideDataCheck("libx264", "h264")
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            check.look_at(av.VideoFrame(64, 48, "yuv420p"))
        kept = sum(type(thing) is av.VideoFrame for thing in gc.get_objects())
    finally:
        gc.enable()
    assert kept < 10
