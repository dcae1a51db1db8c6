"""Interrupted films continue, corrected shots are made anew, and the result equals an uninterrupted film."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autochrome.film.pipeline import colorize_film
from autochrome.film.report import Progress
from autochrome.hints.file import HintsFile
from autochrome.options import FilmOptions
from film_inputs import (
    LOSSLESS,
    SCENES,
    FakeNetwork,
    film_of,
    one_color,
    rectangle_on,
    shifted,
)
from filmmaking import decoded, packets


def test_killed_and_started_again_it_is_the_same_film(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
):
    source = film_of(tmp_path / "in.mkv", 20, 20, 20, times=[40 * n for n in range(60)])
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "import autochrome.media.films.writer as writing; writing._PART_SECONDS = 0.5\n"
        "from autochrome.film.pipeline import colorize_film\n"
        "from film_inputs import LOSSLESS\n"
        "def tell(progress):\n"
        "    if progress.frame == 45: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"colorize_film({str(source)!r}, {str(tmp_path / 'out.mkv')!r}, model={str(tiny_model)!r}, "
        "options=LOSSLESS.model_copy(update={'cuts': 'auto'}), progress=tell)\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    assert (tmp_path / ".out.mkv.parts").is_dir()
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.5)
    options = LOSSLESS.model_copy(update={"cuts": "auto"})
    resumed = colorize_film(source, tmp_path / "out.mkv", model=tiny_model, options=options)
    whole = colorize_film(source, tmp_path / "whole.mkv", model=tiny_model, options=options)
    assert (resumed.frames, resumed.kept) == (60, 40)
    assert (whole.frames, whole.kept) == (60, 0)
    assert packets(tmp_path / "out.mkv", "video") == packets(tmp_path / "whole.mkv", "video")


def test_one_long_shot_is_cut_into_parts_and_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A film without cuts is stopped in the middle of its shot: finished parts stay, and the result is the same."""
    monkeypatch.setattr("autochrome.media.films.writer._LONG_PART_SECONDS", 0.39)
    source = film_of(tmp_path / "in.mkv", 60)

    def changing(luma: np.ndarray, count: int) -> np.ndarray:
        return np.broadcast_to((count, 20 - count), (16, 16, 2))

    def stop(progress: Progress) -> None:
        if progress.frame == 35:
            raise RuntimeError("stopped")

    options = FilmOptions(codec="h264", size=64, cuts="none", preset="ultrafast", every=8)
    settings: dict[str, Any] = {"options": options}
    with pytest.raises(RuntimeError, match="stopped"):
        colorize_film(source, tmp_path / "out.mp4", model=FakeNetwork(changing), progress=stop, **settings)
    resumed = colorize_film(source, tmp_path / "out.mp4", model=FakeNetwork(changing), **settings)
    whole = colorize_film(source, tmp_path / "whole.mp4", model=FakeNetwork(changing), **settings)
    assert (resumed.frames, resumed.kept, len(resumed.shots)) == (60, 30, 1)
    assert (whole.frames, whole.kept) == (60, 0)
    assert (tmp_path / "out.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=flags"]
    command += ["-of", "csv=p=0", str(tmp_path / "out.mp4")]
    keys = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    assert [n for n, flags in enumerate(keys) if flags.startswith("K")] == [0, 10, 20, 30, 40, 50]


def test_ctrl_c_ends_at_the_next_part_of_a_long_shot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("autochrome.media.films.writer._LONG_PART_SECONDS", 0.39)
    source = film_of(tmp_path / "in.mkv", 60)
    settings: dict[str, Any] = {"model": FakeNetwork(one_color(9, 9)), "options": LOSSLESS}
    with pytest.raises(KeyboardInterrupt):
        colorize_film(source, tmp_path / "out.mkv", stop=lambda: True, **settings)
    assert colorize_film(source, tmp_path / "out.mkv", **settings).kept == 10


