"""Frames out of films: at the rate that was asked for, in bars, in pairs that never cross a cut, split by film."""

from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np
import pytest

from autochrome.errors import InputMissing, NotAFilm, NothingFound, UsageError
from autochrome.film.scenes import SceneDetector
from autochrome.lab.data.frames import (
    FrameOptions,
    TimedPicture,
    letterbox,
    read_frames,
    select_frames,
    write_frame_shards,
)
from autochrome.lab.data.options import DataSettings
from autochrome.lab.data.pixels import decode
from autochrome.lab.data.sources import open_pictures
from autochrome.media.collection import find_pictures
from filmmaking import make_film
from small import picture

RATE = 10


def film(path, scenes: Sequence[int], length: int = 12):
    """A film of still scenes, each moving a little, `length` frames each."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (96, 64))
    for seed in scenes:
        whole = picture(seed, 64, 120)
        for i in range(length):
            writer.write(np.ascontiguousarray(whole[:, i : i + 96, ::-1]))
    writer.release()
    return path


class Known(SceneDetector):
    """A cut every so many frames."""

    def __init__(self, every: int) -> None:
        self.every, self.count = every, 0

    def process_frame(self, frame):
        self.count += 1
        begins = (self.count - 1) % self.every == 0 and self.count > 1
        return [self.count - 1] if begins else []


def made(count):
    """Frame n is as bright as n."""
    return (TimedPicture(i / RATE, np.full((4, 8, 3), i, np.uint8)) for i in range(count))


def test_the_frames_of_a_film_with_their_times(tmp_path):
    found = list(read_frames(film(tmp_path / "a.avi", [1])))
    assert [round(m.time, 2) for m in found] == [round(i / RATE, 2) for i in range(12)]
    assert np.abs(found[0].rgb.astype(int) - picture(1, 64, 120)[:, :96]).mean() < 8, (
        "red and blue in their places"
    )


def test_a_film_of_variable_rate_has_the_times_of_its_timestamps(tmp_path):
    times = [0, 40, 80, 200, 240, 1000, 1040, 1500]  # milliseconds
    path = make_film(tmp_path / "v.mkv", times=times, base=Fraction(1, 1000), sound=None)
    assert [m.time for m in read_frames(path)] == pytest.approx([t / 1000 for t in times])
    chosen = select_frames(read_frames(path), Known(1000), 1.0, FrameOptions(size=16))
    assert [s.time for s in chosen] == pytest.approx([0, 1.0])


def test_the_rate_and_the_beginning_that_is_left_out():
    options = FrameOptions(size=16, skip=1.0)
    chosen = list(select_frames(made(40), Known(1000), 2.0, options))
    assert [s for _, s, _ in chosen] == pytest.approx([1.0, 1.5, 2.0, 2.5, 3.0, 3.5])
    assert len(list(select_frames(made(40), Known(1000), 100.0, options))) == 30, "no more than there are"


def test_pairs_are_neighbours_and_never_cross_a_cut():
    options = FrameOptions(size=16, pairs=True)
    chosen = list(select_frames(made(40), Known(7), 10.0, options))
    assert len(chosen) > 20
    for scene, second, (before, after) in chosen:
        n = round(second * RATE)
        assert (before.max(), after.max()) == (n - 1, n)
        assert (n - 1) // 7 == n // 7 == scene - 1


def test_letterbox():
    wide = letterbox(np.full((30, 60, 3), 200, np.uint8), 32)
    assert wide.shape == (32, 32, 3)
    assert (wide[:8] == 0).all()
    assert (wide[8:24] == 200).all()
    assert (letterbox(np.full((60, 30, 3), 200, np.uint8), 32)[:, :8] == 0).all()


@pytest.mark.parametrize("pairs", [False, True])
def test_films_become_shards_that_the_trainer_reads(tmp_path, pairs):
    films = [film(tmp_path / "one.avi", [1, 2]), film(tmp_path / "two.avi", [3])]
    test = [film(tmp_path / "three.avi", [4])]
    options = FrameOptions(size=32, rate=5, test_rate=10, pairs=pairs)
    taken = write_frame_shards(films, test, tmp_path / "out", options)
    assert [(t.film, t.test) for t in taken] == [("one.avi", False), ("two.avi", False), ("three.avi", True)]
    assert taken[0].scenes == 2, "the cut in the middle was found"
    entries = find_pictures([tmp_path / "out-train.zip"])
    assert {e.source for e in entries} == {"one", "two"}
    assert {e.source for e in find_pictures([tmp_path / "out-test.zip"])} == {"three"}
    pictures = open_pictures([str(tmp_path / "out-train.zip")], DataSettings(size=32, pairs=pairs))
    assert len(pictures) == taken[0].pictures + taken[1].pictures
    assert len(pictures[0]) == 1 + pairs
    assert decode(entries[0].read()).shape == (32, 32, 3)
    if pairs:
        before, after = pictures[0]
        assert 0 < np.abs(before.astype(int) - after).mean() < 20
        assert all(e.name.split("/")[1] in ("0001", "0002") for e in entries)


def test_what_cannot_be(tmp_path):
    one = film(tmp_path / "one.avi", [1])
    with pytest.raises(UsageError, match="for training and for testing"):
        write_frame_shards([one], [one], tmp_path / "out")
    with pytest.raises(UsageError, match="continuity"):
        write_frame_shards([one], [], tmp_path / "out", FrameOptions(detector="unknown"))
    with pytest.raises(InputMissing):
        write_frame_shards([tmp_path / "none.mp4"], [], tmp_path / "out")
    (tmp_path / "text.mp4").write_text("hello")
    with pytest.raises(NotAFilm):
        write_frame_shards([tmp_path / "text.mp4"], [], tmp_path / "out")
    with pytest.raises(NothingFound):
        write_frame_shards([one], [], tmp_path / "out", FrameOptions(skip=60))
    assert not list(tmp_path.glob("out*"))
