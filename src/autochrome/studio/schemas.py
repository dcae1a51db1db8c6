"""What travels over HTTP and lies on disk: projects, jobs, views."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from autochrome.hints.file import HintsFile
from autochrome.options import FilmOptions, Options, PhotoOptions

Kind = Literal["photo", "film"]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Length = Annotated[float, Field(ge=0.0005, le=1, allow_inf_nan=False)]
HIDDEN = {"photo": {"compare", "max_megapixels"}, "film": {"cuts", "dependent", "end", "start"}}
"""Knobs of the command line that the studio turns itself."""


def _settings(kind: Kind, options: type[Options]) -> Any:
    """The knobs of a kind, each of which may be left out."""
    fields: dict[str, Any] = {
        name: (field.annotation, Field(None, description=field.description))
        if not field.metadata
        else (Annotated[(field.annotation, *field.metadata)], Field(None, description=field.description))
        for name, field in options.model_fields.items()
        if name not in HIDDEN[kind]
    }
    return create_model(
        f"{kind.title()}Settings", __config__=ConfigDict(frozen=True, extra="forbid"), **fields
    )


PhotoSettings = _settings("photo", PhotoOptions)
FilmSettings = _settings("film", FilmOptions)


class Part(BaseModel):
    """A thing that says no more than it knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShotSpan(Part):
    """One shot of a film."""

    first: int  # frame
    last: int  # frame, inclusive
    start: float  # seconds
    end: float
    doubt: float | None = None  # 0…1, how unsure the network is of it; None before it has looked


class FilmPart(Part):
    seconds: float
    fps: float
    frames: int
    shots: tuple[ShotSpan, ...] | None = None  # None before they were looked for


class ExportPart(Part):
    ready: bool = False
    name: str = ""
    revision: int = -1  # of the project when it was made


class Project(Part):
    """A picture or a film, what a person said of it, and how it is to be coloured."""

    id: str
    kind: Kind
    name: str
    created: datetime
    width: int  # upright, as people see it
    height: int
    suffix: str  # of the original, as it is kept
    settings: dict[str, Any] = {}  # knobs that were turned
    revision: int = 0  # counts everything that changes colours: hints, settings, shots
    notes: tuple[str, ...] = ()
    film: FilmPart | None = None
    export: ExportPart = ExportPart()


class Change(Part):
    """What of a project may be changed."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    settings: dict[str, Any] | None = None  # replaces all of them; checked against the knobs of its kind


class ViewBox(Part):
    """A part of the picture, in shares of it, and into how many pixels it goes. What juts out is moved inside."""

    x: Share = 0.0
    y: Share = 0.0
    width: Length = 1.0
    height: Length = 1.0
    pixels: tuple[Annotated[int, Field(ge=1, le=2048)], Annotated[int, Field(ge=1, le=2048)]] = (1024, 768)


class PaintPhoto(Part):
    """Marks and knobs to try; nothing of it is kept."""

    hints: HintsFile = HintsFile(version=1)
    settings: dict[str, Any] = {}
    view: ViewBox = ViewBox()


class PaintFrame(Part):
    """Marks and knobs to try on one frame; nothing of it is kept.

    Of hints with key frames, those of this very frame count; where it has none, what its shot's frames say is carried
    to it. Marks outside of key frames are taken to be on this frame, where there are no key frames.
    """

    hints: HintsFile = HintsFile(version=1)
    settings: dict[str, Any] = {}
    width: Annotated[int, Field(ge=16, le=2048, description="Of the longer side, in pixels.")] = 960


class PictureName(Part):
    """What hints may call a picture that was brought for them."""

    name: str


class ShotMark(Part):
    """Where a shot begins. It ends where the next one does."""

    first: Annotated[int, Field(ge=0, le=100_000_000)]  # frame
    last: Annotated[int, Field(ge=0, le=100_000_000)] | None = None  # not looked at


class Detect(Part):
    """Look for shots."""

    detect: Literal[True] = True


class LikelyColor(Part):
    color: str  # #rrggbb
    share: Share  # how likely; all of them together at most 1


class PixelColors(Part):
    before: str  # #rrggbb
    after: str


What = Literal["export", "shots", "preview"]
State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Job(Part):
    """Something that takes its time, and is done one after the other."""

    id: str
    project: str  # its id
    what: What
    shot: int | None = None  # of a preview: its place in the film's shots
    state: State = "waiting"
    done: Share = 0.0
    note: str = ""  # a few words for people
    error: str | None = None  # one sentence, where it failed
    created: datetime


class QueueAnswer(Part):
    paused: bool
    waiting: int
    running: list[str]  # ids of jobs


class QueueChange(Part):
    paused: bool


class KnobsAnswer(Part):
    photo: dict[str, Any]  # JSON schema
    film: dict[str, Any]
    models: list[dict[str, Any]]  # cards, each with `name` as the knob `model` takes it
    model: str  # which one is used where nobody chooses
    version: str
