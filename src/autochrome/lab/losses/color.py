"""What a network is held to. Every loss is called `loss(batch, answer)`, in physical units, and answers one number.

The truth is shrunk to the answer's size by area: an answer at a quarter of the size is held to the mean colour of each
of its places.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.errors import RecipeError
from autochrome.lab.losses.perceptual import Perceptual
from autochrome.lab.networks.color_bins import GRID, bin_centres, encode, mean_and_spread, rebalance
from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.training.validation import as_rgb, full_size
from autochrome.lab.types import Answer, Batch, Loss


def true_ab(batch: Batch, like: Tensor) -> Tensor:
    """(N, 2, h, w) a*b*: the truth at the size of `like`, by area."""
    return shrunk(batch.truth[:, 1:], like)


def shrunk(planes: Tensor, like: Tensor) -> Tensor:
    if planes.shape[-2:] == like.shape[-2:]:
        return planes
    return F.interpolate(planes, like.shape[-2:], mode="area")


class Distance(Loss):
    """Mean of `kind` over a*b*, in units of 110; places with hints count `painted` times as much more."""

    def __init__(self, kind: Callable[..., Tensor], painted: float = 0.0, beta: float | None = None) -> None:
        super().__init__()
        self.kind, self.painted = kind, painted
        self.settings = {} if beta is None else {"beta": beta}

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        truth = true_ab(batch, answer.ab) / AB_SCALE
        error = self.kind(answer.ab / AB_SCALE, truth, reduction="none", **self.settings)
        if self.painted:
            # A hint that is hardly believed is often wrong; it makes no place important.
            weight = 1 + self.painted * shrunk(batch.mask, answer.ab).square()
            return (error * weight).sum() / weight.expand_as(error).sum()
        return error.mean()


class L1(Distance):
    def __init__(self, painted: float = 0.0) -> None:
        super().__init__(F.l1_loss, painted)


class MSE(Distance):
    def __init__(self, painted: float = 0.0) -> None:
        super().__init__(F.mse_loss, painted)


class SmoothL1(Distance):
    """`beta`, in units of 110: errors below it count by their square."""

    def __init__(self, painted: float = 0.0, beta: float = 0.05) -> None:
        super().__init__(F.smooth_l1_loss, painted, beta)


class Bins(Loss):
    """Cross entropy over the quantised a*b* plane, rare colours counting more.

    How rare a colour is, is learnt on the way: a slow average over the batches.
    """

    centres: Tensor
    share: Tensor

    def __init__(self, cell: float = GRID, pace: float = 0.02) -> None:
        super().__init__()
        self.pace = pace
        centres = bin_centres(cell)
        self.register_buffer("centres", centres)
        # Before anything is seen: most colours are pale.
        self.register_buffer("share", torch.softmax(-centres.norm(dim=1) / 12, 0))

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        if answer.logits is None:
            raise RecipeError("The bins loss needs a network that answers a distribution over colours.")
        index, share = encode(true_ab(batch, answer.logits), self.centres)
        with torch.no_grad():
            seen = torch.zeros_like(self.share).index_add_(0, index.reshape(-1), share.reshape(-1))
            if self.training:
                self.share.lerp_(seen / seen.sum(), self.pace)
        weight = rebalance(self.share)[index[:, :1]]  # of the nearest bin
        entropy = -(share * torch.log_softmax(answer.logits, 1).gather(1, index)).sum(1, keepdim=True)
        return (entropy * weight).sum() / weight.sum()


class Gist(Loss):
    """Mean square of how far the colour of large places is off, in units of 110."""

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        if answer.gist is None:
            raise RecipeError("The gist loss needs a network that says the gist of a picture, such as tint.")
        return F.mse_loss(answer.gist / AB_SCALE, true_ab(batch, answer.gist) / AB_SCALE)


class TotalVariation(Loss):
    """Mean step between neighbouring places, in units of 110: against patches."""

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        return _steps(answer.ab / AB_SCALE)


class Steps(Loss):
    """Mean error of the steps between neighbouring places, in units of 110, at the answer's size and `coarser` ones.

    A wrong colour that is even costs nothing: this is against patches where the truth has none. Where the network
    answers a distribution, its mean is held to the same.
    """

    centres: Tensor

    def __init__(self, cell: float = GRID, coarser: Sequence[int] = (2, 4)) -> None:
        super().__init__()
        self.times = (1, *coarser)
        self.register_buffer("centres", bin_centres(cell))

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        ideas = [answer.ab]
        if answer.logits is not None:
            ideas.append(mean_and_spread(answer.logits, self.centres)[0])
        errors = [(ab - true_ab(batch, ab)) / AB_SCALE for ab in ideas]
        wide = [F.avg_pool2d(e, n) for e in errors for n in self.times if min(e.shape[-2:]) >= 2 * n]
        return torch.stack([_steps(e) for e in wide]).mean()


def _steps(planes: Tensor) -> Tensor:
    return planes.diff(dim=-1).abs().mean() + planes.diff(dim=-2).abs().mean()


def vividness(rgb: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB 0…1 → (N,) colourfulness as the measure counts it, in units of 255."""
    red, green, blue = rgb.unbind(1)
    opponents = torch.stack((red - green, (red + green) / 2 - blue), 1).flatten(2)
    spread, middle = opponents.var(2, correction=0), opponents.mean(2).square()
    return (spread.sum(1) + 1e-6).sqrt() + 0.3 * (middle.sum(1) + 1e-6).sqrt()


class Colourfulness(Loss):
    """How far the colourfulness of each picture stays below the truth's, in units of 255.

    Seen in sRGB, as it will be shown: counted in a*b*, a network learns to answer a few pixels with hundreds of units,
    which cost it next to nothing there.
    """

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        luma = batch.truth[:, :1]
        wanted = vividness(as_rgb(luma, batch.truth[:, 1:]))
        return F.relu(wanted - vividness(as_rgb(luma, full_size(answer, batch)))).mean()


class Decibels(Loss):
    """Mean over pictures of their error in sRGB, as decibels below full scale: what the mean of PSNRs asks for.

    Every picture counts alike, whether colour is a little or far off. Beyond `enough` dB nothing is asked for, or
    nearly grey pictures would get all the attention.
    """

    def __init__(self, enough: float = 35.0) -> None:
        super().__init__()
        self.floor = 10 ** (-enough / 10)

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        luma = batch.truth[:, :1]
        painted, real = as_rgb(luma, full_size(answer, batch)), as_rgb(luma, batch.truth[:, 1:])
        error = (painted - real).square().mean((1, 2, 3))
        return 10 * (error + self.floor).log10().mean()


class Label(Loss):
    """Cross entropy of what the picture shows: the label is the folder it lies in."""

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        if answer.classes is None or batch.label is None:
            raise RecipeError(
                "The label loss needs a network that names labels: set network.classes to their number."
            )
        if batch.label.max() >= answer.classes.shape[1]:
            raise RecipeError(
                f"The pictures have more labels than the network's {answer.classes.shape[1]}: raise network.classes."
            )
        return F.cross_entropy(answer.classes, batch.label)


LOSSES: dict[str, Callable[..., Loss]] = {
    "l1": L1,
    "mse": MSE,
    "smooth_l1": SmoothL1,
    "bins": Bins,
    "gist": Gist,
    "total_variation": TotalVariation,
    "steps": Steps,
    "colourfulness": Colourfulness,
    "decibels": Decibels,
    "perceptual": Perceptual,
    "label": Label,
}
