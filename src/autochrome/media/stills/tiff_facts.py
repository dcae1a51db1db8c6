"""Which page of a TIFF is the picture, and what its numbers mean where libvips does not ask.

Camera raw files are TIFFs too; `is_raw` finds them.
"""

from typing import Any

import numpy as np

from autochrome.errors import NotAPicture
from autochrome.media.stills.exif import (
    COMPRESSION,
    SUB_IFDS,
    Directory,
    Read,
    number,
    numbers,
    read_directories,
)
from autochrome.media.stills.file_facts import Convert, FileFacts
from autochrome.media.stills.tiff_samples import odd_samples

_WIDTH, _HEIGHT = 256, 257
_SUBFILE, _BITS, _PHOTOMETRIC, _SAMPLES, _TILE_WIDTH = 254, 258, 262, 277, 322
_PLANAR, _SEPARATE = 284, 2
_EXTRA, _COEFFICIENTS, _SUBSAMPLING, _REFERENCE = 338, 529, 530, 532
_DNG_VERSION = 50706
_XMP, _PROFILE = 700, 34675
_REDUCED, _MASK = 1, 4  # bits of the subfile type: a smaller copy of another page, and its mask
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_COLORS = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCBCR: 3, 8: 3, 9: 3, 10: 3}
_SENSOR = {32803, 34892}  # photometric interpretation: the values of a camera's sensor
_CAMERA_CODECS = {32767, 32769, 32770, 34713, 65000, 65535}
_OLD_JPEG, _JPEG = 6, 7
_ALPHA = (1, 2)  # kinds of extra samples: premultiplied and plain alpha; 0 is anything else
_MAX_PAGES = 8  # that are looked at to find the picture; a thumbnail comes first
MOST_PAGES = 10_000
"""Pages of one file that are read."""


def tiff_facts(read: Read, name: str, page: int | None = None) -> FileFacts:
    """The facts of a TIFF; raises `NotAPicture` for kinds that libvips would show wrongly.

    page: one of `full_pages`; None chooses the first of them.
    """
    pages = read_directories(read, _MAX_PAGES if page is None else 1, first=page or 0)
    if not pages:
        return FileFacts()
    chosen = page
    if page is None:
        page = next((n for n, one in enumerate(pages) if _is_full(one)), 0)
        directory = pages[page]
    else:
        directory = pages[0]
    odd = odd_samples(directory, page)
    if odd is None:
        _refuse_depth(directory, name)
    kinds = numbers(directory, _EXTRA)
    alpha = bool(kinds) and kinds[0] in _ALPHA
    small_before = chosen is None and page > 0
    notes = [f"page {page + 1} was read: the pages before it are small copies"] if small_before else []
    extra = int(number(directory, _SAMPLES)) - _COLORS.get(number(directory, _PHOTOMETRIC), 1)
    if extra > alpha:
        left_out = extra - alpha
        notes.append(
            f"{left_out} extra channel{'s' if left_out > 1 else ''} without colour or alpha: left out"
        )
    profile = directory[_PROFILE].data if odd and _PROFILE in directory else None
    if odd and odd.floats and profile is None:
        notes.append("floats without a colour profile: 0…1 was read as sRGB values")
    if odd and chosen is None and (count := len(full_pages(read))) > 1:  # else libvips counts them
        notes.append(f"{count} pages: only the first was read")
    return FileFacts(
        notes=tuple(notes),
        directory={**pages[0], **directory},
        page=page,
        extra_is_alpha=alpha,
        convert=_from_ycbcr(directory, name, decoded=odd is not None),
        decode=odd.decode if odd else None,
        profile=profile,
        xmp=directory[_XMP].data if odd and _XMP in directory else None,
    )


def full_pages(read: Read) -> list[tuple[int, int, int]]:
    """(number from 0, width, height) of every page that is no smaller copy or mask of another."""
    return [
        (n, number(one, _WIDTH), number(one, _HEIGHT))
        for n, one in enumerate(read_directories(read, MOST_PAGES))
        if _is_full(one)
    ]


def _is_full(directory: Directory) -> bool:
    return not number(directory, _SUBFILE) & (_REDUCED | _MASK)


