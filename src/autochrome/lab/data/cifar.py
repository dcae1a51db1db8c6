"""CIFAR-10 as shards, from any of its archives: the binary one, the Python one, or JPEG files in a tar."""

import io
import pickle
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autochrome.errors import InputMissing, InputUnreadable, NothingFound
from autochrome.lab.data.pixels import RGB, encode
from autochrome.lab.data.shards import ShardWriter
from autochrome.media.collection import find_pictures

LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_SIDE = 32
_RECORD = 1 + 3 * _SIDE * _SIDE  # one byte for the label, then the red, green and blue planes
_SAFE_CLASSES = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


class _SafeUnpickler(pickle.Unpickler):
    """Loads arrays and text only: a pickle can run any program."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _SAFE_CLASSES:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a data set")
        return super().find_class(module, name)


def _batch(name: str, data: bytes) -> Iterator[tuple[RGB, int]]:
    """The pictures and label numbers of one batch file."""
    if name.endswith(".bin"):
        records = np.frombuffer(data, np.uint8).reshape(-1, _RECORD)
        labels, planes = records[:, 0], records[:, 1:]
    else:
        batch = _SafeUnpickler(io.BytesIO(data), encoding="bytes").load()
        labels, planes = np.asarray(batch[b"labels"]), np.asarray(batch[b"data"], np.uint8)
    pictures = planes.reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1)
    yield from zip(pictures, (int(label) for label in labels), strict=True)


def _split(name: str) -> str | None:
    """train or test, from the name of a batch file; None for other files."""
    stem = Path(name).name
    if stem.startswith("data_batch"):
        return "train"
    return "test" if stem.startswith("test_batch") else None


def convert(archive: Path, out: Path) -> dict[str, int]:
    """Write out/cifar10-train.zip and out/cifar10-test.zip, if the archive has them.

    Returns the pictures in each split.
    """
    if not archive.exists():
        raise InputMissing(f"There is no file {archive}.")
    try:
        with tarfile.open(archive) as tar:
            members = [m for m in tar if m.isfile() and _split(m.name)]
            batches = {m.name: tar.extractfile(m) for m in members}
            data = {name: file.read() for name, file in batches.items() if file is not None}
        if data:
            return _from_batches(data, out)
    except (tarfile.TarError, OSError, ValueError, KeyError, pickle.UnpicklingError) as e:
        raise InputUnreadable(f"{archive} is not a CIFAR-10 archive: {e}.") from e
    return _from_pictures(archive, out)


def _from_batches(batches: dict[str, bytes], out: Path) -> dict[str, int]:
    counts = {}
    for split in ("train", "test"):
        chosen = {name: data for name, data in sorted(batches.items()) if _split(name) == split}
        if not chosen:
            continue
        with ShardWriter(out / f"cifar10-{split}.zip") as writer:
            for name, data in chosen.items():
                for rgb, label in _batch(name, data):
                    writer.add(f"cifar10/{LABELS[label]}/{writer.count:05}.png", encode(rgb, "png"))
            counts[split] = writer.count
    return counts


def _from_pictures(archive: Path, out: Path) -> dict[str, int]:
    """From …/train/<class>/name.jpg; without a folder for the split, the archive's name tells it."""
    counts = {}
    entries = find_pictures([archive])
    for split in ("train", "test"):
        chosen = [
            e for e in entries if split in e.name.split("/")[:-2] or (split in archive.name and "/" in e.name)
        ]
        if not chosen:
            continue
        with ShardWriter(out / f"cifar10-{split}.zip") as writer:
            for entry in chosen:
                suffix = Path(entry.name).suffix
                writer.add(f"cifar10/{entry.label}/{writer.count:05}{suffix}", entry.read())
            counts[split] = writer.count
    if not counts:
        raise NothingFound(f"{archive} has neither CIFAR-10's batch files nor train/ and test/ folders.")
    return counts
