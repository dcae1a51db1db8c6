"""The hints file: marks on one image or on frames of a film, as versioned JSON. docs/hints.md describes the format."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from autochrome.errors import HintsError
from autochrome.files import atomic_write
from autochrome.hints.marks import Marks, Position
from autochrome.options import Options, describe_fault

FileName = Annotated[str, Field(pattern=r"^[^/\\\x00.][^/\\\x00]*$")]
"""The name of an image in the folder of the hints file. It cannot name a file in another folder."""


class Reference(Options):
    """A coloured image of similar things."""

    file: FileName
    mask: Annotated[tuple[tuple[Position, Position], ...], Field(min_length=3)] | None = None
    """Outline of the part of the image whose colours count; None: all of it."""


class KeyFrame(Marks):
    """Marks and references for one frame of a film, chosen by its number or its time. They apply to the whole shot."""

    frame: Annotated[int, Field(ge=0)] | None = None  # from 0
    time: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None  # seconds
    picture: FileName | None = None  # this very frame in colour; marks are drawn over it
    reference: FileName | None = None  # another coloured image of similar things; short for `references`
    references: tuple[Reference, ...] = ()

    @property
    def all_references(self) -> tuple[Reference, ...]:
        return (*([Reference(file=self.reference)] if self.reference else ()), *self.references)

    @model_validator(mode="after")
    def _frame_or_time(self) -> Self:
        if (self.frame is None) == (self.time is None):
            raise ValueError("a key frame has a frame or a time, one of the two")
        return self


class HintsFile(Marks):
    """Marks on one image, or on frames of a film."""

    version: Literal[1]
    frames: tuple[KeyFrame, ...] = ()  # of a film; marks outside them apply to its first frame
    references: tuple[Reference, ...] = ()  # for the image; of a film, for every shot that matches

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file as JSON. An existing file is replaced in one step."""
        atomic_write(path, self.model_dump_json(indent=2, exclude_defaults=True) + "\n")

    def image_names(self) -> list[str]:
        """The names of all images that are used, as pictures or references."""
        pictures = [key.picture for key in self.frames if key.picture]
        references = [*self.references, *(each for key in self.frames for each in key.all_references)]
        return [*pictures, *(each.file for each in references)]


def load_hints(path: str | os.PathLike[str]) -> HintsFile:
    """Read the hints file at `path`. Raises `HintsError`, which names the wrong field, if the file is not valid."""
    try:
        return HintsFile.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise HintsError(f"{path}: the hints file cannot be opened ({error.strerror}).") from error
    except ValidationError as error:
        raise HintsError(f"{path}: {_explain(error.errors())}") from error


def hints_from_dict(content: Mapping[str, Any]) -> HintsFile:
    """The content of a hints file as a dictionary: {"points": [{"x": 0.5, "y": 0.1, "color": "sky"}]}."""
    try:
        return HintsFile.model_validate({"version": 1, **content})
    except ValidationError as error:
        raise HintsError(f"hints: {_explain(error.errors())}") from error


def hints_from_json(text: str) -> HintsFile:
    """The content of a hints file; its version may be left out."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise HintsError(f"hints: this is not JSON: {error}.") from error
    if not isinstance(content, dict):
        raise HintsError("hints: this is no hints file; it begins with {, see docs/hints.md.")
    return hints_from_dict(content)


def _explain(faults: list[ErrorDetails]) -> str:
    """One sentence about the first fault that pydantic found: which field, and what is wrong."""
    fault = faults[0]
    more = f" ({len(faults) - 1} more of this kind.)" if len(faults) > 1 else ""
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).lstrip(".")
    if fault["type"] == "json_invalid":
        return f"this is not a JSON file: {fault['ctx']['error']}."
    if fault["type"] == "extra_forbidden":
        return f"unknown field '{where}'; docs/hints.md lists all fields.{more}"
    if fault["type"] == "missing":
        return f"the field '{where}' is missing.{more}"
    if fault["type"] == "string_pattern_mismatch":
        return f"'{where}' is {fault['input']!r:.60}: give the name of a file in the folder of the hints file.{more}"
    if fault["type"] == "value_error":
        return f"'{where}': {describe_fault(fault)}.{more}"
    return f"'{where}' is {fault['input']!r:.60}: {describe_fault(fault)}.{more}"
