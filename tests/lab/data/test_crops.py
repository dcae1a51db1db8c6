import threading

import numpy as np
import pytest
import torch

from autochrome.errors import NotAPicture, NothingFound
from autochrome.lab.data import pixels
from autochrome.lab.data.crops import Cropper, center_squares, crop_boxes, stream_crops
from autochrome.lab.data.on_device import PicturesOnDevice
from autochrome.lab.data.options import DataSettings
from autochrome.lab.data.pixels import decode, encode, resize, shrink_to
from autochrome.lab.data.shards import ShardWriter
from autochrome.lab.data.sources import PicturesInMemory, StreamedPictures, open_pictures
from small import picture


def test_a_shard_that_failed_is_not_there(tmp_path):
    with pytest.raises(TypeError), ShardWriter(tmp_path / "a.zip") as writer:
        writer.add("a/b/c.png", None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("home", ["cv2", "pillow"])
def test_pixels_come_back_with_either_library(home, monkeypatch):
    if home == "pillow":
        monkeypatch.setattr(pixels, "cv2", None)
    rgb = picture(5)
    np.testing.assert_array_equal(decode(encode(rgb, "png")), rgb)
    for kind in ("webp", "jpg"):
        lossy = decode(encode(rgb, kind, 95))
        assert np.abs(lossy.astype(int) - rgb).mean() < 8, "red and blue in their places"
    assert np.abs(resize(rgb, 12, 16).astype(int).mean((0, 1)) - rgb.mean((0, 1))).max() < 1.5
    assert shrink_to(rgb, 12).shape == (12, 16, 3)
    for broken in (b"", b"nothing like a picture"):
        with pytest.raises(NotAPicture, match="broken"):
            decode(broken, "broken")


def cutter(shard, **changes):
    settings = {"size": 16, "batch": 8, "seed": 3} | changes
    return Cropper(open_pictures([str(shard)], DataSettings(size=16)), **settings)


def test_a_step_is_a_function_of_seed_epoch_and_step(shard):
    one, two = cutter(shard), cutter(shard)
    np.testing.assert_array_equal(one.crop(1, 2), two.crop(1, 2))
    assert one.crop(1, 2).shape == (8, 1, 16, 16, 3)
    for other in (one.crop(1, 3), one.crop(2, 2), cutter(shard, seed=4).crop(1, 2)):
        assert not np.array_equal(one.crop(1, 2), other)


def test_an_epoch_sees_every_picture_once(shard):
    c = cutter(shard)
    assert c.steps_per_epoch == 5
    seen = np.concatenate([c.indices(0, step) for step in range(5)])
    assert sorted(seen) == list(range(40))


def test_more_in_a_batch_than_there_are(shard):
    assert cutter(shard, batch=100).crop(0, 0).shape == (100, 1, 16, 16, 3)


def test_held_and_streamed_give_the_same(shard):
    held = open_pictures([str(shard)], DataSettings(size=16, storage="pixels"))
    streamed = open_pictures([str(shard)], DataSettings(size=16, storage="stream"))
    assert isinstance(held, PicturesInMemory)
    assert isinstance(streamed, StreamedPictures)
    assert held.names == streamed.names
    np.testing.assert_array_equal(Cropper(held, 16, 8, 1).crop(0, 1), Cropper(streamed, 16, 8, 1).crop(0, 1))


def test_pairs_share_their_window(tmp_path):
    with ShardWriter(tmp_path / "pairs.zip") as writer:
        for i in range(4):
            for which in range(2):
                writer.add(f"film/scene/{i}-{which}.png", encode(picture(i), "png"))
        writer.add("film/scene/alone-0.png", encode(picture(9), "png"))
    pictures = open_pictures([str(tmp_path / "pairs.zip")], DataSettings(size=16, pairs=True))
    assert len(pictures) == 4
    crops = Cropper(pictures, 16, 4, 1, full_crops=0.0).crop(0, 0)
    assert crops.shape == (4, 2, 16, 16, 3)
    np.testing.assert_array_equal(crops[:, 0], crops[:, 1])


def test_crops_may_be_smaller_and_are_enlarged(shard):
    pictures = open_pictures([str(shard)], DataSettings(size=16))
    close, plain = (Cropper(pictures, 40, 8, 1, full_crops=0.0, max_enlarge=times) for times in (2.0, 1.0))
    shape = pictures[0][0].shape[:2]
    sides = [crop_boxes(*shape, c.windows(0, 0), c.min_side)[0] for c in (close, plain)]
    assert 20 <= sides[0].min() < min(shape)
    assert (sides[1] == min(shape)).all(), "the pictures are smaller than the crops: nothing to zoom into"
    assert close.crop(0, 0).shape == (8, 1, 40, 40, 3)
    there = PicturesOnDevice(pictures, torch.device("cpu"))
    found = there.crop(close.indices(0, 0), close.windows(0, 0), 40, close.min_side).numpy().astype(int)
    assert np.abs(found - close.crop(0, 0)).mean() < 2


@pytest.mark.parametrize("storage", ["pixels", "stream"])
def test_some_pictures_are_seen_more_often(shard, storage):
    once = open_pictures([str(shard)], DataSettings(size=16, storage=storage))
    pictures = open_pictures([str(shard)], DataSettings(size=16, storage=storage, repeat={"*/odd/*": 3}))
    odd = [n for n in once.names if "/odd/" in n]
    assert sorted(pictures.names) == sorted(once.names + 2 * odd)
    of = {name: sample[0] for name, sample in zip(once.names, once, strict=True)}
    for name, sample in zip(pictures.names, pictures, strict=True):
        np.testing.assert_array_equal(sample[0], of[name])


def test_no_pairs(shard):
    with pytest.raises(NothingFound, match="pairs"):
        open_pictures([str(shard)], DataSettings(size=16, pairs=True))


def test_limit_is_drawn_evenly_and_shrink_shrinks(shard):
    pictures = open_pictures([str(shard)], DataSettings(size=16, limit=4, max_short_side=18))
    assert [n[-7:-4] for n in pictures.names] == ["000", "010", "020", "030"]
    assert pictures[0][0].shape == (18, 24, 3)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_stream_is_in_order_from_any_step(shard, workers):
    c = cutter(shard)
    for start in (0, 7):
        got = list(stream_crops(c, start, 12, workers))
        assert len(got) == 12 - start
        for step, crops in enumerate(got, start):
            np.testing.assert_array_equal(crops, c.crop(*divmod(step, 5)))


def test_an_error_in_the_stream_is_raised_where_it_is_read(shard):
    class Broken:
        names = ("a",)

        def __len__(self):
            return 1

        def __getitem__(self, index):
            raise NotAPicture("a cannot be read")

    with pytest.raises(NotAPicture):
        next(stream_crops(Cropper(Broken(), 16, 1, 1), 0, 5))


def test_a_closed_stream_leaves_no_thread(shard):
    crops = stream_crops(cutter(shard), 0, None)
    next(crops)
    crops.close()
    assert not [t for t in threading.enumerate() if t.name == "crops"]


def test_middle_squares(shard):
    squares = center_squares(open_pictures([str(shard)], DataSettings(size=16)), 12, 7)
    assert squares.shape == (7, 1, 12, 12, 3)
    assert squares.dtype == torch.uint8


def test_pictures_on_the_device_give_the_same_crops(shard, tmp_path):
    with ShardWriter(tmp_path / "sizes.zip") as writer:
        for i in range(12):
            writer.add(f"a/b/{i:02}.png", encode(picture(i, 20 + 3 * i, 60 - 2 * i), "png"))
    pictures = open_pictures([str(tmp_path / "sizes.zip")], DataSettings(size=16))
    there = PicturesOnDevice(pictures, torch.device("cpu"))
    c = Cropper(pictures, 16, 12, 1, full_crops=0.3)
    crops = list(there.stream(c, 1, 3))
    assert len(crops) == 2
    for step, crop in enumerate(crops, 1):
        assert crop.shape == (12, 1, 16, 16, 3)
        difference = np.abs(crop.numpy().astype(int) - c.crop(step, 0).astype(int))
        assert difference.mean() < 2, "another way to shrink, the same windows"
    larger = Cropper(pictures, 60, 12, 1)  # all are smaller: whole pictures enlarged
    found = there.crop(larger.indices(0, 0), larger.windows(0, 0), 60, 60).numpy().astype(int)
    assert np.abs(found - larger.crop(0, 0)).mean() < 2


def test_a_window_of_the_right_size_is_copied_as_it_is(tmp_path):
    with ShardWriter(tmp_path / "one.zip") as writer:
        writer.add("a/b/0.png", encode(picture(1, 20, 30), "png"))
    pictures = open_pictures([str(tmp_path / "one.zip")], DataSettings(size=16))
    there = PicturesOnDevice(pictures, torch.device("cpu"))
    window = np.array([[0.0, 0.5, 0.9]])
    crop = there.crop(np.array([0]), window, 20, 20)[0, 0].numpy().astype(int)
    truth = pictures[0][0][:, 9:29].astype(int)
    assert np.abs(crop - truth).mean() < 2.5
    assert np.abs(crop - pictures[0][0][:, 10:30].astype(int)).mean() > np.abs(crop - truth).mean()
