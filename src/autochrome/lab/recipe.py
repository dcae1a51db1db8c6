"""The settings of a recipe. A recipe is one training experiment in one YAML file; these fields are its manual."""

from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import ConfigDict, Field, model_validator

from autochrome.lab.data.options import DataSettings, SampleOptions
from autochrome.options import Options


class NetworkSettings(Options):
    """`family` is a name in NETWORKS (or CRITICS); all other keys are settings of that family."""

    model_config = ConfigDict(frozen=True, extra="allow")

    family: str
    start: Annotated[
        str | None,
        Field(description="A run or a weights file whose weights are loaded first; every layer must fit."),
    ] = None

    @property
    def config(self) -> dict[str, Any]:
        """The settings of the family."""
        return dict(self.model_extra or {})

    def without_files(self) -> Self:
        """The same network without the weights files it started from: they may no longer exist."""
        files = {k: "none" for k in ("encoder", "weights") if isinstance(self.config.get(k), str)}
        return self.model_copy(update={"start": None, **files})


class OptimizerSettings(Options):
    """AdamW. Weight decay applies to matrices and convolution kernels only."""

    lr: Annotated[float, Field(gt=0, description="Learning rate.")] = 1e-3
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    groups: Annotated[
        dict[str, float],
        Field(description="Prefix of parameter names → another learning rate for these parameters."),
    ] = Field(default_factory=dict)
    clip: Annotated[
        float | None, Field(gt=0, description="Clip the gradient to this 2-norm; none: no clipping.")
    ] = None


class AdversarialSettings(Options):
    """Adversarial training in a phase."""

    kind: Annotated[str, Field(description="A name in ADVERSARIAL, such as bce, lsgan or hinge.")] = "bce"
    weight: Annotated[float, Field(ge=0, description="Weight of the critic in the generator's loss.")] = 1.0
    feature_matching: Annotated[
        float, Field(ge=0, description="Weight of the distance between the critic's feature maps.")
    ] = 0.0
    train: Annotated[
        Literal["both", "critic", "generator"],
        Field(description="Which networks are trained; the other one is frozen."),
    ] = "both"
    optimizer: OptimizerSettings = OptimizerSettings(lr=2e-4, betas=(0.5, 0.999))


class Phase(Options):
    """One phase of training. Exactly one of epochs, steps and minutes sets its length."""

    name: str = "train"
    epochs: Annotated[float | None, Field(gt=0)] = None
    steps: Annotated[int | None, Field(gt=0)] = None
    minutes: Annotated[float | None, Field(gt=0)] = None
    batch: Annotated[int, Field(ge=1, description="Samples per step, over all processes together.")] = 32
    accumulate: Annotated[
        int,
        Field(ge=1, description="Compute each step in this many smaller batches; the result is the same."),
    ] = 1
    size: Annotated[int | None, Field(ge=16, description="Crop size in this phase; none: data.size.")] = None
    losses: Annotated[
        dict[str, float | dict[str, Any]],
        Field(description="Name in LOSSES → its weight, or {weight: …, and the settings of that loss}."),
    ] = Field(default_factory=dict)
    optimizer: OptimizerSettings = OptimizerSettings()
    freeze: Annotated[
        tuple[str, ...], Field(description="Prefixes of the names of parameters that are not trained.")
    ] = ()
    schedule: Literal["cosine", "constant"] = "cosine"
    warmup: Annotated[
        float, Field(ge=0, lt=1, description="Fraction of the phase in which the learning rate rises.")
    ] = 0.02
    adversarial: AdversarialSettings | None = None
    samples: Annotated[
        dict[str, Any], Field(description="Sample options that differ from the recipe's in this phase.")
    ] = Field(default_factory=dict)
    checkpoint_every: Annotated[
        float | None,
        Field(gt=0, description="Epochs between checkpoints with validation; none: only at the end."),
    ] = None
    best_by: Annotated[
        str | None,
        Field(description="Continue from the checkpoint with the best validation score of this name."),
    ] = None

    @model_validator(mode="after")
    def _check_length(self) -> Self:
        if sum(x is not None for x in (self.epochs, self.steps, self.minutes)) != 1:
            raise ValueError(f"phase {self.name!r} needs exactly one of epochs, steps, minutes")
        if self.batch % self.accumulate:
            raise ValueError(f"phase {self.name!r}: batch {self.batch} is not a multiple of accumulate")
        return self


class CardSettings(Options):
    """Entries of the exported network's card."""

    name: Annotated[str, Field(description="The name for --model; empty: the recipe's name.")] = ""
    version: str = "1"
    licence: Annotated[str, Field(description="Licence of the weights.")] = "unknown"
    data: Annotated[str, Field(description="The training pictures, in words.")] = ""
    notice: Annotated[str, Field(description="Attribution that licences require.")] = ""


class Recipe(Options):
    """One training experiment: everything that decides its result, except the pictures themselves."""

    name: str
    about: str = ""
    seed: int = 1
    network: NetworkSettings
    critic: NetworkSettings | None = None
    data: DataSettings = DataSettings()
    samples: SampleOptions = SampleOptions()
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    ema: Annotated[
        float, Field(ge=0, lt=1, description="Decay per step of the moving average of the weights; 0: none.")
    ] = 0.0
    precision: Literal["fp32", "bf16"] = "fp32"
    save_minutes: Annotated[
        float, Field(gt=0, description="Minutes between checkpoints for resuming, without validation.")
    ] = 10.0
    valid_count: Annotated[int, Field(ge=1, description="Number of validation pictures.")] = 300
    valid_size: Annotated[
        int | None, Field(ge=16, description="Side of the validation pictures, in pixels; none: data.size.")
    ] = None
    card: CardSettings = CardSettings()
    shortcuts: Annotated[
        dict[str, str], Field(description="Short names for --set, such as encoder: network.encoder.")
    ] = Field(default_factory=dict)
    budgets: Annotated[
        dict[str, dict[str, Any]],
        Field(description="Named sets of overrides, for --set budget=NAME or --set preset=NAME."),
    ] = Field(default_factory=dict)
    grid: Annotated[
        dict[str, list[Any]],
        Field(description="For `autochrome grid`: every combination of these overrides is trained."),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_phases(self) -> Self:
        for phase in self.phases:
            if phase.adversarial and self.critic is None:
                raise ValueError(f"phase {phase.name!r} is adversarial, but the recipe has no critic")
            if not phase.losses and phase.adversarial is None:
                raise ValueError(f"phase {phase.name!r} has neither losses nor adversarial training")
            options = self.sample_options(phase)
            if options.drawn_things and not self.data.thing_maps:
                raise ValueError(
                    f"phase {phase.name!r}: drawn_things need maps of things: set data.thing_maps"
                )
            if self.data.thing_maps and options.blank_page:
                raise ValueError(
                    f"phase {phase.name!r}: blank_page moves pictures, but not the maps of their things"
                )
        return self

    def sample_options(self, phase: Phase) -> SampleOptions:
        """The sample options of a phase."""
        return SampleOptions(**{**self.samples.model_dump(), **phase.samples})

    def dump(self) -> str:
        """The recipe as YAML; `load_recipe` reads it back to an equal recipe."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
