"""Two runs: one at a time on one output, and the same bytes from both."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autochrome.errors import OutputBusy
from autochrome.media.films import create_film, open_film
from autochrome.media.films.parts import check_free
from autochrome.options import FilmOptions
from filmmaking import QUICK, make_film, packets, paint_film


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mkv", "h264"), (".mkv", "ffv1"), (".webm", "vp9"), (".mp4", "h264"), (".mov", "hevc")],
)
def test_two_runs_write_the_same_bytes(tmp_path: Path, suffix: str, codec: str):
    sound = None if suffix == ".webm" else "aac"
    source = make_film(tmp_path / "in.mkv", sound=sound, subtitles=suffix == ".mkv", chapters=True)
    written = []
    for number in range(2):
        target = tmp_path / f"out{number}{suffix}"
        paint_film(source, target, FilmOptions(codec=codec, preset="ultrafast"))
        written.append(target.read_bytes())
    assert written[0] == written[1]


def test_a_second_run_on_one_output_is_refused(tmp_path: Path):
    source, target = make_film(tmp_path / "in.mp4"), tmp_path / "out.mp4"
    with open_film(source) as film, create_film(target, film, QUICK) as writer:
        plane = np.full(writer.chroma_shape, 137, np.uint8)
        for frame in film:
            writer.write(frame, plane, plane)
            if frame.index == 5:
                with pytest.raises(OutputBusy, match=r"out\.mp4: another run"):
                    check_free(target)
                with pytest.raises(OutputBusy), open_film(source) as again:
                    create_film(target, again, QUICK, restart=True).__enter__()
    assert {path.name for path in tmp_path.iterdir()} == {"in.mp4", "out.mp4"}
    check_free(target)
    paint_film(source, tmp_path / "alone.mp4")
    assert packets(target, "video") == packets(tmp_path / "alone.mp4", "video")


def test_the_lock_of_a_killed_run_is_gone(tmp_path: Path):
    source, target = make_film(tmp_path / "in.mp4"), tmp_path / "out.mp4"
    code = (
        "import os, signal; from pathlib import Path; from autochrome.media.films.parts import Parts\n"
        f"parts = Parts(Path({str(target)!r}), {{}}, restart=False); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code])
    assert (tmp_path / ".out.mp4.parts" / "lock").is_file()
    check_free(target)
    paint_film(source, target)
    assert {path.name for path in tmp_path.iterdir()} == {"in.mp4", "out.mp4"}


@pytest.mark.parametrize("damage", ["changed", "cut short", "empty"])
def test_a_damaged_part_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str):
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.19)
    source, target = make_film(tmp_path / "in.mp4", times=range(30)), tmp_path / "out.mp4"

    def write(stop: int) -> list[int]:
        """Write frames until `stop`. Returns those that were in finished parts."""
        kept = []
        with open_film(source) as film, create_film(target, film, QUICK) as writer:
            plane = np.full(writer.chroma_shape, 137, np.uint8)
            for frame in film:
                writer.end_part_before(frame, begins_shot=True)
                if writer.has_frame(frame.index):
                    kept.append(frame.index)
                    writer.skip(frame)
                else:
                    writer.write(frame, plane, plane)
                if frame.index == stop:
                    raise KeyboardInterrupt
        return kept

    with pytest.raises(KeyboardInterrupt):
        write(22)
    parts = sorted((tmp_path / ".out.mp4.parts").glob("*.part"))
    assert len(parts) == 4
    data = bytearray(parts[1].read_bytes())
    data[len(data) // 2] ^= 1
    parts[1].write_bytes({"changed": data, "cut short": data[:-40], "empty": b""}[damage])
    assert write(99) == [n for n in range(20) if not 5 <= n < 10]
    paint_film(source, tmp_path / "whole.mp4")
    assert target.read_bytes() == (tmp_path / "whole.mp4").read_bytes()
