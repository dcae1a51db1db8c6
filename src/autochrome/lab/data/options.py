"""The options of training data: which pictures a recipe uses, and how training samples are made from them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from autochrome.options import Options

Probability = Annotated[float, Field(ge=0, le=1)]


class DataSettings(Options):
    """Which pictures are used, and how they are cropped."""

    train: Annotated[
        tuple[str, ...], Field(description="Folders, zips and tars to train on; --data replaces them.")
    ] = ()
    valid: Annotated[
        tuple[str, ...],
        Field(description="Pictures for validation, never trained on; --valid replaces them."),
    ] = ()
    size: Annotated[int, Field(ge=16, description="Training crops are size × size pixels.")] = 128
    full_crops: Annotated[
        float,
        Field(
            ge=0, le=1, description="Fraction of crops that take the whole short side; the others zoom in."
        ),
    ] = 0.5
    max_enlarge: Annotated[
        float,
        Field(ge=1, le=4, description="Crops that zoom in are enlarged at most this many times to `size`."),
    ] = 1.0
    exclude: Annotated[
        tuple[str, ...], Field(description="Skip pictures whose path matches a pattern, such as 'tiny*'.")
    ] = ()
    only: Annotated[
        tuple[str, ...], Field(description="Use only pictures whose path matches a pattern.")
    ] = ()
    labels: Annotated[
        tuple[str, ...],
        Field(
            description="Folders that are classes, for the loss `label`; pictures of other folders have no label. "
            "By default each folder is a class."
        ),
    ] = ()
    repeat: Annotated[
        dict[str, Annotated[int, Field(ge=1)]],
        Field(
            description="Pattern → how many times per epoch a picture whose path matches is used, "
            "such as 'bsds/*': 40."
        ),
    ] = Field(default_factory=dict)
    limit: Annotated[
        int | None, Field(ge=1, description="Use at most this many pictures, evenly spaced over the data.")
    ] = None
    max_short_side: Annotated[
        int | None,
        Field(ge=16, description="Shrink larger pictures to this short side, in pixels, when they are read."),
    ] = None
    pairs: Annotated[
        bool, Field(description="Pictures come in pairs NAME-0 and NAME-1: a film frame and the next frame.")
    ] = False
    thing_maps: Annotated[
        bool,
        Field(
            description="A picture NAME.jpg has a map NAME-things.png beside it: each thing has a colour of its own, "
            "black is unlabelled. Then each sample has one stroke, on a thing: the loss `thing` needs it."
        ),
    ] = False
    storage: Annotated[
        Literal["auto", "pixels", "stream", "device"],
        Field(
            description="pixels: decoded once and kept in memory; stream: decoded at each use; "
            "device: kept on the GPU; auto: whichever fits in memory."
        ),
    ] = "auto"
    workers: Annotated[
        int, Field(ge=0, description="Threads that decode and crop pictures; 0: one per processor.")
    ] = 0

    @model_validator(mode="after")
    def _one_companion(self) -> "DataSettings":
        if self.pairs and self.thing_maps:
            raise ValueError("a picture has either the previous frame (pairs) or a map (thing_maps) with it")
        return self


class SampleOptions(Options):
    """How a training sample is made from a picture. By default: the picture as it is, half of them mirrored."""

    flip: Annotated[Probability, Field(description="Fraction that is mirrored.")] = 0.5
    rotate: Annotated[
        Probability, Field(description="Fraction that is rotated by 90, 180 or 270 degrees.")
    ] = 0.0
    side_by_side: Annotated[
        Probability,
        Field(
            description="Fraction that shows another picture right of a vertical seam; "
            "points are painted on the left only."
        ),
    ] = 0.0
    blank_page: Annotated[
        Probability,
        Field(
            description="Fraction with a grey page: as a border around the picture, or instead of the picture."
        ),
    ] = 0.0
    drawn_things: Annotated[
        Probability,
        Field(
            description="Fraction with shaded shapes drawn on it, each a thing of its own; for `thing_maps`."
        ),
    ] = 0.0
    film_stock: Annotated[
        Probability,
        Field(
            description="Fraction whose luma is that of another film stock: other weights of red, green, blue."
        ),
    ] = 0.0
    tone: Annotated[Probability, Field(description="Fraction with other contrast, brightness and gamma.")] = (
        0.0
    )
    fade: Annotated[Probability, Field(description="Fraction with lighter blacks and darker whites.")] = 0.0
    grain: Annotated[Probability, Field(description="Fraction with film grain.")] = 0.0
    blur: Annotated[Probability, Field(description="Fraction that is out of focus.")] = 0.0
    scratches: Annotated[Probability, Field(description="Fraction with scratches and specks.")] = 0.0

    points: Annotated[
        Probability, Field(description="Fraction with hints as painted points and strokes.")
    ] = 0.0
    max_points: Annotated[int, Field(ge=1, description="Most points and strokes in one picture.")] = 50
    region: Annotated[Probability, Field(description="Fraction with hints in one large region.")] = 0.0
    warped: Annotated[
        Probability,
        Field(
            description="Fraction with hints as from another frame: the whole picture's colour, shifted, with holes."
        ),
    ] = 0.0
    max_shift: Annotated[
        float, Field(ge=0, description="Most pixels by which the colour of `warped` is shifted.")
    ] = 8.0
    wrong_hints: Annotated[
        Probability,
        Field(
            description="Fraction of samples that get the hints of another picture, with a mask of at most 0.25."
        ),
    ] = 0.0
    recolor: Annotated[
        Probability,
        Field(
            description="Fraction of hinted samples whose colour is changed: of one object with `points`, "
            "of the whole picture with `warped`."
        ),
    ] = 0.0
    pair_mask: Annotated[
        float,
        Field(ge=0, le=1, description="Mask of the previous frame's colour, where pictures come in pairs."),
    ] = 1.0
    pair_errors: Annotated[
        Probability,
        Field(
            description="Fraction of pairs whose previous frame has wrong colours, as a film's own results have: "
            "paler or bolder, and with soft patches."
        ),
    ] = 0.0

    @model_validator(mode="after")
    def _fractions_fit(self) -> "SampleOptions":
        if self.points + self.region + self.warped > 1:
            raise ValueError(
                "points, region and warped are fractions of the samples; their sum may not exceed 1"
            )
        return self
