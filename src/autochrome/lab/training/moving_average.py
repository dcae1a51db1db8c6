"""The moving average of a network's weights."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


class MovingAverage(AveragedModel):
    """An exponential moving average of the weights, one update per step. Buffers are copied.

    It is validated, saved and exported instead of the network itself.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__(network, multi_avg_fn=self._blend)
        self.decay = decay
        self.eval().requires_grad_(False)
        self.set_steps(0)

    def set_steps(self, steps: int) -> None:
        """Continue after this number of steps. The initial weights count as one more."""
        self.n_averaged.fill_(steps + 1)

    def _blend(self, averages: Any, weights: Any, _: Tensor | int) -> None:
        """The decay rises from 2/11 to its final value, so that the initial weights are soon forgotten."""
        steps = int(self.n_averaged)
        decay = min(self.decay, (1 + steps) / (10 + steps))
        torch._foreach_lerp_(averages, weights, 1 - decay)
