"""The nouns: what travels between the rooms, with shapes, ranges and units.

Every door in the house speaks physical units: L* in 0…100, a* and b* in −110…110 (CIE Lab, D65, sRGB).
A network that wants other numbers rescales inside.
"""

from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize

Floats: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""(H, W, 3) sRGB or (H, W) grey, full range of its dtype."""
Luma: TypeAlias = Floats
"""(H, W) L*, 0…100."""
Chroma: TypeAlias = Floats
"""(h, w, 2) a*b*, −110…110; may be smaller than the luma it belongs to, over the same picture."""
CodeValues: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""(H, W) one plane of a film frame as the file has it; what a number means, its `PlaneFormat` say."""
Matrix: TypeAlias = Literal["bt601", "bt709", "bt2020", "smpte240m", "fcc"]
"""How much red, green and blue count in Y′; `color.ycbcr.LUMA_WEIGHTS` holds the numbers."""


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
    def from_premultiplied(cls, ink: Chroma, mask: Floats) -> Self:
        """From colours already multiplied by their mask, as they come out of every mixing and resizing."""
        return cls((ink / np.maximum(mask, 1e-6)[..., None]).astype(np.float32), mask)

    @property
    def present(self) -> bool:
        return bool(self.mask.any())

    def resized(self, height: int, width: int) -> "Hints":
        """The same hints over (height, width) pixels of the same picture."""
        ink = resize(self.chroma * self.mask[..., None], height, width)
        mask = resize(self.mask, height, width)
        return Hints.from_premultiplied(ink, mask)

    def over(self, below: "Hints") -> "Hints":
        """These hints on top, `below` where these know less."""
        rest = below.mask * (1 - self.mask)
        mask = self.mask + rest
        ink = self.chroma * self.mask[..., None] + below.chroma * rest[..., None]
        return Hints.from_premultiplied(ink, mask)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network answered for one picture."""

    chroma: Chroma  # (h, w, 2)
    confidence: Floats | None = None  # (h', w') 0…1, where the network says how sure it is


@dataclass(frozen=True, slots=True)
class Prepared:
    """The slow half of a network's work on one picture, to be painted as often as wanted."""

    luma: Luma  # (H, W) as it was given
    state: Any  # whatever the model that made it needs; nobody else looks inside


@dataclass(frozen=True, slots=True)
class PlaneFormat:
    """What the numbers in a film's planes mean."""

    depth: int  # bits of a code, 8…16
    full: bool  # black is 0 and white the largest code; else black is 16/256 and white 235/256 of the range
    matrix: Matrix

    @property
    def black(self) -> int:
        return 0 if self.full else 16 << (self.depth - 8)

    @property
    def white(self) -> int:
        return (1 << self.depth) - 1 if self.full else 235 << (self.depth - 8)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a film, at its own size and in its own codes."""

    index: int  # 0, 1, 2 … in the order they are shown
    pts: int  # when it is shown, in ticks of the film's time base
    time: float  # the same in seconds
    y_plane: CodeValues  # (H, W) Y′, which nobody ever changes
    plane_format: PlaneFormat
    interlaced: bool  # rows 0, 2, 4 … and 1, 3, 5 … are two moments
    decoded: Any  # the decoder's own frame, for the writer; nobody else looks inside
