"""The clock of the file: it may begin late, turn over, or be missing."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from autochrome.media.films import create_film, open_film
from autochrome.media.films.clock import Clock, ClockStart
from ffmpeg_tools import ffmpeg, make_foreign, probe, probe_streams
from filmmaking import QUICK, paint_film, shown

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2")


def _span(path: Path) -> tuple[float, float]:
    """Start and length in seconds, as ffprobe sees them."""
    facts = probe(path, "-show_format")["format"]
    return float(facts["start_time"]), float(facts["duration"])


@pytest.mark.parametrize("offset", [35000, 95443.2], ids=["long ago", "turns over"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_transport_stream_begins_at_its_first_picture(tmp_path: Path, offset: float, suffix: str):
    words = (*H264, "-output_ts_offset", offset, "-muxdelay", 0)
    source = make_foreign(tmp_path / "in.ts", *words)
    writer = paint_film(source, tmp_path / f"out{suffix}")
    assert not writer.losses
    start, length = _span(tmp_path / f"out{suffix}")
    assert (start, length) == pytest.approx((0, 1), abs=0.01)
    assert probe_streams(tmp_path / f"out{suffix}")[0]["nb_read_packets"] == "25"


@pytest.mark.parametrize("suffix", [".ts", ".mpg"])
def test_sound_before_the_first_picture_is_kept_in_step(tmp_path: Path, suffix: str):
    """The sound begins with the film, the pictures 0.4 s later, on a clock that runs since an hour."""
    words = ("-c:v", "mpeg2video", "-bf", 2, "-c:a", "mp2", "-output_ts_offset", 3600)
    plain = make_foreign(tmp_path / "plain.mkv", "-c:v", "mpeg2video", "-c:a", "mp2")
    ffmpeg(
        "-itsoffset",
        0.4,
        "-i",
        plain,
        "-i",
        plain,
        "-map",
        "0:v",
        "-map",
        "1:a",
        *words,
        tmp_path / f"in{suffix}",
    )
    paint_film(tmp_path / f"in{suffix}", tmp_path / "out.mp4")
    before, after = (
        {s["codec_type"]: s for s in probe_streams(tmp_path / name)} for name in (f"in{suffix}", "out.mp4")
    )
    lead = [float(s["video"]["start_time"]) - float(s["audio"]["start_time"]) for s in (before, after)]
    assert lead[1] == pytest.approx(lead[0], abs=0.005)
    assert after["audio"]["nb_read_packets"] == before["audio"]["nb_read_packets"]
    assert float(after["audio"]["start_time"]) == pytest.approx(0, abs=0.005)


def test_a_section_counts_from_the_first_picture(tmp_path: Path):
    words = (*H264, "-g", "5", "-c:a", "aac", "-output_ts_offset", 35000)
    source = make_foreign(tmp_path / "in.ts", *words)
    for start, end, frames in ((0, 0.4, 10), (0.4, 0.8, 10), (0.6, None, 10)):
        options = QUICK.model_copy(update={"start": start, "end": end})
        with (
            open_film(source, start=start, end=end) as film,
            create_film(tmp_path / f"{start}.mp4", film, options) as writer,
        ):
            times, plane = [], np.full(writer.chroma_shape, 128, np.uint8)
            for frame in film:
                times.append(frame.time)
                writer.write(frame, plane, plane)
        assert len(times) == frames
        assert times[0] == pytest.approx(start)
        ends = [
            float(s["start_time"]) + float(s["duration"]) for s in probe_streams(tmp_path / f"{start}.mp4")
        ]
        assert ends == pytest.approx([0.4, 0.4], abs=0.03)


def test_a_clock_turns_over_again_and_again():
    tick = Fraction(1, 90000)
    clock = Clock(ClockStart(Fraction(10), running=True), tick)
    hour = 3600 * 90000
    raw = [(900000 + n * hour) % (1 << 33) for n in range(100)]
    assert [clock.ticks(one) for one in raw] == [n * hour for n in range(100)]


@pytest.mark.parametrize(
    ("suffix", "words"),
    [
        (".avi", ("-c:v", "libx264", "-bf", 3)),
        (".avi", ("-c:v", "mpeg4", "-bf", 2)),
        (".avi", ("-c:v", "mjpeg")),
        (".mxf", ("-c:v", "libx264", "-bf", 2)),
    ],
)
def test_frames_without_times_follow_in_the_order_of_display(
    tmp_path: Path, suffix: str, words: tuple[object, ...]
):
    source = make_foreign(tmp_path / f"in{suffix}", *words)
    with open_film(source) as film:
        base = film.facts.time_base
        times = [frame.pts * base for frame in film]
        assert not film.notes
        assert not film.losses
    assert times == [Fraction(n, 25) for n in range(25)]
    paint_film(source, tmp_path / "out.mp4", QUICK)
    assert shown(tmp_path / "out.mp4") == times


def test_a_frame_that_was_dropped_when_recording_leaves_its_time(tmp_path: Path):
    """AVI stores an empty packet for it."""
    source = tmp_path / "in.avi"
    made = make_foreign(tmp_path / "all.mkv", "-c:v", "mjpeg")
    ffmpeg("-i", made, "-vf", "select='not(between(n,5,7))'", "-fps_mode", "vfr", "-c:v", "mjpeg", source)
    with open_film(source) as film:
        times = [frame.pts * film.facts.time_base * 25 for frame in film]
        assert not film.losses
    assert times == [*range(5), *range(8, 25)]
