"""Several references for one picture: each gives its colours where it matches; one that matches nothing says so."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from autochrome import FilmOptions, colorize_film, colorize_photo
from autochrome.color.lab import lab_from_srgb
from autochrome.errors import HintsError
from autochrome.film.inspect import FilmInspector
from autochrome.hints import HintsFile, Reference, open_hints, with_references
from autochrome.hints.references import NOTHING, hints_from_references
from autochrome.model import open_model
from autochrome.types import Chroma, Luma
from conftest import Ran
from filmmaking import make_film
from pictures import pil

COFFEE, ASTRONAUT, CAT = skimage.data.coffee(), skimage.data.astronaut(), skimage.data.chelsea()
LEFT = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]


def small_lab(pixels: np.ndarray) -> tuple[Luma, Chroma]:
    lab = lab_from_srgb(pixels[::4, ::4].astype(np.float32) / 255).astype(np.float32)
    return lab[..., 0], lab[..., 1:]


PICTURES = {"coffee.png": small_lab(COFFEE), "cat.png": small_lab(CAT), "astronaut.png": small_lab(ASTRONAUT)}


def side_by_side(*pixels: np.ndarray) -> np.ndarray:
    """Crops of pictures beside each other."""
    return np.concatenate([each[:300, :400] for each in pixels], axis=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """coffee.png, cat.png and astronaut.png in colour; both.png is coffee beside the cat, grey."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, pixels in {"coffee": COFFEE, "cat": CAT, "astronaut": ASTRONAUT}.items():
        (folder / f"{name}.png").write_bytes(pil(pixels, "png"))
    (folder / "both.png").write_bytes(pil(side_by_side(COFFEE, CAT)[..., 1], "png"))
    return folder


def test_each_reference_gives_its_colours_where_it_matches():
    target = small_lab(side_by_side(COFFEE, CAT))[0]
    references = [Reference(file=name) for name in PICTURES]
    hints, matches = hints_from_references(references, target, PICTURES.__getitem__)
    coffee, cat, astronaut = (match.share for match in matches)
    assert coffee > 0.1
    assert cat > 0.04
    assert astronaut < NOTHING
    truth = small_lab(side_by_side(COFFEE, CAT))[1]
    sure = hints.mask > 0.3
    middle = target.shape[1] // 2
    assert sure[:, :middle].mean() > 0.2
    assert sure[:, middle:].mean() > 0.08
    assert np.median(np.linalg.norm(hints.chroma - truth, axis=-1)[sure]) < 5


def test_only_the_inside_of_a_mask_counts():
    target, _ = PICTURES["coffee.png"]
    hints, _ = hints_from_references([Reference(file="coffee.png", mask=LEFT)], target, PICTURES.__getitem__)
    middle = target.shape[1] // 2
    assert hints.mask[:, : middle - 8].mean() > 0.3
    assert hints.mask[:, middle + 8 :].mean() < 0.05


def test_a_photo_takes_references_from_python_the_hints_file_and_the_command_line(
    folder: Path, tmp_path: Path, tiny_model: Path, autochrome: Callable[..., Ran]
):
    references = [folder / "coffee.png", folder / "astronaut.png"]
    photo = colorize_photo(folder / "both.png", model=tiny_model, hints=with_references(references))
    match, nothing = photo.notes[-2:]
    assert match.startswith("the reference coffee.png matches ")
    assert nothing == "the reference astronaut.png matches nothing in this picture, so it gives no colour"
    plain = colorize_photo(folder / "both.png", model=tiny_model)
    assert np.abs(photo.prediction.chroma - plain.prediction.chroma).max() > 5

    file = {"version": 1, "references": [{"file": "coffee.png"}, {"file": "astronaut.png"}]}
    same = colorize_photo(folder / "both.png", model=tiny_model, hints=open_hints(file, folder))
    np.testing.assert_array_equal(same.prediction.chroma, photo.prediction.chroma)

    arguments = [each for path in references for each in ("--reference", path)]
    out = tmp_path / "out.png"
    ran = autochrome("photo", folder / "both.png", "-o", out, "--model", tiny_model, *arguments)
    assert ran.code == 0, ran.err
    assert "astronaut.png matches nothing" in ran.err
    photo.save(tmp_path / "python.png")
    assert out.read_bytes() == (tmp_path / "python.png").read_bytes()


def test_references_of_a_film_count_for_every_shot_that_matches(
    folder: Path, tmp_path: Path, tiny_model: Path
):
    grey = [COFFEE[20:380:2, ::2, 1], ASTRONAUT[:180, 60:360, 1], COFFEE[36:396:2, ::2, 1]]
    lights = [picture for picture in grey for _ in range(4)]
    source = make_film(tmp_path / "film.mkv", codec="ffv1", size=(180, 300), times=range(12), lights=lights)
    options, cuts = FilmOptions(codec="ffv1"), (0, 4, 8)
    model = open_model(tiny_model)
    hints = with_references([folder / "coffee.png", folder / "cat.png"])
    report = colorize_film(source, tmp_path / "out.mkv", model=model, options=options, hints=hints, cuts=cuts)
    assert "the reference cat.png matches nothing in this film, so it gives no colour" in report.notes
    assert any(note.startswith("the reference coffee.png matches ") for note in report.notes)
    with FilmInspector(source, model) as film:
        moved = [
            np.abs(
                film.after(n, hints, cuts, 320, options).astype(int) - film.after(n, None, cuts, 320, options)
            ).mean()
            for n in (2, 6, 10)
        ]
    assert moved[0] > 0.5
    assert moved[1] < 0.1
    assert moved[2] > 0.5


def test_a_reference_that_is_missing_is_one_sentence(tmp_path: Path):
    with pytest.raises(HintsError, match="there is no such picture"):
        with_references([tmp_path / "none.png"])
    hints = HintsFile(version=1, references=[{"file": "none.png"}])
    assert hints.image_names() == ["none.png"]
