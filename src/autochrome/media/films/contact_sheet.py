"""Contact sheets: small frames of a film in rows, each with its number and time below it."""

import os
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from autochrome.errors import OutputNotWritable
from autochrome.files import atomic_write

_COLUMNS = 6
_GAP, _CAPTION = 6, 18  # pixels between frames, and of the line of text below each
_BACKGROUND, _TEXT = 24, (210, 210, 210)


def save_contact_sheet(path: str | os.PathLike[str], frames: Iterable[tuple[str, NDArray[np.uint8]]]) -> Path:
    """Write frames as one JPEG or PNG. frames: (caption, (h, w, 3) R′G′B′), all of one size."""
    cells = [_cell(caption, rgb) for caption, rgb in frames]
    cells += [np.full_like(cells[0], _BACKGROUND)] * (-len(cells) % _COLUMNS if len(cells) > _COLUMNS else 0)
    rows = [np.hstack(cells[n : n + _COLUMNS]) for n in range(0, len(cells), _COLUMNS)]
    target = Path(path)
    if target.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        raise OutputNotWritable(f"{target}: a contact sheet is written as .jpg or .png; change its name.")
    _, data = cv2.imencode(target.suffix, np.vstack(rows)[..., ::-1])
    return atomic_write(target, data.tobytes())


def _cell(caption: str, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    cell = np.full((height + _CAPTION + _GAP, width + _GAP, 3), _BACKGROUND, np.uint8)
    cell[_GAP // 2 : _GAP // 2 + height, _GAP // 2 : _GAP // 2 + width] = rgb
    position = (_GAP, height + _CAPTION - 2)
    cv2.putText(cell, caption, position, cv2.FONT_HERSHEY_SIMPLEX, 0.4, _TEXT, 1, cv2.LINE_AA)
    return cell
