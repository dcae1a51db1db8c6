"""Compare a coloured photo with its original, from outside: Pillow and exiftool say what was kept."""

import atexit
import io
import json
import subprocess
import warnings
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image, ImageCms, ImageOps

from comparison import Comparison

_SMALL = 1200  # pixels: larger pictures are compared on a part of this size
_EXACT, _ENCODED = 1.0, 3.0  # L*: what 99 of 100 pixels may be off without and with a lossy encoder
_ORIENTATION, _X_RESOLUTION, _COEFFICIENTS = 0x0112, 0x011A, 529
_NEARLY_CLEAR = 32  # of 255: below, 8 bits of premultiplied colours are too coarse to compare
_FEW = 10  # dots an inch that nobody means
_DOTS = 0.02  # a JPEG stores whole dots an inch
_STEPS = np.linspace(0, 1, 256)
_LIGHT = np.where(_STEPS > 0.04045, ((_STEPS + 0.055) / 1.055) ** 2.4, _STEPS / 12.92).astype(np.float32)
"""sRGB, 0…255 → linear light 0…1."""
_RAW = (".dng", ".nef", ".cr2", ".cr3", ".arw", ".raf", ".rw2", ".pef", ".orf")
_LOSSY = ("JPEG", "WEBP", "AVIF", "MPO")
_WORDS = (
    *("Make", "Model", "Artist", "Copyright", "ImageDescription", "DateTimeOriginal", "CreateDate"),
    *(
        "GPSLatitude",
        "GPSLongitude",
        "By-line",
        "Caption-Abstract",
        "Headline",
        "Creator",
        "Title",
        "Description",
    ),
)
"""Tags that archives need, by exiftool's names. Descriptions may get a line of ours."""
_NOT_OF_PEOPLE = "--QuickTime:all"  # when an encoder made the boxes of an animated AVIF

SAID = {
    "size": r"rows|page|frame|preview|picture|cut|damaged",
    "lightness": r"damaged|truncated|rows|gamma|PQ|HLG|gain map|light|profile|transparen|16 bits|rounded",
    "transparency": r"transparen|alpha",
    "depth": r"bits",
    "words": r"metadata|EXIF|IPTC|XMP|text",
    "resolution": r"resolution",
    "pages": r"page|frame|picture|animation|image",
}
"""What can be lost → words of a note that says so."""


@dataclass(slots=True)
class SeenStill:
    """A picture as Pillow reads it, upright, in sRGB."""

    kind: str
    pixels: np.ndarray  # (H, W, 3) uint8
    shown: np.ndarray  # (H, W) bool: not fully transparent
    alpha: bool
    deep: bool  # more than 8 bits a channel
    pages: int
    dots: set[float] = field(default_factory=set)  # an inch, across: what JFIF and EXIF say


