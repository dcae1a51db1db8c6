import json

import numpy as np
import pytest
from PIL import Image
from skimage import data

from autochrome.evaluate.results import Evaluation
from cluster_work import stand_in
from tiny import tiny_tint


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for name in ("astronaut", "coffee", "chelsea"):
        Image.fromarray(getattr(data, name)()[:256:2, :320:2]).save(folder / f"{name}.png")
    Image.fromarray(np.repeat(data.camera()[:256:4, :256:4, None], 3, 2)).save(folder / "camera.png")
    return folder


def test_the_table_the_json_and_the_page(autochrome, tiny_model, pictures, tmp_path):
    out, page = tmp_path / "out.json", tmp_path / "page.html"
    ran = autochrome(
        *("evaluate", tiny_model, pictures, "--size", 64, "--vivid", "1,0.5", "--hints", "0,3", "--carried"),
        *("--json", out, "--html", page),
    )
    assert ran.code == 0, ran.err
    result = Evaluation.model_validate_json(out.read_text())
    names = [row.name for row in result.groups["coloured"]]
    assert names[:3] == ["grey", "mean colour", "best constant"]
    assert [name for name in names if name.startswith("model")] == [
        "model, vivid 1, alone",
        "model, vivid 0.5, alone",
        "model, vivid 1, 3 points",
        "model, vivid 1, carried colour",
    ]
    assert result.model == "tiny"
    assert all(name in ran.out for name in names)
    assert "Colour where there is none: 1 pictures" in ran.out
    assert ("recovered %" in ran.out) == (result.judge is not None)
    assert "patchiness" in ran.out
    html = page.read_text()
    assert html.count("<svg") == 2
    assert html.count("<img") == 3 * 6  # three pictures; grey, four trials, truth


def test_variations(autochrome, pictures, tmp_path):
    model, out = tiny_tint(tmp_path / "likely.onnx", likely=True), tmp_path / "out.json"
    words = ("--size", 64, "--limit", 2, "--variations", 2, "--no-judge", "--json", out)
    ran = autochrome("evaluate", model, pictures, *words)
    assert ran.code == 0, ran.err
    assert "best of 3" in ran.out
    scores = Evaluation.model_validate_json(out.read_text()).variations
    assert scores.variations == 3
    assert scores.best > scores.single
    assert scores.spread > 1


def test_baselines_alone(autochrome, pictures, tmp_path):
    ran = autochrome(
        "evaluate",
        "baselines",
        pictures,
        "--size",
        32,
        "--limit",
        2,
        "--json",
        tmp_path / "o.json",
        "--no-judge",
    )
    assert ran.code == 0, ran.err
    assert "best constant" in ran.out
    assert (ran.err, "recognised" in ran.out) == ("", False)
    assert len(json.loads((tmp_path / "o.json").read_text())["pictures"]) == 2


def test_without_the_weights_of_the_judge_the_other_columns_come(autochrome, pictures, monkeypatch):
    monkeypatch.setattr("autochrome.lab.judge.PACKAGE", "no_such_package_of_weights")
    ran = autochrome("evaluate", "baselines", pictures, "--size", 32, "--limit", 2)
    assert ran.code == 0
    assert "patchiness" in ran.out
    assert "recognised" not in ran.out
    assert ran.err.count("\n") == 1
    assert "without recognition and feature distance" in ran.err
    assert "pip install 'autochrome[evaluate]'" in ran.err


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--vivid", "much"], 2, "--vivid much: give numbers"),
        (["--vivid", "3"], 2, "from 0 (grey) to 2"),
        (["--hints", "-1"], 2, "whole and not negative"),
        (["--hints", "1.5"], 2, "whole and not negative"),
    ],
)
def test_wrong_options(autochrome, tiny_model, pictures, options, code, message):
    ran = autochrome("evaluate", tiny_model, pictures, *options)
    assert ran.code == code
    assert message in ran.err


def test_missing_data_and_missing_network(autochrome, tiny_model, tmp_path):
    assert autochrome("evaluate", tiny_model, tmp_path / "nowhere").code == 11
    assert autochrome("evaluate", tiny_model, tmp_path).code == 17
    assert autochrome("evaluate", tmp_path / "no.onnx", tmp_path).code == 31
    assert autochrome("evaluate", tmp_path, tmp_path).code == 72  # a folder, but no run


def test_on_a_cluster_the_figures_are_those_of_one_machine(
    autochrome, tiny_model, pictures, tmp_path, monkeypatch
):
    monkeypatch.setattr("autochrome.cli.evaluate_work.open_cluster", stand_in)
    monkeypatch.setattr("autochrome.cli.evaluate_work._PICTURES", 3)
    monkeypatch.setattr("autochrome.lab.judge.SIDE", 64)  # the real judge, on small pictures
    results = []
    for name, more in (("here", ()), ("there", ("--on", "ray"))):
        out = tmp_path / f"{name}.json"
        ran = autochrome(
            "evaluate", tiny_model, pictures, "--size", 64, "--hints", "0,3", "--json", out, *more
        )
        assert ran.code == 0, ran.err
        results.append(json.loads(out.read_text()) | {"seconds": 0})
    assert results[0] == results[1]
    assert len(results[0]["pictures"]) == 4