def is_raw(read: Read) -> bool:
    """Whether the file is a camera raw file. Its first page is only a thumbnail."""
    pages = read_directories(read, _MAX_PAGES)
    if not pages:
        return False
    inner = [below for page in pages if SUB_IFDS in page and (below := page[SUB_IFDS].below)]
    first = pages[0]
    sensor = any(number(one, _PHOTOMETRIC) in _SENSOR for one in (*pages, *inner))
    codec = any(number(one, COMPRESSION) in _CAMERA_CODECS for one in (*pages, *inner))
    only_a_preview = bool(inner) and all(number(one, _SUBFILE) & _REDUCED for one in pages)
    no_pixels = not numbers(first, _PHOTOMETRIC) and SUB_IFDS in first
    canon = read(8, 2) == b"CR"
    return _DNG_VERSION in first or canon or sensor or codec or only_a_preview or no_pixels


def _refuse_depth(directory: Directory, name: str) -> None:
    """libvips reads 1, 2 and 4 bits of grey, and whole bytes."""
    bits = numbers(directory, _BITS) or (1,)
    one_channel = number(directory, _PHOTOMETRIC) in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE)
    if any(value not in (8, 16, 32) for value in bits) and not (
        one_channel and len(bits) == 1 and bits[0] in (1, 2, 4)
    ):
        depth = " and ".join(str(int(value)) for value in sorted({*bits}))
        raise NotAPicture(
            f"{name}: this TIFF has {depth} bits a sample, which is not supported; save it with 8 or 16 bits."
        )


def _from_ycbcr(directory: Directory, name: str, *, decoded: bool) -> Convert | None:
    """libtiff makes RGB of JPEG and of subsampled YCbCr; plain YCbCr comes as it is stored.

    decoded: by `tiff_samples`, not by libvips, which shows separate planes wrongly.
    """
    compression = number(directory, COMPRESSION)
    if compression == _OLD_JPEG and _TILE_WIDTH in directory:
        raise NotAPicture(
            f"{name}: this TIFF has tiles of old-style JPEG, which is not supported; save it as plain TIFF or PNG."
        )
    if number(directory, _PHOTOMETRIC) != _YCBCR or compression in (_OLD_JPEG, _JPEG):
        return None
    if number(directory, _PLANAR) == _SEPARATE and not decoded:
        raise NotAPicture(
            f"{name}: this TIFF has YCbCr in separate planes, which is not supported; save it as RGB."
        )
    if numbers(directory, _SUBSAMPLING) != (1, 1):
        return None
    if {*numbers(directory, _BITS)} != {8}:
        raise NotAPicture(
            f"{name}: YCbCr of more than 8 bits a sample is not supported; save it as RGB or grey."
        )
    matrix, shift = _rgb_matrix(directory)

    def convert(image: Any) -> Any:
        extra = image.extract_band(3, n=image.bands - 3) if image.bands > 3 else None
        rgb = (image.extract_band(0, n=3) - shift).recomb(matrix).rint().cast("uchar")
        joined = rgb if extra is None else rgb.bandjoin(extra)
        return joined.copy(interpretation="srgb")

    return convert


def _rgb_matrix(directory: Directory) -> tuple[list[list[float]], list[float]]:
    """(3, 3) and (3): RGB 0…255 = matrix · (Y′CbCr − shift)."""
    given = numbers(directory, _COEFFICIENTS)
    sound = len(given) == 3 and all(0 < each < 1 for each in given)
    red, green, blue = given if sound else (0.299, 0.587, 0.114)
    given = numbers(directory, _REFERENCE)
    black = np.array(given if len(given) == 6 else (0, 255, 128, 255, 128, 255), float)
    luma = 255 / ((black[1] - black[0]) or 255)
    cb, cr = (127 / ((black[at + 1] - black[at]) or 127) for at in (2, 4))
    across, up = 2 - 2 * red, 2 - 2 * blue
    matrix = [
        [luma, 0.0, cr * across],
        [luma, -cb * blue * up / green, -cr * red * across / green],
        [luma, cb * up, 0.0],
    ]
    return matrix, black[::2].tolist()
