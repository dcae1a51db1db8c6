"""Networks that colour pictures: the contract they keep, the card they carry, what runs them.

    model = open_model("tint")
    prepared = model.prepare(luma)          # the slow half, once a picture
    painted = model.paint(prepared, hints)  # the quick half, as often as wanted

Neither ONNX Runtime nor OpenVINO is loaded before the first `open_model`.
"""

from typing import Protocol, runtime_checkable

from autochrome.model.card import CARD_KEY, Card, with_card
from autochrome.model.contracts import CONTRACTS, UNHINTED, Contract
from autochrome.model.likely_colors import LikelyColor
from autochrome.model.open import (
    InstalledModel,
    Report,
    check_model,
    list_models,
    open_for_film,
    open_model,
)
from autochrome.types import Hints, Luma, Prediction, Prepared

__all__ = [
    "CARD_KEY",
    "CONTRACTS",
    "UNHINTED",
    "Card",
    "ColorModel",
    "ColorSuggester",
    "Contract",
    "InstalledModel",
    "LikelyColor",
    "Report",
    "check_model",
    "list_models",
    "open_for_film",
    "open_model",
    "with_card",
]


class ColorModel(Protocol):
    """Anything that gives colour to a lightness. Physical units: L* 0…100, a*b* −110…110, mask 0…1."""

    @property
    def card(self) -> Card:
        """What it is and what it wants."""

    def prepare(self, luma: Luma) -> Prepared:
        """The slow half, once a picture. luma: (H, W) L*, any size from 1×1."""

    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        """The quick half. hints: (H, W), at the luma's size. vivid: 0 grey … 2 bold.

        The chroma that comes back covers exactly the picture, and may be smaller than it.
        """


@runtime_checkable
class ColorSuggester(Protocol):
    """A network that may know other colours for a place. Ours do; nobody has to."""

    def likely_colors(
        self, prepared: Prepared, hints: Hints | None, x: float, y: float, count: int = 6
    ) -> list[LikelyColor]:
        """At most `count` colours for a place, the likeliest first; x, y: 0…1 of the picture. Empty: it cannot say."""
