"""Job specs: everything that a job's process needs to know, and what it returns. Both travel as one line of JSON."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from autochrome.hints.file import HintsFile
from autochrome.options import FilmOptions, PhotoOptions
from autochrome.studio.schemas import Schema

Report: TypeAlias = Callable[[float, str], None]
"""Reports progress: the part that is done, 0…1, and a text."""


class ExportPhoto(Schema):
    kind: Literal["export photo"] = "export photo"
    source: Path
    folder: Path  # for the result
    options: PhotoOptions
    hints: HintsFile | None


class FilmSpec(Schema):
    source: Path  # the pictures that the hints use are in its folder
    target: Path
    options: FilmOptions
    hints: HintsFile | None
    cuts: tuple[int, ...] | None  # first frames of the shots; None where no detector has run yet


class ExportFilm(FilmSpec):
    kind: Literal["export film"] = "export film"


class Preview(FilmSpec):
    """Colour one shot quickly."""

    kind: Literal["preview"] = "preview"
    first: int  # frame
    last: int  # frame, inclusive


class FindShots(Schema):
    kind: Literal["find shots"] = "find shots"
    source: Path
    options: FilmOptions
    frames: int  # of the film, to report progress
    samples: Path  # where to write what is learnt of some frames


class Adapt(Schema):
    """Tune a network to the colours of films and pictures."""

    kind: Literal["adapt"] = "adapt"
    sources: dict[str, Path]  # name for the card → file
    target: Path
    model: str  # to start from
    minutes: float


JobSpec: TypeAlias = Annotated[
    ExportPhoto | ExportFilm | FindShots | Preview | Adapt, Field(discriminator="kind")
]
SPEC: TypeAdapter[JobSpec] = TypeAdapter(JobSpec)


class FoundShot(Schema):
    first: int  # frame
    doubt: float | None  # 0…1; None where the network does not report a confidence


class JobResult(Schema):
    file: str | None = None  # name of the exported file
    notes: tuple[str, ...] = ()  # facts about it for the user
    losses: tuple[str, ...] = ()  # what of a damaged original is missing in it
    shots: tuple[FoundShot, ...] = ()


class Message(Schema):
    """One line from a job's process: its progress, its result, or its error."""

    done: float = 0.0  # 0…1
    note: str = ""
    result: JobResult | None = None
    error: str | None = None  # one sentence
