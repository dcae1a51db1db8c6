"""Losses on a network's output: each is called `loss(batch, output)` and returns a scalar.

The truth is shrunk to the size of the output by area: an output at a quarter of the size is compared with the mean
colour of each 4×4 square.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.errors import RecipeError
from autochrome.lab.losses.perceptual import Perceptual
from autochrome.lab.networks.color_bins import BIN_SIZE, bin_centres, encode, mean_and_spread, rebalance
from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.rendering import full_size_ab, rgb_from_lab_planes
from autochrome.lab.types import NO_LABEL, Batch, Loss, NetworkOutput


def true_ab(batch: Batch, like: Tensor) -> Tensor:
    """(N, 2, h, w) a*b*: the truth at the size of `like`, by area."""
    return shrink_by_area(batch.truth[:, 1:], like)


def shrink_by_area(planes: Tensor, like: Tensor) -> Tensor:
    """(N, C, H, W) → (N, C, h, w): the planes at the size of `like`."""
    if planes.shape[-2:] == like.shape[-2:]:
        return planes
    return F.interpolate(planes, like.shape[-2:], mode="area")


class Distance(Loss):
    """The mean of `function` over a*b*, in units of 110. Hinted pixels get `hint_weight` as additional weight."""

    def __init__(
        self, function: Callable[..., Tensor], hint_weight: float = 0.0, beta: float | None = None
    ) -> None:
        super().__init__()
        self.function, self.hint_weight = function, hint_weight
        self.settings = {} if beta is None else {"beta": beta}

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        truth = true_ab(batch, output.ab) / AB_SCALE
        error = self.function(output.ab / AB_SCALE, truth, reduction="none", **self.settings)
        if self.hint_weight:
            # The square: hints with a low mask are often wrong and get little additional weight.
            weight = 1 + self.hint_weight * shrink_by_area(batch.mask, output.ab).square()
            return (error * weight).sum() / weight.expand_as(error).sum()
        return error.mean()


class L1(Distance):
    """Mean absolute error."""

    def __init__(self, hint_weight: float = 0.0) -> None:
        super().__init__(F.l1_loss, hint_weight)


class MSE(Distance):
    """Mean squared error."""

    def __init__(self, hint_weight: float = 0.0) -> None:
        super().__init__(F.mse_loss, hint_weight)


class SmoothL1(Distance):
    """Absolute error, but squared error below `beta` (in units of 110)."""

    def __init__(self, hint_weight: float = 0.0, beta: float = 0.05) -> None:
        super().__init__(F.smooth_l1_loss, hint_weight, beta)


class Bins(Loss):
    """Cross entropy over the bins of the a*b* plane. Rare colours get more weight.

    The frequency of each bin is a slow running average over the batches; `momentum` is the weight of one batch.
    """

    centres: Tensor
    frequency: Tensor

    def __init__(self, bin_size: float = BIN_SIZE, momentum: float = 0.02) -> None:
        super().__init__()
        self.momentum = momentum
        centres = bin_centres(bin_size)
        self.register_buffer("centres", centres)
        # The first guess: most colours are pale.
        self.register_buffer("frequency", torch.softmax(-centres.norm(dim=1) / 12, 0))

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        if output.logits is None:
            raise RecipeError("The loss 'bins' needs a network that predicts a distribution over colours.")
        index, weights = encode(true_ab(batch, output.logits), self.centres)
        with torch.no_grad():
            counts = torch.zeros_like(self.frequency).index_add_(0, index.reshape(-1), weights.reshape(-1))
            if self.training:
                self.frequency.lerp_(counts / counts.sum(), self.momentum)
        rarity = rebalance(self.frequency)[index[:, :1]]  # of the nearest bin
        entropy = -(weights * torch.log_softmax(output.logits, 1).gather(1, index)).sum(1, keepdim=True)
        return (entropy * rarity).sum() / rarity.sum()


class TotalVariation(Loss):
    """Mean difference of neighbouring pixels, in units of 110: it penalises patches."""

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        return _mean_gradient(output.ab / AB_SCALE)


class Gradient(Loss):
    """Mean error of the differences of neighbouring pixels, in units of 110, at the output's size and smaller ones.

    A constant colour error costs nothing; patches that the truth does not have cost much. If the network predicts a
    distribution, its mean gets the same loss. `factors`: how many times smaller the other sizes are.
    """

    centres: Tensor

    def __init__(self, bin_size: float = BIN_SIZE, factors: Sequence[int] = (2, 4)) -> None:
        super().__init__()
        self.factors = (1, *factors)
        self.register_buffer("centres", bin_centres(bin_size))

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        predictions = [output.ab]
        if output.logits is not None:
            predictions.append(mean_and_spread(output.logits, self.centres)[0])
        errors = [(ab - true_ab(batch, ab)) / AB_SCALE for ab in predictions]
        scaled = [F.avg_pool2d(e, n) for e in errors for n in self.factors if min(e.shape[-2:]) >= 2 * n]
        return torch.stack([_mean_gradient(e) for e in scaled]).mean()


def _mean_gradient(planes: Tensor) -> Tensor:
    return planes.diff(dim=-1).abs().mean() + planes.diff(dim=-2).abs().mean()


def colorfulness(rgb: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB 0…1 → (N,) colourfulness as `autochrome.evaluate` measures it, in units of 255."""
    red, green, blue = rgb.unbind(1)
    opponents = torch.stack((red - green, (red + green) / 2 - blue), 1).flatten(2)
    spread, middle = opponents.var(2, correction=0), opponents.mean(2).square()
    return (spread.sum(1) + 1e-6).sqrt() + 0.3 * (middle.sum(1) + 1e-6).sqrt()


