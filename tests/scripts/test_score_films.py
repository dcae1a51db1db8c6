"""`scripts/score_films.py`: the film itself scores best, grey is steady and has no colour."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from filmmaking import make_film, paint_film
from score_films import main


def test_figures_of_a_film_beside_grey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    original = paint_film(make_film(tmp_path / "grey.mkv", sound=None), tmp_path / "original.mkv", shift=25)
    assert original is not None
    paint_film(tmp_path / "grey.mkv", tmp_path / "near.mkv", shift=20)
    paths = [str(tmp_path / name) for name in ("original.mkv", "near.mkv", "grey.mkv")]
    out = tmp_path / "scores.json"
    monkeypatch.setattr(
        sys, "argv", ["score_films.py", *paths, "--size", "48", "--limit", "11", "--json", str(out)]
    )
    main()
    rows = json.loads(out.read_text())
    assert set(rows) == {"grey", "near.mkv", "grey.mkv"}
    assert rows["near.mkv"]["psnr"] > rows["grey"]["psnr"]
    assert rows["grey"]["color_share"] < 0.1 < rows["near.mkv"]["color_share"]
    for row in rows.values():
        assert row["psnr_least"] <= row["psnr"] <= row["psnr_most"]
        assert row["ssim_least"] <= row["ssim"] <= row["ssim_most"]
    assert np.isfinite(rows["near.mkv"]["change"])
    assert "PSNR least" in capsys.readouterr().out
