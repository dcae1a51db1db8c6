"""`autochrome shots`: the list of shots, and detectors compared."""

import json

import av
import numpy as np
import pytest
from skimage import data

from films_with_cuts import make_film_with_cuts


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film file with cuts at known frames; its truth lies beside it."""
    folder = tmp_path_factory.mktemp("film")
    pictures = [
        data.camera()[::2, ::2],
        data.coins(),
        data.coffee()[::2, ::2, 1],
        data.astronaut()[::2, ::2, 1],
    ]
    made = make_film_with_cuts("two", pictures, 1)
    path = folder / "film.mkv"
    with av.open(path, "w") as out:
        stream = out.add_stream("ffv1", rate=25)
        stream.height, stream.width = made.frames[0].shape
        stream.pix_fmt = "gray"
        for frame in made.frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "gray")))
        out.mux(stream.encode())
    (folder / "cuts.json").write_text(made.truth.model_dump_json())
    return path, [first for first, _ in made.truth.spans]


def test_the_list_has_shots_with_their_times(autochrome, film, tmp_path):
    path, cuts = film
    ran = autochrome("shots", path, "-o", tmp_path / "list.json")
    assert ran.code == 0, ran.err
    written = json.loads((tmp_path / "list.json").read_text())
    shots = written["shots"]
    assert written["rate"] == "25"
    stops = [*cuts, shots[-1]["first"] + shots[-1]["frames"]]
    assert shots == [
        {"first": first, "time": pytest.approx(first / 25, abs=1e-3), "frames": stop - first}
        for first, stop in zip([0, *cuts], stops, strict=True)
    ]
    assert (tmp_path / "list.jpg").stat().st_size > 1000


@pytest.mark.parametrize("words", [["--compare"], ["--json"], ["--plot", "scores.svg"]])
def test_a_list_is_not_written_while_detectors_are_checked(autochrome, film, tmp_path, words):
    path, _ = film
    assert autochrome("shots", path, "-o", tmp_path / "list.json", *words).code == 2
    assert not list(tmp_path.iterdir())


def test_detectors_side_by_side_against_the_truth(autochrome, film, tmp_path):
    path, cuts = film
    page = tmp_path / "page.html"
    ran = autochrome(
        "shots", path, "--compare", "--truth", path.with_name("cuts.json"), "--plot", page, "--json"
    )
    assert ran.code == 0, ran.err
    detectors = json.loads(ran.out)["detectors"]
    assert detectors["continuity"]["cuts"] == cuts
    assert detectors["continuity"]["f1"] == 1
    assert {"thesis", "histogram", "ssim", "orb", "scdet"} <= detectors.keys()
    html = page.read_text()
    assert html.count("<svg") == len(detectors)
    assert html.count('class="marker"') == len(detectors) * len(cuts)


def test_the_table_names_precision_and_recall(autochrome, film):
    path, _ = film
    ran = autochrome("shots", path, "--cuts", "ssim", "--truth", path.with_name("cuts.json"))
    assert ran.code == 0, ran.err
    assert "precision" in ran.out
    assert "ssim" in ran.out


def test_both_bounds_of_the_thesis_can_be_set(autochrome, film):
    path, cuts = film
    found = [
        _cuts_of(
            autochrome(
                "shots", path, "--cuts", "thesis", "--json", "--correlation", correlation, "--ssim", ssim
            )
        )
        for correlation, ssim in (("0.997", "0.5"), ("-1", "0.5"), ("0.997", "-1"))
    ]
    assert len(found[0]) >= len(cuts)
    assert found[1:] == [[], []], "no two frames are as unlike as that"


def test_the_signal_is_drawn_by_itself(autochrome, film, tmp_path):
    path, cuts = film
    assert autochrome("shots", path, "--plot", tmp_path / "signal.svg").code == 0
    svg = (tmp_path / "signal.svg").read_text()
    assert svg.startswith("<svg xmlns=")
    assert svg.count("<circle") == len(cuts)


def _cuts_of(ran) -> list[int]:
    """The cuts that `--json` printed for the only detector."""
    (detector,) = json.loads(ran.out)["detectors"].values()
    return detector["cuts"]


def test_wrong_arguments(autochrome, film, tmp_path):
    path, _ = film
    assert autochrome("shots", path, "--json", "--cuts", "luck").code == 2
    assert autochrome("shots", path, "--plot", "signal.doc").code == 2
    assert autochrome("shots", tmp_path / "none.mp4").code == 11
