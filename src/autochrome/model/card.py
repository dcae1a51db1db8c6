"""The card a network carries inside its own file: what it wants, what it answers, where it comes from."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autochrome.errors import ModelUnusable
from autochrome.model.onnx_file import stamp

CARD_KEY = "autochrome.card"
"""Under this key the card stands, as JSON, in the ONNX file's `metadata_props`."""


class Card(BaseModel):
    """Everything a person or a program must know to use a network. Frozen, and strict about names.

    A network's size rule is one of two. `fixed`: the picture is resized to that square. Otherwise its edges are
    repeated until both sides are multiples of `multiple`, and the answer is cropped back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(description="What `--model` calls it.")]
    version: Annotated[str, Field(description="Of the weights, not of the package.")] = "1"
    summary: Annotated[str, Field(description="One sentence.")] = ""
    contract: Annotated[str, Field(description="A row of the contract table: how it is fed and read.")]
    multiple: Annotated[int, Field(ge=1, description="Both sides must be multiples of this.")] = 1
    fixed: Annotated[int | None, Field(ge=1, description="Side of the square it wants, if it wants one.")] = (
        None
    )
    stride: Annotated[
        int | None,
        Field(ge=1, description="Pixels of the input a pixel of the answer covers; None: unknown."),
    ] = None
    hints: Annotated[
        Literal[0, 2, 3], Field(description="Hint channels: 0 none, 2 a*b*, 3 a*b* and a mask.")
    ] = 0
    ranges: Annotated[dict[str, str], Field(description="For each input and output: unit and range.")] = {}
    output: Annotated[
        Literal["ab", "rgb"], Field(description="a*b*, or a whole picture whose a*b* are taken.")
    ] = "ab"
    features: Annotated[
        dict[str, str],
        Field(description="Outputs of the slow half → what they are called where later graphs take them in."),
    ] = {}
    exact: Annotated[
        tuple[str, ...],
        Field(description="Those of them that are worked out first, by a graph that must not be rounded."),
    ] = ()
    palette: Annotated[
        tuple[tuple[float, float], ...],
        Field(description="a*b* of the colours whose shares its output `likely` holds, if it has one."),
    ] = ()
    licence: Annotated[str, Field(description="Of the weights.")] = "unknown"
    training: Annotated[str, Field(description="Where it comes from and how it was trained.")] = ""
    data: Annotated[str, Field(description="What pictures it learnt from.")] = ""
    figures: Annotated[dict[str, float], Field(description="Measured; grey stands beside every score.")] = {}
    notice: Annotated[str, Field(description="Whom to thank, as their licences ask.")] = ""

    @property
    def size_rule(self) -> str:
        """The size rule in words."""
        if self.fixed:
            return f"resized to {self.fixed}×{self.fixed}"
        return "any size" if self.multiple == 1 else f"any size, padded to multiples of {self.multiple}"

    @classmethod
    def read(cls, text: str, file: str) -> Self:
        """The card from its JSON; `file` is only named in the error."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as broken:
            first = broken.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise ModelUnusable(
                f"{file}: its card is wrong at '{where}' ({first['msg'].lower()}); export the network again."
            ) from None


def with_card(model: bytes, card: Card) -> bytes:
    """An ONNX file with this card in it, in place of any older one: for the exporter, and for files of other people."""
    return stamp(model, CARD_KEY, card.model_dump_json(), card.name)
