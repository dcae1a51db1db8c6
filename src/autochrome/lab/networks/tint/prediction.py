"""From the decoder's output to the predicted a*b* and confidence. The constants are measured, see docs/training.md."""

from torch import Tensor
from torch.nn import functional as F

from autochrome.lab.networks.color_bins import mean_and_spread
from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.networks.tint.decoder import DecoderOutput
from autochrome.lab.networks.tint.diffusion import diffuse
from autochrome.lab.networks.tint.features import Features
from autochrome.lab.networks.tint.hint_propagation import HintAttention, upsample_bilinear

COARSE_WEIGHT = 2 / 3  # of each of the two coarse colours: their sum is more vivid than their mean
HINTED_RESIDUAL = 0.6  # weight of the residual in a picture with hints, where part of it is not needed
VIVID_GAIN, VIVID_CURVE = 1.10, 0.22  # see `vivid_gain`
FULL_HINT_VIVID = 0.1  # vivid from which on hints have their full colour
HALF_UNCERTAIN_SPREAD = 20.0  # a*b* units: standard deviation at which the confidence is one half


def vivid_gain(vivid: Tensor) -> Tensor:
    """The factor on the predicted colour: 0 at vivid 0, `VIVID_GAIN` at 1; it rises more slowly towards 2."""
    return VIVID_GAIN * vivid * (1 + VIVID_CURVE * (1 - vivid))


def mean_and_uncertainty(logits: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (N, bins, h, w) → the distribution's mean a*b* (N, 2, h, w), and its uncertainty 0…1 (N, 1, 2h, 2w)."""
    mean, spread = mean_and_spread(logits, centres)
    return mean, upsample_bilinear(spread / (spread + HALF_UNCERTAIN_SPREAD))


def unhinted_residual(
    ab: Tensor, mean: Tensor, coarse_ab: Tensor, features: Features, attention: HintAttention
) -> Tensor:
    """What is added to the regressed colour without hints, a*b* (N, 2, h, w) at stride 4.

    ab: the regressed colour at stride 4. mean: of the distribution, at stride 8; it is more vivid than the regression.
    coarse_ab: at stride 16. Similar pixels get the same coarse colour, and colour is diffused over smooth areas.
    """
    mean16 = F.avg_pool2d(mean, 2)
    coarse = COARSE_WEIGHT * (mean16 + coarse_ab)
    luma16 = F.avg_pool2d(features.luma4, 4)
    shared = attention.mean_of_similar(features.descriptors, luma16, coarse)
    residual = mean - F.avg_pool2d(ab, 2) + upsample_bilinear(shared - mean16)
    return diffuse(ab + upsample_bilinear(residual), features.luma4) - ab


def apply_vivid(ab: Tensor, residual: Tensor, vivid: Tensor) -> Tensor:
    """The result without hints: a*b* (N, 2, h, w), −110…110, from the regressed colour and its residual."""
    return ((ab + residual) * vivid_gain(vivid)).clamp(-AB_SCALE, AB_SCALE)


def merge_hints(
    output: DecoderOutput, residual: Tensor, vivid: Tensor, centres: Tensor
) -> tuple[Tensor, Tensor]:
    """The result with hints: a*b* (N, 2, h, w) at stride 4, and confidence 0…1 (N, 1, h, w).

    vivid, 0…2, scales the network's own colour. Hint colour keeps its chroma, except near vivid 0, where everything
    becomes grey; own colour near hints is not made more vivid. residual: that of the picture without hints, so that a
    stroke does not change colours far away.
    """
    own_weight = 1 - output.hint_weight
    hint_gain = (vivid / FULL_HINT_VIVID).clamp(0, 1)
    gain = hint_gain + (vivid_gain(vivid) - hint_gain) * own_weight
    own_ab = (output.ab * AB_SCALE + HINTED_RESIDUAL * own_weight * residual) * gain
    ab = own_ab * own_weight + output.hint_ab * AB_SCALE * hint_gain
    _, uncertainty = mean_and_uncertainty(output.logits, centres)
    return ab.clamp(-AB_SCALE, AB_SCALE), 1 - uncertainty * own_weight
