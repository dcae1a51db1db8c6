"""Maps of things: they come with their pictures, and a stroke lies on one thing of them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from autochrome.errors import NothingFound, RecipeError
from autochrome.lab.data.batches import make_batch
from autochrome.lab.data.options import DataSettings, SampleOptions
from autochrome.lab.data.pixels import encode
from autochrome.lab.data.shards import ShardWriter
from autochrome.lab.data.sources import open_pictures, without_maps
from autochrome.lab.data.things import SAME_THING, draw_things, stroke_on_thing
from autochrome.lab.recipe_files import load_recipe
from small import picture


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


def test_a_picture_comes_with_its_map_and_without_one_not_at_all(shard: Path) -> None:
    pictures = open_pictures([str(shard)], DataSettings(thing_maps=True))
    assert pictures.names == ["rooms/a/1.webp"]
    things, first = pictures[0]
    assert things[0, 0].tolist() == [200, 30, 90]
    assert things[0, -1].tolist() == [0, 0, 0]
    assert things.shape == first.shape


def test_held_out_pictures_are_read_without_maps(shard: Path) -> None:
    pictures = open_pictures([str(shard)], without_maps(DataSettings(thing_maps=True)))
    assert pictures.names == ["rooms/a/1.webp", "rooms/a/2.webp"]
    assert len(pictures[0]) == 1


def test_without_any_map_it_says_so(tmp_path: Path) -> None:
    with ShardWriter(tmp_path / "plain.zip") as writer:
        writer.add("rooms/a/1.webp", encode(picture(1), "webp"))
    with pytest.raises(NothingFound, match="no maps"):
        open_pictures([str(tmp_path / "plain.zip")], DataSettings(thing_maps=True))


def maps(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(count, 3, 64, 64) maps with a red and a blue thing on black, and (64, 64): 1, 2, 0."""
    which = torch.zeros(64, 64, dtype=torch.long)
    which[10:50, 4:30], which[20:60, 34:60] = 1, 2
    colors = torch.tensor([[0.0, 0, 0], [200, 30, 20], [20, 40, 220]])
    return colors[which].permute(2, 0, 1)[None].repeat(count, 1, 1, 1), which


def test_a_stroke_lies_on_one_thing_and_has_one_colour() -> None:
    all_maps, which = maps(24)
    hint, mask, thing = stroke_on_thing(all_maps, torch.Generator().manual_seed(3))
    painted = mask.flatten(1).any(1)
    assert painted.sum() >= 20, "a pixel of a thing is looked for a few times"
    found = set()
    for number in painted.nonzero().flatten():
        inside = thing[number, 0] > 0
        kinds = which[inside].unique().tolist()
        assert len(kinds) == 1
        assert torch.equal(inside, which == kinds[0]), "all of the thing, nothing else"
        assert not (mask[number, 0] > 0)[~inside].any()
        assert len(hint[number, :, mask[number, 0] > 0].unique(dim=1).T) == 1
        found.update(kinds)
    assert found == {1, 2}
    assert not hint[(mask == 0).expand_as(hint)].any()


def test_no_thing_no_stroke() -> None:
    hint, mask, thing = stroke_on_thing(torch.zeros(2, 3, 32, 32), torch.Generator().manual_seed(3))
    assert not hint.any()
    assert not mask.any()
    assert not thing.any()


def test_a_batch_with_maps_is_mirrored_with_them() -> None:
    all_maps, _ = maps(8)
    pairs = (
        all_maps.permute(0, 2, 3, 1).to(torch.uint8)[:, None].repeat(1, 2, 1, 1, 1)
    )  # each picture is its own map
    batch = make_batch(pairs, SampleOptions(flip=0.5), torch.Generator().manual_seed(5), thing_maps=True)
    chroma = batch.truth[:, 1:].norm(dim=1)
    assert (chroma[batch.thing[:, 0] > 0] > 40).all()


def test_a_map_and_a_previous_frame_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="previous frame"):
        DataSettings(pairs=True, thing_maps=True)


def test_pages_would_move_a_picture_off_its_map() -> None:
    with pytest.raises(RecipeError, match="blank_page"):
        load_recipe("tint-things", ["samples.blank_page=0.1"])


def test_a_drawn_thing_has_a_colour_of_its_own_in_the_map_and_a_shade_in_the_picture() -> None:
    samples = torch.randint(90, 110, (16, 2, 48, 64, 3), dtype=torch.uint8)
    samples[:, 0] = 0
    drawn = draw_things(samples, 1.0, torch.Generator().manual_seed(4))
    assert drawn.dtype == torch.uint8
    for of_things, before, after in zip(drawn[:, 0], samples[:, 1], drawn[:, 1], strict=True):
        labelled = of_things.amax(2) > 0
        colors = of_things[labelled].unique(dim=0)
        assert 1 <= len(colors) <= 4, "an ellipse or a rectangle each"
        assert (colors.amax(1) >= SAME_THING).all()
        shades = after[labelled].float()
        assert (shades.amax(1) - shades.amin(1)).max() < 2, "grey"
        assert (after[~labelled].float() - before[~labelled].float()).abs().max() <= 20, "all else stays"


def test_nothing_is_drawn_on_the_other_samples() -> None:
    samples = torch.randint(0, 255, (8, 2, 32, 32, 3), dtype=torch.uint8)
    drawn = draw_things(samples, 0.5, torch.Generator().manual_seed(1))
    changed = (drawn != samples).flatten(1).any(1)
    assert 0 < changed.sum() < 8
    assert torch.equal(draw_things(samples, 0.0, torch.Generator()), samples)


def test_drawn_things_need_maps() -> None:
    with pytest.raises(RecipeError, match="thing_maps"):
        load_recipe("tint", ["samples.drawn_things=0.1"])
