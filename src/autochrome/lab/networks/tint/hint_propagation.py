"""How the colour of hints reaches other pixels: by attention to similar ones, and by local kernels to near ones."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEADS = 2  # attention heads: the first attends to far pixels, the second to near ones
HEAD_CHANNELS = 16  # channels of the queries and keys of one head
LUMA_TOLERANCE = 8.0  # L*: hints reach pixels whose lightness differs by about this much
KERNEL_SIZE = 5  # side of the local kernels, in pixels of their stride


@dataclass(slots=True)
class HintLevel:
    """The hints averaged over the pixels of one stride."""

    weighted_ab: Tensor  # (N, 2, h, w) a*b*/110 times coverage
    coverage: Tensor  # (N, 1, h, w) 0…1: mean of the mask
    weighted_luma: Tensor  # (N, 1, h, w) (L*/50 − 1) times coverage

    def pooled(self, factor: int) -> "HintLevel":
        """The hints at a stride that is `factor` times as large."""
        planes = (self.weighted_ab, self.coverage, self.weighted_luma)
        return HintLevel(*(F.avg_pool2d(plane, factor) for plane in planes))

    def mean_ab(self) -> Tensor:
        """(N, 2, h, w) a*b*/110 of the hints; 0 where there are none."""
        return self.weighted_ab / (self.coverage + 1e-4)

    def channels(self) -> Tensor:
        """(N, 4, h, w) for a convolution: a*b*, the coverage, and its logarithm so that small points count too."""
        log_coverage = torch.log1p(self.coverage * 1000) / 7
        return torch.cat([self.mean_ab(), self.coverage, log_coverage], 1)


def _zero_conv(inputs: int, outputs: int) -> nn.Conv2d:
    """A 1×1 convolution that starts at 0: at first it changes nothing, and no random number is drawn for it."""
    conv: nn.Conv2d = nn.utils.skip_init(nn.Conv2d, inputs, outputs, 1, bias=False)
    nn.init.zeros_(conv.weight)
    return conv


class HintAttention(nn.Module):
    """Carries the colour of hints to all pixels with similar descriptors, near ones first.

    Descriptors exist at stride 16. To stop colour at edges, each pixel at stride 8 has a query of its own, a key
    describes just the pixels that are painted, and hints count only for pixels of about the same lightness. A null key
    stands for "no hint": if it gets the weight, no colour comes.
    """

    def __init__(self, channels8: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(HEADS * HEAD_CHANNELS, HEADS * HEAD_CHANNELS, 1)
        self.key = nn.Conv2d(HEADS * HEAD_CHANNELS, HEADS * HEAD_CHANNELS, 1)
        self.query8, self.key8 = (_zero_conv(channels8, HEADS * HEAD_CHANNELS) for _ in range(2))
        self.null_key = nn.Conv2d(HEADS * HEAD_CHANNELS, HEADS, 1)  # score of "no hint"
        self.log_distance_weight = nn.Parameter(torch.tensor([2.0, 30.0]).log())  # per head
        self.coverage_weight = nn.Parameter(torch.full((HEADS,), 0.5))  # of the logarithm of the coverage

    def forward(
        self, descriptors: Tensor, features8: Tensor, level: HintLevel, coverage8: Tensor, luma8: Tensor
    ) -> Tensor:
        """Colour and attention weight that reach each pixel, per head: (N, HEADS · 3, 2h, 2w).

        descriptors: (N, HEADS · HEAD_CHANNELS, h, w); level: hints at (h, w). features8, coverage8 and luma8 are twice
        as large. The three channels of a head are a*b*/110 times weight, and weight.
        """
        n, _, h, w = descriptors.shape
        # Tensors have at most four dimensions: OpenVINO in bf16 computes wrong scores in seven.
        query = upsample_nearest(self.query(descriptors)) + self.query8(features8)
        query = query.reshape(n, HEADS, HEAD_CHANNELS, 4 * h * w)
        painted8 = F.avg_pool2d(features8 * coverage8, 2) / (level.coverage + 1e-4)
        key = (self.key(descriptors) + self.key8(painted8)).reshape(n, HEADS, HEAD_CHANNELS, h * w)
        score = query.transpose(2, 3) @ key * HEAD_CHANNELS**-0.5  # (N, HEADS, 4hw queries, hw keys)
        score = score - self.log_distance_weight.exp().view(1, HEADS, 1, 1) * squared_distances(
            descriptors, 2
        )
        coverage = level.coverage.reshape(n, 1, 1, h * w)
        score = (
            score
            + self.coverage_weight.view(1, HEADS, 1, 1) * torch.log(coverage + 1e-5)
            - 50 * (coverage <= 0).to(score.dtype)
        )
        hint_luma = (level.weighted_luma / (level.coverage + 1e-4)).reshape(n, 1, 1, h * w)
        difference = (luma8.reshape(n, 1, 4 * h * w, 1) - hint_luma) * (50 / LUMA_TOLERANCE)
        null_score = upsample_nearest(self.null_key(descriptors)).reshape(n, HEADS, 4 * h * w, 1)
        weights = torch.cat([score - difference.square() / 2, null_score], 3).softmax(3)[..., :-1]
        ab = level.mean_ab().reshape(n, 1, 2, h * w)
        value = torch.cat([ab, torch.ones_like(coverage)], 2)  # (N, 1, 3, hw)
        return (value @ weights.transpose(2, 3)).reshape(n, HEADS * 3, 2 * h, 2 * w)


def squared_distances(grid: Tensor, factor: int) -> Tensor:
    """(…, h, w) → (1, 1, factor²·hw, hw): squared distance of each fine pixel to each coarse one.

    Fine pixels are those of a grid with `factor` times as many rows and columns. The unit is the mean side of the grid.
    """
    _, _, h, w = grid.shape
    row = torch.ones_like(grid[:1, :1]).cumsum(2)
    column = torch.ones_like(grid[:1, :1]).cumsum(3)
    side = (row[..., -1:, -1:] + column[..., -1:, -1:]) / 2
    count = factor * factor * h * w
    differences = [
        upsample_nearest(x, factor).reshape(1, 1, count, 1) - x.reshape(1, 1, 1, h * w) for x in (row, column)
    ]
    return (differences[0].square() + differences[1].square()) / side.square()


class LocalPropagation(nn.Module):
    """The hints in the 5×5 pixels around each pixel, weighted by a kernel that the decoder predicts for this pixel."""

    shifts: Tensor

    def __init__(self) -> None:
        super().__init__()
        shifts = torch.eye(KERNEL_SIZE * KERNEL_SIZE).view(
            KERNEL_SIZE * KERNEL_SIZE, 1, KERNEL_SIZE, KERNEL_SIZE
        )
        self.register_buffer("shifts", shifts, persistent=False)

    def forward(self, kernel: Tensor, level: HintLevel) -> Tensor:
        """kernel: (N, 25, h, w) logits → (N, 3, h, w): a*b*/110 times weight, and weight."""
        n, _, h, w = kernel.shape
        planes = torch.cat([level.weighted_ab, level.coverage], 1).reshape(n * 3, 1, h, w)
        neighbours = F.conv2d(planes, self.shifts.to(planes.dtype), padding=KERNEL_SIZE // 2).reshape(
            n, 3, KERNEL_SIZE * KERNEL_SIZE, h, w
        )
        # A softmax over channels written as exp and division: `softmax` is slow in ONNX Runtime.
        weight = kernel.float().clamp(-30, 30).exp()[:, None]
        return (neighbours * weight).sum(2) / weight.sum(2)


def upsample_nearest(x: Tensor, factor: int = 2) -> Tensor:
    """`factor` times the size; each pixel is repeated."""
    return F.interpolate(x, scale_factor=float(factor), mode="nearest")


def upsample_bilinear(x: Tensor) -> Tensor:
    """Twice the size, linear between the pixels."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear")
