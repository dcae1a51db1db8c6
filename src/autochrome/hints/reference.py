"""Hints from a reference: a coloured image of similar things gives its colours to matching positions of another image.

Every few pixels, a descriptor holds the surroundings of a position at several distances, independent of contrast. Two
positions match if each is the best match of the other. A position without a match gets no hint.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.types import Chroma, Floats, Hints, Luma

_STEP = 3  # pixels between two described positions
_SCALES = (1, 2, 4, 8)  # pixels between two samples of a descriptor
_REACH = 2  # samples on each side
_NOISE = 4.0  # L*: surroundings that vary less are noise
_LEVEL = 0.15  # weight of the position's own lightness, relative to its surroundings
_MAX_MISS = 1.5  # steps: the match of a match may miss the start by this much
_SAME_MOTION = 2 * _STEP  # pixels: the offsets of neighbours on one object differ by no more
_ENOUGH_NEIGHBOURS = 4.0  # neighbours with the same offset that give full confidence
_SURE = 0.1  # confidence from which on a match can belong to a group
_LARGE_GROUP = 0.025  # of all described positions
_DISTANCE_SCALE = 0.9  # mean sample distance at which confidence has fallen to a third
_MAX_CONFIDENCE = 0.9  # because it is another image


def hints_from_reference(luma: Luma, chroma: Chroma, target: Luma, mask: Floats | None = None) -> Hints:
    """Transfer colours from a reference, (H, W) L* and (H, W, 2) a*b*, to an image with (h, w) L*.

    mask: (H, W) 0…1, how much each pixel of the reference counts. Returns hints over the (h, w) pixels of the target.
    """
    reference_positions, reference_descriptors = _descriptors(luma)
    positions, descriptors = _descriptors(target)
    distances = _squared_distances(descriptors, reference_descriptors)
    match, reverse_match = distances.argmin(axis=1), distances.argmin(axis=0)
    returned = positions[reverse_match[match]]
    miss = np.abs(returned - positions).max(axis=1) / _STEP
    distance = distances[np.arange(len(match)), match] / descriptors.shape[1]
    confidence = _MAX_CONFIDENCE * np.exp(-distance / _DISTANCE_SCALE**2) * (miss <= _MAX_MISS)
    height, width = target.shape
    shape = len(_grid(height)), len(_grid(width))
    offsets = (reference_positions[match] - positions).reshape(*shape, 2)
    confidence = confidence * _neighbour_support(offsets, confidence.reshape(shape)).ravel()
    confidence = confidence * _in_large_groups(offsets, confidence.reshape(shape)).ravel()
    rows, columns = reference_positions[match].T
    if mask is not None:
        confidence = confidence * mask[rows, columns]
    premultiplied = chroma[rows, columns] * confidence[:, None]
    grid = np.concatenate((premultiplied, confidence[:, None]), axis=1).astype(np.float32)
    full = resize(np.ascontiguousarray(grid.reshape(*shape, 3)), height, width)
    return Hints.from_premultiplied(full[..., :2], full[..., 2].clip(0, 1))


def _neighbour_support(offsets: NDArray[np.intp], confidence: Floats) -> Floats:
    """(h, w) 0…1: how many of the eight neighbours have the same offset, (h, w, 2) pixels.

    A match by chance has no such neighbours.
    """
    height, width = confidence.shape
    around = np.pad(offsets, ((1, 1), (1, 1), (0, 0)), mode="edge")
    matched = np.pad(confidence > 0, 1)
    count = np.zeros((height, width), np.float32)
    for row, column in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)):
        window = np.s_[row : row + height, column : column + width]
        count += matched[window] & (np.abs(around[window] - offsets).max(axis=-1) <= _SAME_MOTION)
    return (count / _ENOUGH_NEIGHBOURS).clip(0, 1)


def _in_large_groups(offsets: NDArray[np.intp], confidence: Floats) -> NDArray[np.bool_]:
    """(h, w): whether a match belongs to a large group of neighbours whose offsets, (h, w, 2) pixels, change slowly.

    By chance a few neighbours match alike, but not a whole thing.
    """
    height, width = confidence.shape
    matched = confidence > _SURE
    group = np.where(matched, np.arange(height * width).reshape(height, width), height * width)
    neighbours = []  # (groups here, groups there, whether the two belong together), for both axes
    for axis in (0, 1):
        here, there = (np.delete(matched, end, axis) for end in (-1, 0))
        linked = here & there & (np.abs(np.diff(offsets, axis=axis)).max(axis=-1) <= _SAME_MOTION)
        views = (group[:-1], group[1:]) if axis == 0 else (group[:, :-1], group[:, 1:])
        neighbours.append((*views, linked))
    before = np.full_like(group, -1)
    while (
        group != before
    ).any():  # each place takes the smallest number of its group, from neighbour to neighbour
        before = group.copy()
        for one, other, linked in neighbours:
            smaller = np.minimum(one, other)
            np.copyto(one, smaller, where=linked)
            np.copyto(other, smaller, where=linked)
    sizes = np.bincount(group.ravel(), minlength=height * width + 1)
    large: NDArray[np.bool_] = matched & (sizes[group] >= _LARGE_GROUP * height * width)
    return large


def _grid(length: int) -> NDArray[np.intp]:
    """The described pixels of one axis: at least one."""
    return np.arange(min(_STEP // 2, length - 1), length, _STEP)


def _descriptors(luma: Luma) -> tuple[NDArray[np.intp], Floats]:
    """(N, 2) rows and columns of the described positions, and (N, D) their descriptors."""
    height, width = luma.shape
    rows, columns = _grid(height), _grid(width)
    level = (luma - luma.mean()) / max(float(luma.std()), _NOISE)
    parts = [_LEVEL * 5 * level[np.ix_(rows, columns)][..., None]]
    side = 2 * _REACH + 1
    for scale in _SCALES:
        small = resize(luma, max(1, round(height / scale)), max(1, round(width / scale)))
        windows = sliding_window_view(np.pad(small, _REACH, mode="edge"), (side, side))
        y = np.minimum(rows * small.shape[0] // height, small.shape[0] - 1)
        x = np.minimum(columns * small.shape[1] // width, small.shape[1] - 1)
        around = windows[np.ix_(y, x)].reshape(len(rows), len(columns), side * side)
        deviation = around - around.mean(axis=-1, keepdims=True)
        parts.append(deviation / (around.std(axis=-1, keepdims=True) + _NOISE))
    positions = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    descriptors = np.concatenate(parts, axis=-1).reshape(len(positions), -1).astype(np.float32)
    return positions, descriptors


def _squared_distances(first: Floats, second: Floats) -> Floats:
    """(N, D), (M, D) → (N, M)."""
    distances: Floats = (first**2).sum(1)[:, None] + (second**2).sum(1)[None] - 2 * (first @ second.T)
    return distances.clip(0, None)
