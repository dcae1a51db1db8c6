"""A recipe: one experiment as one YAML file, checked before anything runs. The fields here are its manual."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import ConfigDict, Field, ValidationError, model_validator

from autochrome.errors import RecipeError
from autochrome.lab.data.batches import SampleOptions
from autochrome.options import Options

RECIPES = Path(__file__).parent / "recipes"


class NetworkSettings(Options):
    """`family` is a name in NETWORKS (or CRITICS); every further key goes to that family as it is."""

    model_config = ConfigDict(frozen=True, extra="allow")

    family: str
    start: Annotated[
        str | None, Field(description="A run or a weights file to start from; every layer must fit.")
    ] = None

    @property
    def config(self) -> dict[str, Any]:
        return dict(self.model_extra or {})

    def rebuilt(self) -> Self:
        """The same network for weights of its own: the files its first ones came from may be gone by now."""
        files = {k: "none" for k in ("encoder", "weights") if isinstance(self.config.get(k), str)}
        return self.model_copy(update={"start": None, **files})


class DataSettings(Options):
    """Which pictures, and how they are cut."""

    train: Annotated[
        tuple[str, ...], Field(description="Folders, zips, tars to learn from; --data replaces them.")
    ] = ()
    valid: Annotated[
        tuple[str, ...],
        Field(description="Pictures to score with, never learnt from; --valid replaces them."),
    ] = ()
    size: Annotated[int, Field(ge=16, description="Training pictures are size × size pixels.")] = 128
    whole: Annotated[
        float,
        Field(ge=0, le=1, description="Share of crops that take the whole short side; the rest zoom in."),
    ] = 0.5
    enlarge: Annotated[
        float,
        Field(ge=1, le=4, description="Crops that zoom in may be so many times smaller than `size`."),
    ] = 1.0
    exclude: Annotated[
        tuple[str, ...], Field(description="Leave out pictures whose path matches, such as 'tiny*'.")
    ] = ()
    only: Annotated[tuple[str, ...], Field(description="Keep only pictures whose path matches.")] = ()
    often: Annotated[
        dict[str, Annotated[int, Field(ge=1)]],
        Field(
            description="Pictures whose path matches are seen so many times an epoch, such as 'bsds/*': 40."
        ),
    ] = Field(default_factory=dict)
    limit: Annotated[int | None, Field(ge=1, description="Use at most so many, drawn evenly.")] = None
    shrink: Annotated[
        int | None, Field(ge=16, description="Shrink larger pictures to this short side when they are read.")
    ] = None
    pairs: Annotated[
        bool, Field(description="Pictures come in twos, NAME-0 and NAME-1: a film frame and its next.")
    ] = False
    keep: Annotated[
        Literal["auto", "pixels", "stream", "device"],
        Field(
            description="Decoded in memory, decoded anew at each use, or on the GPU; auto looks at the room."
        ),
    ] = "auto"
    workers: Annotated[int, Field(ge=0, description="Threads that cut pictures; 0: one a processor.")] = 0


class OptimizerSettings(Options):
    """AdamW; weight decay touches matrices and kernels only."""

    lr: Annotated[float, Field(gt=0)] = 1e-3
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    groups: Annotated[
        dict[str, float], Field(description="Another learning rate for parameters whose name starts so.")
    ] = Field(default_factory=dict)
    clip: Annotated[float | None, Field(gt=0, description="Longest gradient (2-norm).")] = None


class AdversarialSettings(Options):
    """The critic's part in a phase."""

    kind: Annotated[str, Field(description="A name in ADVERSARIAL: bce, lsgan.")] = "bce"
    weight: Annotated[float, Field(ge=0, description="Of the critic's word in the generator's loss.")] = 1.0
    matching: Annotated[float, Field(ge=0, description="Of feature matching with the critic's maps.")] = 0.0
    train: Annotated[
        Literal["both", "critic", "generator"], Field(description="Who learns; the other is held still.")
    ] = "both"
    optimizer: OptimizerSettings = OptimizerSettings(lr=2e-4, betas=(0.5, 0.999))