def test_it_may_be_told_to_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.1)
    source = film_of(tmp_path / "in.mkv", 20, times=[40 * n for n in range(20)])

    def stop(progress: Progress) -> None:
        if progress.frame == 15:
            raise KeyboardInterrupt

    for restart, kept in ((False, 10), (True, 0)):
        network = FakeNetwork(one_color(9, 9))
        with pytest.raises(KeyboardInterrupt):
            colorize_film(
                source, tmp_path / "out.mkv", model=network, options=LOSSLESS, cuts=[10], progress=stop
            )
        report = colorize_film(
            source,
            tmp_path / "out.mkv",
            model=network,
            options=LOSSLESS,
            cuts=[10],
            restart=restart,
            overwrite=True,
        )
        assert (report.frames, report.kept) == (20, kept)
        (tmp_path / "out.mkv").unlink()


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mkv", "ffv1"), (".mp4", "h264"), (".mkv", "h264"), (".mp4", "hevc"), (".webm", "vp9")],
)
def test_a_corrected_shot_is_made_alone_and_spliced(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, codec: str
):
    """The other shots are taken from the film as it stands, and the result is the same as one made from nothing."""
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.2)
    source = film_of(tmp_path / "in.mkv", 14, 14, 14, times=[40 * n for n in range(42)])
    options = FilmOptions(codec=codec, size=64, preset="veryfast")
    hints = HintsFile.model_validate({"version": 1, "frames": [rectangle_on(20, "#c83c28")]})
    out, fresh = tmp_path / f"out{suffix}", tmp_path / f"fresh{suffix}"
    settings: dict[str, Any] = {"model": tiny_model, "options": options, "cuts": [14, 28]}
    first = colorize_film(source, out, **settings)
    before = packets(out, "video")
    again = colorize_film(source, out, hints=hints, overwrite=True, **settings)
    colorize_film(source, fresh, hints=hints, **settings)
    assert (first.kept, again.kept) == (0, 28)
    assert packets(out, "video") == packets(fresh, "video")
    same = [x == y for x, y in zip(before, packets(out, "video"), strict=True)]
    assert all(same[:14])
    assert all(same[28:])
    assert not all(same[14:28])
    assert [np.array_equal(x[0], y[0]) for x, y in zip(decoded(out), decoded(fresh), strict=True)] == [
        True
    ] * 42
    back = colorize_film(source, out, overwrite=True, **settings)
    assert back.kept == 28
    assert packets(out, "video") == before
    other = settings | {"options": options.model_copy(update={"vivid": 0.5})}
    assert colorize_film(source, out, overwrite=True, **other).kept == 0


def test_what_lay_in_memory_before_makes_no_difference(tmp_path: Path, tiny_model: Path):
    """An encoder that reads uninitialised memory would encode the film differently; glibc fills memory with a byte."""
    moving = [shifted(SCENES[0], 0.7 * n, 0.3 * n) for n in range(42)]
    source = film_of(tmp_path / "in.mkv", 42, lights=moving)
    code = """if True:
        import sys
        from autochrome.film.pipeline import colorize_film
        from autochrome.options import FilmOptions
        source, model, folder = sys.argv[1:]
        for codec, suffix in (("h264", "mp4"), ("hevc", "mkv"), ("vp9", "webm")):
            options = FilmOptions(codec=codec, size=64, preset="veryfast")
            colorize_film(source, f"{folder}/{codec}.{suffix}", model=model, options=options)
        """
    films = []
    for filling in ("0", "85", "170"):
        folder = tmp_path / filling
        folder.mkdir()
        command = [sys.executable, "-c", code, source, tiny_model, folder]
        subprocess.run(command, check=True, env=os.environ | {"MALLOC_PERTURB_": filling})
        films.append({path.name: packets(path, "video") for path in folder.iterdir()})
    assert films[0].keys() == {"h264.mp4", "hevc.mkv", "vp9.webm"}
    assert films[0] == films[1] == films[2]


def test_of_a_film_that_is_not_ours_nothing_is_taken(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 6)
    for old in (b"no film", b"", source.read_bytes()):
        (tmp_path / "out.mkv").write_bytes(old)
        report = colorize_film(
            source, tmp_path / "out.mkv", model=tiny_model, options=LOSSLESS, overwrite=True
        )
        assert (report.frames, report.kept) == (6, 0)


def test_asked_to_stop_it_finishes_the_part_and_goes_on_later(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.2)
    source = film_of(tmp_path / "in.mkv", 14, 14, 14, times=[40 * n for n in range(42)])
    settings: dict[str, Any] = {"model": tiny_model, "options": LOSSLESS, "cuts": [14, 28]}
    done: list[int] = []
    with pytest.raises(KeyboardInterrupt, match="goes on"):
        colorize_film(
            source,
            tmp_path / "out.mkv",
            progress=lambda progress: done.append(progress.frame),
            stop=lambda: done[-1] > 10,
            **settings,
        )
    assert done[-1] == 14
    assert colorize_film(source, tmp_path / "out.mkv", **settings).kept == 14
    colorize_film(source, tmp_path / "whole.mkv", **settings)
    assert packets(tmp_path / "out.mkv", "video") == packets(tmp_path / "whole.mkv", "video")