class Colorfulness(Loss):
    """How much the colourfulness of each picture is below the truth's, in units of 255.

    It is measured in sRGB. Measured in a*b*, a network could reach it with very large values in a few pixels, which the
    gamut cuts off.
    """

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        luma = batch.truth[:, :1]
        target = colorfulness(rgb_from_lab_planes(luma, batch.truth[:, 1:]))
        return F.relu(target - colorfulness(rgb_from_lab_planes(luma, full_size_ab(output, batch)))).mean()


class PSNR(Loss):
    """The negative mean PSNR of the pictures in sRGB, in dB.

    Every picture has the same weight, whether its error is small or large. A PSNR above `target` dB is not improved
    further; otherwise nearly grey pictures would dominate.
    """

    def __init__(self, target: float = 35.0) -> None:
        super().__init__()
        self.floor = 10 ** (-target / 10)

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        luma = batch.truth[:, :1]
        predicted = rgb_from_lab_planes(luma, full_size_ab(output, batch))
        real = rgb_from_lab_planes(luma, batch.truth[:, 1:])
        error = (predicted - real).square().mean((1, 2, 3))
        return 10 * (error + self.floor).log10().mean()


class Label(Loss):
    """Cross entropy of the label: the folder that holds the picture. A picture without a label counts as 0."""

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        if output.class_logits is None or batch.label is None:
            raise RecipeError(
                "The loss 'label' needs a network with a classifier: set network.classes to the number of labels."
            )
        classes = output.class_logits.shape[1]
        if batch.label.max() >= classes:
            raise RecipeError(
                f"The pictures have more labels than the network's {classes} classes: raise network.classes."
            )
        each = F.cross_entropy(output.class_logits, batch.label, ignore_index=NO_LABEL, reduction="none")
        return each.mean()


class Thing(Loss):
    """Cross entropy of whether a pixel belongs to the thing that is painted; the thing and all else weigh alike."""

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        if output.thing_logits is None or batch.thing is None:
            raise RecipeError(
                "The loss 'thing' needs the network tint and maps of things: set data.thing_maps."
            )
        logits = output.thing_logits
        truth = F.interpolate(batch.thing, logits.shape[2:], mode="area")
        painted = batch.mask.amax((1, 2, 3)) > 0
        if not painted.any():
            return logits.sum() * 0
        logits, truth = logits[painted], truth[painted]
        share = truth.mean((2, 3), keepdim=True).clamp(0.02, 0.98)
        weight = truth / (2 * share) + (1 - truth) / (2 * (1 - share))
        return F.binary_cross_entropy_with_logits(logits, truth, weight.clamp_max(8))


LOSSES: dict[str, Callable[..., Loss]] = {
    "l1": L1,
    "mse": MSE,
    "smooth_l1": SmoothL1,
    "bins": Bins,
    "total_variation": TotalVariation,
    "gradient": Gradient,
    "colorfulness": Colorfulness,
    "psnr": PSNR,
    "perceptual": Perceptual,
    "label": Label,
    "thing": Thing,
}