class Phase(Options):
    """One stretch of training. Its length is exactly one of epochs, steps or minutes."""

    name: str = "train"
    epochs: Annotated[float | None, Field(gt=0)] = None
    steps: Annotated[int | None, Field(gt=0)] = None
    minutes: Annotated[float | None, Field(gt=0)] = None
    batch: Annotated[int, Field(ge=1, description="Pictures a step, over all processes together.")] = 32
    accumulate: Annotated[
        int, Field(ge=1, description="Work a step through in so many portions; the result is the same.")
    ] = 1
    size: Annotated[int | None, Field(ge=16, description="Another picture size than data.size.")] = None
    losses: Annotated[
        dict[str, float | dict[str, Any]],
        Field(description="Name in LOSSES: its weight, or {weight: …, and the loss's own settings}."),
    ] = Field(default_factory=dict)
    optimizer: OptimizerSettings = OptimizerSettings()
    freeze: Annotated[
        tuple[str, ...], Field(description="Parameters whose name starts so are left as they are.")
    ] = ()
    schedule: Literal["cosine", "constant"] = "cosine"
    warmup: Annotated[float, Field(ge=0, lt=1, description="Share of the phase in which the rate rises.")] = (
        0.02
    )
    adversarial: AdversarialSettings | None = None
    samples: Annotated[
        dict[str, Any], Field(description="What is different from the recipe's samples in this phase.")
    ] = Field(default_factory=dict)
    checkpoint_every: Annotated[
        float | None, Field(gt=0, description="Epochs between scored checkpoints; none: only at the end.")
    ] = None
    pick: Annotated[
        str | None, Field(description="Go on from the checkpoint whose held-out score of this name is best.")
    ] = None

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if sum(x is not None for x in (self.epochs, self.steps, self.minutes)) != 1:
            raise ValueError(f"phase {self.name!r} needs exactly one of epochs, steps, minutes")
        if self.batch % self.accumulate:
            raise ValueError(f"phase {self.name!r}: batch {self.batch} is no multiple of accumulate")
        return self


class CardSettings(Options):
    """What the exported network says about itself."""

    name: Annotated[str, Field(description="Its name for --model; the recipe's, if empty.")] = ""
    version: str = "1"
    licence: Annotated[str, Field(description="Of the weights.")] = "unknown"
    data: Annotated[str, Field(description="What pictures it learnt from.")] = ""
    notice: Annotated[str, Field(description="Whom to thank, as their licences ask.")] = ""


