"""How a training run is carried out on this machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options that do not change the meaning of a recipe."""

    train: tuple[str, ...] = ()  # folders, zips, tars; empty: those of the recipe
    valid: tuple[str, ...] = ()
    device: str = "auto"
    minutes: float | None = None  # length of the whole run; the learning rates are scheduled over it
    resume: bool = False
    overrides_given: bool = False  # --set was used: a resumed run must have the same settings
