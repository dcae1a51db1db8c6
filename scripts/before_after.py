"""Makes the picture at the top of the README: photographs that come with scikit-image, grey beside coloured.

    python scripts/before_after.py docs/images/before-after.jpg

The pictures are in the public domain (NASA) or CC0.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data
from skimage.color import rgb2gray

from autochrome import colorize_photo

HEIGHT = 360  # pixels of each panel
PHOTOS = (data.astronaut, data.chelsea)


def panels(photo: np.ndarray) -> list[np.ndarray]:
    """(H, W, 3) sRGB → the grey photo and the coloured one, both (HEIGHT, W', 3)."""
    grey = np.round(rgb2gray(photo) * 255).astype(np.uint8)
    colored = colorize_photo(grey).image
    size = round(HEIGHT * grey.shape[1] / grey.shape[0]), HEIGHT
    return [np.asarray(Image.fromarray(p).convert("RGB").resize(size)) for p in (grey, np.asarray(colored))]


def main() -> None:
    """Write the picture to the path on the command line."""
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    everything = [panel for photo in PHOTOS for panel in panels(photo())]
    Image.fromarray(np.concatenate(everything, axis=1)).save(target, quality=85)


if __name__ == "__main__":
    main()
