"""Maps of things: they come with their pictures, and a whole thing gets another colour, in light and shade."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from skimage.data import astronaut

from autochrome.errors import NothingFound, RecipeError
from autochrome.lab.data.batches import make_batch
from autochrome.lab.data.options import DataSettings, SampleOptions
from autochrome.lab.data.pixels import encode
from autochrome.lab.data.shards import ShardWriter
from autochrome.lab.data.sources import open_pictures, without_maps
from autochrome.lab.recipe_files import load_recipe
from small import picture

RECOLORED = SampleOptions(flip=0, points=1, recolor=1, max_points=1)
SIDE = 64


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    """Two pictures; the first has a map, whose left half is a thing."""
    things = np.zeros((24, 32, 3), np.uint8)
    things[:, :16] = 200, 30, 90
    path = tmp_path / "labelled.zip"
    with ShardWriter(path) as writer:
        writer.add("rooms/a/1.webp", encode(picture(1), "webp"))
        writer.add("rooms/a/1-things.png", encode(things, "png"))
        writer.add("rooms/a/2.webp", encode(picture(2), "webp"))
    return path


def test_a_picture_comes_with_its_map_or_with_a_black_one(shard: Path) -> None:
    pictures = open_pictures([str(shard)], DataSettings(thing_maps=True))
    assert pictures.names == ["rooms/a/1.webp", "rooms/a/2.webp"]
    (things, _), (black, second) = pictures[0], pictures[1]
    assert things[0, 0].tolist() == [200, 30, 90]
    assert things[0, -1].tolist() == [0, 0, 0]
    assert black.shape == second.shape
    assert not black.any()


def test_held_out_pictures_are_read_without_maps(shard: Path) -> None:
    pictures = open_pictures([str(shard)], without_maps(DataSettings(thing_maps=True)))
    assert pictures.names == ["rooms/a/1.webp", "rooms/a/2.webp"]
    assert len(pictures[0]) == 1


def test_without_any_map_it_says_so(tmp_path: Path) -> None:
    with ShardWriter(tmp_path / "plain.zip") as writer:
        writer.add("rooms/a/1.webp", encode(picture(1), "webp"))
    with pytest.raises(NothingFound, match="no maps"):
        open_pictures([str(tmp_path / "plain.zip")], DataSettings(thing_maps=True))


def test_a_whole_thing_gets_another_colour_and_nothing_else() -> None:
    """The thing is a part of a photograph that has all kinds of colours and light in it."""
    photo = torch.from_numpy(astronaut()[100 : 100 + SIDE, 100 : 100 + SIDE].copy())
    inside = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    inside[10:50, 20:44] = True
    things = (inside[..., None] * torch.tensor([10, 120, 240])).to(torch.uint8)
    pairs = torch.stack((things, photo))[None].repeat(16, 1, 1, 1, 1)
    plain = make_batch(pairs[:, 1:], SampleOptions(flip=0), torch.Generator().manual_seed(1)).truth[:, 1:]
    batch = make_batch(pairs, RECOLORED, torch.Generator().manual_seed(1), thing_maps=True)
    change = (batch.truth[:, 1:] - plain).norm(dim=1)
    exact = (change[:, inside].amin(1) > 0.1) & (change[:, ~inside].amax(1) < 0.01)
    assert exact.sum() >= 10, (
        "a pixel of the thing is looked for, a few times; it fills a quarter of the picture"
    )
    painted = (batch.mask[:, 0] > 0)[:, inside].any(1)
    assert painted[exact].all(), "the point lies on the thing"


def test_a_map_and_a_previous_frame_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="previous frame"):
        DataSettings(pairs=True, thing_maps=True)


def test_pages_would_move_a_picture_off_its_map() -> None:
    with pytest.raises(RecipeError, match="blank_page"):
        load_recipe("tint", ["data.thing_maps=true"])
