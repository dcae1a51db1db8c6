"""What one reading of a film finds: its shots, how sure the network is, how frames look, and what is damaged."""

from pathlib import Path

import pytest

from autochrome.errors import InputMissing
from autochrome.film.survey import ALIKE, Samples, look_of, survey_film
from autochrome.model import open_model
from autochrome.options import FilmOptions
from film_inputs import SCENES, film_of

OPTIONS = FilmOptions(size=64)


def test_shots_doubt_and_looks(tmp_path: Path, tiny_model: Path):
    source = film_of(tmp_path / "in.mkv", 30, 30, 30, codec="ffv1")
    seen: list[int] = []
    found = survey_film(source, OPTIONS, open_model(tiny_model), 90, seen.append)
    assert found.firsts == (0, 30, 60)
    assert seen == list(range(90))
    assert not found.losses
    assert found.samples.frames.tolist() == [0, 24, 30, 54, 60, 84], "the first of each shot, then every 24th"
    assert ((found.samples.doubt >= 0) & (found.samples.doubt <= 1)).all()

    found.samples.save(tmp_path / "samples.npz")
    samples = Samples.load(tmp_path / "samples.npz")
    assert samples.doubt_between(30, 60) == pytest.approx(float(found.samples.doubt[2:4].mean()))
    assert samples.doubt_between(31, 40) is None
    frame, similarity = samples.most_alike(look_of(SCENES[1]), 30, 60)
    assert frame in (30, 54)
    assert similarity > 0.9
    assert samples.most_alike(look_of(SCENES[1]), 60, 90)[1] < ALIKE


def test_a_film_whose_shots_were_not_found_has_no_samples(tmp_path: Path):
    with pytest.raises(InputMissing, match="find the shots"):
        Samples.load(tmp_path / "samples.npz")
