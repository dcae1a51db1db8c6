"""Find picture files: in folders, zips and tars, by the endings of their names.

Nothing is decoded here and no image library is loaded, so training and measuring list their data in the same way
whatever is installed.
"""

import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from autochrome.errors import InputMissing, InputUnreadable, NothingFound

RAW_SUFFIXES = frozenset(
    {".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".raf", ".orf", ".rw2"}
    | {".pef", ".srw", ".3fr", ".fff", ".iiq", ".mos", ".mrw", ".erf", ".kdc", ".dcr", ".x3f", ".rwl"}
)
"""Camera raw files."""
STILL_SUFFIXES = (
    frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".avif", ".bmp", ".dib"})
    | {".gif", ".heic", ".heif", ".hif", ".jxl"}
    | RAW_SUFFIXES
)
"""Files in a folder that are coloured as photos. A PDF is no photo: it is coloured if it is named."""
FILM_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".vob", ".ts", ".m2ts", ".mts"}
    | {".wmv", ".flv", ".ogv", ".3gp", ".dv", ".mxf", ".gif", ".asf", ".f4v", ".qt", ".3g2", ".m1v", ".m2v"}
    | {".mpv", ".divx", ".ogm", ".rm", ".nut", ".y4m", ".ivf"}
)
"""Files in a folder that are coloured as films."""
DATA_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""Files that count as pictures of a data set: Pillow and OpenCV both read them."""
_ZIP_HEADER = struct.Struct("<4s5H3I2H")  # local header of a zip member, before its name
_ENCRYPTED = 1  # flag of a zip member


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture file, in a folder or in an archive. Any thread may read it."""

    name: str  # source/label/name.webp
    path: Path
    offset: int = 0  # bytes from the start of `path`
    size: int = 0  # bytes in `path`
    deflated: bool = False  # these bytes are compressed as in a zip
    data: bytes | None = None  # the file itself, if it cannot be read alone out of its archive

    def read(self) -> bytes:
        """The bytes of the picture file."""
        if self.data is not None:
            return self.data
        with self.path.open("rb") as file:
            file.seek(self.offset)
            data = file.read(self.size)
        return zlib.decompress(data, -zlib.MAX_WBITS) if self.deflated else data

    @property
    def source(self) -> str:
        """The first folder of the name."""
        return self.name.split("/", 1)[0]

    @property
    def label(self) -> str:
        """The folder that holds the picture."""
        parts = self.name.split("/")
        return parts[-2] if len(parts) > 1 else ""


def find_pictures(
    paths: Iterable[str | os.PathLike[str]], only: Sequence[str] = (), exclude: Sequence[str] = ()
) -> list[Entry]:
    """Every picture of a data set in these folders, zips and tars, in a fixed order.

    only, exclude: patterns for names, such as `*/cats/*`.
    """
    found = []
    for path in map(Path, paths):
        for entry in list_pictures(path):
            named = not only or any(fnmatch(entry.name, pattern) for pattern in only)
            if named and not any(fnmatch(entry.name, pattern) for pattern in exclude):
                found.append(entry)
    if not found:
        raise NothingFound(
            f"No pictures were found in {', '.join(map(str, paths)) or 'the data (none was given)'}."
        )
    return found


def list_pictures(path: Path) -> Iterator[Entry]:
    """The pictures below a folder, sorted; of a zip or tar, in the order of the archive; or one picture file.

    Names are relative to the folder or archive. Hidden files are left out.
    """
    if not path.exists():
        raise InputMissing(f"{path} does not exist; give a folder, a zip or a tar of pictures.")
    try:
        if path.is_dir():
            yield from _folder_entries(path)
        elif zipfile.is_zipfile(path):
            yield from _zip_entries(path)
        elif tarfile.is_tarfile(path):
            yield from _tar_entries(path)
        elif path.suffix.lower() in STILL_SUFFIXES:
            yield Entry(path.name, path, 0, path.stat().st_size)
        else:
            raise InputUnreadable(f"{path} is not a folder, zip, tar or picture file.")
    except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise InputUnreadable(f"{path} cannot be read: {error}.") from error


def _is_picture(name: str) -> bool:
    file = name.rsplit("/", 1)[-1]
    return Path(file).suffix.lower() in DATA_SUFFIXES and not file.startswith(".")


def _folder_entries(path: Path) -> Iterator[Entry]:
    for file in sorted(path.rglob("*")):
        if _is_picture(file.name) and file.is_file():
            yield Entry(file.relative_to(path).as_posix(), file, 0, file.stat().st_size)


def _zip_entries(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
        for info in archive.infolist():
            if info.is_dir() or not _is_picture(info.filename):
                continue
            if info.flag_bits & _ENCRYPTED:
                raise InputUnreadable(f"{path} is protected by a password; unpack it first.")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                yield Entry(info.filename, path, data=archive.read(info))
                continue
            raw.seek(info.header_offset)
            header = _ZIP_HEADER.unpack(raw.read(_ZIP_HEADER.size))
            offset = info.header_offset + _ZIP_HEADER.size + header[-2] + header[-1]
            deflated = info.compress_type == zipfile.ZIP_DEFLATED
            yield Entry(info.filename, path, offset, info.compress_size, deflated)


def _tar_entries(path: Path) -> Iterator[Entry]:
    with tarfile.open(path) as archive:
        uncompressed = _is_uncompressed(path)
        for info in archive:
            if not info.isfile() or not _is_picture(info.name):
                continue
            name = info.name.removeprefix("./")
            if uncompressed:
                yield Entry(name, path, info.offset_data, info.size)
            elif (file := archive.extractfile(info)) is not None:
                # Going back in a compressed tar decompresses it again from the start.
                yield Entry(name, path, data=file.read())


def _is_uncompressed(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(257)
        return file.read(5) == b"ustar"
