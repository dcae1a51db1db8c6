"""The card of a model: a description inside its own ONNX file of its inputs, its outputs and its origin."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autochrome.errors import ModelUnusable
from autochrome.model.onnx_file import with_metadata

CARD_KEY = "autochrome.card"
"""The key of the card, as JSON, in the ONNX file's `metadata_props`."""


class Card(BaseModel):
    """Everything that a person or a program must know to use a model. Frozen; an unknown field is an error.

    A model has one of two size rules. With `fixed` the picture is resized to that square. Without it the edges
    are repeated until both sides are multiples of `multiple`, and the output is cropped back to the picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(description="The name that `--model` takes.")]
    version: Annotated[str, Field(description="Of the weights, not of the package.")] = "1"
    summary: Annotated[str, Field(description="One sentence.")] = ""
    contract: Annotated[
        str, Field(description="A row of the contract table: how inputs are made and outputs are read.")
    ]
    multiple: Annotated[int, Field(ge=1, description="Both sides must be multiples of this.")] = 1
    fixed: Annotated[
        int | None, Field(ge=1, description="Side of the square input, if the size is fixed.")
    ] = None
    stride: Annotated[
        int | None,
        Field(ge=1, description="Input pixels per output pixel; None: unknown."),
    ] = None
    hints: Annotated[
        Literal[0, 2, 3], Field(description="Hint channels: 0 none, 2 a*b*, 3 a*b* and a mask.")
    ] = 0
    ranges: Annotated[dict[str, str], Field(description="Unit and range of each input and output.")] = {}
    output: Annotated[
        Literal["ab", "rgb"], Field(description="a*b*, or an RGB picture whose a*b* are taken.")
    ] = "ab"
    features: Annotated[
        dict[str, str],
        Field(
            description="Outputs of the encoder → the names of the inputs that take them in the later graphs."
        ),
    ] = {}
    exact: Annotated[
        tuple[str, ...],
        Field(description="The features that the first graph computes; it must run in float32."),
    ] = ()
    palette: Annotated[
        tuple[tuple[float, float], ...],
        Field(
            description="a*b* of the colours whose probabilities the output `likely` holds, if there is one."
        ),
    ] = ()
    licence: Annotated[str, Field(description="Of the weights.")] = "unknown"
    training: Annotated[str, Field(description="How it was trained.")] = ""
    data: Annotated[str, Field(description="The pictures it was trained on.")] = ""
    figures: Annotated[
        dict[str, float], Field(description="Measured scores, each with the score of grey beside it.")
    ] = {}
    notice: Annotated[str, Field(description="Acknowledgements that licences require.")] = ""

    @property
    def size_rule(self) -> str:
        """The size rule as a sentence."""
        if self.fixed:
            return f"resized to {self.fixed}×{self.fixed}"
        return "any size" if self.multiple == 1 else f"any size, padded to multiples of {self.multiple}"

    @classmethod
    def read(cls, text: str, file: str) -> Self:
        """The card from its JSON; `file` is only named in the error."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the top level"
            raise ModelUnusable(
                f"{file}: its card is invalid at '{where}' ({first['msg'].lower()}); export the network again."
            ) from None


def with_card(model: bytes, card: Card) -> bytes:
    """The same ONNX file with this card in it. It replaces an older card."""
    return with_metadata(model, CARD_KEY, card.model_dump_json(), card.name)
