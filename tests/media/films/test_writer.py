"""A film is written whole or not at all, and interrupted work continues."""

import errno
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from autochrome.errors import (
    DiskFull,
    OutputExists,
    OutputNotWritable,
    SameFile,
    UsageError,
)
from autochrome.media.films import FilmReader, create_film, open_film
from autochrome.options import FilmOptions
from filmmaking import QUICK, decoded, make_film, packets, paint_film, shown


def test_parts_join_to_one_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A cut at every frame gives as many parts as possible, with B-frames in each, and still one film."""
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.2)
    source = make_film(tmp_path / "in.mp4", times=range(40))
    paint_film(source, tmp_path / "out.mp4", FilmOptions(crf=0, preset="medium"))
    assert shown(tmp_path / "out.mp4") == shown(source)
    assert all(
        np.array_equal(a[0], b[0])
        for a, b in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True)
    )


def paint_until(source: Path, target: Path, last: int, error: BaseException, **more) -> None:
    """Write some frames of a film, then fail."""
    with open_film(source) as film, create_film(target, film, QUICK, **more) as writer:
        plane = np.full(writer.chroma_shape, 137, np.uint8)
        for frame in film:
            writer.end_part_before(frame, begins_shot=True)
            writer.write(frame, plane, plane)
            if frame.index == last:
                raise error


def kept_frames(film: FilmReader, target: Path, job: dict[str, int]) -> list[int]:
    """The frames in finished parts of an interrupted film."""
    with suppress(KeyboardInterrupt), create_film(target, film, QUICK, job=job) as writer:
        kept = [number for number in range(60) if writer.has_frame(number)]
        raise KeyboardInterrupt
    return kept


def test_an_error_leaves_no_file(tmp_path: Path):
    source = make_film(tmp_path / "in.mp4")
    with pytest.raises(RuntimeError, match="mine"):
        paint_until(source, tmp_path / "out.mp4", 5, RuntimeError("mine"))
    assert {path.name for path in tmp_path.iterdir()} == {"in.mp4"}


def test_killed_work_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A process is killed. The same call continues, and the film equals that of an uninterrupted call."""
    source = make_film(tmp_path / "in.mp4", times=range(60))
    code = (
        "import os, signal, sys; sys.path[:0] = [{tests!r}]\n"
        "import autochrome.media.films.writer as writing\n"
        "writing._PART_SECONDS = 0.4\n"
        "import numpy as np\n"
        "from autochrome.media.films import create_film, open_film\n"
        "from autochrome.options import FilmOptions\n"
        "with open_film({source!r}) as film, "
        "create_film({target!r}, film, FilmOptions(preset='ultrafast')) as writer:\n"
        "    plane = np.full(writer.chroma_shape, 137, np.uint8)\n"
        "    for frame in film:\n"
        "        writer.end_part_before(frame, True); writer.write(frame, plane, plane)\n"
        "        if frame.index == 40: os.kill(os.getpid(), signal.SIGKILL)\n"
    ).format(tests=str(Path(__file__).parents[1]), source=str(source), target=str(tmp_path / "out.mp4"))
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    assert not (tmp_path / "out.mp4").exists()
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.4)
    with open_film(source) as film:
        assert 20 <= len(kept_frames(film, tmp_path / "out.mp4", {})) < 41
    paint_film(source, tmp_path / "out.mp4")
    paint_film(source, tmp_path / "whole.mp4")
    assert packets(tmp_path / "out.mp4", "video") == packets(tmp_path / "whole.mp4", "video")
    assert {path.name for path in tmp_path.iterdir()} == {"in.mp4", "out.mp4", "whole.mp4"}


def test_parts_of_another_job_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.4)
    source = make_film(tmp_path / "in.mp4", times=range(60))
    target = tmp_path / "out.mp4"
    with pytest.raises(KeyboardInterrupt):
        paint_until(source, target, 40, KeyboardInterrupt(), job={"vivid": 1})
    with open_film(source) as film:
        assert 0 in kept_frames(film, target, {"vivid": 1})
        assert not kept_frames(film, target, {"vivid": 2})
        assert not kept_frames(film, target, {"vivid": 1})


def test_outputs_that_are_refused(tmp_path: Path):
    source = make_film(tmp_path / "in.mp4", times=range(3), sound=None)
    (tmp_path / "there.mp4").write_bytes(b"old")
    with open_film(source) as film:
        for name, error in {
            "in.mp4": SameFile,
            "there.mp4": OutputExists,
            "no/such/folder.mp4": OutputNotWritable,
            "out.avi": OutputNotWritable,
            "out": OutputNotWritable,
        }.items():
            with pytest.raises(error, match=name):
                create_film(tmp_path / name, film)
        with pytest.raises(UsageError, match="webm"):
            create_film(tmp_path / "out.webm", film, FilmOptions(codec="h264"))
        with pytest.raises(UsageError, match="yuv420p"):
            create_film(tmp_path / "out.mp4", film, FilmOptions(pixel_format="rgb24"))
    assert (tmp_path / "there.mp4").read_bytes() == b"old"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_full_disk_and_a_read_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int):
    """The error is ours, the old film stays, and the finished parts wait for the next call."""
    source = make_film(tmp_path / "in.mp4", times=range(20))
    target = tmp_path / "out.mp4"
    target.write_bytes(b"old")

    def fail(number: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DiskFull if code == errno.ENOSPC else OutputNotWritable, match=r"out\.mp4: "):
        paint_film(source, target, overwrite=True)
    assert target.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"in.mp4", "out.mp4"}


@pytest.mark.parametrize("limit", [2_000, 12_000])
def test_a_disk_that_fills_up_has_its_own_error(tmp_path: Path, limit: int):
    """The system refuses bytes beyond the limit, inside of a part and where the film is joined."""
    source = make_film(tmp_path / "in.mp4", times=range(20), size=(96, 128))
    code = (
        f"import resource, sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "from pathlib import Path\n"
        "from autochrome.errors import DiskFull\n"
        "from filmmaking import paint_film\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "try:\n"
        f"    paint_film(Path({str(source)!r}), Path({str(tmp_path / 'out.mp4')!r}))\n"
        "except DiskFull as full:\n"
        "    sys.exit(full.exit_code)\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == DiskFull.exit_code
    assert not (tmp_path / "out.mp4").exists()
