"""How near one picture's colour comes to another's: pure functions on numpy arrays, counted in float64.

Pictures are (H, W, 3) sRGB in 0…255, of any dtype; Lab pictures are (H, W, 3) L*a*b* in physical units.
`RgbLabImage` holds both views of one picture, so that nothing is converted twice, and `METRICS` names every
comparison of two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color.lab import lab_from_srgb

Float64Array: TypeAlias = NDArray[np.float64]
Picture: TypeAlias = NDArray[Any]
"""(H, W, 3) sRGB, 0…255, integers or floats."""

AB_REACH = 150.0  # a*b* distance at which the cumulative curve of errors ends
COLORFULNESS = "Hasler–Süsstrunk 2003, signed opponents (R−G, (R+G)/2−B)"
CDC_GAPS = (1, 2, 4)  # frames


@dataclass(frozen=True, slots=True)
class RgbLabImage:
    """One picture seen twice: as the screen shows it, and as the eye measures it."""

    rgb: Float64Array  # (H, W, 3) 0…255
    lab: Float64Array  # (H, W, 3) L*a*b*

    @classmethod
    def from_rgb(cls, picture: Picture) -> Self:
        """(H, W, 3) sRGB 0…255 of any dtype."""
        rgb = np.asarray(picture, np.float64)
        return cls(rgb, lab_from_srgb(rgb / 255))


def squared_error(result: Picture, truth: Picture) -> float:
    """Mean squared difference over all pixels and channels. In floats: unsigned bytes would wrap round."""
    return float(np.mean(np.square(np.asarray(result, np.float64) - np.asarray(truth, np.float64))))


def decibels(squared: float) -> float:
    """PSNR in dB of a mean squared error on 0…255; infinite where there is no error."""
    return float("inf") if squared == 0 else float(10 * np.log10(255**2 / squared))


def psnr(result: Picture, truth: Picture) -> float:
    """Peak signal-to-noise ratio of one picture, dB."""
    return decibels(squared_error(result, truth))


def pooled_psnr(squared_errors: Sequence[float], pixels: Sequence[int]) -> float:
    """PSNR, dB, of many pictures laid together: the mean error over all pixels, then decibels.

    One badly missed picture weighs more here than in the mean of the pictures' own PSNRs.
    """
    return decibels(float(np.average(squared_errors, weights=pixels)))


def _gauss(x: Float64Array, axis: int) -> Float64Array:
    """The 11-tap Gaussian of σ 1.5 along one axis, only where all of it lies inside: ten fewer come back."""
    taps = np.exp(-0.5 * (np.arange(6) / 1.5) ** 2)
    taps /= taps[0] + 2 * taps[1:].sum()
    x = np.moveaxis(x, axis, 0)
    length = len(x) - 10
    out = taps[0] * x[5 : 5 + length]
    for reach in range(1, 6):
        out += taps[reach] * (x[5 - reach : 5 - reach + length] + x[5 + reach : 5 + reach + length])
    return np.moveaxis(out, 0, axis)


def _blur(x: Float64Array) -> Float64Array:
    return _gauss(_gauss(x, 0), 1)


def ssim(result: Picture, truth: Picture) -> float:
    """Structural similarity, −1…1: Gaussian window 11×11, σ 1.5, on 0…255, mean over channels.

    Also takes (H, W) planes of that range. The border of five pixels, where the window does not fit, is left
    out.
    """
    x, y = np.asarray(result, np.float64), np.asarray(truth, np.float64)
    if min(x.shape[:2]) < 11:
        raise ValueError(f"SSIM needs 11 pixels on either side, the picture has {x.shape[1]}×{x.shape[0]}")
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = _blur(x), _blur(y)
    both, square = mx * my, mx * mx + my * my
    covariance = _blur(x * y) - both
    variances = _blur(x * x + y * y) - square
    return float(np.mean((2 * both + c1) * (2 * covariance + c2) / ((square + c1) * (variances + c2))))


def _mean_hue(
    h1: Float64Array, h2: Float64Array, coloured: NDArray[np.bool_]
) -> tuple[Float64Array, Float64Array]:
    """Signed hue difference and mean hue, degrees, going the short way round the circle."""
    difference = np.where(coloured, (h2 - h1 + 180) % 360 - 180, 0.0)
    # Exactly opposite hues: the standard goes up from the smaller one.
    difference = np.where((difference == -180) & (h2 > h1), 180.0, difference)
    return difference, np.where(coloured, (h1 + difference / 2) % 360, h1 + h2)


def ciede2000(lab1: Picture, lab2: Picture) -> Float64Array:
    """(…, 3) L*a*b* twice → (…) colour difference ΔE₀₀ (CIE 142-2001, all weights 1)."""
    l1, a1, b1 = np.moveaxis(np.asarray(lab1, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(lab2, np.float64), -1, 0)
    c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(c7 / (c7 + 25.0**7))  # near grey, a* counts for more
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    dh, hue = _mean_hue(h1, h2, c1 * c2 > 0)
    chroma, light = (c1 + c2) / 2, ((l1 + l2) / 2 - 50) ** 2
    bend = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    dl = (l2 - l1) / (1 + 0.015 * light / np.sqrt(20 + light))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dhue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2)) / (1 + 0.015 * chroma * bend)
    turn = np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))  # blues: chroma and hue lean together
    c7 = chroma**7
    lean = -2 * np.sqrt(c7 / (c7 + 25.0**7)) * turn
    squared: Float64Array = dl**2 + dc**2 + dhue**2 + lean * dc * dhue
    return np.sqrt(np.maximum(squared, 0))


def ab_distance(lab1: Picture, lab2: Picture) -> Float64Array:
    """(…, 3) L*a*b* twice → (…) distance in the a*b* plane."""
    gap = np.asarray(lab1, np.float64)[..., 1:] - np.asarray(lab2, np.float64)[..., 1:]
    return np.hypot(gap[..., 0], gap[..., 1])


def ab_curve_area(distance: Float64Array) -> float:
    """Area, 0…1, under the curve "share of pixels whose a*b* error is below t" for t = 0…150; 1 is perfect.

    The integral of a cumulative curve is what is left above the mean: no thresholds need counting.
    """
    return float(1 - np.minimum(distance, AB_REACH).mean() / AB_REACH)


def colorfulness(picture: Picture) -> float:
    """How colourful (H, W, 3) sRGB 0…255 looks: 0 for grey, about 40 for photographs.

    After Hasler and Süsstrunk, with signed opponents; taking |R−G| first gives smaller numbers that do not
    compare.
    """
    r, g, b = np.moveaxis(np.asarray(picture, np.float64), -1, 0)
    rg, yb = r - g, (r + g) / 2 - b
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def mean_chroma(lab: Picture) -> float:
    """Mean distance of (…, 3) L*a*b* from grey."""
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def histograms(frame: Picture) -> Float64Array:
    """(3, 256) shares of each value in each channel of (H, W, 3) uint8."""
    counts = [np.bincount(frame[..., c].ravel(), minlength=256) for c in range(3)]
    return np.asarray(counts, np.float64) / frame[..., 0].size


def _divergence(p: Float64Array, q: Float64Array) -> float:
    """Jensen–Shannon divergence, nats, of (3, 256) shares, mean over channels."""
    middle = (p + q) / 2
    halves = (x * np.log(np.where(x > 0, x, 1) / np.where(x > 0, middle, 1)) for x in (p, q))
    return float(sum(h.sum(-1).mean() for h in halves) / 2)


def cdc(frames: Sequence[NDArray[np.uint8]]) -> float:
    """Colour distribution consistency of a film: how much its histograms wander, nats; steady is small.

    Mean Jensen–Shannon divergence of the 256-step histograms of R, G and B, one, two and four frames apart,
    mean over the gaps. Frames are (H, W, 3) uint8, five at least. Grey and frozen colour score lowest: it
    says something only beside the truth's own value.
    """
    return cdc_from_histograms([histograms(frame) for frame in frames])


def cdc_from_histograms(shares: Sequence[Float64Array]) -> float:
    """The same from each frame's `histograms`: a long film need not be held in memory."""
    if len(shares) <= max(CDC_GAPS):
        raise ValueError(f"CDC looks {max(CDC_GAPS)} frames ahead, and there are only {len(shares)}")
    gaps = [[_divergence(p, q) for p, q in zip(shares, shares[gap:], strict=False)] for gap in CDC_GAPS]
    return float(np.mean([np.mean(values) for values in gaps]))


