"""Models that colour pictures: the contract they keep, the card they carry, the runtime that runs them.

    model = open_model("tint")
    prepared = model.prepare(luma)             # runs the encoder, once per picture
    prediction = model.paint(prepared, hints)  # runs the decoder, as often as needed

ONNX Runtime and OpenVINO are loaded by the first `open_model`, not before.
"""

from typing import Protocol, runtime_checkable

from autochrome.model.card import CARD_KEY, Card, with_card
from autochrome.model.contracts import CONTRACTS, EMBEDDING, LAID, UNHINTED, Contract
from autochrome.model.devices import DEVICE_VARIABLE
from autochrome.model.likely_colors import ColorDistribution, LikelyColor
from autochrome.model.open import (
    InstalledModel,
    ModelReport,
    check_model,
    list_models,
    open_for_film,
    open_model,
)
from autochrome.model.runtimes import list_devices
from autochrome.types import Hints, Luma, Prediction, Prepared

__all__ = [
    "CARD_KEY",
    "CONTRACTS",
    "DEVICE_VARIABLE",
    "EMBEDDING",
    "LAID",
    "UNHINTED",
    "Card",
    "ColorDistribution",
    "ColorModel",
    "ColorSuggester",
    "Contract",
    "DistributionModel",
    "InstalledModel",
    "LikelyColor",
    "ModelReport",
    "check_model",
    "list_devices",
    "list_models",
    "open_for_film",
    "open_model",
    "with_card",
]


class ColorModel(Protocol):
    """Anything that predicts colour from luma. Physical units: L* 0…100, a*b* −110…110, mask 0…1."""

    @property
    def card(self) -> Card:
        """What the model is, and what it needs."""

    @property
    def edition(self) -> str:
        """Changes whenever the model's weights change: unfinished work of another edition is not continued."""

    def prepare(self, luma: Luma) -> Prepared:
        """Run the encoder, once per picture. luma: (H, W) L*, any size from 1×1."""

    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        """Run the decoder. hints: (H, W), at the luma's size. vivid: 0 grey … 2 bold.

        The chroma covers exactly the picture, and may be smaller than it.
        """


@runtime_checkable
class ColorSuggester(Protocol):
    """A model that can also list other likely colours of a pixel. Our own models can; others need not."""

    def likely_colors(
        self, prepared: Prepared, hints: Hints | None, x: float, y: float, count: int = 6
    ) -> list[LikelyColor]:
        """At most `count` colours of one pixel, the likeliest first; x, y: 0…1 of the picture.

        The list is empty if the model has no distribution over colours.
        """


@runtime_checkable
class DistributionModel(Protocol):
    """A model that can also say how likely each colour is, everywhere. Our own models can; others need not."""

    def predict_distribution(
        self, prepared: Prepared, hints: Hints | None = None
    ) -> ColorDistribution | None:
        """The distribution over colours; None if the model has none. hints: (H, W), at the luma's size."""
