"""Compare a coloured photo with its original, from outside: Pillow and exiftool say what was kept."""

import io
import json
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps
from skimage.color import rgb2lab

from comparison import Comparison

_SMALL = 1200  # pixels: larger pictures are compared on a part of this size
_EXACT, _ENCODED = 1.0, 3.0  # L*: what 99 of 100 pixels may be off without and with a lossy encoder
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

SAID = {
    "size": r"rows|page|frame|preview|picture|cut|damaged",
    "lightness": r"damaged|truncated|rows|gamma|PQ|HLG|gain map|light|profile|transparen|16 bits|rounded",
    "transparency": r"transparen|alpha",
    "depth": r"bits",
    "words": r"metadata|EXIF|IPTC|XMP|text",
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
            upright = ImageOps.exif_transpose(picture)
            pixels = np.asarray(_as_srgb(upright, profile))
            shown = np.ones(pixels.shape[:2], bool)
            if alpha:
                shown = np.asarray(upright.convert("RGBA"))[..., 3] > 0
            return SeenStill(kind, pixels, shown, alpha, deep, pages)


def _as_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode.startswith("I;16") or picture.mode == "I":
        codes = np.asarray(picture).astype(np.int64)
        picture = Image.fromarray(np.round(np.clip(codes, 0, 65535) / 257).astype(np.uint8))
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
        before = see_still(original)
    except Exception as error:
        found.unseen = f"{type(error).__name__}: {error}"
    else:
        _compare_pixels(before, after, found)
    _compare_words(original, result, found)
    return found


def _compare_pixels(before: SeenStill, after: SeenStill, found: Comparison) -> None:
    if before.pixels.shape != after.pixels.shape:
        sizes = [f"{s.pixels.shape[1]}×{s.pixels.shape[0]}" for s in (before, after)]
        found.differs["size"] = " → ".join(sizes)
        return
    apart = np.abs(_lightness(before.pixels) - _lightness(after.pixels))
    shown = (before.shown & after.shown)[:_SMALL, :_SMALL]
    apart = apart[shown] if shown.any() else np.zeros(1)
    worst = float(np.percentile(apart, 99))
    if worst > (_ENCODED if after.kind in _LOSSY else _EXACT):
        found.differs["lightness"] = f"{worst:.1f} L* off (99 of 100 pixels), {apart.mean():.1f} on average"
    if before.alpha and not after.alpha and after.kind not in ("JPEG", "BMP"):
        found.differs["transparency"] = "it is gone"
    if before.pages > 1 and after.pages < before.pages:
        found.differs["pages"] = f"{before.pages} → {after.pages}"


def _lightness(pixels: np.ndarray) -> np.ndarray:
    """(h, w) L* of the top left part."""
    lab: np.ndarray = rgb2lab(pixels[:_SMALL, :_SMALL])[..., 0]
    return lab


def _compare_words(original: Path, result: Path, found: Comparison) -> None:
    before, after = read_words(original, result)
    everywhere = "\n".join(after.values())
    lost = [name for name, text in before.items() if text.strip() and text not in everywhere]
    if lost:
        found.differs["words"] = ", ".join(f"{name} {before[name][:30]!r}" for name in lost)


def read_words(*paths: Path) -> list[dict[str, str]]:
    """Tags that people write into each picture, as exiftool reads them."""
    command = ["exiftool", "-j", "-n", *(f"-{name}" for name in _WORDS), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, timeout=60)
    found: list[dict[str, Any]] = json.loads(done.stdout.decode("utf-8", "replace") or "[]")
    by_path = {row["SourceFile"]: row for row in found}
    rows = [by_path.get(str(path), {}) for path in paths]
    return [{name: str(value) for name, value in row.items() if name in _WORDS} for row in rows]