def _fetch(plane: Float64Array, x: Float64Array, y: Float64Array) -> Float64Array:
    """(H, W, C) read between its pixels at (h, w) places that lie inside it."""
    height, width = plane.shape[:2]
    left = np.clip(np.floor(x).astype(int), 0, max(width - 2, 0))
    top = np.clip(np.floor(y).astype(int), 0, max(height - 2, 0))
    right, low = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    u, v = (x - left)[..., None], (y - top)[..., None]
    above = plane[top, left] * (1 - u) + plane[top, right] * u
    below = plane[low, left] * (1 - u) + plane[low, right] * u
    mixed: Float64Array = above * (1 - v) + below * v
    return mixed


def warped_chroma_error(before: Picture, after: Picture, flow: Picture, sure: Picture | None = None) -> float:
    """Mean a*b* distance of a frame from the one before it, carried along the motion; steady colour is small.

    before, after: (H, W, 2) a*b*. flow: (H, W, 2) x and y in pixels: what is at p in `after` was at p + flow
    before. sure: (H, W) 0…1, the weight of each pixel (0 where the motion is not known). Places that come
    from outside the frame do not count; when none is left the answer is NaN.
    """
    height, width = after.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    x, y = columns + flow[..., 0], rows + flow[..., 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    weight = inside * (1.0 if sure is None else np.asarray(sure, np.float64))
    if not weight.any():
        return float("nan")
    carried = _fetch(np.asarray(before, np.float64), np.where(inside, x, 0), np.where(inside, y, 0))
    gap = np.asarray(after, np.float64) - carried
    return float(np.average(np.hypot(gap[..., 0], gap[..., 1]), weights=weight))


@dataclass(frozen=True, slots=True)
class Metric:
    """One way to compare a result with the truth; one line in METRICS."""

    measure: Callable[[RgbLabImage, RgbLabImage], float]  # (result, truth) → number
    title: str
    unit: str = ""
    better: Literal["higher", "lower"] = "higher"


METRICS: dict[str, Metric] = {
    "psnr": Metric(lambda r, t: psnr(r.rgb, t.rgb), "PSNR", "dB"),
    "ssim": Metric(lambda r, t: ssim(r.rgb, t.rgb), "SSIM"),
    "ciede2000": Metric(lambda r, t: float(ciede2000(r.lab, t.lab).mean()), "ΔE₀₀", better="lower"),
    "ab_error": Metric(lambda r, t: float(ab_distance(r.lab, t.lab).mean()), "a*b* error", better="lower"),
    "ab_auc": Metric(lambda r, t: ab_curve_area(ab_distance(r.lab, t.lab)), "a*b* AUC"),
    "colorfulness_gap": Metric(
        lambda r, t: abs(colorfulness(r.rgb) - colorfulness(t.rgb)), "Colourfulness gap", better="lower"
    ),
}


def score(result: RgbLabImage, truth: RgbLabImage) -> dict[str, float]:
    """Every metric of METRICS for one pair of pictures."""
    return {name: metric.measure(result, truth) for name, metric in METRICS.items()}
