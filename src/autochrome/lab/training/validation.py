"""The quick held-out score of a run in training: PSNR over grey, and how much of the truth's colour is there."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.color.lab import lab_from_srgb, srgb_from_lab
from autochrome.lab.data.batches import SampleOptions, make_batch
from autochrome.lab.types import Answer, Batch, ColorNetwork

LESS_IS_BETTER = {"ab_error"}


def plain_batch(pictures: Tensor, samples: SampleOptions) -> Batch:
    """(N, P, S, S, 3) uint8 → a batch without any augmentation; hints only where pictures come in pairs."""
    if pictures.shape[1] > 1:
        generator = torch.Generator(pictures.device).manual_seed(0)
        return make_batch(pictures, samples, generator)
    truth = lab_from_srgb(pictures[:, 0].float() / 255).permute(0, 3, 1, 2).contiguous()
    return Batch(truth[:, :1], truth, torch.zeros_like(truth[:, 1:]), torch.zeros_like(truth[:, :1]))


def full_size(answer: Answer, batch: Batch) -> Tensor:
    """(N, 2, H, W) a*b* over all the pixels of the batch."""
    ab = answer.ab.float()
    if ab.shape[-2:] == batch.truth.shape[-2:]:
        return ab
    return F.interpolate(ab, batch.truth.shape[-2:], mode="bilinear", align_corners=False)


def as_rgb(luma: Tensor, ab: Tensor) -> Tensor:
    """(N, 1, H, W) and (N, 2, H, W) → (N, 3, H, W) sRGB 0…1."""
    rgb: Tensor = srgb_from_lab(torch.cat((luma, ab), 1).permute(0, 2, 3, 1))
    return rgb.permute(0, 3, 1, 2)


def _answers(
    network: ColorNetwork, pictures: Tensor, samples: SampleOptions, batch: int
) -> Iterator[tuple[Batch, Tensor]]:
    for part in pictures.split(batch):
        shown = plain_batch(part, samples)
        yield shown, full_size(network(shown.luma, shown.hint, shown.mask), shown)


@torch.no_grad()
def score(
    network: ColorNetwork, pictures: Tensor, samples: SampleOptions, batch: int = 32
) -> dict[str, float]:
    """Held-out scores on (N, P, S, S, 3) uint8, the network at rest (no dropout, no batch statistics).

    gain and pooled_gain: dB over grey, mean of images and pooled. psnr: dB, mean of images. color: mean chroma over
    the truth's. ab_error: mean distance in a*b*.
    """
    was_training = network.training
    network.eval()
    errors: list[Tensor] = []
    greys: list[Tensor] = []
    distance = chroma = true_chroma = 0.0
    for shown, ab in _answers(network, pictures, samples, batch):
        light, true_ab = shown.truth[:, :1], shown.truth[:, 1:]
        truth = as_rgb(light, true_ab)
        errors.append((as_rgb(light, ab) - truth).square().mean((1, 2, 3)))
        greys.append((as_rgb(light, torch.zeros_like(ab)) - truth).square().mean((1, 2, 3)))
        share = len(ab) / len(pictures)
        distance += share * float((ab - true_ab).norm(dim=1).mean())
        chroma += share * float(ab.norm(dim=1).mean())
        true_chroma += share * float(true_ab.norm(dim=1).mean())
    network.train(was_training)
    error, grey = torch.cat(errors).double().clamp_min(1e-9), torch.cat(greys).double().clamp_min(1e-9)
    return {
        "psnr": float(-10 * error.log10().mean()),
        "gain": float(10 * (grey / error).log10().mean()),
        "pooled_gain": float(10 * (grey.mean() / error.mean()).log10()),
        "color": chroma / max(true_chroma, 1e-6),
        "ab_error": distance,
    }


@torch.no_grad()
def sheet(network: ColorNetwork, pictures: Tensor, samples: SampleOptions) -> Tensor:
    """(N, P, S, S, 3) uint8 → (3, N·S, 3·S) sRGB 0…1: a row each of grey | result | truth."""
    was_training = network.training
    network.eval()
    shown, ab = next(_answers(network, pictures, samples, len(pictures)))
    network.train(was_training)
    light = shown.truth[:, :1]
    rows = torch.cat([as_rgb(light, x) for x in (torch.zeros_like(ab), ab, shown.truth[:, 1:])], dim=3)
    return torch.cat(list(rows), dim=1).clamp(0, 1)
