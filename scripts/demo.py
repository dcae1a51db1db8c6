"""`make demo`: photographs and a film made grey, coloured by the real command line, and laid beside the truth.

    python scripts/demo.py [FOLDER] [--model NAME|FILE]

The pictures come with scikit-image. Into FOLDER go `grey/`, `color/`, one sheet a picture (before | after | truth) and
`contact-sheet.png` with all of them; and `reel.mp4`, a film drawn from the same pictures, with `reel-color.mp4` and
the two side by side.
"""

import argparse
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from demo_film import make_film
from numpy.typing import NDArray
from skimage import data, io
from skimage.color import lab2rgb, rgb2lab
from skimage.transform import resize

PICTURES = {
    "astronaut": data.astronaut,
    "cat": data.chelsea,
    "coffee": data.coffee,
    "motorcycle": lambda: data.stereo_motorcycle()[0],
    "rocket": data.rocket,
}
GAP = 8  # pixels between the panels of a sheet
ROW = 240  # height of a picture in the contact sheet

Bytes = NDArray[np.uint8]


def main() -> None:
    """Draw, colour, compare, and say where and how long."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default="out/demo", type=Path)
    parser.add_argument("--model", default="tint")
    asked = parser.parse_args()
    truths = {name: load() for name, load in PICTURES.items()}
    for name, truth in truths.items():
        save(asked.folder / "grey" / f"{name}.jpg", grey_of(truth))

    started = time.perf_counter()
    color(asked.folder / "grey", asked.folder / "color", asked.model)
    seconds = time.perf_counter() - started

    rows = []
    for name, truth in truths.items():
        panels = [as_rgb(io.imread(asked.folder / kind / f"{name}.jpg")) for kind in ("grey", "color")]
        sheet = beside([*panels, truth])
        save(asked.folder / f"{name}.png", sheet)
        rows.append(beside([shrunk(panel) for panel in (*panels, truth)]))
    save(asked.folder / "contact-sheet.png", below(rows))

    print(f"{len(truths)} photographs coloured in {seconds:.1f} s, with the start of the program.")
    print(f"Before | after | truth: {asked.folder / 'contact-sheet.png'}, and one sheet for each beside it.")
    print(f"And as a film: {make_film(asked.folder, truths, asked.model)} (grey | colour | truth).")


def color(source: Path, target: Path, model: str) -> None:
    """What a person would type."""
    words = [
        "photo",
        str(source),
        "-o",
        str(target),
        "--name",
        "{stem}{suffix}",
        "--overwrite",
        "--model",
        model,
    ]
    done = subprocess.run([sys.executable, "-m", "autochrome", *words], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def grey_of(rgb: Bytes) -> Bytes:
    """(H, W, 3) → (H, W): the grey of the same lightness."""
    lab = rgb2lab(rgb) * (1, 0, 0)
    grey: Bytes = np.round(255 * lab2rgb(lab)[..., 0]).astype(np.uint8)
    return grey


def as_rgb(pixels: Bytes) -> Bytes:
    """(H, W) or (H, W, 3) → (H, W, 3)."""
    return np.repeat(pixels[..., None], 3, axis=-1) if pixels.ndim == 2 else pixels


def beside(panels: list[Bytes]) -> Bytes:
    """Pictures of one height from left to right on white."""
    gap = np.full((panels[0].shape[0], GAP, 3), 255, np.uint8)
    return np.concatenate([part for panel in panels for part in (panel, gap)][:-1], axis=1)


def below(rows: list[Bytes]) -> Bytes:
    """Rows of any width from top to bottom on white."""
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, ((0, GAP), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    return np.concatenate(padded)[:-GAP]


def shrunk(pixels: Bytes) -> Bytes:
    """A picture at the contact sheet's height."""
    width = round(pixels.shape[1] * ROW / pixels.shape[0])
    small: Bytes = np.round(255 * resize(pixels, (ROW, width), anti_aliasing=True)).astype(np.uint8)
    return small


def save(path: Path, pixels: Bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    quality = {"quality": 95} if path.suffix == ".jpg" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # low contrast is the picture's own business
        io.imsave(path, pixels, check_contrast=False, **quality)


if __name__ == "__main__":
    main()
