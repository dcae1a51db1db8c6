"""A network is tuned to a made film whose colour follows its lightness; what is written opens like any model."""

import re
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from autochrome.errors import ModelUnusable, NothingFound, OutputExists, UsageError
from autochrome.lab.adapt import adapt as way
from autochrome.lab.adapt import tuning
from autochrome.lab.adapt.adapt import adapt
from autochrome.lab.adapt.material import Material, Reel, read_reels, split_reels
from autochrome.lab.adapt.options import Adapted, AdaptOptions, AdaptProgress
from autochrome.lab.data.pixels import encode
from autochrome.model import list_models, open_model
from autochrome.types import Hints
from small import picture

QUICK = AdaptOptions(minutes=5, threads=1)
SHOT = 10  # frames


def make_color_film(path: Path, seeds: Sequence[int], *, grey: bool = False) -> Path:
    """A film of one still shot per seed, ten frames a second."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for seed in seeds:
            rgb = picture(seed, 96, 128)
            rgb = np.repeat(rgb[..., :1], 3, axis=2) if grey else rgb
            for _ in range(SHOT):
                film.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24")))
        film.mux(stream.encode(None))
    return path


SMALL = {"CROP": 64, "_FIRST": 16, "_FRESH": 8, "_ROUND": 8, "_MOST_WATCHED": 4, "_SHARES": (1.0,)}
"""Small crops, few of them, and few pictures to watch."""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("films")
    return [make_color_film(folder / f"{n}.mp4", range(20 * n, 20 * n + 6)) for n in (1, 2)]


@pytest.fixture(scope="module")
def tuned(films: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Adapted, list[AdaptProgress]]:
    reports: list[AdaptProgress] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SMALL.items():
            patch.setattr(way, name, value)
        patch.setattr(tuning, "_RATE", 2e-3)
        patch.setattr(way._Clock, "has_round", lambda clock: len(reports) < 6)
        output = tmp_path_factory.mktemp("models") / "series.onnx"
        done = adapt(films[:1], output, held_out=films[1:], options=QUICK, progress=reports.append)
    return done, reports


def test_colours_of_the_held_out_film_come_nearer(tuned):
    done, _ = tuned
    comparison = done.comparison
    assert comparison.after["pooled"] > comparison.before["pooled"] + 0.3
    assert done.share > 0
    assert comparison.about == "2.mp4"


def test_the_file_says_where_it_comes_from(tuned):
    card = open_model(tuned[0].path, device="cpu").card
    base = next(model.card for model in list_models() if model.name == "tint")
    assert card.name == "series"
    assert card.licence == base.licence
    assert card.notice == base.notice
    assert base.name in card.training
    assert "1.mp4" in card.data
    assert "2.mp4" not in card.data
    assert card.figures["after_pooled"] > card.figures["before_pooled"]


def test_the_encoder_is_unchanged_and_the_decoder_is_not(tuned):
    luma = np.linspace(0, 100, 64 * 64, dtype=np.float32).reshape(64, 64)
    old, new = (open_model(m, device="cpu") for m in ("tint", tuned[0].path))
    before, after = (model.prepare(luma).state.features for model in (old, new))
    for name in ("features4_in", "features32_in", "descriptors_in"):
        np.testing.assert_array_equal(before[name], after[name])
    assert np.abs(before["base_ab_in"] - after["base_ab_in"]).max() > 0.5


def test_hints_still_reach_their_place(tuned):
    """The weights that the exporter stored twice, for the graph with hints too, are replaced together."""
    model = open_model(tuned[0].path, device="cpu")
    luma = np.full((64, 64), 55, np.float32)
    mask = np.zeros((64, 64), np.float32)
    mask[28:36, 28:36] = 1
    chroma = np.zeros((64, 64, 2), np.float32)
    chroma[...] = (40, -30)
    found = model.paint(model.prepare(luma), Hints(chroma, mask)).chroma
    assert np.abs(found[8, 8] - (40, -30)).max() < 8
    unhinted = model.paint(model.prepare(luma)).chroma
    with_empty = model.paint(model.prepare(luma), Hints(chroma, np.zeros_like(mask))).chroma
    np.testing.assert_allclose(unhinted, with_empty, atol=0.2)


def test_progress_names_films_and_remaining_time(tuned):
    reports = tuned[1]
    assert next(p.stage for p in reports) == "reading"
    assert reports[-1].stage == "writing"
    assert any(re.search(r"1\.mp4: \d+ pictures of \d+ shots", p.text) for p in reports)
    left = [p.seconds_left for p in reports]
    assert left == sorted(left, reverse=True)
    assert all(0 <= p.done <= 1 for p in reports)


def test_frames_are_taken_across_the_cuts_without_near_duplicates(tmp_path):
    film = make_color_film(tmp_path / "cuts.mp4", [1, 2, 1, 3])
    (reel,) = read_reels([film], lambda _: None)
    assert reel.shots == 4
    assert len(reel.pictures) == 3
    assert reel.alike >= 1


def test_a_folder_of_films_and_stills_is_read_whole(tmp_path):
    make_color_film(tmp_path / "a.mp4", [1, 2])
    for seed in (11, 12):
        (tmp_path / f"{seed}.png").write_bytes(encode(picture(seed, 96, 128), "png"))
    reels = read_reels([tmp_path], lambda _: None)
    assert [len(reel.pictures) for reel in reels] == [2, 2]


def test_a_black_and_white_film_is_refused(tmp_path):
    film = make_color_film(tmp_path / "grey.mp4", [1, 2], grey=True)
    with pytest.raises(NothingFound, match="black and white"):
        read_reels([film], lambda _: None)


def test_the_caller_keeps_its_threads(tmp_path):
    film = make_color_film(tmp_path / "grey.mp4", [1, 2], grey=True)
    before = torch.get_num_threads()
    with pytest.raises(NothingFound):
        adapt([film], tmp_path / "tuned.onnx", options=AdaptOptions(threads=before + 1))
    assert torch.get_num_threads() == before


def test_of_three_films_the_smallest_is_watched_whole():
    pixels = [picture(n) for n in range(40)]
    reels = [Reel("a", pixels[:14]), Reel("b", pixels[14:24]), Reel("c", pixels[24:])]
    material = split_reels(reels, [])
    assert material.about_watched == "b"
    assert len(material.watched) == 10
    assert len(material.learnt) == 30


def test_of_one_film_an_unbroken_part_is_watched():
    pixels = [picture(n) for n in range(40)]
    material = split_reels([Reel("a", pixels)], [])
    watched = [i for i, one in enumerate(pixels) if any(one is w for w in material.watched)]
    assert watched == list(range(watched[0], watched[0] + 6))
    assert len(material.learnt) == 34


def test_too_few_pictures_are_refused():
    with pytest.raises(NothingFound, match="too few"):
        split_reels([Reel("a", [picture(1)])], [])


def test_wrong_names_are_refused_before_any_work(films, tmp_path):
    with pytest.raises(UsageError, match=r"\.onnx"):
        adapt(films, tmp_path / "series.bin", options=QUICK)
    taken = tmp_path / "taken.onnx"
    taken.write_bytes(b"x")
    with pytest.raises(OutputExists):
        adapt(films, taken, options=QUICK)


def test_a_file_of_another_version_is_refused_before_any_work(films, tmp_path, monkeypatch):
    monkeypatch.setattr("autochrome.lab.networks.tint.prediction.VIVID_GAIN", 1.2)
    with pytest.raises(ModelUnusable, match="another version"):
        adapt(films[:1], tmp_path / "series.onnx", options=QUICK)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("pooled", "chosen"),
    [
        ((1.5, 2.6, 2.9, 3.0), 0.5),  # gains 0.5, 1.6, 1.9, 2.0: half of the way has most of it
        ((1.1, 1.2, 1.8, 3.0), 1.0),
        ((1.2, 0.8, 0.5, 0.1), 0.25),
        ((0.9, 0.8, 0.7, 0.6), 0.0),  # nothing helps
    ],
)
def test_the_smallest_share_that_has_most_of_the_gain_is_taken(monkeypatch, pooled, chosen):
    """So the network forgets less. `pooled`: the scores at each share, where the start has 1 dB."""

    class Tuned:
        def mixed(self, share: float) -> float:
            return share

    def scores(value: float) -> dict[str, float]:
        return {"grey": 20.0, "gain": value, "pooled": value, "color": 0.5}

    by_share = dict(zip(way._SHARES, pooled, strict=True))
    monkeypatch.setattr(way, "score", lambda decoder, watched: scores(by_share[decoder]))
    course = object.__new__(way._Course)
    course.start, course._watched, course._before = 0.0, [], scores(1.0)
    course._tuner, course._material = Tuned(), Material([], [], "reel")
    before = way.Best(0.0, 0.0, course._compare(scores(1.0)))
    assert course._try_shares(before).share == chosen
