"""Where pictures lie: folders, zips and tars, listed as entries that can be read from any thread.

One format is written: a zip without compression, `source/label/name.webp` inside.
"""

import os
import struct
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from types import TracebackType

from autochrome.errors import InputMissing, InputUnreadable, NothingFound
from autochrome.files import atomic_path, write_errors

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
_ZIP_HEADER = struct.Struct("<4s5H3I2H")  # a zip member's own header, before its name


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture file, perhaps inside an archive."""

    name: str  # source/label/name.webp
    path: Path
    offset: int = 0
    size: int = 0
    data: bytes | None = None  # where the archive is compressed: its bytes, held

    def read(self) -> bytes:
        if self.data is not None:
            return self.data
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)

    @property
    def source(self) -> str:
        return self.name.split("/", 1)[0]

    @property
    def label(self) -> str:
        parts = self.name.split("/")
        return parts[-2] if len(parts) > 1 else ""


def find_pictures(
    paths: Iterable[str | os.PathLike[str]], only: Sequence[str] = (), exclude: Sequence[str] = ()
) -> list[Entry]:
    """Every picture in these folders, zips and tars, in a fixed order."""
    found = []
    for path in map(Path, paths):
        for entry in _list(path):
            named = not only or any(fnmatch(entry.name, p) for p in only)
            if named and not any(fnmatch(entry.name, p) for p in exclude):
                found.append(entry)
    if not found:
        raise NothingFound(f"There is no picture to use in {', '.join(map(str, paths)) or 'no data'}.")
    return found


def _list(path: Path) -> Iterator[Entry]:
    if not path.exists():
        raise InputMissing(f"There is no file or folder {path}.")
    try:
        if path.is_dir():
            yield from _folder(path)
        elif zipfile.is_zipfile(path):
            yield from _zip(path)
        elif tarfile.is_tarfile(path):
            yield from _tar(path)
        elif path.suffix.lower() in PICTURES:
            yield Entry(path.name, path, 0, path.stat().st_size)
        else:
            raise InputUnreadable(f"{path} is no folder, zip, tar or picture.")
    except (OSError, zipfile.BadZipFile, tarfile.TarError) as e:
        raise InputUnreadable(f"{path} cannot be read: {e}.") from e


def _folder(path: Path) -> Iterator[Entry]:
    for file in sorted(path.rglob("*")):
        if file.suffix.lower() in PICTURES and file.is_file():
            yield Entry(file.relative_to(path).as_posix(), file, 0, file.stat().st_size)


def _zip(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
        for info in archive.infolist():
            if Path(info.filename).suffix.lower() not in PICTURES:
                continue
            if info.compress_type != zipfile.ZIP_STORED:
                yield Entry(info.filename, path, data=archive.read(info))
                continue
            raw.seek(info.header_offset)
            header = _ZIP_HEADER.unpack(raw.read(_ZIP_HEADER.size))
            offset = info.header_offset + _ZIP_HEADER.size + header[-2] + header[-1]
            yield Entry(info.filename, path, offset, info.file_size)


def _tar(path: Path) -> Iterator[Entry]:
    with tarfile.open(path) as archive:
        plain = archive.fileobj is not None and _is_plain(path)
        for info in archive:
            if not info.isfile() or Path(info.name).suffix.lower() not in PICTURES:
                continue
            name = info.name.removeprefix("./")
            if plain:
                yield Entry(name, path, info.offset_data, info.size)
            elif (file := archive.extractfile(info)) is not None:
                yield Entry(name, path, data=file.read())


def _is_plain(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(257)
        return file.read(5) == b"ustar"


class ShardWriter:
    """Writes one shard. The file appears at `path` only when the block ends without an error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file = ExitStack()
        self._zip: zipfile.ZipFile | None = None

    def __enter__(self) -> "ShardWriter":
        part = self._file.enter_context(atomic_path(self.path, make_folder=True))
        self._file.enter_context(write_errors(self.path))
        self._zip = self._file.enter_context(zipfile.ZipFile(part, "w", zipfile.ZIP_STORED))
        return self

    def add(self, name: str, data: bytes) -> None:
        """`name` is source/label/name.kind; a fixed date keeps equal shards equal to the byte."""
        assert self._zip is not None
        self._zip.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
        self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)
