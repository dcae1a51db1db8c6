"""A short run of `scripts/fuzz.py`, always the same."""

from pathlib import Path

from fuzz import Run, make_films, make_stills

STILLS, FILMS = 96, 12
FEW = ("mp4 libx264 yuv420p", "mkv ffv1 yuv420p", "avi mjpeg yuvj422p")


def test_damaged_stills(tiny_model: Path) -> None:
    run = Run(str(tiny_model), seed=5, keep=None)
    run.color(make_stills(), STILLS, films=False)
    assert not run.faults
    assert run.outcomes.total() == STILLS
    assert run.outcomes["done"]
    assert run.outcomes["PictureDamaged"]


def test_damaged_films(tiny_model: Path, tmp_path: Path) -> None:
    run = Run(str(tiny_model), seed=5, keep=None)
    run.color(make_films(tmp_path, FEW), FILMS, films=True)
    assert not run.faults
    assert run.outcomes.total() == FILMS
    assert run.outcomes["losses"]
