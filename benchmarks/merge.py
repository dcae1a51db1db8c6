"""How well small colour comes back at full size: `python benchmarks/merge.py --data check256.zip`.

The true colour of each picture is shrunk to a quarter of a render size and brought back under the full lightness:
by straight lines, by the fast guided filter (radius 4 at render size), and by `autochrome.color.upsample`. Mean PSNR
of the sRGB pictures, beside grey.
"""

import argparse
import zipfile
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from autochrome.color.lab import lab_from_srgb, srgb_from_lab
from autochrome.color.resize import resize
from autochrome.color.upsample import LocalLinearColor, apply, fit
from autochrome.types import Chroma, Floats, Luma
from contract import publish


def straight(luma: Luma, chroma: Chroma, full: Luma) -> Chroma:
    return resize(chroma, *full.shape)


def guided_filter(luma: Luma, chroma: Chroma, full: Luma) -> Chroma:
    """The textbook filter at render size: both coefficients smoothed."""
    chroma = resize(chroma, *luma.shape)
    light = luma[..., None]
    mean_light, mean_color = _mean(light), _mean(chroma)
    slope = (_mean(light * chroma) - mean_light * mean_color) / (_mean(light * light) - mean_light**2 + 4)
    offset = mean_color - slope * mean_light
    lines = np.concatenate((_mean(slope), _mean(offset)), axis=-1)
    return _laid(LocalLinearColor(np.moveaxis(lines, -1, 0)), full)


def ours(luma: Luma, chroma: Chroma, full: Luma) -> Chroma:
    return _laid(fit(luma, chroma), full)


METHODS = {"straight lines": straight, "guided filter": guided_filter, "ours": ours}


def _laid(lines: LocalLinearColor, full: Luma) -> Chroma:
    return np.moveaxis(apply(lines, full, 0, len(full)), 0, -1)


def _mean(plane: Floats, radius: int = 4) -> Floats:
    for axis in (0, 1):
        pad = [(radius, radius) if a == axis else (0, 0) for a in range(3)]
        plane = np.lib.stride_tricks.sliding_window_view(
            np.pad(plane, pad, "edge"), 2 * radius + 1, axis
        ).mean(-1)
    return plane


def _psnr(picture: Floats, truth: Floats) -> float:
    return float(10 * np.log10(1 / np.mean((np.round(picture * 255) / 255 - truth) ** 2)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a zip of pictures")
    parser.add_argument("--limit", type=int, default=100)
    given = parser.parse_args()
    scores: dict[str, list[float]] = defaultdict(list)
    with zipfile.ZipFile(given.data) as archive:
        for name in sorted(archive.namelist())[: given.limit]:
            truth = np.asarray(Image.open(BytesIO(archive.read(name))).convert("RGB")) / 255
            lab = lab_from_srgb(truth).astype(np.float32)
            full, chroma = np.ascontiguousarray(lab[..., 0]), np.ascontiguousarray(lab[..., 1:])
            scores["grey"].append(_psnr(srgb_from_lab(lab * np.float32([1, 0, 0])), truth))
            for size in (64, 128, 256):
                height, width = (round(side * size / min(full.shape)) for side in full.shape)
                luma, small = resize(full, height, width), resize(chroma, height // 4, width // 4)
                for method, enlarge in METHODS.items():
                    lab[..., 1:] = enlarge(luma, small, full)
                    scores[f"{method}, {size}"].append(_psnr(srgb_from_lab(lab), truth))
    table = {name: round(float(np.mean(values)), 2) for name, values in scores.items()}
    publish("merge", {"pictures": len(scores["grey"]), "mean_psnr_db": table})


if __name__ == "__main__":
    main()