class Recipe(Options):
    """Everything that decides what a run becomes, but the pictures themselves."""

    name: str
    about: str = ""
    seed: int = 1
    network: NetworkSettings
    critic: NetworkSettings | None = None
    data: DataSettings = DataSettings()
    samples: SampleOptions = SampleOptions()
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    ema: Annotated[
        float, Field(ge=0, lt=1, description="Moving average of the weights, a step; 0: none.")
    ] = 0.0
    precision: Literal["fp32", "bf16"] = "fp32"
    save_minutes: Annotated[
        float, Field(gt=0, description="Minutes between checkpoints that only guard against a kill.")
    ] = 10.0
    valid_count: Annotated[int, Field(ge=1, description="Held-out pictures in a score.")] = 300
    valid_size: Annotated[
        int | None, Field(ge=16, description="Side at which held-out pictures are scored; none: data.size.")
    ] = None
    card: CardSettings = CardSettings()
    shortcuts: Annotated[
        dict[str, str], Field(description="Short names for --set, such as encoder: network.encoder.")
    ] = Field(default_factory=dict)
    budgets: Annotated[
        dict[str, dict[str, Any]],
        Field(description="Named sets of overrides: --set budget=small; `preset` is the same word."),
    ] = Field(default_factory=dict)
    grid: Annotated[
        dict[str, list[Any]],
        Field(description="For `autochrome grid`: every combination of these overrides."),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _critic_where_needed(self) -> Self:
        for phase in self.phases:
            if phase.adversarial and self.critic is None:
                raise ValueError(f"phase {phase.name!r} is adversarial, but the recipe has no critic")
            if not phase.losses and phase.adversarial is None:
                raise ValueError(f"phase {phase.name!r} has neither losses nor a critic to learn from")
        return self

    def sample_options(self, phase: Phase) -> SampleOptions:
        """How samples are made in this phase."""
        return SampleOptions(**{**self.samples.model_dump(), **phase.samples})

    def dump(self) -> str:
        """As YAML that `load_recipe` reads back to the same recipe."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


class _Loader(yaml.SafeLoader):
    """YAML 1.1 reads 1e-3 as a word; everybody who writes it in a recipe means a number."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def _parse(text: str, where: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # a SafeLoader
    except yaml.YAMLError as e:
        raise RecipeError(f"{where} is not valid YAML: {str(e).splitlines()[0]}.") from e


def recipe_names() -> list[str]:
    """The recipes that come with the package."""
    return sorted(p.stem for p in RECIPES.glob("*.yaml"))


def find_recipe(name: str | Path) -> Path:
    """A name of ours, or a YAML file."""
    if str(name) in recipe_names():
        return RECIPES / f"{name}.yaml"
    if Path(name).is_file():
        return Path(name)
    raise RecipeError(
        f"There is no recipe {str(name)!r}: it is one of {', '.join(recipe_names())}, or a file."
    )


def load_recipe(name: str | Path, overrides: Iterable[str] = ()) -> Recipe:
    """Read a recipe and apply `key.path=value` overrides, in order; anything unknown is a RecipeError."""
    return make_recipe(read_recipe(name, overrides), find_recipe(name).name)


def read_recipe(name: str | Path, overrides: Iterable[str] = ()) -> dict[str, Any]:
    """The same, as plain settings that are not checked yet."""
    path = find_recipe(name)
    raw = _parse(path.read_text(encoding="utf-8"), path.name)
    if not isinstance(raw, dict):
        raise RecipeError(f"{path.name} must be a mapping of settings.")
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals:
            raise RecipeError(f"--set {text!r} must look like key=value.")
        raw = override(raw, key.strip(), _parse(value, f"--set {key}"))
    return dict(raw)


def make_recipe(raw: Mapping[str, Any], where: str = "the recipe") -> Recipe:
    """Checked settings, or one sentence saying which of them is wrong."""
    try:
        return Recipe.model_validate(raw)
    except ValidationError as e:
        first = e.errors()[0]
        place = ".".join(str(x) for x in first["loc"]) or "a setting"
        more = f" (and {e.error_count() - 1} more)" if e.error_count() > 1 else ""
        raise RecipeError(f"{where}: {place}: {first['msg']}{more}.") from e


def override(raw: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A copy of `raw` with one setting changed. `phases.NAME.…`, `phases.0.…` and `phases.*.…` all work."""
    result: dict[str, Any] = deepcopy(dict(raw))
    if key in ("budget", "preset"):
        budgets = result.get("budgets") or {}
        if value not in budgets:
            raise RecipeError(f"This recipe has no budget {value!r}; it has: {', '.join(budgets) or 'none'}.")
        for inner, setting in budgets[value].items():
            result = override(result, inner, setting)
        return result
    key = (result.get("shortcuts") or {}).get(key, key)
    for parent, last in _places(result, key.split("."), key):
        if isinstance(parent, list):
            parent[int(last)] = value
        else:
            parent[last] = value
    return result


def _places(node: Any, path: list[str], key: str) -> list[tuple[Any, str]]:
    """Every (container, last key) that a dotted path names; containers on the way are made where missing."""
    head, rest = path[0], path[1:]
    if isinstance(node, list):
        chosen = [
            i
            for i, item in enumerate(node)
            if head in ("*", str(i)) or (isinstance(item, dict) and item.get("name") == head)
        ]
        if not chosen:
            raise RecipeError(f"--set {key}: there is no {head!r} here.")
        if not rest:
            return [(node, str(i)) for i in chosen]
        return [place for i in chosen for place in _places(node[i], rest, key)]
    if not rest:
        return [(node, head)]
    child = node.get(head)
    if child is None:
        child = node[head] = {}
    elif isinstance(child, int | float):
        child = node[head] = {"weight": child}  # a loss given as its bare weight
    elif not isinstance(child, dict | list):
        raise RecipeError(f"--set {key}: {head!r} is a single value and has nothing inside.")
    return _places(child, rest, key)
