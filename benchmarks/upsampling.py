"""Compare ways to upsample small chroma to full size: `python benchmarks/upsampling.py --data check256.zip`.

The true chroma of each picture is shrunk to a quarter of a render size and upsampled with the full luma: bilinear, by
the fast guided filter (radius 4 at render size), and by `autochrome.color.upsample`. The result is the mean PSNR of the
sRGB images, beside grey.
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
from autochrome.evaluate.metrics import psnr
from autochrome.types import Chroma, Floats, Luma
from timing import write_result


def bilinear(luma: Luma, chroma: Chroma, full: Luma) -> Chroma:
    """Bilinear interpolation, without the luma."""
    return resize(chroma, *full.shape)


def guided_filter(luma: Luma, chroma: Chroma, full: Luma) -> Chroma:
    """The fast guided filter at render size: slope and offset of a box around each pixel, then smoothed."""
    chroma = resize(chroma, *luma.shape)
    guide = luma[..., None]
    mean_luma, mean_chroma = _box_mean(guide), _box_mean(chroma)
    slope = (_box_mean(guide * chroma) - mean_luma * mean_chroma) / (
        _box_mean(guide * guide) - mean_luma**2 + 4
    )
    offset = mean_chroma - slope * mean_luma
    coefficients = np.concatenate((_box_mean(slope), _box_mean(offset)), axis=-1)
    return _apply(LocalLinearColor(np.moveaxis(coefficients, -1, 0)), full)


def ours(luma: Luma, chroma: Chroma, full: Luma) -> Chroma:
    """The local linear model of `autochrome.color.upsample`."""
    return _apply(fit(luma, chroma), full)


METHODS = {"bilinear": bilinear, "guided filter": guided_filter, "ours": ours}


def _apply(model: LocalLinearColor, full: Luma) -> Chroma:
    return np.moveaxis(apply(model, full, 0, len(full)), 0, -1)


def _box_mean(plane: Floats, radius: int = 4) -> Floats:
    """(H, W, C) → the mean of a square of 2·radius + 1 pixels around each pixel."""
    for axis in (0, 1):
        pad = [(radius, radius) if a == axis else (0, 0) for a in range(3)]
        plane = np.lib.stride_tricks.sliding_window_view(
            np.pad(plane, pad, "edge"), 2 * radius + 1, axis
        ).mean(-1)
    return plane


def _psnr(image: Floats, truth: Floats) -> float:
    """PSNR in dB of sRGB in 0…1, after rounding to 8 bits."""
    return psnr(np.round(image * 255), truth * 255)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a zip of pictures")
    parser.add_argument("--limit", type=int, default=100, help="number of pictures")
    options = parser.parse_args()
    scores: dict[str, list[float]] = defaultdict(list)
    with zipfile.ZipFile(options.data) as archive:
        for name in sorted(archive.namelist())[: options.limit]:
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
    write_result("upsampling", {"pictures": len(scores["grey"]), "mean_psnr_db": table})


if __name__ == "__main__":
    main()
