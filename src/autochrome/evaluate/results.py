"""What a measurement is, once it is made: the JSON of a report, and how single pictures become one row of
it."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from autochrome.evaluate.metrics import COLORFULNESS, METRICS, pooled_psnr

NEARLY_GREY = 4.0  # mean chroma of the truth below which a picture asks for no colour
MAX_PSNR = 60.0  # dB: as much as a picture can score; an infinite figure would swallow every mean
DEFINITIONS = {
    "psnr": "dB on sRGB 0…255, 8-bit results, counted in float64, at most 60; the mean of the pictures' own",
    "psnr_pooled": "dB of the error averaged over every pixel of every picture",
    "over_grey": "psnr less the grey row's psnr; over_grey_pooled likewise",
    "ssim": "Gaussian window 11×11, σ 1.5, sRGB 0…255, mean over channels",
    "ciede2000": "mean ΔE₀₀ over pixels",
    "ab_error": "mean distance in a*b* over pixels",
    "ab_auc": "area under the share of pixels whose a*b* error is below t, t = 0…150, of 1",
    "colorfulness": COLORFULNESS,
    "colorfulness_share": "mean colourfulness in percent of the truth's",
    "colorfulness_gap": "mean |colourfulness − the truth's|, picture by picture",
    "perceptual": "distance of features of the network file that was given; smaller is nearer",
    "coloured": f"pictures whose truth has a mean chroma of at least {NEARLY_GREY:g}",
    "nearly_grey": "the other pictures: colour where there is none",
    "all": "both together",
}


class StrictModel(BaseModel):
    """Part of a report: strict about names, so that a report that reads is a report we know."""

    model_config = ConfigDict(extra="forbid")


class Scores(StrictModel):
    """One picture, one way of colouring it."""

    psnr: float  # dB, at most MAX_PSNR
    ssim: float
    ciede2000: float
    ab_error: float
    ab_auc: float
    colorfulness: float
    colorfulness_gap: float
    chroma: float  # mean distance from grey in a*b*
    squared_error: float
    pixels: int
    perceptual: float | None = None


class Spread(StrictModel):
    """One metric over pictures."""

    mean: float
    least: float
    most: float


class Row(StrictModel):
    """One way of colouring, over all pictures of a group."""

    name: str
    kind: str  # "baseline" or "model"
    vivid: float | None = None
    points: int = 0
    carried: bool = False
    pictures: int
    psnr: Spread
    psnr_pooled: float
    over_grey: float = 0.0
    over_grey_pooled: float = 0.0
    ssim: Spread
    ciede2000: float
    ab_error: float
    ab_auc: float
    colorfulness: float
    colorfulness_share: float | None = None  # percent; None where the truth has no colour at all
    colorfulness_gap: float
    chroma: float
    perceptual: float | None = None
    perceptual_share: float | None = None  # of grey's distance


class ImageScores(StrictModel):
    """One picture and what every row made of it."""

    name: str
    chroma: float  # of the truth
    rows: dict[str, Scores]


class BrushScores(StrictModel):
    """What single painted points did; ΔE₀₀. Prediction colours are random, chroma 40."""

    points: int
    miss_median: float  # between the colour painted and the one that came out there
    miss_ninety: float  # nine in ten miss by no more
    within_six: float  # share of points that miss by 6 or less
    edges: int
    leak_median: float | None  # change of what lies beyond a strong edge 20 px from the point
    leak_ninety: float | None


class Evaluation(StrictModel):
    """One run of `autochrome evaluate`."""

    model: str
    data: list[str]
    size: int  # pixels, short side: rendered and scored
    seconds: float
    machine: str
    definitions: dict[str, str] = DEFINITIONS
    groups: dict[str, list[Row]]  # "coloured", "nearly_grey", "all", as far as there are such pictures
    pictures: list[ImageScores]
    brush: BrushScores | None = None

    def row(self, name: str, group: str = "coloured") -> Row:
        """One way of colouring over one group of pictures."""
        return next(row for row in self.groups[group] if row.name == name)

    @staticmethod
    def is_coloured(picture: ImageScores) -> bool:
        """Whether a picture's truth asks for colour."""
        return picture.chroma >= NEARLY_GREY


def _spread(values: Sequence[float]) -> Spread:
    return Spread(mean=float(np.mean(values)), least=min(values), most=max(values))


def summarize(name: str, kind: str, scores: Sequence[Scores], **asked: float | bool | None) -> Row:
    """The scores of one way of colouring on several pictures → its row, not yet compared with the others."""
    means = {
        key: float(np.mean([getattr(score, key) for score in scores]))
        for key in (*METRICS, "colorfulness", "chroma")
        if key not in ("psnr", "ssim")
    }
    far = [score.perceptual for score in scores if score.perceptual is not None]
    pooled = pooled_psnr([score.squared_error for score in scores], [score.pixels for score in scores])
    return Row.model_validate(
        {
            "name": name,
            "kind": kind,
            "pictures": len(scores),
            "psnr": _spread([score.psnr for score in scores]),
            "psnr_pooled": min(pooled, MAX_PSNR),
            "ssim": _spread([score.ssim for score in scores]),
            "perceptual": float(np.mean(far)) if far else None,
            **means,
            **asked,
        }
    )


def compare_rows(rows: Sequence[Row], grey: str, truth: str) -> list[Row]:
    """The same rows, each with its distance to the grey row and its share of the truth's colourfulness."""
    floor = next(row for row in rows if row.name == grey)
    ceiling = next(row for row in rows if row.name == truth)
    return [_beside(row, floor, ceiling) for row in rows]


def _beside(row: Row, grey: Row, truth: Row) -> Row:
    return row.model_copy(
        update={
            "over_grey": row.psnr.mean - grey.psnr.mean,
            "over_grey_pooled": row.psnr_pooled - grey.psnr_pooled,
            "colorfulness_share": _share(100 * row.colorfulness, truth.colorfulness),
            "perceptual_share": _share(row.perceptual, grey.perceptual),
        }
    )


def _share(value: float | None, whole: float | None) -> float | None:
    return None if value is None or not whole else value / whole
