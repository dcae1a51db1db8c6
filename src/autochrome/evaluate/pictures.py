"""Pictures to measure with: out of folders, zips and tars, at one size, in an order that never changes.

The path inside is `source/label/name`; that is also a picture's name in every report.
"""

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import ExtraMissing, InputMissing, NotAPicture, NothingFound

KINDS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
LONGEST = 4  # times the short side: what is longer is cut from the middle


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    rgb: NDArray[np.uint8]  # (H, W, 3)


@dataclass(frozen=True, slots=True)
class Source:
    """One folder or archive: the names of its pictures, and a way to their bytes."""

    path: Path
    names: list[str]
    read: Callable[[str], bytes]


def _is_picture(name: str) -> bool:
    return name.lower().endswith(KINDS) and not name.rsplit("/", 1)[-1].startswith(".")


def _unpack(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in tar:
        content = tar.extractfile(member) if member.isfile() and _is_picture(member.name) else None
        if content is not None:
            yield member.name, content.read()


def is_pictures(path: Path) -> bool:
    """Whether a path, by its name, is one picture or an archive of them."""
    return path.name.lower().endswith((*KINDS, *ARCHIVES))


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """A folder (all below it), a .zip, a .tar or .tar.gz, or one picture."""
    if not path.exists():
        raise InputMissing(f"{path} does not exist; give a folder, a zip or a tar of pictures.")
    if path.is_dir():
        files = {p.relative_to(path).as_posix(): p for p in path.rglob("*") if p.is_file()}
        yield Source(path, sorted(filter(_is_picture, files)), lambda name: files[name].read_bytes())
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield Source(path, sorted(filter(_is_picture, archive.namelist())), archive.read)
    elif path.is_file() and tarfile.is_tarfile(path):
        # Seeking back in a packed tar unpacks it again from the start: small pictures are kept instead.
        with tarfile.open(path) as tar:
            kept = dict(_unpack(tar))
        yield Source(path, sorted(kept), kept.__getitem__)
    else:
        yield Source(path, [path.name], lambda name: path.read_bytes())


def decode(content: bytes, name: str, size: int | None) -> NDArray[np.uint8]:
    """The bytes of a picture file → (H, W, 3) sRGB, its short side `size` pixels (None: as it is)."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ExtraMissing("Measuring needs Pillow: pip install 'autochrome[lab]'.") from error
    try:
        with Image.open(io.BytesIO(content)) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(
            f"{name} cannot be read as a picture ({error}); take it out of the data."
        ) from error
    if size is not None and min(picture.size) != size:
        scale = size / min(picture.size)
        width, height = (max(size, round(side * scale)) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    rgb = np.asarray(picture)
    longest = LONGEST * min(rgb.shape[:2])
    top, left = (max(0, (side - longest) // 2) for side in rgb.shape[:2])
    return np.ascontiguousarray(rgb[top : top + longest, left : left + longest])


def read_samples(paths: Sequence[Path], size: int | None, limit: int | None = None) -> Iterator[Sample]:
    """Every picture of the sources, or `limit` of them spread evenly; short side `size` pixels."""
    with ExitStack() as stack:
        sources = [stack.enter_context(open_source(path)) for path in paths]
        found = [(source, name) for source in sources for name in source.names]
        if not found:
            raise NothingFound(
                f"No pictures in {', '.join(map(str, paths))}; give a folder, zip or tar of them."
            )
        count = len(found) if limit is None else min(limit, len(found))
        for index in np.linspace(0, len(found), count, endpoint=False).astype(int):
            source, name = found[index]
            yield Sample(name, decode(source.read(name), f"{source.path}: {name}", size))


def count_samples(paths: Sequence[Path], limit: int | None = None) -> int:
    """How many pictures `read_samples` will give."""
    total = 0
    for path in paths:
        with open_source(path) as source:
            total += len(source.names)
    return total if limit is None else min(limit, total)
