"""The nouns: what travels between the rooms, with shapes, ranges and units.

Every door in the house speaks physical units: L* in 0…100, a* and b* in −110…110 (CIE Lab, D65, sRGB).
A network that wants other numbers rescales inside.
"""

from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.resize import resize

Floats: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""(H, W, 3) sRGB or (H, W) grey, full range of its dtype."""
Luma: TypeAlias = Floats
"""(H, W) L*, 0…100."""
Chroma: TypeAlias = Floats
"""(h, w, 2) a*b*, −110…110; may be smaller than the luma it belongs to, over the same picture."""


@dataclass(frozen=True, slots=True)
class Hints:
    """Colour somebody knows: painted points, a carried frame, a reference. One kind for all of them."""

    chroma: Chroma  # (H, W, 2) a*b*; meaningless where mask is 0
    mask: Floats  # (H, W) 0…1: how much the colour there is to be believed

    def __post_init__(self) -> None:
        if self.chroma.shape != (*self.mask.shape, 2):
            raise ValueError(f"hint colours {self.chroma.shape} do not fit their mask {self.mask.shape}")

    @classmethod
    def none(cls, height: int, width: int) -> Self:
        """Nothing is known: the network decides alone."""
        return cls(np.zeros((height, width, 2), np.float32), np.zeros((height, width), np.float32))

    @classmethod
    def mixed(cls, ink: Chroma, mask: Floats) -> Self:
        """From colours already multiplied by their mask, as they come out of every mixing and resizing."""
        return cls((ink / np.maximum(mask, 1e-6)[..., None]).astype(np.float32), mask)

    @property
    def given(self) -> bool:
        return bool(self.mask.any())

    def resized(self, height: int, width: int) -> "Hints":
        """The same hints over (height, width) pixels of the same picture."""
        ink = resize(self.chroma * self.mask[..., None], height, width)
        mask = resize(self.mask, height, width)
        return Hints.mixed(ink, mask)

    def over(self, below: "Hints") -> "Hints":
        """These hints on top, `below` where these know less."""
        rest = below.mask * (1 - self.mask)
        mask = self.mask + rest
        ink = self.chroma * self.mask[..., None] + below.chroma * rest[..., None]
        return Hints.mixed(ink, mask)


@dataclass(frozen=True, slots=True)
class Painted:
    """What a network answered for one picture."""

    chroma: Chroma  # (h, w, 2)
    confidence: Floats | None = None  # (h', w') 0…1, where the network says how sure it is


@dataclass(frozen=True, slots=True)
class Prepared:
    """The slow half of a network's work on one picture, to be painted as often as wanted."""

    luma: Luma  # (H, W) as it was given
    state: Any  # whatever the model that made it needs; nobody else looks inside
