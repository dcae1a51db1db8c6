"""The format of a file by its first bytes. What is not supported gets one true sentence: what it is, and what to do."""

from autochrome.errors import InputEmpty, NotAPicture

_READ = "JPEG, PNG, TIFF, WebP, AVIF, BMP, GIF, HEIC, JPEG XL, camera raw or PDF"
_SIGNATURES = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"II+\0", "tif"),
    (b"MM\0+", "tif"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"%PDF", "pdf"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
)
_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF = {b"mif1", b"mif2", b"msf1", b"miaf"}  # AVIF or HEIC: the other brands say which
_SAVE = "save it as PNG, TIFF or JPEG first"
_RAW_FILES = (
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"IIRO"),
    (0, b"IIRS"),
    (0, b"MMOR"),
    (0, b"IIU\0"),
    (0, b"FOVb"),
    (0, b"\0MRM"),
    (6, b"HEAPCCDR"),
    (0, b"ARRI"),
)
_OTHERS = (
    (0, b"%!PS", "a PostScript file", _SAVE),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript file", _SAVE),
    (0, b"8BPS", "a Photoshop file", "save it as TIFF or PNG first"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", _SAVE),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000", _SAVE),
    (0, b"\xff\xd8\xff\xf7", "JPEG-LS", _SAVE),
    (0, b"II\xbc", "JPEG XR", _SAVE),
    (0, b"SDPX", "DPX", _SAVE),
    (0, b"XPDS", "DPX", _SAVE),
    (0, b"\x76\x2f\x31\x01", "OpenEXR", "save it as 16 bit TIFF or PNG first"),
    (0, b"#?RADIANCE", "Radiance HDR", "save it as 16 bit TIFF or PNG first"),
    (0, b"\0\0\1\0", "an icon", _SAVE),
    (0, b"gimp xcf", "a GIMP file", "export it as TIFF or PNG first"),
    (0, b"SIMPLE  =", "FITS", _SAVE),
    (0, b"qoif", "QOI", _SAVE),
    (0, b"AT&TFORM", "DjVu", "save its pages as PNG or TIFF first"),
    (0, b"PK\3\4", "a zip", "unpack it first"),
    (0, b"Rar!", "an archive", "unpack it first"),
    (0, b"7z\xbc\xaf", "an archive", "unpack it first"),
    (0, b"\x1f\x8b", "a packed file (gzip)", "unpack it first"),
    (257, b"ustar", "an archive (tar)", "unpack it first"),
    (
        0,
        b"version https://git-lfs",
        "a pointer of Git LFS, not the picture itself",
        "get it with: git lfs pull",
    ),
    (0, b"\x1aE\xdf\xa3", "a film", "use: autochrome film"),
    (0, b"\0\0\1\xba", "a film", "use: autochrome film"),
    (8, b"AVI ", "a film", "use: autochrome film"),
)
_TEXTS = (
    (b"<svg", "an SVG drawing", _SAVE),
    (b"<!doctype html", "a web page, not a picture", "download the picture itself"),
    (b"<html", "a web page, not a picture", "download the picture itself"),
)
HEAD = 512
"""Bytes that are enough to tell the format."""


def kind_of(head: bytes, name: str) -> str:
    """The format of a file by its first bytes (`HEAD` of them, or all). Raises `NotAPicture` for other formats.

    Some raw files are `tif` here and some HEIC are `avif`: `inspection.true_kind` looks deeper.
    """
    if not head:
        raise InputEmpty(f"{name}: the file is empty; get it again.")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _kind_of_box(head, name)
    if any(head[place:].startswith(signature) for place, signature in _RAW_FILES):
        return "raw"
    _refuse_others(head, name)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:1] == b"P" and head[1:2] in b"1234567fF" and head[2:3].isspace():
        raise NotAPicture(f"{name}: this is a Netpbm picture (PNM), which is not supported; {_SAVE}.")
    raise NotAPicture(f"{name}: this is not a picture in a format that is read; give {_READ}.")


def _refuse_others(head: bytes, name: str) -> None:
    for place, signature, what, remedy in _OTHERS:
        if head[place:].startswith(signature):
            raise NotAPicture(f"{name}: this is {what}, which is not read as a photo; {remedy}.")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, what, remedy in _TEXTS:
        if text.startswith(mark) or (text.startswith(b"<?xml") and mark in text):
            raise NotAPicture(f"{name}: this is {what}, which is not read as a photo; {remedy}.")


def _kind_of_box(head: bytes, name: str) -> str:
    """The format of a file in boxes, as MP4 has them, by its brands."""
    size = min(max(int.from_bytes(head[:4], "big"), 16), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if _AVIF & {*brands}:
        return "avif"
    if _HEIC & {*brands}:
        return "heic"
    if brands[0] == b"crx ":
        return "raw"
    if _HEIF & {*brands}:
        return "avif"
    if brands[0] == b"mif3":
        raise NotAPicture(
            f"{name}: this is a HEIF file in short form (mif3), which is not supported; {_SAVE}."
        )
    raise NotAPicture(
        f"{name}: this seems to be a film, not a picture; use: autochrome film, or give {_READ}."
    )
