"""The types that the packages exchange, with shapes, ranges and units.

Every public function takes and returns physical units: L* 0…100, a* and b* −110…110 (CIE Lab, D65, sRGB).
A network that needs other numbers scales them inside.
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
"""(H, W) one plane of a film frame as the file stores it; `PlaneFormat` says what a code value means."""
Matrix: TypeAlias = Literal["bt601", "bt709", "bt2020", "smpte240m", "fcc"]
"""How much red, green and blue count in Y′; `color.ycbcr.LUMA_WEIGHTS` holds the numbers."""


CHROMA_LIMIT = 110.0
"""The largest |a*| or |b*| that a model is given or gives."""
OUTLINED = -1.0
"""The reach of a hint about its painted pixels alone."""
_WHOLE = 0.999  # a reach from here on is 1: mixing rounds


@dataclass(frozen=True, slots=True, repr=False)
class Hints:
    """Known colour over one picture: painted marks, colour carried along the motion, colour from a reference.

    A hint says how far it reaches. Reach 1 is about the whole picture: the model predicts anew with it. Reach 0 is
    about this thing: the rest of the picture keeps the colour that it has without the hint. Reach `OUTLINED` is about
    the painted pixels alone.
    """

    chroma: Chroma  # (H, W, 2) a*b*; meaningless where mask is 0
    mask: Floats  # (H, W) 0…1: how much the colour of each pixel counts
    reach: Floats | None = None  # (H, W) this thing 0 … 1 whole picture, or OUTLINED; None: 1 everywhere

    def __post_init__(self) -> None:
        for name, plane in (("mask", self.chroma[..., 0]), ("reach", self.reach)):
            if plane is not None and plane.shape != self.mask.shape:
                raise ValueError(f"hint {name} does not fit: {plane.shape} and {self.mask.shape}")

    def __repr__(self) -> str:
        height, width = self.mask.shape
        return f"<Hints {width}×{height}, colour known for {100 * float(self.mask.mean()):.1f} %>"

    @classmethod
    def none(cls, height: int, width: int) -> Self:
        """A mask of zeros: the model predicts without hints."""
        return cls(np.zeros((height, width, 2), np.float32), np.zeros((height, width), np.float32))

    @classmethod
    def from_premultiplied(cls, premultiplied: Floats, mask: Floats) -> Self:
        """From chroma × mask, and perhaps two planes more: reach × mask, and mask where it is outlined.

        Hints are mixed and resized in this form, so that edges do not mix with grey. A pixel is outlined if most of it
        is; else it has the reach of its other part.
        """
        planes = (premultiplied / np.maximum(mask, 1e-6)[..., None]).astype(np.float32)
        if planes.shape[2] == 2:
            return cls(planes, mask)
        reach, outlined = planes[..., 2], planes[..., 3]
        reach = np.where(
            outlined > 0.5, np.float32(OUTLINED), (reach / np.maximum(1 - outlined, 0.5)).clip(0, 1)
        )
        return cls(planes[..., :2], mask, reach)

    @property
    def present(self) -> bool:
        """Whether any pixel has a hint."""
        return bool(self.mask.any())

    @property
    def premultiplied(self) -> Floats:
        """(H, W, 2) chroma × mask, or (H, W, 4) if the hints have a reach; see `from_premultiplied`."""
        planes = self.chroma
        if self.reach is not None:
            planes = np.dstack((planes, self.reach.clip(0, 1), self.reach == OUTLINED))
        return np.asarray(planes * self.mask[..., None], np.float32)

    def with_reach(self, reach: float = 1.0) -> "Hints":
        """The same hints; where they have no reach, it is this."""
        plane = np.full(self.mask.shape, reach, np.float32) if self.reach is None else self.reach
        return Hints(self.chroma, self.mask, plane)

    def far(self) -> "Hints":
        """The hints as the whole picture sees them: each counts by its reach."""
        return self if self.reach is None else Hints(self.chroma, self.mask * self.reach.clip(0, 1))

    def near(self) -> "Hints | None":
        """The hints that are about one thing, at least in part; None if there are none."""
        if self.reach is None:
            return None
        return self._where((self.reach < _WHOLE) & (self.reach != OUTLINED))

    def outlined(self) -> "Hints | None":
        """The hints about their own pixels alone; None if there are none."""
        return None if self.reach is None else self._where(self.reach == OUTLINED)

    def _where(self, chosen: NDArray[np.bool_]) -> "Hints | None":
        hints = Hints(self.chroma, np.where(chosen, self.mask, np.float32(0)))
        return hints if hints.present else None

    def resized(self, height: int, width: int) -> "Hints":
        """The same hints over (height, width) pixels of the same picture."""
        return Hints.from_premultiplied(
            resize(self.premultiplied, height, width), resize(self.mask, height, width)
        )

    def over(self, below: "Hints") -> "Hints":
        """These hints on top of others, as paint that covers: `below` shows where this mask is less than 1."""
        above = self
        if (above.reach is None) != (below.reach is None):
            above, below = above.with_reach(), below.with_reach()
        rest = 1 - above.mask
        return Hints.from_premultiplied(
            above.premultiplied + below.premultiplied * rest[..., None], above.mask + below.mask * rest
        )


@dataclass(frozen=True, slots=True, repr=False)
class Prediction:
    """What a model predicts for one picture."""

    chroma: Chroma  # (h, w, 2)
    confidence: Floats | None = None  # (h', w') 0…1; None if the model does not estimate it

    def __repr__(self) -> str:
        height, width = self.chroma.shape[:2]
        known = (
            "without confidence"
            if self.confidence is None
            else f"confidence {float(self.confidence.mean()):.2f}"
        )
        return f"<Prediction {width}×{height}, {known}>"


@dataclass(frozen=True, slots=True)
class Prepared:
    """One picture after the encoder; it can be painted many times."""

    luma: Luma  # (H, W) the input of `prepare`
    state: Any  # private to the model that made it


@dataclass(frozen=True, slots=True)
class PlaneFormat:
    """What the code values in a film's planes mean."""

    depth: int  # bits of a code value, 8…16
    full: bool  # full range: black 0, white the largest value; else limited: 16/256 and 235/256 of the range
    matrix: Matrix

    @property
    def black(self) -> int:
        return 0 if self.full else 16 << (self.depth - 8)

    @property
    def white(self) -> int:
        return (1 << self.depth) - 1 if self.full else 235 << (self.depth - 8)


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame of a film, at its own size and in its own code values."""

    index: int  # 0, 1, 2 … in display order
    pts: int  # presentation time, in ticks of the film's time base
    time: float  # the same in seconds
    y_plane: CodeValues  # (H, W) Y′, never changed
    plane_format: PlaneFormat
    interlaced: bool  # even and odd rows are two moments
    decoded: Any  # the decoder's own frame, private to the film writer
