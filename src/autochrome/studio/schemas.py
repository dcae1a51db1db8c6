"""The data that travels over HTTP and lies on disk: projects, jobs, views, requests.

Clients and old libraries depend on the names of the fields.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from autochrome.hints.file import HintsFile, KeyFrame
from autochrome.hints.marks import Point

ProjectKind = Literal["photo", "film"]
JobKind = Literal["export", "shots", "preview", "adapt"]
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Length = Annotated[float, Field(ge=0.0005, le=1, allow_inf_nan=False)]
Pixels = Annotated[int, Field(ge=1, le=2048)]
ProjectIdText = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
FrameNumber = Annotated[int, Field(ge=0, le=100_000_000)]


class Schema(BaseModel):
    """Frozen, and without unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShotSpan(Schema):
    """One shot of a film."""

    first: int  # frame number
    last: int  # frame number, inclusive
    start: float  # seconds
    end: float
    doubt: float | None = None  # 0…1, how unsure the network is; None where it has not seen the shot


class TimecodeInfo(Schema):
    """The timecode of the first frame of a film."""

    frame: int  # frames since 00:00:00:00
    count: int  # frames that timecode counts in a second
    drop: bool  # drop frame


class FilmInfo(Schema):
    seconds: float
    fps: float
    frames: int
    shots: tuple[ShotSpan, ...] | None = None  # None: no detector has run yet
    timecode: TimecodeInfo | None = None  # None: the film has none


FileName = Annotated[str, Field(max_length=200, pattern=r"^[^/\\\x00-\x1f]*$")]
"""A name without folders: project.json may have been changed by others."""


class ExportInfo(Schema):
    """The file that was exported last."""

    ready: bool = False
    name: FileName = ""
    revision: int = -1  # of the project at that time
    notes: tuple[str, ...] = ()  # facts about it
    losses: tuple[str, ...] = ()  # what of a damaged original is missing in it


class Project(Schema):
    """A photograph or a film, with its settings. Its hints lie in a file of their own."""

    id: ProjectIdText
    kind: ProjectKind
    name: FileName
    created: datetime
    width: int  # pixels, upright
    height: int
    suffix: Annotated[str, Field(pattern=r"^\.[a-z0-9]{1,8}$")]  # of the original's file
    settings: dict[str, Any] = {}  # the options that differ from the defaults
    revision: int = 0  # grows with every change of colours: hints, settings, shots
    notes: tuple[str, ...] = ()  # facts about the original
    losses: tuple[str, ...] = ()  # what of a damaged original cannot be read
    favourite: bool = False
    film: FilmInfo | None = None
    export: ExportInfo = ExportInfo()


