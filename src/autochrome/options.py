"""Every knob once. A field here is the command line's flag, the HTTP field, the YAML key and the help text."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """Frozen, and strict about names: a misspelt knob is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColorOptions(Options):
    """How colour is decided: the same for photographs and film."""

    model: Annotated[
        str, Field(description="Which network: a name from `autochrome models`, or an ONNX file.")
    ] = "tint"
    size: Annotated[
        int,
        Field(ge=64, le=1024, description="Render size: short side, in pixels, at which colour is decided."),
    ] = 256
    vivid: Annotated[
        float, Field(ge=0, le=2, description="How much colour: 0 is grey, 1 neutral, 2 bold.")
    ] = 1.0
    mark: Annotated[bool, Field(description="Put a small mark in the corner: colours by software.")] = False


class PhotoOptions(ColorOptions):
    """How one photograph is coloured and written."""

    keep_color: Annotated[
        bool, Field(description="Believe the colour the original still has, and fill in the rest.")
    ] = False
    format: Annotated[
        Literal["auto", "jpg", "png", "tif", "webp", "avif"],
        Field(description="Kind of file to write; auto keeps the input's kind."),
    ] = "auto"
    quality: Annotated[int, Field(ge=1, le=100, description="Quality of JPEG, WebP and AVIF.")] = 92
    compare: Annotated[bool, Field(description="Also write before and after side by side.")] = False
    max_megapixels: Annotated[
        float, Field(gt=0, description="Refuse larger pictures: a small file may unpack to fill the memory.")
    ] = 1000.0


class FilmOptions(ColorOptions):
    """How one film is coloured and written."""

    size: Annotated[
        int,
        Field(ge=64, le=1024, description="Render size: short side, in pixels, at which colour is decided."),
    ] = 160
    method: Annotated[
        Literal["tint", "frames", "thesis"],
        Field(
            description="tint: steady colour, carried along the motion; frames: every frame alone; "
            "thesis: a network for the first frame of a scene, and --dependent for the rest."
        ),
    ] = "tint"
    dependent: Annotated[
        str | None,
        Field(description="Of --method thesis, the network that is shown the colour of the frame before."),
    ] = None
    smooth: Annotated[
        float, Field(ge=0, le=1, description="How steadily colour is held inside a shot; 0 hardly at all.")
    ] = 0.5
    every: Annotated[
        int,
        Field(
            ge=1,
            le=24,
            description="The network sees at least every n-th frame of a shot, more where motion loses track; "
            "motion carries colour to those between.",
        ),
    ] = 24
    start: Annotated[
        float | None, Field(ge=0, description="Seconds: only from here on; the result begins at 0.")
    ] = None
    end: Annotated[float | None, Field(gt=0, description="Seconds: only up to here.")] = None
    cuts: Annotated[
        str,
        Field(
            description="Where shots begin: auto, none, a detector's name, or a file that `autochrome shots` wrote."
        ),
    ] = "auto"
    codec: Annotated[
        Literal["auto", "like", "h264", "hevc", "ffv1", "prores", "vp9"],
        Field(description="How pictures are packed; like: as in the original; auto: h264, in WebM vp9."),
    ] = "auto"
    crf: Annotated[
        int, Field(ge=0, le=51, description="Quality of h264, hevc and vp9: lower is better and larger.")
    ] = 18
    preset: Annotated[
        Literal[
            "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"
        ],
        Field(description="How long the encoder may think: slower makes smaller files."),
    ] = "fast"
    pixel_format: Annotated[
        str,
        Field(description="Planes to write, such as yuv420p10; auto keeps depth and sampling of the film."),
    ] = "auto"
