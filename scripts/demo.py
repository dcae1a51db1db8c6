"""`make demo`: make photographs and a film grey, colour them with the command line, and compare them with the truth.

    python scripts/demo.py [FOLDER] [--model NAME|FILE]

The pictures come with scikit-image. The script writes into FOLDER: `grey/`, `color/`, one image for each picture
(before | after | truth), and `contact-sheet.png` with all of them; `reel.mp4`, a film generated from the same pictures,
`reel-color.mp4`, and a film with both side by side.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from skimage import data, io
from skimage.color import lab2rgb, rgb2lab
from skimage.transform import resize

from demo_film import make_film, run_autochrome

PICTURES = {
    "astronaut": data.astronaut,
    "cat": data.chelsea,
    "coffee": data.coffee,
    "motorcycle": lambda: data.stereo_motorcycle()[0],
    "rocket": data.rocket,
}
GAP = 8  # pixels between images
ROW_HEIGHT = 240  # of the contact sheet, pixels

RgbBytes = NDArray[np.uint8]  # (H, W, 3) sRGB


def main() -> None:
    """Write the grey pictures, colour them, compare them, and print the time and the paths."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default="out/demo", type=Path, help="where to write")
    parser.add_argument("--model", default="tint", help="a model's name or file")
    options = parser.parse_args()
    truths = {name: load() for name, load in PICTURES.items()}
    for name, truth in truths.items():
        save(options.folder / "grey" / f"{name}.jpg", to_grey(truth))

    started = time.perf_counter()
    grey, color = options.folder / "grey", options.folder / "color"
    run_autochrome(
        "photo", grey, "-o", color, "--name", "{stem}{suffix}", "--overwrite", "--model", options.model
    )
    seconds = time.perf_counter() - started

    rows = []
    for name, truth in truths.items():
        panels = [to_rgb(io.imread(options.folder / kind / f"{name}.jpg")) for kind in ("grey", "color")]
        panel_row = join_horizontally([*panels, truth])
        save(options.folder / f"{name}.png", panel_row)
        rows.append(join_horizontally([shrink_to_row(panel) for panel in (*panels, truth)]))
    save(options.folder / "contact-sheet.png", join_vertically(rows))

    print(
        f"{len(truths)} photographs were coloured in {seconds:.1f} s; this includes the start of the program."
    )
    print(
        f"Before | after | truth: {options.folder / 'contact-sheet.png'}, and one image for each beside it."
    )
    print(f"Film: {make_film(options.folder, truths, options.model)} (grey | colour | truth).")


def to_grey(rgb: RgbBytes) -> RgbBytes:
    """(H, W, 3) → (H, W): the grey with the same L*."""
    lab = rgb2lab(rgb) * (1, 0, 0)
    grey: RgbBytes = np.round(255 * lab2rgb(lab)[..., 0]).astype(np.uint8)
    return grey


def to_rgb(pixels: RgbBytes) -> RgbBytes:
    """(H, W) or (H, W, 3) → (H, W, 3)."""
    return np.repeat(pixels[..., None], 3, axis=-1) if pixels.ndim == 2 else pixels


def join_horizontally(panels: list[RgbBytes]) -> RgbBytes:
    """Put images of the same height side by side, with white between them."""
    gap = np.full((panels[0].shape[0], GAP, 3), 255, np.uint8)
    return np.concatenate([part for panel in panels for part in (panel, gap)][:-1], axis=1)


def join_vertically(rows: list[RgbBytes]) -> RgbBytes:
    """Put rows of any width below each other, on white."""
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, ((0, GAP), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    return np.concatenate(padded)[:-GAP]


def shrink_to_row(pixels: RgbBytes) -> RgbBytes:
    """Resize an image to the height of the contact sheet's rows."""
    width = round(pixels.shape[1] * ROW_HEIGHT / pixels.shape[0])
    small: RgbBytes = np.round(255 * resize(pixels, (ROW_HEIGHT, width), anti_aliasing=True)).astype(np.uint8)
    return small


def save(path: Path, pixels: RgbBytes) -> None:
    """Write an image; creates its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    quality = {"quality": 95} if path.suffix == ".jpg" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a picture may have low contrast
        io.imsave(path, pixels, check_contrast=False, **quality)


if __name__ == "__main__":
    main()
