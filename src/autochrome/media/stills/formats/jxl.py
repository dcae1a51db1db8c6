"""JPEG XL, decoded by libjxl [only home of pillow_jxl and imagecodecs].

pillow-jxl gives the profile and the JPEG that a file was made of, but only 8 bits of colour; imagecodecs has all bits.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import NotAPicture, PictureDamaged
from autochrome.media.stills.exif import EXIF_NAME
from autochrome.media.stills.file_facts import FileFacts
from autochrome.media.stills.formats.depth import scale_to_16
from autochrome.media.stills.formats.jxl_header import JxlHeader, boxes, read_header
from autochrome.media.stills.inspection import inspect_file
from autochrome.media.stills.reader import Origin, read_all
from autochrome.media.stills.reasons import in_brackets

_MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
_LARGEST = 8_000_000  # bytes of EXIF or XMP


def open_jxl(source: Path | bytes, name: str, check_size: Callable[[int, int], None]) -> Origin:
    """The picture, upright: libjxl turns it as the file says. The orientation of EXIF does not count in JPEG XL.

    A file that was made of a JPEG without loss becomes that JPEG again.
    """
    path = None if isinstance(source, bytes) else source
    data = read_all(source, name)
    header = read_header(data)
    if header is None:
        raise _damaged(name, "there is no picture in it")
    if header.floats:
        raise NotAPicture(f"{name}: this JPEG XL holds floats; save it with 8 or 16 bits a channel.")
    check_size(header.width, header.height)
    from pillow_jxl import Decoder

    try:
        was_jpeg, info, content, profile, _ = Decoder(num_threads=-1)(data)
        if was_jpeg:
            facts = inspect_file("jpg", bytes(content), name)
            return Origin(name, path, "jpg", data=bytes(content), facts=facts)
        pixels = _pixels(data, header, info, content)
    except (RuntimeError, ValueError, OSError) as error:
        raise _damaged(name, _reason(error)) from error
    metadata = dict(_metadata(data))
    exif = metadata.get(b"Exif", b"")
    exif = (
        exif[4:] if exif[4:6] in (b"II", b"MM") else exif
    )  # the offset of the block; some writers leave it out
    facts = FileFacts(
        notes=("it is animated: only the first frame was read",) if header.animated else (),
        profile=bytes(profile) if profile else None,
        exif=EXIF_NAME + exif if exif else None,
        xmp=metadata.get(b"xml "),
    )
    return Origin(name, path, "jxl", array=pixels, facts=facts)


def _pixels(data: bytes, header: JxlHeader, info: Any, content: bytes) -> NDArray[Any]:
    """(H, W, bands) uint8, or uint16 with white at 65535."""
    if header.bits == 8 and not header.animated and info.mode in _MODES:
        size = info.height, info.width, _MODES[info.mode]
        return np.frombuffer(content, np.uint8, count=int(np.prod(size))).reshape(size)
    import imagecodecs

    pixels: NDArray[Any] = imagecodecs.jpegxl_decode(data, index=0 if header.animated else None)
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype != np.uint16:
        raise ValueError(f"{pixels.dtype} samples")
    return scale_to_16(pixels, header.bits or 16)


def _metadata(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, content) of the boxes with EXIF and XMP, unpacked."""
    for kind, content in boxes(data):
        if kind == b"brob" and content[:4] in (b"Exif", b"xml "):
            import imagecodecs

            try:
                yield content[:4], bytes(imagecodecs.brotli_decode(content[4:], out=_LARGEST))
            except RuntimeError:  # damaged, or larger
                continue
        elif kind in (b"Exif", b"xml ") and len(content) <= _LARGEST:
            yield kind, content


def _damaged(name: str, why: str) -> PictureDamaged:
    return PictureDamaged(
        f"{name}: the JPEG XL is damaged or incomplete{in_brackets(why)}; get the file again."
    )


def _reason(error: Exception) -> str:
    """Errors of pillow-jxl talk of how libjxl is built."""
    text = str(error).split("\n")[0].split(". Please")[0]
    return "it cannot be decoded" if text.startswith("Generic Error") else text
