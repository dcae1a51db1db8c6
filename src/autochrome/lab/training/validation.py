"""Scores of a network on held-out pictures during training."""

from collections.abc import Iterator

import torch
from torch import Tensor

from autochrome.color.lab import lab_from_srgb
from autochrome.lab.data.batches import make_batch
from autochrome.lab.data.options import SampleOptions
from autochrome.lab.rendering import full_size_ab, rgb_from_lab_planes
from autochrome.lab.types import Batch, ColorNetwork

LOWER_IS_BETTER = {"ab_error"}
"""Scores that are better when they are lower; all others are better when they are higher."""


def validation_batch(pictures: Tensor, samples: SampleOptions) -> Batch:
    """(N, P, S, S, 3) uint8 → a batch without augmentation. Only pairs of pictures get hints."""
    if pictures.shape[1] > 1:
        generator = torch.Generator(pictures.device).manual_seed(0)
        return make_batch(pictures, samples, generator)
    truth = lab_from_srgb(pictures[:, 0].float() / 255).permute(0, 3, 1, 2).contiguous()
    return Batch(truth[:, :1], truth, torch.zeros_like(truth[:, 1:]), torch.zeros_like(truth[:, :1]))


def _predictions(
    network: ColorNetwork, pictures: Tensor, samples: SampleOptions, batch_size: int
) -> Iterator[tuple[Batch, Tensor]]:
    """Each batch with the predicted a*b* at its full size."""
    for part in pictures.split(batch_size):
        batch = validation_batch(part, samples)
        yield batch, full_size_ab(network(batch.luma, batch.hint, batch.mask), batch)


@torch.no_grad()
def validate(
    network: ColorNetwork, pictures: Tensor, samples: SampleOptions, batch_size: int = 32
) -> dict[str, float]:
    """Scores on (N, P, S, S, 3) uint8 pictures, with the network in evaluation mode.

    psnr: dB, mean over pictures. gain: dB over grey, mean over pictures; pooled_gain: dB over grey, of the mean error.
    color: mean chroma divided by that of the truth. ab_error: mean distance in a*b*.
    """
    was_training = network.training
    network.eval()
    errors: list[Tensor] = []
    grey_errors: list[Tensor] = []
    ab_error = chroma = true_chroma = 0.0
    for batch, ab in _predictions(network, pictures, samples, batch_size):
        luma, true_ab = batch.truth[:, :1], batch.truth[:, 1:]
        truth = rgb_from_lab_planes(luma, true_ab)
        errors.append((rgb_from_lab_planes(luma, ab) - truth).square().mean((1, 2, 3)))
        grey_errors.append((rgb_from_lab_planes(luma, torch.zeros_like(ab)) - truth).square().mean((1, 2, 3)))
        fraction = len(ab) / len(pictures)
        ab_error += fraction * float((ab - true_ab).norm(dim=1).mean())
        chroma += fraction * float(ab.norm(dim=1).mean())
        true_chroma += fraction * float(true_ab.norm(dim=1).mean())
    network.train(was_training)
    error, grey = (torch.cat(x).double().clamp_min(1e-9) for x in (errors, grey_errors))
    return {
        "psnr": float(-10 * error.log10().mean()),
        "gain": float(10 * (grey / error).log10().mean()),
        "pooled_gain": float(10 * (grey.mean() / error.mean()).log10()),
        "color": chroma / max(true_chroma, 1e-6),
        "ab_error": ab_error,
    }


@torch.no_grad()
def comparison_image(network: ColorNetwork, pictures: Tensor, samples: SampleOptions) -> Tensor:
    """(N, P, S, S, 3) uint8 → (3, N·S, 3·S) sRGB 0…1: one row per picture, grey | result | truth."""
    was_training = network.training
    network.eval()
    batch, ab = next(_predictions(network, pictures, samples, len(pictures)))
    network.train(was_training)
    luma = batch.truth[:, :1]
    rows = torch.cat(
        [rgb_from_lab_planes(luma, x) for x in (torch.zeros_like(ab), ab, batch.truth[:, 1:])], dim=3
    )
    return torch.cat(list(rows), dim=1).clamp(0, 1)


def is_better(name: str, score: float, best: float) -> bool:
    """Whether a score of this name beats the best one so far."""
    return score < best if name in LOWER_IS_BETTER else score > best


def format_scores(scores: dict[str, float]) -> str:
    """The scores in one line."""
    return "  ".join(f"{name} {value:.3f}" for name, value in scores.items())
