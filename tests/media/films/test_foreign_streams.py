"""Films of other programs: what stands beside the frames arrives, judged by ffprobe."""

from pathlib import Path

import pytest

from autochrome.media.films import open_film
from ffmpeg_tools import make_foreign, probe_streams
from filmmaking import paint_film


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_raw_dv_has_the_frame_rate_of_its_frames(tmp_path: Path, suffix: str):
    source = make_foreign(tmp_path / "tape.dv", "-target", "pal-dv", size="720x576", seconds=0.4)
    with open_film(source) as film:
        assert film.facts.rate == 25
    paint_film(source, tmp_path / f"out{suffix}")
    video, *_ = probe_streams(tmp_path / f"out{suffix}")
    assert (video["avg_frame_rate"], video["nb_read_packets"]) == ("25/1", "10")
