"""CIFAR-10 in each of its archives becomes the same shards."""

import io
import pickle
import tarfile

import numpy as np
import pytest

from autochrome.errors import InputMissing, InputUnreadable, NothingFound
from autochrome.lab.data.cifar import LABELS, convert
from autochrome.lab.data.pixels import decode, encode
from autochrome.media.collection import find_pictures


def pictures(count, seed):
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, 32, 32, 3), np.uint8), random.integers(0, 10, count)


def planes(rgb):
    return rgb.transpose(0, 3, 1, 2).reshape(len(rgb), -1)


def pack(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def binary(rgb, labels):
    return np.concatenate([labels[:, None].astype(np.uint8), planes(rgb)], 1).tobytes()


def pickled(rgb, labels):
    return pickle.dumps({b"data": planes(rgb), b"labels": labels.tolist()}, protocol=2)


@pytest.mark.parametrize(("ending", "write"), [(".bin", binary), ("", pickled)])
def test_batches(tmp_path, ending, write):
    sets = {"data_batch_1": pictures(3, 1), "data_batch_2": pictures(2, 2), "test_batch": pictures(4, 3)}
    files = {f"cifar-10/{name}{ending}": write(*content) for name, content in sets.items()}
    archive = pack(tmp_path / "cifar.tar.gz", files | {"cifar-10/readme.html": b"hello"})
    assert convert(archive, tmp_path / "out") == {"train": 5, "test": 4}
    entries = find_pictures([tmp_path / "out" / "cifar10-train.zip"])
    rgb, labels = (
        np.concatenate(part) for part in zip(sets["data_batch_1"], sets["data_batch_2"], strict=True)
    )
    for i, entry in enumerate(entries):
        assert entry.name == f"cifar10/{LABELS[labels[i]]}/{i:05}.png"
        np.testing.assert_array_equal(decode(entry.read()), rgb[i])


def test_a_tar_of_pictures(tmp_path):
    rgb, _ = pictures(2, 1)
    files = {f"{split}/cat/{i}.png": encode(rgb[i], "png") for i, split in enumerate(("train", "test"))}
    assert convert(pack(tmp_path / "c.tar.gz", files), tmp_path) == {"train": 1, "test": 1}
    (entry,) = find_pictures([tmp_path / "cifar10-test.zip"])
    assert entry.name == "cifar10/cat/00000.png"
    np.testing.assert_array_equal(decode(entry.read()), rgb[1])


def test_a_pickle_that_would_run_something(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "harm"), "w"))

    archive = pack(tmp_path / "c.tar.gz", {"data_batch_1": pickle.dumps(Evil())})
    with pytest.raises(InputUnreadable):
        convert(archive, tmp_path)
    assert not (tmp_path / "harm").exists()


def test_what_is_no_cifar(tmp_path):
    with pytest.raises(InputMissing):
        convert(tmp_path / "nowhere.tar.gz", tmp_path)
    (tmp_path / "text.tar.gz").write_bytes(b"hello")
    with pytest.raises(InputUnreadable):
        convert(tmp_path / "text.tar.gz", tmp_path)
    one = {"holiday/sea.png": encode(pictures(1, 1)[0][0], "png")}
    with pytest.raises(NothingFound):
        convert(pack(tmp_path / "other.tar.gz", one), tmp_path)
