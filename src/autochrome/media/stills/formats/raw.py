"""Camera raw files and DNG, developed by LibRaw [only home of rawpy].

The development is always the same: the camera's white balance, sRGB, 16 bits, no automatic brightness. Its lightness is
the lightness that the result keeps.
"""

import io
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from autochrome.errors import NotAPicture, PictureDamaged
from autochrome.media.stills.exif import EXIF_NAME, Directory, read_directory
from autochrome.media.stills.file_facts import FileFacts
from autochrome.media.stills.reader import Origin, read_all
from autochrome.media.stills.reasons import in_brackets

_ONE_AT_A_TIME = threading.Lock()  # there is one stderr
_PRINTED = re.compile(rb"data corrupted at|[Uu]nexpected end of file")
_SRGB = (2.4, 12.92)
_NOTE = "the camera's raw values were developed: its white balance, sRGB, no automatic brightness"


def open_raw(source: Path | bytes, name: str, check_size: Callable[[int, int], None]) -> Origin:
    """The developed picture, upright."""
    import rawpy

    path = None if isinstance(source, bytes) else source
    data = read_all(source, name)
    try:
        with _quiet(), rawpy.imread(io.BytesIO(data)) as raw:
            check_size(raw.sizes.width, raw.sizes.height)
            thumbnail_exif = _thumbnail_exif(raw)
            pixels = raw.postprocess(gamma=_SRGB, output_bps=16, use_camera_wb=True, no_auto_bright=True)
    except rawpy.LibRawFileUnsupportedError as error:
        raise NotAPicture(
            f"{name}: LibRaw does not know this camera raw file; develop it to TIFF first, with a raw converter."
        ) from error
    except rawpy.LibRawError as error:
        why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise PictureDamaged(
            f"{name}: the raw file is damaged or incomplete{in_brackets(why)}; get the file again."
        ) from error
    directory = _directory(data)
    facts = FileFacts(notes=(_NOTE,), directory=directory, exif=None if directory else thumbnail_exif)
    return Origin(name, path, "raw", array=np.ascontiguousarray(pixels), facts=facts)


@contextmanager
def _quiet() -> Iterator[None]:
    """LibRaw prints that data are damaged, always. What else is printed meanwhile comes after it."""
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as printed:
        kept = os.dup(2)
        try:
            os.dup2(printed.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            printed.seek(0)
            lines = [line for line in printed.read().splitlines(keepends=True) if not _PRINTED.search(line)]
            if lines:
                os.write(2, b"".join(lines))


def _directory(data: bytes) -> Directory:
    """The metadata of a raw file that is built like a TIFF; most are."""
    return read_directory(lambda offset, size: data[offset : offset + size])


def _thumbnail_exif(raw: Any) -> bytes | None:
    """EXIF of the small JPEG inside: other raw files keep theirs there."""
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
    except rawpy.LibRawError:
        return None
    if thumbnail.format != rawpy.ThumbFormat.JPEG:
        return None
    try:
        image = pyvips.Image.jpegload_buffer(thumbnail.data)
    except pyvips.Error:
        return None
    if not image.get_typeof("exif-data"):
        return None
    return EXIF_NAME + bytes(image.get("exif-data")).removeprefix(EXIF_NAME)
