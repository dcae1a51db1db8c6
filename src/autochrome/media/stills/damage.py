"""Read a damaged JPEG, PNG or TIFF as far as it goes, and say what is missing.

Of other formats, and of interlaced PNG, the decoders give nothing when a part is missing: see `cut_files`.
"""

import re
from dataclasses import replace

import pyvips

from autochrome.errors import PictureDamaged
from autochrome.media.stills.reader import Origin, reading

_HARMLESS = re.compile(
    r"extraneous bytes before marker 0x(?!d[0-79])|JFIF|Adobe|EXIF|progression", re.IGNORECASE
)
_ENDS = "premature end"
_END_OF_IMAGE = b"\xff\xd9"
_ROWS = 32


def accept_damage(origin: Origin, error: PictureDamaged) -> tuple[Origin, tuple[str, ...]]:
    """How to read a file that could not be read strictly, and the losses; raises `error` if nothing can be read."""
    if origin.kind in ("png", "tif") and origin.fail_on != "none":
        return _accept_missing_rows(origin, error)
    if origin.kind != "jpg" or origin.fail_on == "none":
        raise error
    lines = _complaints(error)
    if lines and all(_HARMLESS.search(line) for line in lines):
        tolerant = replace(origin, fail_on="error")
        lines = _faults(tolerant)
        if not lines:
            return tolerant, ()
    ends = any(_ENDS in line for line in lines)
    if ends:
        closed = replace(origin, facts=replace(origin.facts, content=_whole(origin) + _END_OF_IMAGE))
        if not _faults(closed):  # only the mark of the end is missing
            return closed, ()
    done, height = _intact_rows(origin)
    lenient = replace(origin, fail_on="none")
    progressive = bool(lenient.open().get_typeof("interlaced"))
    if _faults(lenient) or (ends and not (_shows_something(lenient) if progressive else done)):
        raise error
    share = f"{100 * done // height} %"
    if progressive and not done:
        what = "ends early: details" if ends else "is damaged: details"
        return lenient, (f"the file {what} or parts of the picture are missing",)
    if ends:
        return lenient, (f"the file ends after about {share} of the picture; the rest is missing",)
    return lenient, (
        f"the file is damaged at about {share} of the height; below, parts are missing or wrong",
    )


def _accept_missing_rows(origin: Origin, error: PictureDamaged) -> tuple[Origin, tuple[str, ...]]:
    """The same for PNG and TIFF: libvips leaves rows black that it cannot decode."""
    lenient = replace(origin, fail_on="none")
    done, height = _intact_rows(origin)
    if not done or _faults(lenient):
        raise error
    share = f"{100 * done // height} %"
    return lenient, (f"the file ends or is damaged after about {share} of the picture; the rest is missing",)


def _complaints(error: PictureDamaged) -> list[str]:
    cause = error.__cause__
    text = str(cause.detail or cause.message) if isinstance(cause, pyvips.Error) else str(error)
    return [line for line in text.splitlines() if line.strip()]


def _faults(origin: Origin) -> list[str]:
    """The complaints of the decoder about the whole file."""
    try:
        with reading(origin.name):
            origin.open().avg()
    except PictureDamaged as error:
        return _complaints(error)
    return []


def _intact_rows(origin: Origin) -> tuple[int, int]:
    """(rows that are decoded before the first fault, rows of the picture)."""
    done, image = 0, origin.open()
    try:
        with reading(origin.name):
            region = pyvips.Region.new(image)
            for top in range(0, image.height, _ROWS):
                region.fetch(0, top, image.width, min(_ROWS, image.height - top))
                done = top
    except PictureDamaged:
        pass
    return done, image.height


def _shows_something(origin: Origin) -> bool:
    """Whether the decoder fills more than one flat grey."""
    image = origin.open(shrink=8)
    return bool(image.deviate() > 0)


def _whole(origin: Origin) -> bytes:
    if origin.data is not None or origin.path is None:
        return origin.data or b""
    return origin.path.read_bytes()
