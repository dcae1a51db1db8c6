"""The results of an evaluation: the JSON of a report, and how the scores of single images become one row."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from autochrome.evaluate.false_color import CELLS, NEUTRAL
from autochrome.evaluate.metrics import METRICS, pooled_psnr

NEARLY_GREY = 4.0  # units of a*b*: an image whose truth has a lower mean chroma counts as nearly grey
MAX_PSNR = 60.0  # dB: a higher PSNR is set to this, because one infinite value would make a mean infinite
DEFINITIONS = {
    "psnr": f"dB on sRGB 0…255, 8-bit results, at most {MAX_PSNR:g}; the mean of the PSNR of each picture",
    "psnr_pooled": "dB of the squared error averaged over all pixels of all pictures",
    "over_grey": "psnr minus the psnr of the row grey; over_grey_pooled likewise",
    "ssim": "structural similarity, −1…1: Gaussian window 11×11, σ 1.5, sRGB 0…255, mean over channels",
    "ciede2000": "colour difference ΔE₀₀, mean over pixels; lower is better",
    "ab_error": "distance in the a*b* plane, mean over pixels; lower is better",
    "ab_auc": "area under the fraction of pixels with an a*b* error below t, t = 0…150; 1 is best",
    "colorfulness": "Hasler–Süsstrunk 2003 with signed opponent channels (R−G, (R+G)/2−B)",
    "colorfulness_share": "mean colourfulness in percent of the truth's",
    "colorfulness_gap": "mean over pictures of |colourfulness − the truth's|; lower is better",
    "perceptual": "distance of the features of the given network; lower is better",
    "ciede2000_ninety": "ΔE₀₀ that 90 % of the pixels of a picture do not exceed, mean of pictures; lower is better",
    "recognised": "percent of the pictures in which the judge (a classifier) names the same class as in the truth",
    "recovered_share": "percent: (recognised − grey's) / (the truth's − grey's); 0 is grey, 100 the truth",
    "feature_distance": "Fréchet distance of the judge's features of all results and all truths; lower is better; "
    "few pictures make it too large; feature_distance_share is divided by grey's",
    "kernel_distance": "kernel distance (KID) of the same features, × 1000; lower is better; also for few pictures",
    "neutral_chroma": f"mean chroma where the truth has less than {NEUTRAL:g}; lower is better",
    "patchiness": "mean change of the a*b* error between neighbouring flat cells, "
    f"1/{CELLS} of the short side wide; patchiness_share is divided by grey's: above 1 there are false patches",
    "coloured": f"pictures whose truth has a mean chroma of {NEARLY_GREY:g} or more",
    "nearly_grey": "pictures whose truth has almost no colour",
    "all": "all pictures",
}
"""Name of a figure or group in the JSON → what it means."""


class StrictModel(BaseModel):
    """A part of a report. Unknown names are errors, so a report of another version is not misread."""

    model_config = ConfigDict(extra="forbid")


class Scores(StrictModel):
    """The scores of one result on one image."""

    psnr: float  # dB, at most MAX_PSNR
    ssim: float
    ciede2000: float
    ciede2000_ninety: float
    ab_error: float
    ab_auc: float
    colorfulness: float
    colorfulness_gap: float
    chroma: float  # mean distance from grey, units of a*b*
    squared_error: float
    pixels: int
    perceptual: float | None = None
    neutral_chroma: float | None = None  # None if the truth has no neutral pixel
    neutral_pixels: int = 0
    patchiness: float | None = None  # None if no luma is flat
    flat_steps: int = 0


class Spread(StrictModel):
    """One metric over several images."""

    mean: float
    least: float
    most: float


class Row(StrictModel):
    """A baseline or a trial, summarized over the images of a group."""

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
    ciede2000_ninety: float
    ab_error: float
    ab_auc: float
    colorfulness: float
    colorfulness_share: float | None = None  # percent; None if the truth has no colour at all
    colorfulness_gap: float
    chroma: float
    perceptual: float | None = None
    perceptual_share: float | None = None  # divided by grey's distance
    neutral_chroma: float | None = None
    patchiness: float | None = None
    patchiness_share: float | None = None  # divided by grey's
    recognised: float | None = None  # percent; this and the following are None without a judge
    recovered_share: float | None = None  # percent; None if the judge names grey as often as the truth
    feature_distance: float | None = None
    feature_distance_share: float | None = None  # divided by grey's distance
    kernel_distance: float | None = None  # × 1000


class ImageScores(StrictModel):
    """One image: the scores of every row."""

    name: str
    chroma: float  # of the truth
    rows: dict[str, Scores]

    @property
    def source(self) -> str:
        """The first folder of the name; "" if it has none."""
        return self.name.split("/", 1)[0] if "/" in self.name else ""


class BrushScores(StrictModel):
    """Errors of single painted points with random colours of chroma 40; ΔE₀₀."""

    reach: float  # of the points: 0 this thing, 1 the whole picture
    points: int
    miss_median: float  # between the painted colour and the result at the point
    miss_ninety: float  # 90 % of the points have this error or less
    within_six: float  # fraction of the points with an error of 6 or less
    edges: int
    leak_median: float | None  # change beyond a strong edge, 20 px from the point
    leak_ninety: float | None
    moved_median: float  # fraction of the pixels far from the point that change by more than 5 a*b*, 0…1
    moved_ninety: float
    things: int = 0  # of drawn scenes, each with one stroke of reach 0
    covered_median: float | None = None  # fraction of the thing that takes the colour of its stroke, 0…1
    covered_ten: float | None = None  # 90 % of the things are covered at least so far
    spilled_median: float | None = None  # fraction of all else that changes by more than 5 a*b*


class VariationScores(StrictModel):
    """Several results for each picture with colour; PSNR in dB, mean of pictures."""

    pictures: int
    variations: int  # results for each picture, with the single answer
    grey: float
    single: float  # the answer without variations
    best: float  # of each picture the best result, found with the truth
    spread: float  # mean a*b* distance of two results
    colorfulness_share: float | None  # percent of the truth's, mean of all results


class Evaluation(StrictModel):
    """One run of `autochrome evaluate` on images."""

    model: str
    data: list[str]
    size: int  # pixels, short side: the images are coloured and scored at this size
    seconds: float
    machine: str
    definitions: dict[str, str] = DEFINITIONS
    groups: dict[str, list[Row]]  # "coloured", "nearly_grey", "all"; a group without images is left out
    sources: dict[
        str, list[Row]
    ] = {}  # first folder of the name → rows of its images with colour; {} if only one
    judge: str | None = None  # the classifier that recognised things
    pictures: list[ImageScores]
    brush: BrushScores | None = None
    variations: VariationScores | None = None

    def row(self, name: str, group: str = "coloured") -> Row:
        """The row of this name in a group."""
        return next(row for row in self.groups[group] if row.name == name)

    @staticmethod
    def is_coloured(image: ImageScores) -> bool:
        """Whether the truth of an image has colour."""
        return image.chroma >= NEARLY_GREY


def _spread(values: Sequence[float]) -> Spread:
    return Spread(mean=float(np.mean(values)), least=min(values), most=max(values))


def _weighted_mean(parts: Sequence[tuple[float | None, int]]) -> float | None:
    """The mean of (mean, count) pairs; None if every count is 0."""
    found = [(mean, count) for mean, count in parts if mean is not None]
    return float(np.average([m for m, _ in found], weights=[n for _, n in found])) if found else None


def summarize(name: str, kind: str, scores: Sequence[Scores], **figures: float | bool | None) -> Row:
    """Summarize the scores of several images in one row. `compare_rows` fills in the figures beside grey and truth.

    figures: vivid, points and carried of a trial; what a judge recognised.
    """
    means = {
        key: float(np.mean([getattr(score, key) for score in scores]))
        for key in (*METRICS, "colorfulness", "chroma")
        if key not in ("psnr", "ssim")
    }
    distances = [score.perceptual for score in scores if score.perceptual is not None]
    pooled = pooled_psnr([score.squared_error for score in scores], [score.pixels for score in scores])
    return Row.model_validate(
        {
            "name": name,
            "kind": kind,
            "pictures": len(scores),
            "psnr": _spread([score.psnr for score in scores]),
            "psnr_pooled": min(pooled, MAX_PSNR),
            "ssim": _spread([score.ssim for score in scores]),
            "perceptual": float(np.mean(distances)) if distances else None,
            "neutral_chroma": _weighted_mean([(s.neutral_chroma, s.neutral_pixels) for s in scores]),
            "patchiness": _weighted_mean([(s.patchiness, s.flat_steps) for s in scores]),
            **means,
            **figures,
        }
    )


def compare_rows(rows: Sequence[Row], grey: str, truth: str) -> list[Row]:
    """Copy the rows with the gain over the row `grey` and the colourfulness in percent of the row `truth`."""
    grey_row = next(row for row in rows if row.name == grey)
    truth_row = next(row for row in rows if row.name == truth)
    return [_compare_row(row, grey_row, truth_row) for row in rows]


def _compare_row(row: Row, grey: Row, truth: Row) -> Row:
    return row.model_copy(
        update={
            "over_grey": row.psnr.mean - grey.psnr.mean,
            "over_grey_pooled": row.psnr_pooled - grey.psnr_pooled,
            "colorfulness_share": _divide(100 * row.colorfulness, truth.colorfulness),
            "perceptual_share": _divide(row.perceptual, grey.perceptual),
            "patchiness_share": _divide(row.patchiness, grey.patchiness),
            "feature_distance_share": _divide(row.feature_distance, grey.feature_distance),
            "recovered_share": _recovered_share(row.recognised, grey.recognised, truth.recognised),
        }
    )


def _recovered_share(ours: float | None, grey: float | None, truth: float | None) -> float | None:
    if ours is None or grey is None or truth is None:
        return None
    return _divide(100 * (ours - grey), truth - grey)


def _divide(value: float | None, whole: float | None) -> float | None:
    return None if value is None or not whole else value / whole
