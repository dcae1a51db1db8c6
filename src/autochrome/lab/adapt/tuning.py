"""Train the decoder of `tint` on features that are kept: new colours for some pictures, the old answers for others."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.errors import TrainingDiverged
from autochrome.lab.adapt.encoder import Sample, SamplePool, stack
from autochrome.lab.data.options import SampleOptions
from autochrome.lab.data.simulate_hints import simulate_hints
from autochrome.lab.export.decoder_weights import trained_parameters
from autochrome.lab.losses.color import Bins, SmoothL1
from autochrome.lab.networks.color_bins import bin_centres
from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.networks.tint.decoder import Decoder, DecoderOutput
from autochrome.lab.networks.tint.features import Features
from autochrome.lab.networks.tint.prediction import VIVID_GAIN, apply_vivid, even_color
from autochrome.lab.rendering import rgb_from_lab_planes
from autochrome.lab.types import Batch, NetworkOutput

BATCH = 32  # crops per step; half of them keep what the network knew
_RATE, _WARMUP = 6e-4, 20  # learning rate, and the steps in which it rises
_DECAY = 0.99  # of the moving average of the weights, per step
_CLIP = 5.0  # 2-norm of the gradient
_GAIN = VIVID_GAIN**0.5
"""The factor on the colour in the loss: between 1, which learns the mean colour, and that of the default `--vivid`."""
_HINTS = SampleOptions(points=0.3, region=0.05, warped=0.1, wrong_hints=0.04, recolor=0.6, max_points=60)


class Tuner:
    """A decoder in training, the one it started from, and the moving average of its weights."""

    def __init__(self, start: Decoder, seed: int = 0) -> None:
        self._start: Decoder = start.eval().requires_grad_(False)
        self._start.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # of Module only
        self._decoder = deepcopy(self._start).train()
        self._trained = trained_parameters(self._decoder)
        for parameter in self._trained.values():
            parameter.requires_grad_(True)
        self._average = {name: p.detach().clone() for name, p in self._trained.items()}
        self._optimizer = torch.optim.AdamW(
            self._trained.values(), lr=_RATE, betas=(0.9, 0.98), weight_decay=0.01
        )
        self._colour, self._bins, self._centres = SmoothL1(hint_weight=8, beta=0.25), Bins(), bin_centres()
        self._torch = torch.Generator().manual_seed(seed)
        self._random = np.random.default_rng(seed)
        self.steps = 0

    def step(self, learnt: SamplePool, known: SamplePool) -> float:
        """One step: half of the batch from each pool. Returns the loss on the half that is learnt."""
        half = BATCH // 2
        for group in self._optimizer.param_groups:
            group["lr"] = _RATE * min(1.0, (self.steps + 1) / _WARMUP)
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._learn(*learnt.draw(half, self._random))
        total = loss + self._keep(*known.draw(half, self._random)) if known.samples else loss
        total.backward()
        torch.nn.utils.clip_grad_norm_(self._trained.values(), _CLIP)
        self._optimizer.step()
        self.steps += 1
        self._update_average()
        value = float(loss.detach())
        if not np.isfinite(value):
            raise TrainingDiverged(
                f"the loss is not a finite number at step {self.steps}; nothing is written."
            )
        return value

    def mixed(self, share: float) -> Decoder:
        """The decoder whose weights lie between the start (0) and the moving average (1)."""
        mixed: Decoder = deepcopy(self._start)
        weights = dict(mixed.named_parameters())
        for name, value in self._average.items():
            weights[name].lerp_(value, share)
        return mixed

    def _learn(self, features: Features, truth: Tensor) -> Tensor:
        """The losses of the recipe, at a gain."""
        batch = self._with_hints(truth)
        output = self._decoder(features, batch.hint, batch.mask)
        ab = self._even_color(output, features)
        own_weight = 1 - output.hint_weight
        result = NetworkOutput(ab * (1 + (_GAIN - 1) * own_weight.square()), output.logits)
        loss: Tensor = 20 * self._colour(batch, result) + 0.25 * self._bins(batch, result)
        return loss

    def _keep(self, features: Features, truth: Tensor) -> Tensor:
        """How far colours and distribution are from those of the start."""
        batch = self._with_hints(truth)
        with torch.no_grad():
            before = self._start(features, batch.hint, batch.mask)
        after = self._decoder(features, batch.hint, batch.mask)
        was, now = (self._even_color(output, features) for output in (before, after))
        colour = F.mse_loss(now, was) / AB_SCALE**2
        old, new = before.logits.log_softmax(1), after.logits.log_softmax(1)
        kept: Tensor = 160 * colour + (old.exp() * (old - new)).sum(1).mean()
        return kept

    def _even_color(self, output: DecoderOutput, features: Features) -> Tensor:
        return even_color(output, features.luma4, self._centres)[0]

    def _with_hints(self, truth: Tensor) -> Batch:
        seam = torch.full((len(truth),), float(truth.shape[-1]))
        truth, hint, mask = simulate_hints(truth, seam, _HINTS, self._torch)
        return Batch(truth[:, :1], truth, hint, mask)

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(_DECAY, (1 + self.steps) / (10 + self.steps))
        for name, value in self._average.items():
            value.lerp_(self._trained[name], 1 - decay)


@torch.no_grad()
def score(decoder: Decoder, samples: Sequence[Sample]) -> dict[str, float]:
    """Scores without hints, at vivid 1; samples of one size.

    grey: PSNR of grey, dB, pooled. gain: dB over grey, mean over pictures. pooled: dB over grey, of the mean error.
    color: mean chroma divided by that of the truth.
    """
    rows: list[tuple[Any, ...]] = []
    for i in range(0, len(samples), 8):
        features, truth = stack(samples[i : i + 8])
        own = even_color(decoder.forward_unhinted(features), features.luma4, bin_centres())
        ab = apply_vivid(*own, torch.tensor(1.0))
        ab = F.interpolate(ab, truth.shape[-2:], mode="bilinear", align_corners=False)
        luma, true_ab = truth[:, :1], truth[:, 1:]
        real = rgb_from_lab_planes(luma, true_ab)
        errors = (
            (rgb_from_lab_planes(luma, planes) - real).square().mean((1, 2, 3)).double().clamp_min(1e-9)
            for planes in (ab, torch.zeros_like(ab))
        )
        chroma = (planes.norm(dim=1).mean((1, 2)) for planes in (ab, true_ab))
        rows.append((*errors, *chroma))
    error, grey, found, true = (torch.cat(column) for column in zip(*rows, strict=True))
    return {
        "grey": float(-10 * grey.mean().log10()),
        "gain": float(10 * (grey / error).log10().mean()),
        "pooled": float(10 * (grey.mean() / error.mean()).log10()),
        "color": float(found.mean() / true.mean().clamp_min(1e-6)),
    }