class ProjectChange(Schema):
    """The fields of a project that a client may change."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    settings: dict[str, Any] | None = None  # replaces all settings
    favourite: bool | None = None


class HistoryStep(Schema):
    """One thing that was done with a project."""

    label: str
    part: Literal["marks", "settings", "cuts"]
    frame: int | None = None  # of a film: where its change is seen; None: on every frame
    names: tuple[str, ...] = ()  # of the settings


class HistoryInfo(Schema):
    """Everything that was done with a project, in order."""

    done: int  # steps that count; those after them are undone
    steps: tuple[HistoryStep, ...]


class HistoryChange(Schema):
    """How many steps shall count: one less to undo the last, one more to do it again."""

    done: Annotated[int, Field(ge=0, le=100_000)]


class VersionName(Schema):
    name: Annotated[str, Field(min_length=1, max_length=100)]


class Version(Schema):
    """The hints and settings of a project at some moment."""

    id: str
    name: str
    created: datetime
    hints: HintsFile
    settings: dict[str, Any]


class ViewBox(Schema):
    """A part of a picture, 0…1 of its sides, and its size on the screen. A part that lies outside is moved inside."""

    x: Fraction = 0.0
    y: Fraction = 0.0
    width: Length = 1.0
    height: Length = 1.0
    pixels: tuple[Pixels, Pixels] = (1024, 768)  # width, height


class PaintPhoto(Schema):
    """Hints and settings to try on a photograph. Nothing is saved."""

    hints: HintsFile = HintsFile(version=1)
    settings: dict[str, Any] = {}
    view: ViewBox = ViewBox()


class PaintFrame(Schema):
    """Hints and settings to try on one frame. Nothing is saved.

    The result is the frame that an export with these hints and settings has. Marks outside of key frames are on
    frame 0.
    """

    hints: HintsFile = HintsFile(version=1)
    settings: dict[str, Any] = {}
    width: Annotated[int, Field(ge=16, le=2048, description="Longer side in pixels.")] = 960


class FrameDoubts(Schema):
    """How unsure the network is of some frames of a film, in order."""

    frames: tuple[int, ...]
    doubts: tuple[Fraction | None, ...]  # of the same frames; None where the network does not say


class AlikeShot(Schema):
    """A shot that looks like a frame, with marks of that frame on the most similar frame of the shot."""

    first: int  # frame of the shot
    frame: int  # that looks most alike
    similarity: Fraction
    marks: KeyFrame
    lost: int  # marks whose thing is not found there


class PictureName(Schema):
    """The name by which hints can use an uploaded picture."""

    name: str


class ReferenceMatch(Schema):
    """How much of a picture a reference matches."""

    file: str
    share: Fraction
    matches: bool  # False: too little, so it gives no colour


class ShotStart(Schema):
    """The first frame of a shot. The shot ends before the next one begins."""

    first: FrameNumber
    last: FrameNumber | None = None  # ignored; the page sends it back


class FindShotsRequest(Schema):
    detect: Literal[True] = True


class LikelyColor(Schema):
    color: str  # #rrggbb
    share: Fraction  # probability; all of them together at most 1


class VariationInfo(Schema):
    """One way to colour a picture."""

    points: tuple[Point, ...]  # of the machine; with them in the hints the picture has these colours
    apart: float  # a*b*: how far it is from the single answer and from the variations before it, the smallest
    picture: str  # a small JPEG, as a data URL


class PixelColors(Schema):
    before: str  # #rrggbb
    after: str


class Work(Schema):
    """All that an editor shows of a project, after a step of its history was undone or done again."""

    project: Project
    hints: HintsFile
    history: HistoryInfo


class AdaptRequest(Schema):
    """Tune the network to the colours of some projects."""

    projects: Annotated[
        tuple[ProjectIdText, ...], Field(min_length=1, max_length=100)
    ]  # films, pictures in colour
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,59}$")]  # of the new model
    minutes: Annotated[float, Field(ge=1, le=240)] = 20.0  # the longest time


class Job(Schema):
    """Work that takes long. It waits in a queue and runs in a process of its own."""

    id: str
    project: str  # its id
    what: JobKind
    shot: int | None = None  # number of the shot, for a preview
    to_folder: bool = False  # an export: a copy of the file goes to the folder for finished files
    # of a job that tunes the network; `project` is then the first of its projects
    adapt: AdaptRequest | None = None
    state: JobState = "waiting"
    done: Fraction = 0.0
    note: str = ""  # progress as text; of a job that is done, what the user should know of the result
    error: str | None = None  # one sentence, if the job failed
    created: datetime


class QueueState(Schema):
    paused: bool
    waiting: int
    running: list[str]  # ids of jobs


class QueueChange(Schema):
    paused: bool


class SettingsInfo(Schema):
    """Everything a client needs to show the settings."""

    photo: dict[str, Any]  # JSON schema
    film: dict[str, Any]
    models: list[dict[str, Any]]  # cards; `name` is the value for the setting `model`
    model: str  # the default
    looks: dict[str, dict[str, float]]  # settings by the name of a look
    version: str
    # name of the folder for finished files; None: the studio was started without one
    folder: str | None = None
