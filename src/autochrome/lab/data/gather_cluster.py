"""Check pictures for a shard on a cluster. The pictures to keep go into files of pieces, which the shard is made of."""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from autochrome.errors import BatchIncomplete, UsageError
from autochrome.files import atomic_write
from autochrome.lab.data.gather import CheckedPicture, GatherOptions, check_picture
from autochrome.media.collection import Entry
from autochrome.parallel import Work, open_cluster, run_units

_PICTURES = 200  # of one unit
_MEMORY = 1 << 30  # bytes of a worker


@dataclass(frozen=True, slots=True)
class Batch:
    """A unit: some pictures, and the file for those that are kept."""

    entries: tuple[Entry, ...]
    file: Path

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.entries[0].path} and {len(self.entries) - 1} more"


def check_batch(options: GatherOptions, batch: Batch) -> list[CheckedPicture]:
    """Check some pictures, and write those that are kept one after another into one file; return all without data."""
    listed = batch.file.with_suffix(".json")
    if not listed.exists():
        checked = [check_picture(entry, options) for entry in batch.entries]
        atomic_write(batch.file, b"".join(picture.data for picture in checked))
        rows = [asdict(replace(picture, data=b"")) | {"size": len(picture.data)} for picture in checked]
        atomic_write(listed, json.dumps([{key: row[key] for key in row if key != "data"} for row in rows]))
    return _read_list(batch.file, listed)


def _read_list(file: Path, listed: Path) -> list[CheckedPicture]:
    pictures, offset = [], 0
    for row in json.loads(listed.read_text(encoding="utf-8")):
        size = row.pop("size")
        pictures.append(CheckedPicture(**row | {"place": (str(file), offset, size)}))
        offset += size
    return pictures


def check_on_cluster(
    on: str, out: Path, entries: Sequence[Entry], options: GatherOptions
) -> Iterator[CheckedPicture]:
    """Check all pictures on a cluster, in order. out: the shard; the pieces lie beside it until all are checked."""
    whole = next((entry for entry in entries if entry.data is not None), None)
    if whole:
        raise UsageError(
            f"{whole.path}: the pictures of this archive cannot be read one by one; unpack it for a cluster."
        )
    folder = out.with_name(f".{out.name}.pieces")
    folder.mkdir(parents=True, exist_ok=True)
    batches = []
    for first in range(0, len(entries), _PICTURES):
        some = tuple(entries[first : first + _PICTURES])
        digest = sha256(repr((some, options)).encode()).hexdigest()[:16]
        batches.append(Batch(some, folder / f"{first:09}-{digest}.bin"))
    work = Work(partial(_open_checks, options), name=_name_batch, needs=_list_paths, memory=_MEMORY)
    engine = open_cluster(on, work, lambda note: print(f"note: {note}", file=sys.stderr))
    failed = []
    with closing(run_units(engine, batches, in_order=True)) as answers:
        for finished in answers:
            if finished.error is not None:
                failed.append(str(finished.error))
            elif not failed:
                yield from finished.result
    if failed:
        raise BatchIncomplete(
            f"{len(failed)} of {len(batches)} parts of the shard failed: {' '.join(failed)}"
        )
    shutil.rmtree(folder, ignore_errors=True)


def _open_checks(options: GatherOptions) -> partial[list[CheckedPicture]]:
    return partial(check_batch, options)


def _name_batch(batch: Batch) -> str:
    return batch.name


def _list_paths(batch: Batch) -> tuple[Path, ...]:
    return (batch.file.parent, *dict.fromkeys(entry.path for entry in batch.entries))
