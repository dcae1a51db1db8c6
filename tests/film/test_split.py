"""A film made by units, as several workers make it, equals the film of one machine; each continues the other."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autochrome.errors import FilmDamaged, OutputBusy
from autochrome.film.held import SplitFilm
from autochrome.film.pipeline import colorize_film
from autochrome.film.split import ColorRun, FindShots, JoinFilm, SplitJob
from autochrome.model import ColorModel, open_for_film
from autochrome.options import FilmOptions
from film_inputs import film_of
from filmmaking import decoded, packets

TIMES = [10 * n for n in range(60)]  # 2.5 frames a second: shots of 8 seconds


@pytest.fixture(scope="module")
def network(tiny_model: Path) -> ColorModel:
    return open_for_film(tiny_model)


def make_split(
    source: Path, target: Path, network: ColorModel, options: FilmOptions, **more: Any
) -> SplitFilm:
    return SplitFilm(SplitJob(source, target, options), network, workers=3, **more)


def do_all(film: SplitFilm, network: ColorModel, most: int = 100) -> list[Any]:
    """Do the units of a film, the newest first, at most so many; returns them."""
    done = []
    with film:
        units = list(film.begin())
        while units and len(done) < most:
            unit = units.pop()
            done.append(unit)
            units += film.advance(unit, unit.do(network))
    return done


@pytest.mark.parametrize(
    ("suffix", "codec", "given"),
    [(".mkv", "ffv1", {}), (".mp4", "h264", {}), (".mkv", "ffv1", {"start": 6.0, "end": 19.0})],
)
def test_units_make_the_film_of_one_machine(
    tmp_path: Path, network: ColorModel, suffix: str, codec: str, given: dict[str, Any]
):
    source = film_of(tmp_path / "in.mkv", 20, 20, 20, times=TIMES, sound="aac", codec="libx264")
    options = FilmOptions(codec=codec, size=64, preset="veryfast", **given)
    split, whole = tmp_path / f"split{suffix}", tmp_path / f"whole{suffix}"
    film = make_split(source, split, network, options)
    units = do_all(film, network)
    report = colorize_film(source, whole, model=network, options=options)
    assert [type(unit) for unit in units] == [FindShots, *[ColorRun] * (len(units) - 2), JoinFilm]
    assert len(units) >= 4
    assert packets(split, "video") == packets(whole, "video")
    assert packets(split, "audio") == packets(whole, "audio")
    assert all(
        np.array_equal(x, y)
        for a, b in zip(decoded(split), decoded(whole), strict=True)
        for x, y in zip(a, b, strict=True)
    )
    assert split.read_bytes() == whole.read_bytes()
    assert (film.report.frames, film.report.shots) == (report.frames, report.shots)
    assert (film.report.notes, film.report.losses) == (report.notes, report.losses)
    assert not list(tmp_path.glob(".*"))


def test_one_machine_continues_a_split_film_and_the_other_way_round(tmp_path: Path, network: ColorModel):
    source = film_of(tmp_path / "in.mkv", 20, 20, 20, times=TIMES)
    options = FilmOptions(codec="ffv1", size=64)
    out, whole = tmp_path / "out.mkv", tmp_path / "whole.mkv"
    colorize_film(source, whole, model=network, options=options)
    do_all(make_split(source, out, network, options), network, most=2)  # find shots, and colour the last run
    assert not out.exists()
    report = colorize_film(source, out, model=network, options=options)
    assert report.kept == 20
    assert out.read_bytes() == whole.read_bytes()
    out.unlink()
    with pytest.raises(KeyboardInterrupt):
        colorize_film(source, out, model=network, options=options, stop=lambda: True)
    film = make_split(source, out, network, options)
    units = do_all(film, network)
    assert film.report.kept == 20
    assert [type(unit) for unit in units] == [FindShots, ColorRun, ColorRun, JoinFilm]
    assert out.read_bytes() == whole.read_bytes()


def test_a_film_is_held_by_one_process(tmp_path: Path, network: ColorModel):
    source = film_of(tmp_path / "in.mkv", 20, 20, times=TIMES[:40])
    options = FilmOptions(codec="ffv1", size=64)
    film = make_split(source, tmp_path / "out.mkv", network, options)
    with film:
        film.begin()
        with pytest.raises(OutputBusy):
            colorize_film(source, tmp_path / "out.mkv", model=network, options=options)
    assert not list(tmp_path.glob(".*")), "nothing is finished, so nothing stays"


def test_a_film_without_times_is_one_run(tmp_path: Path, network: ColorModel):
    """A reader cannot begin in the middle of it, but the film is the same."""
    source = film_of(tmp_path / "in.avi", 20, 20, times=range(40), codec="mpeg4")
    options = FilmOptions(codec="ffv1", size=64)
    units = do_all(make_split(source, tmp_path / "split.mkv", network, options), network)
    assert [type(unit) for unit in units] == [FindShots, ColorRun, JoinFilm]
    colorize_film(source, tmp_path / "whole.mkv", model=network, options=options)
    assert (tmp_path / "split.mkv").read_bytes() == (tmp_path / "whole.mkv").read_bytes()


def test_a_run_with_other_frames_than_were_found_is_refused(tmp_path: Path, network: ColorModel):
    source = film_of(tmp_path / "in.mkv", 20, 20, times=TIMES[:40])
    film = make_split(source, tmp_path / "out.mkv", network, FilmOptions(codec="ffv1", size=64))
    with film:
        find = film.begin()[0]
        run = film.advance(find, find.do(network))[0]
        film_of(source, 10, times=TIMES[:10])
        with pytest.raises(FilmDamaged, match="are missing"):
            run.do(network)
