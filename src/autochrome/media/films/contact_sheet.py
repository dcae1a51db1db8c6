"""Contact sheets: small pictures of a film in rows, each with its number and time below."""

import os
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from autochrome.errors import OutputNotWritable
from autochrome.files import atomic_write

_ROW = 6  # pictures
_GAP, _LINE = 6, 18  # pixels between pictures, and of the line below
_PAPER, _INK = 24, (210, 210, 210)


def save_sheet(path: str | os.PathLike[str], pictures: Iterable[tuple[str, NDArray[np.uint8]]]) -> Path:
    """Write (words, (h, w, 3) R′G′B′) pictures, all of one size, as one JPEG or PNG."""
    cells = [_cell(words, picture) for words, picture in pictures]
    cells += [np.full_like(cells[0], _PAPER)] * (-len(cells) % _ROW if len(cells) > _ROW else 0)
    rows = [np.hstack(cells[n : n + _ROW]) for n in range(0, len(cells), _ROW)]
    target = Path(path)
    if target.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        raise OutputNotWritable(f"{target}: a sheet of pictures is written as .jpg or .png.")
    _, data = cv2.imencode(target.suffix, np.vstack(rows)[..., ::-1])
    return atomic_write(target, data.tobytes())


def _cell(words: str, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    cell = np.full((height + _LINE + _GAP, width + _GAP, 3), _PAPER, np.uint8)
    cell[_GAP // 2 : _GAP // 2 + height, _GAP // 2 : _GAP // 2 + width] = picture
    place = (_GAP, height + _LINE - 2)
    cv2.putText(cell, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, _INK, 1, cv2.LINE_AA)
    return cell
