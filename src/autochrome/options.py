"""Every option, declared once: a field is the flag of the command line, the HTTP field, the YAML key and the help."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator

from autochrome.errors import UsageError

_FAULTS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "extra_forbidden": "there is no such option",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "missing": "is missing",
    "string_type": "must be text",
}
"""The kinds of faults that pydantic finds in a value, in plain words."""


def describe_fault(fault: Mapping[str, Any]) -> str:
    """What is wrong with a value, from one item of pydantic's `ValidationError.errors()`: "must be at most 2"."""
    context = fault.get("ctx", {})
    if fault["type"] == "literal_error":
        return f"must be {context['expected'].replace(chr(39), '')}"
    if fault["type"] in _FAULTS:
        return _FAULTS[fault["type"]].format(**context)
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{message[:1].lower()}{message[1:]}"


def within(help: str, *, ge: float | None = None, le: float | None = None, gt: float | None = None) -> Any:
    """A field whose help text ends with its range: "Quality of JPEG. [1 to 100]"."""
    limits = describe_range(ge, le, gt)
    return Field(ge=ge, le=le, gt=gt, description=f"{help} [{limits}]")


def describe_range(
    ge: float | None = None, le: float | None = None, gt: float | None = None, lt: float | None = None
) -> str:
    """A range as help shows it: "1 to 100", "at least 1", "more than 0"."""
    if ge is not None and le is not None:
        return f"{ge:g} to {le:g}"
    limits = (("at least", ge), ("more than", gt), ("at most", le), ("less than", lt))
    return ", ".join(f"{words} {limit:g}" for words, limit in limits if limit is not None)


class Options(BaseModel):
    """Frozen. An unknown field name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class InvalidOptions(UsageError):
    """Options of a photo or a film that are unknown or out of range."""

    def __init__(self, error: ValidationError) -> None:
        self.faults = error.errors()
        sentences = (
            f"{_name(fault)}{fault['input']!r:.60}: {describe_fault(fault)}" for fault in self.faults
        )
        super().__init__("; ".join(sentences) + ".")


def _name(fault: Mapping[str, Any]) -> str:
    return "".join(f"{part} = " for part in fault["loc"][-1:])


@dataclass(frozen=True, slots=True)
class Look:
    """What makes all colours of a picture stronger, weaker or of another kind. The defaults change nothing."""

    vivid: float = 1.0
    warmth: float = 0.0
    tint: float = 0.0


LOOKS: dict[str, Look] = {
    "natural": Look(),
    "muted": Look(vivid=0.65),
    "vivid": Look(vivid=1.4),
    "hand-tinted": Look(vivid=0.8, warmth=0.35, tint=0.15),
    "warm": Look(warmth=0.4),
    "cool": Look(warmth=-0.4),
}
"""Looks to choose from, by name."""


class ColorOptions(Options):
    """Options for photos and films. `InvalidOptions` names each field that is wrong."""

    @model_validator(mode="wrap")
    @classmethod
    def _translate_errors(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            raise InvalidOptions(error) from error

    model: Annotated[
        str, Field(description="The model: a name from `autochrome models`, or an ONNX file.")
    ] = "tint"
    size: Annotated[
        int,
        within("Render size: the short side, in pixels, at which the model works.", ge=64, le=1024),
    ] = 256
    vivid: Annotated[float, within("Strength of colour: 0 grey, 1 neutral, 2 bold.", ge=0, le=2)] = 1.0
    warmth: Annotated[float, within("Shift all colours: -1 cool, 0 neutral, 1 warm.", ge=-1, le=1)] = 0.0
    tint: Annotated[float, within("Shift all colours: -1 green, 0 neutral, 1 magenta.", ge=-1, le=1)] = 0.0
    reach: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="How far marks without a reach of their own reach: 0 colours this thing only; "
            "1 counts for the whole picture.",
        ),
    ] = 1.0
    mark: Annotated[
        bool, Field(description="Draw a small mark in the corner: the colours are made by software.")
    ] = False

    @property
    def look(self) -> Look:
        """`vivid`, `warmth` and `tint` together."""
        return Look(self.vivid, self.warmth, self.tint)


T = TypeVar("T", bound=ColorOptions)


def check_options(options: T | None, kind: type[T]) -> T:
    """The options, or the defaults for None. Raises `UsageError` if they are of another kind."""
    if options is None:
        return kind()
    if not isinstance(options, kind):
        raise UsageError(f"The options must be {kind.__name__}, not {type(options).__name__}.")
    return options


class PhotoOptions(ColorOptions):
    """Options for photos."""

    keep_color: Annotated[
        bool, Field(description="Keep the colour that the original still has, and colour the rest.")
    ] = False
    format: Annotated[
        Literal["auto", "jpg", "png", "tif", "webp", "avif"],
        Field(description="File format of the result; auto keeps the format of the input."),
    ] = "auto"
    quality: Annotated[int, within("Quality of JPEG, WebP and AVIF.", ge=1, le=100)] = 92
    compare: Annotated[bool, Field(description="Also write a picture of before and after side by side.")] = (
        False
    )
    max_megapixels: Annotated[
        float,
        within("Refuse larger pictures: a small file can decode to a picture that fills the memory.", gt=0),
    ] = 1000.0


class FilmOptions(ColorOptions):
    """Options for films."""

    size: Annotated[
        int,
        within("Render size: the short side, in pixels, at which the model works.", ge=64, le=1024),
    ] = 160
    method: Annotated[
        Literal["tint", "frames", "thesis"],
        Field(
            description="tint: steady colour, carried along the motion; frames: every frame by itself; "
            "thesis: one model for the first frame of a shot, and --dependent for the others."
        ),
    ] = "tint"
    dependent: Annotated[
        str | None,
        Field(
            description="For --method thesis: the model that takes the colour of the frame before as input."
        ),
    ] = None
    smooth: Annotated[
        float,
        within(
            "How steady colour is inside a shot: 0 follows every prediction, 1 changes slowest.", ge=0, le=1
        ),
    ] = 0.5
    every: Annotated[
        int,
        within(
            "Run the model on at least every n-th frame of a shot, more often where motion is uncertain; "
            "colour moves along the motion to the frames between.",
            ge=1,
            le=24,
        ),
    ] = 24
    start: Annotated[
        float | None, within("Start at this second of the film; the result begins at 0.", ge=0)
    ] = None
    end: Annotated[float | None, within("End at this second of the film.", gt=0)] = None
    timecode: Annotated[
        str | None,
        Field(
            description="Timecode of the first frame of the result, such as 01:00:00:00; "
            "without it the film keeps its own."
        ),
    ] = None
    cuts: Annotated[
        str,
        Field(
            description="Cuts: auto, none, the name of a detector, or a list of shots: a file written by "
            "`autochrome shots`, an EDL, OpenTimelineIO or CSV file."
        ),
    ] = "auto"
    codec: Annotated[
        Literal["auto", "like", "h264", "hevc", "ffv1", "prores", "dnxhr", "vp9"],
        Field(
            description="Video codec; like: the codec of the original; auto: h264, in WebM vp9, in MXF dnxhr."
        ),
    ] = "auto"
    crf: Annotated[
        int,
        within("Quality of h264, hevc and vp9: lower is better, with larger files.", ge=0, le=51),
    ] = 18
    preset: Annotated[
        Literal[
            "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"
        ],
        Field(description="Speed of the encoder: slower makes smaller files."),
    ] = "fast"
    pixel_format: Annotated[
        str,
        Field(
            description="Pixel format of the result, such as yuv420p10; auto keeps bit depth and chroma sampling."
        ),
    ] = "auto"
