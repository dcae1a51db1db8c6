"""From the a*b* that a network predicts to a full-size sRGB picture, as tensors with gradients."""

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.color.lab import srgb_from_lab
from autochrome.lab.types import Batch, NetworkOutput


def full_size_ab(output: NetworkOutput, batch: Batch) -> Tensor:
    """(N, 2, H, W) a*b* of the output, enlarged to the size of the batch."""
    ab = output.ab.float()
    if ab.shape[-2:] == batch.truth.shape[-2:]:
        return ab
    return F.interpolate(ab, batch.truth.shape[-2:], mode="bilinear", align_corners=False)


def rgb_from_lab_planes(luma: Tensor, ab: Tensor) -> Tensor:
    """(N, 1, H, W) L* and (N, 2, H, W) a*b* → (N, 3, H, W) sRGB 0…1."""
    rgb: Tensor = srgb_from_lab(torch.cat((luma, ab), 1).permute(0, 2, 3, 1))
    return rgb.permute(0, 3, 1, 2)
