"""A worker may die after it has finished a unit. Another one does the unit again; that is no failure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from autochrome.parallel import Local, Work
from conftest import Ran
from film_inputs import film_of
from pictures import GREY


def open_forgetful(on: str, work: Work[Any, Any], note: Callable[[str], None]) -> Local[Any, Any]:
    """An engine that loses the first answer to each unit."""
    do = work.open()

    def do_twice(unit: Any) -> Any:
        do(unit)
        return do(unit)

    return Local(do_twice)


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autochrome.cli.workers.open_cluster", open_forgetful)


def test_photos(tmp_path: Path, tiny_model: Path, autochrome: Callable[..., Ran]):
    scans, color = tmp_path / "scans", tmp_path / "color"
    scans.mkdir()
    color.mkdir()
    for name in "ab":
        Image.fromarray(GREY).save(scans / f"{name}.png")
    words = ["photo", scans, "-o", color, "--model", tiny_model, "--on", "ray"]
    ran = autochrome(*words)
    assert (ran.code, ran.err.splitlines()[-1][:28]) == (0, "2 done, 0 skipped, 0 failed ")
    (color / "a-color.png").write_bytes(b"mine")
    (color / "b-color.png").unlink()
    ran = autochrome(*words)
    assert ran.code == 60
    assert "a-color.png: there is a file already" in ran.err
    assert "1 done, 0 skipped, 1 failed" in ran.err
    assert (color / "a-color.png").read_bytes() == b"mine"


def test_films(tmp_path: Path, tiny_model: Path, autochrome: Callable[..., Ran]):
    films, color = tmp_path / "films", tmp_path / "color"
    films.mkdir()
    for name in "ab":
        film_of(films / f"{name}.mkv", 4)
    ran = autochrome("film", films, "-o", f"{color}/", "--model", tiny_model, "--size", 64, "--on", "ray")
    assert ran.code == 0, ran.err
    assert "2 done, 0 skipped, 0 failed" in ran.err
    assert len(list(color.iterdir())) == 2
