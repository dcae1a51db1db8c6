"""Makes the sheet of docs/training.md: photographs that come with scikit-image, as the model colours them.

    python scripts/training_sheet.py docs/images/training/photographs-3.jpg

Columns: grey; `--vivid` 0.5, 1 and 1.5; ten random hints from the truth that reach the whole picture; the truth. The
pictures are in the public domain (NASA) or CC0.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from autochrome.evaluate.metrics import RgbLabImage
from autochrome.evaluate.photo_protocol import BASELINES, Trial, paint_trials
from autochrome.evaluate.samples import Sample
from autochrome.model import ColorModel, open_model

HEIGHT = 200  # pixels of each panel
GAP = 6  # pixels between two rows
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
TRIALS = (Trial(0.5), Trial(1.0), Trial(1.5), Trial(1.0, points=10))


def row(model: ColorModel, name: str) -> np.ndarray:
    """One photograph in all columns, (HEIGHT, W, 3) sRGB."""
    photo = Image.fromarray(getattr(data, name)())
    scale = 256 / min(photo.size)
    sample = Sample(name, np.asarray(photo.resize([round(side * scale) for side in photo.size])))
    truth = RgbLabImage.from_rgb(sample.rgb)
    panels = [
        BASELINES["grey"](truth.lab),
        *paint_trials(model, sample, truth, TRIALS),
        sample.rgb,
    ]
    size = round(HEIGHT * photo.width / photo.height), HEIGHT
    return np.hstack([np.asarray(Image.fromarray(panel).resize(size)) for panel in panels])


def main() -> None:
    """Write the sheet to the path on the command line."""
    model = open_model("tint")
    rows = [row(model, name) for name in PHOTOS]
    width = max(picture.shape[1] for picture in rows)
    sheet = np.full((len(rows) * (HEIGHT + GAP) - GAP, width, 3), 255, np.uint8)
    for number, picture in enumerate(rows):
        sheet[number * (HEIGHT + GAP) :][:HEIGHT, : picture.shape[1]] = picture
    Image.fromarray(sheet).save(Path(sys.argv[1]), quality=88)


if __name__ == "__main__":
    main()
