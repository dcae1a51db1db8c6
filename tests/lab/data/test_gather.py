"""Gathering drops what cannot be learnt from, and says what and why."""

import itertools
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from skimage.data import astronaut, chelsea, coffee

from autochrome.errors import NothingFound
from autochrome.evaluate.metrics import mean_chroma
from autochrome.lab.data.gather import (
    GatherOptions,
    HashIndex,
    check_picture,
    gather,
    perceptual_hash,
    small_lab,
)
from autochrome.lab.data.gather_cluster import check_on_cluster
from autochrome.lab.data.pixels import decode, encode, resize
from autochrome.media.collection import find_pictures
from cluster_work import stand_in
from small import picture

SMALL = GatherOptions(size=48, smallest=32, chroma=4, tint=0, quality=90)  # made pictures have few colours


def put(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_each_reason_is_found_and_counted(tmp_path):
    holiday = tmp_path / "holiday"
    for i in range(4):
        put(holiday, f"sea/{i}.png", encode(picture(i, 64, 96), "png"))
    put(holiday, "sea/4-cat.png", encode(chelsea(), "png"))
    put(holiday, "sea/again.jpg", encode(resize(chelsea(), 200, 300), "jpg", 70))
    put(holiday, "small.png", encode(picture(6, 20, 90), "png"))
    put(holiday, "grey.png", encode(picture(7, 64, 96)[..., :1].repeat(3, 2), "png"))
    put(holiday, "broken.jpg", encode(picture(8, 64, 96), "jpg")[:40])
    put(holiday, "notes.txt", b"not looked at")
    result = gather([str(holiday)], tmp_path / "shard.zip", SMALL)
    found = {reason: count for reason, count in result.counts.items() if count}
    assert found == {"unreadable": 1, "tiny": 1, "near-grey": 1, "duplicate": 1}
    assert result.kept == 5
    entries = find_pictures([tmp_path / "shard.zip"])
    assert [e.name for e in entries] == [f"holiday/sea/{i:06}.webp" for i in range(5)]
    assert all(min(decode(e.read()).shape[:2]) == 48 for e in entries)
    report = json.loads((tmp_path / "shard.json").read_text())
    assert report["kept"] == 5
    reasons = {name.rsplit("/", 1)[1]: why for name, why in report["dropped"].items()}
    assert reasons["grey.png"] == "near-grey"
    assert {reasons["small.png"], reasons["broken.jpg"]} == {"tiny", "unreadable"}
    assert len(reasons) == 4


def test_a_share_is_held_out_and_the_same_each_time(tmp_path):
    for folder, i in itertools.product(("all", "moved"), range(30)):
        put(tmp_path / folder, f"{i}.png", encode(picture(i, 64, 96), "png"))
    options = SMALL.model_copy(update={"valid": 0.3, "alike": -1})
    result = gather([str(tmp_path / "all")], tmp_path / "a.zip", options)
    assert result.kept + result.valid == 30
    assert 3 < result.valid < 16
    moved = gather([str(tmp_path / "moved")], tmp_path / "b.zip", options)
    assert (moved.kept, moved.valid) == (result.kept, result.valid)
    for end in (".zip", "-valid.zip"):
        first, second = (find_pictures([tmp_path / f"{name}{end}"]) for name in "ab")
        assert [entry.read() for entry in first] == [entry.read() for entry in second]


def test_what_looks_like_a_held_out_picture_is_dropped(tmp_path):
    for number, rgb in enumerate((chelsea(), coffee(), astronaut())):
        put(tmp_path / "all", f"{number}.png", encode(rgb, "png"))
    put(tmp_path / "check", "cup.jpg", encode(resize(coffee(), 200, 300), "jpg", 60))
    result = gather([str(tmp_path / "all")], tmp_path / "a.zip", SMALL, unlike=[str(tmp_path / "check")])
    assert result.kept == 2
    assert {Path(path).name: reason for path, reason in result.dropped.items()} == {"1.png": "held-out"}


def test_shades_of_one_colour_are_tinted(tmp_path):
    grey = chelsea()[..., 1:2] / 255
    put(tmp_path / "all", "sepia.png", encode((grey ** [0.8, 1, 1.3] * 255).astype(np.uint8), "png"))
    put(tmp_path / "all", "cat.png", encode(chelsea(), "png"))
    put(tmp_path / "all", "cup.png", encode(coffee(), "png"))
    result = gather([str(tmp_path / "all")], tmp_path / "a.zip", SMALL.model_copy(update={"tint": 2.5}))
    assert {Path(path).name: reason for path, reason in result.dropped.items()} == {"sepia.png": "tinted"}


def test_nothing_of_use(tmp_path):
    put(tmp_path / "all", "small.png", encode(picture(6, 20, 20), "png"))
    with pytest.raises(NothingFound, match="1 tiny"):
        gather([str(tmp_path / "all")], tmp_path / "a.zip", SMALL)
    assert not (tmp_path / "a.zip").exists()


def test_shards_can_be_gathered_again(shard, tmp_path):
    looked = check_picture(find_pictures([shard])[0], SMALL.model_copy(update={"smallest": 16}))
    assert looked.name == "shard/even"
    assert looked.reason == ""


def test_the_fingerprint_survives_what_copying_does():
    for rgb in (chelsea(), astronaut(), coffee()):
        copies = {
            "smaller": resize(rgb, 90, 120),
            "recoded": decode(encode(rgb, "jpg", 50)),
            "brighter": (rgb * 0.8 + 40).astype(np.uint8),
        }
        for name, copy in copies.items():
            assert (perceptual_hash(rgb) ^ perceptual_hash(copy)).bit_count() <= 3, name
    assert (perceptual_hash(chelsea()) ^ perceptual_hash(coffee())).bit_count() > 15


def test_near_hashes_are_found_wherever_the_bits_differ():
    random = np.random.default_rng(0)
    hashes = [int(x) for x in random.integers(0, 2**63, 200)]
    seen = HashIndex(3)
    assert all(seen.add(h) for h in hashes)
    for h in hashes[:50]:
        flipped = h
        for bit in random.choice(64, 3, replace=False):
            flipped ^= 1 << int(bit)
        assert flipped in seen
        assert not seen.add(flipped)
    everything = HashIndex(-1)
    assert everything.add(5)
    assert 5 not in everything, "a tolerance below 0 finds nothing"


def test_mean_chroma():
    assert mean_chroma(small_lab(np.full((20, 20, 3), 120, np.uint8))) < 0.1
    assert mean_chroma(small_lab(np.full((20, 20, 3), (200, 60, 60), np.uint8))) > 40


def test_a_cluster_makes_the_same_shard(tmp_path, monkeypatch):
    monkeypatch.setattr("autochrome.lab.data.gather_cluster.open_cluster", stand_in)
    monkeypatch.setattr("autochrome.lab.data.gather_cluster._PICTURES", 4)
    for i in range(9):
        put(tmp_path / "all", f"{i}.png", encode(picture(i, 64, 96), "png"))
    put(tmp_path / "all", "again.png", encode(picture(2, 64, 96), "png"))
    put(tmp_path / "all", "grey.png", encode(picture(7, 64, 96)[..., :1].repeat(3, 2), "png"))
    here, there = tmp_path / "here.zip", tmp_path / "there.zip"
    result = gather([str(tmp_path / "all")], here, SMALL)
    shared = gather([str(tmp_path / "all")], there, SMALL, check=partial(check_on_cluster, "ray", there))
    assert there.read_bytes() == here.read_bytes()
    assert shared == result
    assert result.counts["duplicate"] == 1
    assert not list(tmp_path.glob(".*"))
