"""Shift all colours of a picture, as another light would. Lightness stays as it is."""

import numpy as np

from autochrome.types import Chroma

_WARM = (5.0, 16.0)  # a*b* of warmth 1: towards the light of a lamp
_MAGENTA = (13.0, -6.0)  # a*b* of tint 1; -1 is green
_LIMIT = 110.0


def shift_chroma(chroma: Chroma, warmth: float, tint: float) -> Chroma:
    """(h, w, 2) a*b*; warmth: −1 cool … 1 warm; tint: −1 green … 1 magenta. At 0 and 0 nothing changes."""
    if not (warmth or tint):
        return chroma
    shift = warmth * np.array(_WARM) + tint * np.array(_MAGENTA)
    return np.clip(chroma + shift.astype(np.float32), -_LIMIT, _LIMIT)
