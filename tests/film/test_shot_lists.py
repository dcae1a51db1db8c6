"""Lists of shots as files, read back by us and by OpenTimelineIO's own readers."""

import csv
from fractions import Fraction
from pathlib import Path

import av
import opentimelineio as otio
import pytest

from autochrome.errors import InputMissing, OutputNotWritable, UsageError
from autochrome.film.cuts import choose_cuts
from autochrome.film.scenes.shot_list import Shot, ShotList, load_shots
from autochrome.film.shot_lists import WRITERS, read_cuts, save_shots
from autochrome.options import FilmOptions
from filmmaking import make_film, picture

SHOTS = ShotList(
    film="reel one.mov",
    rate="24",
    timecode="01:00:00:00",
    shots=(
        Shot(first=0, time=0.0, frames=30),
        Shot(first=30, time=1.25, frames=17, confidence=0.5),
        Shot(first=47, time=round(47 / 24, 3), frames=1),
    ),
)
FIRSTS = [0, 30, 47]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 frames at 24 frames a second, from 01:00:00:00 on."""
    path = tmp_path_factory.mktemp("film") / "reel one.mov"
    return film_with_timecode(path, "01:00:00:00")


def film_with_timecode(path: Path, timecode: str, rate: int = 24, frames: int = 48) -> Path:
    with av.open(str(path), "w") as film:
        video = film.add_stream("libx264", rate=rate)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.time_base = video.codec_context.time_base = Fraction(1, rate)
        video.metadata["timecode"] = timecode
        for number in range(frames):
            frame = picture(48, 64, "yuv420p", number)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
    return path


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_list_comes_back_from_every_format(film: Path, tmp_path: Path, suffix: str):
    path = tmp_path / f"list{suffix}"
    save_shots(SHOTS, path)
    assert read_cuts(path, film) == FIRSTS
    assert choose_cuts(FilmOptions(cuts=str(path)), film=film) == frozenset(FIRSTS)


def test_an_edl_says_the_same_to_a_foreign_reader(tmp_path: Path):
    save_shots(SHOTS, tmp_path / "list.edl")
    timeline = otio.adapters.read_from_file(str(tmp_path / "list.edl"), rate=24)
    clips = list(timeline.find_clips())
    assert [clip.source_range.start_time.value for clip in clips] == [86400 + first for first in FIRSTS]
    assert [clip.source_range.duration.value for clip in clips] == [30, 17, 1]
    assert {clip.name for clip in clips} == {"reel one.mov"}


def test_a_timeline_says_the_same_to_its_own_library(tmp_path: Path):
    save_shots(SHOTS, tmp_path / "list.otio")
    timeline = otio.adapters.read_from_file(str(tmp_path / "list.otio"))
    assert timeline.global_start_time == otio.opentime.from_timecode("01:00:00:00", 24)
    assert timeline.duration().value == 48
    places = [clip.range_in_parent().start_time.value for clip in timeline.find_clips()]
    assert places == FIRSTS
    assert {clip.media_reference.target_url for clip in timeline.find_clips()} == {"reel one.mov"}


def test_a_foreign_edl_is_read_on_its_record_side(film: Path, tmp_path: Path):
    """Made by another writer: a dissolve, sound, comments, and sources from other reels."""
    (tmp_path / "cut.edl").write_text(
        "TITLE: CUT\nFCM: NON-DROP FRAME\n\n"
        "001  A001     V     C        05:00:00:00 05:00:00:20 01:00:00:00 01:00:00:20 \n"
        "* FROM CLIP NAME: first\n"
        "002  A001     AA    C        05:00:00:00 05:00:00:10 01:00:00:00 01:00:00:10\n"
        "003  A001     V     C        05:00:00:20 05:00:00:20 01:00:00:20 01:00:00:20\n"
        "003  A002     V     D    012 07:00:00:00 07:00:01:04 01:00:00:20 01:00:02:00\n"
        "M2   A002       024.0                07:00:00:00\n"
    )
    assert read_cuts(tmp_path / "cut.edl", film) == [0, 20]


def test_a_timeline_with_a_gap_has_a_cut_at_each_end_of_it(film: Path, tmp_path: Path):
    track = otio.schema.Track("V1", kind="Video")
    length = otio.opentime.RationalTime
    for kind, frames in ((otio.schema.Clip, 10), (otio.schema.Gap, 5), (otio.schema.Clip, 33)):
        place = otio.opentime.TimeRange(length(0, 24), length(frames, 24))
        track.append(kind(source_range=place))
    timeline = otio.schema.Timeline()
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(tmp_path / "cut.otio"))
    assert read_cuts(tmp_path / "cut.otio", film) == [0, 10, 15]


def test_timecodes_outside_the_film_are_named(film: Path, tmp_path: Path):
    save_shots(SHOTS.model_copy(update={"timecode": "10:00:00:00"}), tmp_path / "list.edl")
    with pytest.raises(UsageError, match=r"10:00:00:00.*lasts from 01:00:00:00.*--timecode"):
        read_cuts(tmp_path / "list.edl", film)
    assert read_cuts(tmp_path / "list.edl", film, "10:00:00:00") == FIRSTS


def test_a_film_of_variable_rate_is_cut_at_the_right_time(tmp_path: Path):
    times = [0, 40, 80, 500, 1000, 1040]
    source = make_film(tmp_path / "a.mkv", codec="ffv1", times=times, base=Fraction(1, 1000), sound=None)
    (tmp_path / "cut.edl").write_text(
        "001  A V C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n"
        "002  A V C 00:00:01:00 00:00:01:01 00:00:01:00 00:00:01:01\n"
    )
    assert read_cuts(tmp_path / "cut.edl", source)[:2] == [0, 4]


def test_a_table_of_a_spreadsheet(tmp_path: Path):
    (tmp_path / "list.csv").write_text("\ufeffname;first\nb;30\na;0\n", encoding="utf-8")
    assert read_cuts(tmp_path / "list.csv") == [0, 30]
    save_shots(SHOTS, tmp_path / "more.csv")
    rows = list(csv.DictReader((tmp_path / "more.csv").read_text().splitlines()))
    assert [row["timecode"] for row in rows] == ["01:00:00:00", "01:00:01:06", "01:00:01:23"]
    assert rows[-1]["end"] == "01:00:02:00"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "shot,start\n1,0\n"),
        ("a.csv", "first\nx\n"),
        ("a.csv", "first\n-1\n"),
        ("a.edl", "TITLE: NOTHING\n"),
        ("a.otio", "{}"),
        ("a.otio", "not json"),
        ("a.json", '{"shots": 7}'),
    ],
)
def test_what_is_no_list(film: Path, tmp_path: Path, name: str, text: str):
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=r"a\."):
        read_cuts(tmp_path / name, film)


def test_a_list_needs_a_name_that_says_its_format_and_a_file(film: Path, tmp_path: Path):
    with pytest.raises(OutputNotWritable, match=r"\.edl"):
        save_shots(SHOTS, tmp_path / "list.txt")
    with pytest.raises(InputMissing):
        load_shots(tmp_path / "none.json")
    with pytest.raises(UsageError, match="needs a film"):
        read_cuts(tmp_path / "list.edl")
