"""Metrics: how near the colours of one image are to those of another. Pure functions, computed in float64.

An image is (H, W, 3) sRGB in 0…255, of any dtype. A Lab image is (H, W, 3) L*a*b*: L* in 0…100, a*b* in −110…110.
`METRICS` lists every comparison of a result with its truth; a new metric is one function and one line there.
SSIM and CIEDE2000 come from scikit-image (extra `evaluate`), which is loaded on first use.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color.lab import lab_from_srgb

Float64Array: TypeAlias = NDArray[np.float64]
RgbArray: TypeAlias = NDArray[Any]
"""(H, W, 3) sRGB, 0…255, integers or floats."""
LabArray: TypeAlias = NDArray[Any]
"""(H, W, 3) L*a*b*."""

MAX_AB_ERROR = 150.0  # a*b* distance at which the curve of `ab_auc` ends
SSIM_WINDOW = 11  # pixels
CDC_GAPS = (1, 2, 4)  # frames


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, so that results can be cached
class RgbLabImage:
    """One image in both colour spaces, so that every metric shares one conversion."""

    rgb: Float64Array  # (H, W, 3) 0…255
    lab: Float64Array  # (H, W, 3) L*a*b*

    @classmethod
    def from_rgb(cls, image: RgbArray) -> Self:
        """Convert (H, W, 3) sRGB in 0…255, of any dtype."""
        rgb = np.asarray(image, np.float64)
        return cls(rgb, lab_from_srgb(rgb / 255))


def squared_error(result: RgbArray, truth: RgbArray) -> float:
    """Mean squared difference over all pixels and channels: 0…65025, lower is better.

    Computed in floats: differences of unsigned bytes would wrap around.
    """
    return float(np.mean(np.square(np.asarray(result, np.float64) - np.asarray(truth, np.float64))))


def decibels(squared: float) -> float:
    """A mean squared error on the scale 0…255 as PSNR in dB; infinite if the error is 0."""
    return float("inf") if squared == 0 else float(10 * np.log10(255**2 / squared))


def psnr(result: RgbArray, truth: RgbArray) -> float:
    """Peak signal-to-noise ratio of one image: dB, 0…∞, higher is better; infinite for equal images.

    Not taken from scikit-image: its version warns when the images are equal, and pooling needs the squared error.
    """
    return decibels(squared_error(result, truth))


def pooled_psnr(squared_errors: Sequence[float], pixels: Sequence[int]) -> float:
    """PSNR of many images together: dB of the mean squared error over all pixels, higher is better.

    One image with a large error has more effect here than in the mean of the PSNR of each image.
    """
    return decibels(float(np.average(squared_errors, weights=pixels)))


def ssim(result: RgbArray, truth: RgbArray) -> float:
    """Structural similarity: no unit, −1…1, higher is better, 1 for equal images.

    Gaussian window of 11 × 11 pixels with σ 1.5, on values of 0…255, mean over pixels and channels. Five pixels at
    each edge, where the window does not fit, do not count. Also takes (H, W) planes of that range.
    """
    from skimage.metrics import structural_similarity

    x, y = np.asarray(result, np.float64), np.asarray(truth, np.float64)
    if min(x.shape[:2]) < SSIM_WINDOW:
        raise ValueError(
            f"SSIM needs {SSIM_WINDOW} pixels on either side; the image has {x.shape[1]} × {x.shape[0]}"
        )
    channels = -1 if x.ndim == 3 else None
    return float(
        structural_similarity(
            x, y, data_range=255, channel_axis=channels,
            gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        )
    )  # fmt: skip


def ciede2000(lab1: LabArray, lab2: LabArray) -> Float64Array:
    """Colour difference ΔE₀₀ of each pixel (CIE 142-2001, all weights 1): 0…about 120, lower is better.

    (…, 3) L*a*b* twice → (…). A difference of 1 is just visible; one of 6 is clear.
    """
    from skimage.color import deltaE_ciede2000

    return np.asarray(deltaE_ciede2000(np.asarray(lab1, np.float64), np.asarray(lab2, np.float64)))


@lru_cache(maxsize=1)  # two metrics use it, and it takes longer than all others
def _color_difference(result: RgbLabImage, truth: RgbLabImage) -> Float64Array:
    return ciede2000(result.lab, truth.lab)


def ab_distance(lab1: LabArray, lab2: LabArray) -> Float64Array:
    """Distance of each pixel in the a*b* plane: units of a*b*, 0…about 310, lower is better.

    (…, 3) L*a*b* twice → (…). A difference of L* does not count.
    """
    difference = np.asarray(lab1, np.float64)[..., 1:] - np.asarray(lab2, np.float64)[..., 1:]
    return np.hypot(difference[..., 0], difference[..., 1])


def ab_auc(distance: Float64Array) -> float:
    """Area under the curve "fraction of pixels with an a*b* error below t", t = 0…150: no unit, 0…1, higher is better.

    (…) a*b* distances → the area divided by 150. It equals 1 less the mean of the clipped errors divided by 150, so
    no thresholds are counted.
    """
    return float(1 - np.minimum(distance, MAX_AB_ERROR).mean() / MAX_AB_ERROR)


def colorfulness(image: RgbArray) -> float:
    """How colourful an image is (Hasler and Süsstrunk 2003): no unit, 0 for grey, about 40 for photographs.

    Neither high nor low is better: compare it with the truth's. The opponent channels keep their signs; versions that
    take |R−G| first give smaller numbers, which cannot be compared with these.
    """
    r, g, b = np.moveaxis(np.asarray(image, np.float64), -1, 0)
    rg, yb = r - g, (r + g) / 2 - b
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def colorfulness_gap(result: RgbArray, truth: RgbArray) -> float:
    """|colourfulness − the truth's colourfulness|: no unit, 0 or more, lower is better."""
    return abs(colorfulness(result) - colorfulness(truth))


