"""Comparisons: grey, the result, and the original if it has colours."""

from pathlib import Path

import av
import numpy as np
import pytest

from autochrome.errors import OutputNotWritable
from autochrome.media.films.comparison import has_colors, save_comparison
from filmmaking import make_film

LIGHT = np.tile(np.linspace(40, 200, 96).astype(np.uint8), (64, 1))


def film(path: Path, chroma: bool, **more: object) -> Path:
    kind = "yuv420p" if chroma else "gray"
    settings = {"codec": "ffv1", "size": (64, 96), "times": range(20), "lights": [LIGHT] * 20, "sound": None}
    return make_film(path, kind=kind, **{**settings, **more})


def panels(path: Path, count: int) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24").astype(float) for frame in container.decode(video=0)]
    return np.split(frames[len(frames) // 2], count, axis=1)


def strength(picture: np.ndarray) -> float:
    return float(np.ptp(picture, axis=-1).mean())


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_grey_is_left_and_colour_is_right(tmp_path: Path, suffix: str):
    source, made = film(tmp_path / "grey.mkv", False), film(tmp_path / "made.mkv", True)
    grey, color = panels(save_comparison(source, made, tmp_path / f"side{suffix}"), 2)
    assert grey.shape == (64, 96, 3)
    assert strength(grey) < 8
    assert strength(color) > 20
    assert np.corrcoef(grey[..., 1].ravel(), LIGHT.ravel())[0, 1] > 0.98


def test_a_coloured_original_is_the_third_panel(tmp_path: Path):
    source, made = film(tmp_path / "in.mkv", True), film(tmp_path / "made.mkv", False)
    grey, color, truth = panels(save_comparison(source, made, tmp_path / "side.mp4"), 3)
    assert max(strength(grey), strength(color)) < 8
    assert strength(truth) > 20


def test_a_section_and_a_rotated_film(tmp_path: Path):
    source = film(tmp_path / "in.mp4", True, codec="libx264", turn=90)
    made = film(tmp_path / "made.mkv", True, times=range(10), lights=[LIGHT] * 10)
    path = save_comparison(source, made, tmp_path / "side.mkv", start=0.4)
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == 10
        assert container.streams.video[0].height == 96


def test_colour_in_a_film_is_detected(tmp_path: Path):
    assert has_colors(film(tmp_path / "in.mkv", True))
    assert not has_colors(film(tmp_path / "grey.mkv", False))


def test_a_failed_comparison_raises_and_leaves_no_file(tmp_path: Path):
    source = film(tmp_path / "in.mkv", True)
    with pytest.raises(OutputNotWritable, match=r"\.gif"):
        save_comparison(source, source, tmp_path / "side.txt")
    with pytest.raises(OutputNotWritable, match="folder does not exist"):
        save_comparison(source, source, tmp_path / "no" / "side.mp4")
    assert {path.name for path in tmp_path.iterdir()} == {"in.mkv"}
