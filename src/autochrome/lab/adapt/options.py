"""The options and the report of `autochrome adapt`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from autochrome.model.card import Card
from autochrome.options import Options


class AdaptOptions(Options):
    """How a network is tuned to the colours of a film or series."""

    minutes: Annotated[float, Field(gt=0, le=600, description="The longest time that it may take.")] = 20.0
    model: Annotated[
        str, Field(description="The network to start from: a model of the kind `tint`, by name or file.")
    ] = "tint"
    threads: Annotated[int, Field(ge=0, description="Threads to compute with; 0: one per processor.")] = 0
    seed: Annotated[int, Field(ge=0, description="Another seed draws other crops and hints.")] = 0


@dataclass(frozen=True, slots=True)
class AdaptProgress:
    """How far it is."""

    stage: str  # reading, learning, writing
    done: float  # 0…1 of the whole
    seconds_left: float  # at most
    text: str = ""  # a line to show


Progress: TypeAlias = Callable[[AdaptProgress], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scores before and after on pictures that were not learnt from. See `tuning.score`."""

    about: str  # which pictures
    pictures: int
    before: dict[str, float]
    after: dict[str, float]

    @property
    def gained(self) -> float:
        """dB, pooled."""
        return self.after["pooled"] - self.before["pooled"]

    def scores(self) -> dict[str, dict[str, float]]:
        """Both, by name."""
        return {"before": self.before, "after": self.after}

    def rows(self) -> list[tuple[str, str, str, str]]:
        """A table: what, PSNR over grey in the mean, pooled, colourfulness."""
        head = ("", "PSNR over grey, mean", "pooled", "colour")
        grey = ("grey", "0.00 dB", f"0.00 dB ({self.before['grey']:.2f})", "0 %")
        named = (("before", self.before), ("after", self.after))
        return [head, grey, *((name, *_cells(scores)) for name, scores in named)]


def _cells(scores: dict[str, float]) -> tuple[str, str, str]:
    return f"{scores['gain']:+.2f} dB", f"{scores['pooled']:+.2f} dB", f"{scores['color']:.0%}"


@dataclass(frozen=True, slots=True)
class Adapted:
    """The model that was written, and what it learnt."""

    path: Path
    card: Card
    comparison: Comparison
    share: float  # 0…1: how far the weights went from the old network to the tuned one; 0: nothing helped
    minutes: float
    crops: int  # that it learnt from, with repetitions

    def in_words(self) -> str:
        """Before and after in one sentence."""
        if not self.share:
            return "Nothing helped: the colours are as before."
        before, after = self.comparison.before, self.comparison.after
        return (
            f"Pictures that were not learnt from: {before['pooled']:+.2f} → {after['pooled']:+.2f} dB over grey, "
            f"colour {before['color']:.0%} → {after['color']:.0%}."
        )
