"""The same things in two pictures: where, and how sure. So a coloured picture tells another one its colours.

Every few pixels a place is described by what lies around it, near and far, whatever the contrast. Two places belong
together when each finds the other. What is only in one of the pictures finds nothing, and stays unknown.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.types import Chroma, Floats, Hints, Luma

_STEP = 3  # pixels from place to place
_SCALES = (1, 2, 4, 8)  # pixels from sample to sample
_REACH = 2  # samples to each side
_SOFT = 4.0  # L*: surroundings that vary less are noise
_LEVEL = 0.15  # weight of how light a place is, beside how its surroundings look
_NEAR = 1.5  # places: there and back again may miss by so many
_TOGETHER = 2 * _STEP  # pixels: neighbours of one thing differ in their way by no more
_FRIENDS = 4.0  # neighbours that are enough
_ALIKE = 0.9  # mean distance of samples at which trust has fallen to a third
_TRUST = 0.9  # at most: it is another picture after all


def colors_from(known: Luma, chroma: Chroma, here: Luma) -> Hints:
    """(H, W) L* and (H, W, 2) a*b* of a coloured picture → hints for another one, (h, w) L*, of the same things."""
    there_places, there = _described(known)
    here_places, ours = _described(here)
    gap = _squares(ours, there)
    found, back = gap.argmin(axis=1), gap.argmin(axis=0)
    returned = here_places[back[found]]
    miss = np.abs(returned - here_places).max(axis=1) / _STEP
    distance = gap[np.arange(len(found)), found] / ours.shape[1]
    sure = _TRUST * np.exp(-distance / _ALIKE**2) * (miss <= _NEAR)
    height, width = here.shape
    shape = len(_sites(height)), len(_sites(width))
    moved = (there_places[found] - here_places).reshape(*shape, 2)
    sure = sure * _company(moved, sure.reshape(shape)).ravel()
    rows, columns = there_places[found].T
    color = chroma[rows, columns] * sure[:, None]
    grid = np.concatenate((color, sure[:, None]), axis=1).astype(np.float32)
    planes = resize(np.ascontiguousarray(grid.reshape(*shape, 3)), height, width)
    return Hints.from_premultiplied(planes[..., :2], planes[..., 2].clip(0, 1))


def _company(moved: NDArray[np.intp], sure: Floats) -> Floats:
    """(h, w) 0…1: how many of the eight neighbours moved alike, (h, w, 2) pixels. What matches by chance is alone."""
    height, width = sure.shape
    around = np.pad(moved, ((1, 1), (1, 1), (0, 0)), mode="edge")
    known = np.pad(sure > 0, 1)
    alike = np.zeros((height, width), np.float32)
    for row, column in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)):
        window = np.s_[row : row + height, column : column + width]
        alike += known[window] & (np.abs(around[window] - moved).max(axis=-1) <= _TOGETHER)
    return (alike / _FRIENDS).clip(0, 1)


def _sites(length: int) -> NDArray[np.intp]:
    """The pixels of one axis that are places: at least one."""
    return np.arange(min(_STEP // 2, length - 1), length, _STEP)


def _described(luma: Luma) -> tuple[NDArray[np.intp], Floats]:
    """(N, 2) rows and columns of places, and (N, D) what is around each."""
    height, width = luma.shape
    rows, columns = _sites(height), _sites(width)
    level = (luma - luma.mean()) / max(float(luma.std()), _SOFT)
    parts = [_LEVEL * 5 * level[np.ix_(rows, columns)][..., None]]
    side = 2 * _REACH + 1
    for scale in _SCALES:
        small = resize(luma, max(1, round(height / scale)), max(1, round(width / scale)))
        windows = sliding_window_view(np.pad(small, _REACH, mode="edge"), (side, side))
        y = np.minimum(rows * small.shape[0] // height, small.shape[0] - 1)
        x = np.minimum(columns * small.shape[1] // width, small.shape[1] - 1)
        around = windows[np.ix_(y, x)].reshape(len(rows), len(columns), side * side)
        away = around - around.mean(axis=-1, keepdims=True)
        parts.append(away / (around.std(axis=-1, keepdims=True) + _SOFT))
    places = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    described = np.concatenate(parts, axis=-1).reshape(len(places), -1).astype(np.float32)
    return places, described


def _squares(ours: Floats, theirs: Floats) -> Floats:
    """(N, D), (M, D) → (N, M) squared distances."""
    gap: Floats = (ours**2).sum(1)[:, None] + (theirs**2).sum(1)[None] - 2 * (ours @ theirs.T)
    return gap.clip(0, None)
