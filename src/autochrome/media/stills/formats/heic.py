"""HEIC and HEIF with HEVC inside, decoded by libheif through pillow-heif [only home of pillow_heif]."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import PictureDamaged
from autochrome.media.stills.exif import EXIF_NAME
from autochrome.media.stills.file_facts import FileFacts
from autochrome.media.stills.formats.depth import scale_to_16
from autochrome.media.stills.made_profile import ColorCode
from autochrome.media.stills.reader import Origin, read_all
from autochrome.media.stills.reasons import in_brackets

_FOREIGN = (ValueError, RuntimeError, EOFError, OSError, SyntaxError, LookupError, TypeError)
_GAIN_MAP = "hdrgainmap"


def open_heic(source: Path | bytes, name: str, check_size: Callable[[int, int], None]) -> Origin:
    """The main picture, upright: libheif turns it as the file says. The orientation of EXIF does not count in HEIF."""
    import pillow_heif

    path = None if isinstance(source, bytes) else source
    try:
        file = pillow_heif.open_heif(
            io.BytesIO(read_all(source, name)), convert_hdr_to_8bit=False, bgr_mode=False
        )
        check_size(*file.size)
        pixels = _pixels(file)
    except _FOREIGN as error:
        raise PictureDamaged(
            f"{name}: the HEIC is damaged or incomplete{in_brackets(str(error))}; get the file again."
        ) from error
    notes = _notes(file)
    code = _color_code(file.info.get("nclx_profile"))
    if code.hdr:
        notes.append(f"the file is HDR ({code.hdr}): its light was read as that of an ordinary picture")
    facts = FileFacts(
        notes=tuple(notes),
        profile=file.info.get("icc_profile") or code.profile(),
        exif=_exif(file.info.get("exif")),
        xmp=file.info.get("xmp") or None,
    )
    return Origin(name, path, "heic", array=pixels, facts=facts)


def _pixels(file: Any) -> NDArray[Any]:
    """(H, W, bands) uint8, or uint16 with white at 65535."""
    premultiplied = file.mode.startswith("RGBa")
    pixels = np.asarray(file.to_pillow().convert("RGBA") if premultiplied else file)
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    bits = int(file.info["bit_depth"])
    return scale_to_16(pixels >> (16 - bits), bits)


def _exif(block: bytes | None) -> bytes | None:
    return EXIF_NAME + block.removeprefix(EXIF_NAME) if block else None


def _color_code(nclx: dict[str, Any] | None) -> ColorCode:
    found = nclx or {}
    return ColorCode(int(found.get("color_primaries", 2)), int(found.get("transfer_characteristics", 2)))


def _notes(file: Any) -> list[str]:
    """What the file holds besides its main picture."""
    others = len(file) - 1
    notes = [f"{others + 1} pictures in the file: only the main one was read"] if others else []
    if any(_GAIN_MAP in str(kind) for kind in file.info.get("aux", {})):
        notes.append("HDR gain map: left out")
    if file.info.get("depth_images"):
        notes.append("depth map: left out")
    return notes
