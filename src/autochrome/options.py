"""Every option, declared once: a field is the flag of the command line, the HTTP field, the YAML key and the help."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """Frozen. An unknown field name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColorOptions(Options):
    """Options for photos and films."""

    model: Annotated[
        str, Field(description="The model: a name from `autochrome models`, or an ONNX file.")
    ] = "tint"
    size: Annotated[
        int,
        Field(
            ge=64, le=1024, description="Render size: the short side, in pixels, at which the model works."
        ),
    ] = 256
    vivid: Annotated[
        float, Field(ge=0, le=2, description="Strength of colour: 0 grey, 1 neutral, 2 bold.")
    ] = 1.0
    mark: Annotated[
        bool, Field(description="Draw a small mark in the corner: the colours are made by software.")
    ] = False


class PhotoOptions(ColorOptions):
    """Options for photos."""

    keep_color: Annotated[
        bool, Field(description="Keep the colour that the original still has, and colour the rest.")
    ] = False
    format: Annotated[
        Literal["auto", "jpg", "png", "tif", "webp", "avif"],
        Field(description="File format of the result; auto keeps the format of the input."),
    ] = "auto"
    quality: Annotated[int, Field(ge=1, le=100, description="Quality of JPEG, WebP and AVIF.")] = 92
    compare: Annotated[bool, Field(description="Also write a picture of before and after side by side.")] = (
        False
    )
    max_megapixels: Annotated[
        float,
        Field(
            gt=0,
            description="Refuse larger pictures: a small file can decode to a picture that fills the memory.",
        ),
    ] = 1000.0


class FilmOptions(ColorOptions):
    """Options for films."""

    size: Annotated[
        int,
        Field(
            ge=64, le=1024, description="Render size: the short side, in pixels, at which the model works."
        ),
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
        Field(
            ge=0,
            le=1,
            description="How steady colour is inside a shot: 0 follows every prediction, 1 changes slowest.",
        ),
    ] = 0.5
    every: Annotated[
        int,
        Field(
            ge=1,
            le=24,
            description="Run the model on at least every n-th frame of a shot, more often where motion is uncertain; "
            "colour moves along the motion to the frames between.",
        ),
    ] = 24
    start: Annotated[
        float | None, Field(ge=0, description="Start at this second of the film; the result begins at 0.")
    ] = None
    end: Annotated[float | None, Field(gt=0, description="End at this second of the film.")] = None
    cuts: Annotated[
        str,
        Field(
            description="Cuts: auto, none, the name of a detector, or a file written by `autochrome shots`."
        ),
    ] = "auto"
    codec: Annotated[
        Literal["auto", "like", "h264", "hevc", "ffv1", "prores", "vp9"],
        Field(description="Video codec; like: the codec of the original; auto: h264, in WebM vp9."),
    ] = "auto"
    crf: Annotated[
        int,
        Field(ge=0, le=51, description="Quality of h264, hevc and vp9: lower is better, with larger files."),
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