def see_still(path: Path) -> SeenStill:
    """Read a picture with Pillow. Raises what Pillow raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path) as picture:
            kind, mode, pages = picture.format or "", picture.mode, getattr(picture, "n_frames", 1)
            picture.load()
            alpha = "A" in picture.getbands() or "transparency" in picture.info
            deep = mode.startswith("I") or mode == "F"
            profile = picture.info.get("icc_profile")
            if kind == "AVIF":
                picture.info.pop(
                    "xmp", None
                )  # its boxes say the orientation, and Pillow would add that of XMP
            turn = (exif := picture.getexif()).get(_ORIENTATION)
            if isinstance(turn, bytes):  # stored as a byte, which Pillow does not expect
                exif[_ORIENTATION] = turn[0]
            upright = ImageOps.exif_transpose(picture)
            pixels = np.asarray(_as_srgb(upright, profile))
            shown = np.ones(pixels.shape[:2], bool)
            if alpha:
                opacity = np.asarray(upright.convert("RGBA"))[..., 3]
                shown, alpha = opacity > _NEARLY_CLEAR, bool((opacity < 255).any())
            if kind == "TIFF" and picture.info.get("compression") in ("jpeg", "tiff_jpeg"):
                kind = "JPEG"  # as lossy
            dots = {float(next(iter(picture.info.get("dpi", ())), 0)), float(exif.get(_X_RESOLUTION, 0))}
            return SeenStill(
                kind,
                pixels,
                shown,
                alpha,
                deep,
                pages,
                {each for each in dots if round(each, 1) not in (0, 1, 25.4)},
            )


def see_odd_tiff(path: Path) -> SeenStill:
    """The same of a grey or RGB TIFF of any depth, by tifffile: Pillow does not know them all."""
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        bits, space, planes = page.bitspersample, int(page.photometric), int(page.planarconfig)
        values = page.asarray()
    plain = not page.extrasamples and page.iccprofile is None
    if space not in (0, 1, 2) or values.dtype.kind not in "uf" or not plain:
        raise ValueError("a kind of TIFF that cannot be judged")
    shares = values / (1.0 if values.dtype.kind == "f" else 2.0**bits - 1)
    shares = np.moveaxis(shares, 0, -1) if planes == 2 and shares.ndim == 3 else shares
    shares = shares[..., :3] if shares.ndim == 3 else np.repeat(shares[..., None], 3, -1)
    pixels = np.round(np.clip(1 - shares if space == 0 else shares, 0, 1) * 255).astype(np.uint8)
    return SeenStill("TIFF", pixels, np.ones(pixels.shape[:2], bool), False, bits > 8, 1)


def _as_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode.startswith("I;16") or picture.mode == "I":
        codes = np.asarray(picture).astype(np.int64)
        picture = Image.fromarray(np.round(np.clip(codes, 0, 65535) / 257).astype(np.uint8))
    elif picture.mode == "F":
        shares = np.clip(np.asarray(picture), 0, 1)
        picture = Image.fromarray(np.round(shares * 255).astype(np.uint8))
    elif picture.mode not in ("L", "RGB", "CMYK"):
        picture = picture.convert("RGBA" if "A" in picture.mode or picture.mode == "P" else "RGB").convert(
            "RGB"
        )
    if profile:
        try:
            made = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(
                picture,
                made,
                ImageCms.createProfile("sRGB"),
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
            )
            return changed or picture.convert("RGB")
        except ImageCms.PyCMSError:
            pass  # a damaged profile, or one of another kind of pixels
    return picture.convert("RGB")


def compare_stills(original: Path, result: Path, notes: tuple[str, ...]) -> Comparison:
    """Everything that the result should have of the original. notes: notes and losses of the run."""
    found = Comparison(SAID, notes)
    after = see_still(result)
    try:
        before = see_original(original)
    except Exception as error:
        found.unseen = f"{type(error).__name__}: {error}"
    else:
        _compare_pixels(before, after, found)
    _compare_words(original, result, found)
    return found


def see_original(path: Path) -> SeenStill:
    """A picture as Pillow or, if that fails, tifffile reads it. Raises what they raise."""
    suffix, head = path.suffix.lower(), path.read_bytes()[:4096]
    if suffix == ".avif" and b"clap" in head:
        raise ValueError("Pillow does not cut a picture to its clean aperture")
    if suffix == ".bmp" and b"DEBM" in head[:138]:
        raise ValueError("Pillow does not read the profile of a bitmap")
    if suffix == ".png" and b"cICP" in head:
        raise ValueError("Pillow does not read the colours that cICP names")
    if suffix == ".png" and b"iCCP" in head and head[24:26] in (b"\x10\x02", b"\x10\x06"):
        raise ValueError("Pillow keeps 8 of 16 bits, too few for a profile")
    if suffix in _RAW:
        raise ValueError("Pillow reads only the thumbnail of a raw file")
    if suffix not in (".tif", ".tiff"):
        return see_still(path)
    try:
        with tifffile.TiffFile(path) as file:
            page = file.pages[0]
            bits, planes = page.bitspersample, int(page.planarconfig)
            known = bits in (1, 8) or (bits == 16 and planes == 1)  # Pillow reads planes of 16 bits wrongly
            premultiplied = bits == 16 and 1 in page.extrasamples
            matrix = page.tags.valueof(_COEFFICIENTS, (299, 1000))
    except Exception:
        known, premultiplied, matrix = True, False, (299, 1000)
    if premultiplied:
        raise ValueError("Pillow keeps 8 of 16 bits, too few to divide by alpha")
    if round(matrix[0] / max(1, matrix[1]), 3) != 0.299:
        raise ValueError("Pillow reads YCbCr by one matrix only")
    return see_still(path) if known else see_odd_tiff(path)


def _compare_pixels(before: SeenStill, after: SeenStill, found: Comparison) -> None:
    if before.pixels.shape != after.pixels.shape:
        sizes = [f"{s.pixels.shape[1]}×{s.pixels.shape[0]}" for s in (before, after)]
        found.differs["size"] = " → ".join(sizes)
        return
    apart = np.abs(_lightness(before.pixels) - _lightness(after.pixels))
    shown = (before.shown & after.shown)[:_SMALL, :_SMALL]
    apart = apart[shown] if shown.any() else np.zeros(1)
    worst = float(np.percentile(apart, 99))
    allowed = _ENCODED if after.kind in _LOSSY else _EXACT
    if worst > allowed and after.kind in _LOSSY:
        allowed = max(allowed, 1.5 * _encoder_error(before, after.kind))
    if worst > allowed:
        found.differs["lightness"] = f"{worst:.1f} L* off (99 of 100 pixels), {apart.mean():.1f} on average"
    if before.alpha and not after.alpha and after.kind not in ("JPEG", "BMP"):
        found.differs["transparency"] = "it is gone"
    stated = {dots for dots in before.dots if dots > _FEW}
    if stated and after.dots and not any(abs(a / b - 1) < _DOTS for a in after.dots for b in stated):
        found.differs["resolution"] = f"{sorted(stated)} → {sorted(after.dots)} dots an inch"
    if before.pages > 1 and after.pages < before.pages:
        found.differs["pages"] = f"{before.pages} → {after.pages}"


def _encoder_error(before: SeenStill, kind: str) -> float:
    """L* that 99 of 100 pixels of the original are off when Pillow encodes it: more in small, noisy pictures."""
    data = io.BytesIO()
    Image.fromarray(before.pixels).save(data, "JPEG" if kind == "MPO" else kind, quality=92)
    again = np.asarray(Image.open(data).convert("RGB"))
    return float(np.percentile(np.abs(_lightness(before.pixels) - _lightness(again)), 99))


def _lightness(pixels: np.ndarray) -> np.ndarray:
    """(h, w) L* of the top left part."""
    light = _LIGHT[pixels[:_SMALL, :_SMALL]] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return np.where(light > 216 / 24389, 116 * np.cbrt(light) - 16, light * (24389 / 27))


def _compare_words(original: Path, result: Path, found: Comparison) -> None:
    before, after = read_words(original, result)
    everywhere = "\n".join(after.values())
    lost = [name for name, text in before.items() if text.strip() and text not in everywhere]
    if lost:
        found.differs["words"] = ", ".join(f"{name} {before[name][:30]!r}" for name in lost)


def read_words(*paths: Path) -> list[dict[str, str]]:
    """Tags that people write into each picture, as exiftool reads them."""
    words = ["-j", "-n", *(f"-{name}" for name in _WORDS), _NOT_OF_PEOPLE, *map(str, paths)]
    found: list[dict[str, Any]] = json.loads(_ask_exiftool(words) or "[]")
    by_path = {row["SourceFile"]: row for row in found}
    rows = [by_path.get(str(path), {}) for path in paths]
    return [{name: str(value) for name, value in row.items() if name in _WORDS} for row in rows]


def _ask_exiftool(words: list[str]) -> str:
    """What one exiftool that stays open prints: to start it takes longer than to read a picture."""
    talk = _exiftool()
    assert talk.stdin is not None
    assert talk.stdout is not None
    talk.stdin.write("\n".join([*words, "-execute", ""]).encode())
    talk.stdin.flush()
    lines: list[bytes] = []
    while (line := talk.stdout.readline()) and not line.startswith(b"{ready"):
        lines.append(line)
    return b"".join(lines).decode("utf-8", "replace")


@cache
def _exiftool() -> "subprocess.Popen[bytes]":
    command = ["exiftool", "-stay_open", "True", "-@", "-"]
    talk = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    atexit.register(_end, talk)
    return talk


def _end(talk: "subprocess.Popen[bytes]") -> None:
    talk.kill()
    talk.communicate()
