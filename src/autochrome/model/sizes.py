"""Bringing planes to the size a network wants, and its answer back over the same picture."""

import math

import numpy as np

from autochrome.color.resize import resize
from autochrome.types import Floats, Hints


def pad(plane: Floats, multiple: int, *, repeat: bool) -> Floats:
    """(H, W[, C]) → both sides up to the next multiple, below and to the right: edges repeated, or zeros."""
    more = [(0, -side % multiple) for side in plane.shape[:2]] + [(0, 0)] * (plane.ndim - 2)
    if not any(after for _, after in more):
        return plane
    return np.pad(plane, more, mode="edge") if repeat else np.pad(plane, more)


def resize_hints(hints: Hints, height: int, width: int) -> Hints:
    """Hints at another size. A single painted point stays fully believed, however small it gets."""
    rows, columns = hints.mask.shape
    weight = resize(hints.mask, height, width)
    chroma = resize(hints.chroma * hints.mask[..., None], height, width)
    chroma /= np.maximum(weight, 1e-6)[..., None]
    mask = np.maximum.reduceat(hints.mask, np.arange(height) * rows // height, axis=0)
    mask = np.maximum.reduceat(mask, np.arange(width) * columns // width, axis=1)
    return Hints(chroma, mask)


def crop_to_picture(answer: Floats, padded: tuple[int, int], height: int, width: int) -> Floats:
    """What a network answered for a padded picture, (h, w[, C]), over exactly the H×W pixels of the picture itself.

    At stride s the picture covers H/s rows of the answer. Where that is a whole number they are cut out; where it is
    not, ceil(H/s) rows are drawn from them, a little narrower than the network's own, so that they end where the
    picture ends.
    """
    down, across = (height * answer.shape[0] / padded[0], width * answer.shape[1] / padded[1])
    answer = _first(answer, down)
    return np.ascontiguousarray(_first(answer.swapaxes(0, 1), across).swapaxes(0, 1))


def _first(plane: Floats, span: float) -> Floats:
    """The first `span` rows as ceil(span) rows of equal height: straight lines between the old rows' centres."""
    rows = math.ceil(span)
    if rows == span:
        return plane[:rows]
    place = np.clip((np.arange(rows) + 0.5) * (span / rows) - 0.5, 0, rows - 1)
    below = place.astype(np.intp)
    share = (place - below).astype(np.float32).reshape(-1, *[1] * (plane.ndim - 1))
    mixed: Floats = plane[below] * (1 - share) + plane[np.minimum(below + 1, rows - 1)] * share
    return mixed