def mean_chroma(lab: LabArray) -> float:
    """Mean distance of (…, 3) L*a*b* from grey: units of a*b*, 0…about 155. Neither high nor low is better."""
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def channel_histograms(frame: NDArray[np.uint8]) -> Float64Array:
    """(H, W, 3) → (3, 256): the fraction of the pixels that have each value, for each channel."""
    counts = [np.bincount(frame[..., c].ravel(), minlength=256) for c in range(3)]
    return np.asarray(counts, np.float64) / frame[..., 0].size


def _jensen_shannon(p: Float64Array, q: Float64Array) -> float:
    """Jensen–Shannon divergence of two (3, 256) histograms, in nats, mean over channels."""
    middle = (p + q) / 2
    halves = (x * np.log(np.where(x > 0, x, 1) / np.where(x > 0, middle, 1)) for x in (p, q))
    return float(sum(h.sum(-1).mean() for h in halves) / 2)


def cdc(frames: Sequence[NDArray[np.uint8]]) -> float:
    """Colour distribution consistency of a film: how much its histograms change. Nats, 0…0.69, lower is steadier.

    The mean Jensen–Shannon divergence of the histograms of R, G and B between frames that are 1, 2 and 4 frames apart,
    then the mean over these three. Takes five or more (H, W, 3) frames. Grey scores lowest: compare with the truth's.
    """
    return cdc_from_histograms([channel_histograms(frame) for frame in frames])


def cdc_from_histograms(histograms: Sequence[Float64Array]) -> float:
    """`cdc` from the `channel_histograms` of each frame, so that a long film need not be in memory."""
    if len(histograms) <= max(CDC_GAPS):
        raise ValueError(f"CDC needs {max(CDC_GAPS) + 1} frames or more; there are only {len(histograms)}")
    divergences = [
        [_jensen_shannon(p, q) for p, q in zip(histograms, histograms[gap:], strict=False)]
        for gap in CDC_GAPS
    ]
    return float(np.mean([np.mean(values) for values in divergences]))


def _sample_bilinear(plane: Float64Array, x: Float64Array, y: Float64Array) -> Float64Array:
    """(H, W, C) → (h, w, C): interpolated values at (h, w) positions, which must lie inside the plane."""
    height, width = plane.shape[:2]
    left = np.clip(np.floor(x).astype(int), 0, max(width - 2, 0))
    top = np.clip(np.floor(y).astype(int), 0, max(height - 2, 0))
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    u, v = (x - left)[..., None], (y - top)[..., None]
    above = plane[top, left] * (1 - u) + plane[top, right] * u
    below = plane[bottom, left] * (1 - u) + plane[bottom, right] * u
    mixed: Float64Array = above * (1 - v) + below * v
    return mixed


def warped_chroma_error(
    before: NDArray[Any], after: NDArray[Any], flow: NDArray[Any], confidence: NDArray[Any] | None = None
) -> float:
    """Mean a*b* distance of a frame from the frame before it, moved along the motion: lower is steadier.

    before, after: (H, W, 2) a*b*. flow: (H, W, 2) x and y in pixels: what is at p in `after` was at p + flow before.
    confidence: (H, W) 0…1, the weight of each pixel. Pixels that come from outside the frame do not count; if no pixel
    is left, the result is NaN. Units of a*b*, 0…about 310. Grey scores 0, so compare with the truth's.
    """
    height, width = after.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    x, y = columns + flow[..., 0], rows + flow[..., 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    weight = inside * (1.0 if confidence is None else np.asarray(confidence, np.float64))
    if not weight.any():
        return float("nan")
    moved = _sample_bilinear(np.asarray(before, np.float64), np.where(inside, x, 0), np.where(inside, y, 0))
    difference = np.asarray(after, np.float64) - moved
    return float(np.average(np.hypot(difference[..., 0], difference[..., 1]), weights=weight))


@dataclass(frozen=True, slots=True)
class Metric:
    """One way to compare a result with its truth."""

    measure: Callable[[RgbLabImage, RgbLabImage], float]  # (result, truth) → number
    title: str
    unit: str = ""
    better: Literal["higher", "lower"] = "higher"


METRICS: dict[str, Metric] = {
    "psnr": Metric(lambda r, t: psnr(r.rgb, t.rgb), "PSNR", "dB"),
    "ssim": Metric(lambda r, t: ssim(r.rgb, t.rgb), "SSIM"),
    "ciede2000": Metric(lambda r, t: float(_color_difference(r, t).mean()), "ΔE₀₀", better="lower"),
    "ciede2000_ninety": Metric(
        lambda r, t: float(np.quantile(_color_difference(r, t), 0.9)), "ΔE₀₀ of 90 %", better="lower"
    ),
    "ab_error": Metric(lambda r, t: float(ab_distance(r.lab, t.lab).mean()), "a*b* error", better="lower"),
    "ab_auc": Metric(lambda r, t: ab_auc(ab_distance(r.lab, t.lab)), "a*b* AUC"),
    "colorfulness_gap": Metric(
        lambda r, t: colorfulness_gap(r.rgb, t.rgb), "Colourfulness gap", better="lower"
    ),
}
"""Name → metric. The names are the keys of the JSON report."""


def score(result: RgbLabImage, truth: RgbLabImage) -> dict[str, float]:
    """Compute every metric of METRICS for one result."""
    return {name: metric.measure(result, truth) for name, metric in METRICS.items()}
