"""From the decoder's output to the predicted a*b* and confidence."""

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.lab.networks.color_bins import mean_and_spread
from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.networks.tint.decoder import DecoderOutput
from autochrome.lab.networks.tint.evenness import even_out
from autochrome.lab.networks.tint.hint_propagation import upsample_bilinear

VIVID_GAIN, VIVID_CURVE = 1.95, 0.22  # see `vivid_gain`
TYPICAL_DOUBT, TYPICAL_CONTRAST = 0.50, 6.5  # medians of photographs (contrast in a*b*), see `picture_gain`
CONTRAST_OFFSET = 10.0  # a*b*: 0 would add the same contrast to every picture, infinity the same share
PALE = 1.5  # a*b*, before the gain: a colour of this chroma keeps half of it, see `fade_pale`
MEAN_SHARE = 0.3  # see `restrain_mean`
FULL_HINT_VIVID = 0.1  # vivid from which on hints have their full colour
AGREEMENT = 4.0  # logits: what the decoder's own weight of the hints adds, see `lay_hints`
THING_LOGIT, THING_SLOPE = 2.3, 4.0  # the sum that covers half, and how fast this changes
HALF_UNCERTAIN_SPREAD = 20.0  # a*b* units: standard deviation at which the confidence is one half


def vivid_gain(vivid: Tensor) -> Tensor:
    """The factor on the predicted colour: 0 at vivid 0, `VIVID_GAIN` at 1; it rises more slowly towards 2.

    The prediction is the mean of all likely colours, so it is paler than each of them. `VIVID_GAIN` gives back four
    fifths of the true colourfulness; see the table in docs/training.md. It is the factor of a typical photograph, see
    `picture_gain`.
    """
    return VIVID_GAIN * vivid * (1 + VIVID_CURVE * (1 - vivid))


def picture_gain(gain: Tensor, ab: Tensor, confidence: Tensor) -> Tensor:
    """The factor for these pictures, (N, 1, 1, 1): 1 and less as it is, the part above 1 by doubt and contrast.

    The factor gives back contrast of colours. A dull picture lacks about as much of it as a colourful one, so one
    factor for both would do too little there and too much here. And a picture lacks more where there is more doubt:
    with hints there is less, and less is added.

    ab: (N, 2, h, w), before any factor.
    """
    deviation = ab - ab.mean((2, 3), keepdim=True)
    contrast = deviation.square().sum(1, keepdim=True).mean((2, 3), keepdim=True).sqrt()
    doubt = 1 - confidence.mean((2, 3), keepdim=True)
    lack = doubt / TYPICAL_DOUBT * (TYPICAL_CONTRAST + CONTRAST_OFFSET) / (contrast + CONTRAST_OFFSET)
    return gain.clamp_max(1) + (gain - 1).clamp_min(0) * lack


def restrain(ab: Tensor, gain: Tensor, own: Tensor) -> Tensor:
    """A prediction a*b* that was multiplied by `gain`, without what should not become stronger by that.

    own: (N, 1, h, w) 0…1, how much of a pixel is the network's own colour; the colour of hints stays as it is.
    """
    return restrain_mean(fade_pale(ab, gain, own), gain, own)


def fade_pale(ab: Tensor, gain: Tensor, own: Tensor) -> Tensor:
    """A pale prediction is mostly doubt: the paler it is, the more of it goes. Whites stay white."""
    pale = PALE * gain
    faded: Tensor = ab * (1 - own * pale / (ab.norm(dim=1, keepdim=True) + pale + 1e-3))
    return faded


def restrain_mean(ab: Tensor, gain: Tensor, own: Tensor) -> Tensor:
    """Of what a gain above 1 adds to the picture's mean colour only `MEAN_SHARE` stays.

    What a prediction lacks is contrast of colours; a stronger mean would only make a brown street browner. A colour
    weaker than half of the mean changes by less in proportion, so grey stays grey.
    """
    mean = (ab * own).mean((2, 3), keepdim=True) / own.mean((2, 3), keepdim=True).clamp_min(1e-3)
    half = mean.norm(dim=1, keepdim=True).clamp_min(1e-3) / 2
    share = (ab.norm(dim=1, keepdim=True) / half).clamp_max(1) * own
    restrained: Tensor = ab - mean * share * (1 - MEAN_SHARE) * (1 - 1 / gain.clamp_min(1))
    return restrained


def uncertainty(logits: Tensor, centres: Tensor) -> Tensor:
    """Logits (N, bins, h, w) → the uncertainty 0…1 (N, 1, 2h, 2w)."""
    _, spread = mean_and_spread(logits, centres)
    return upsample_bilinear(spread / (spread + HALF_UNCERTAIN_SPREAD))


def even_color(output: DecoderOutput, luma4: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """At stride 4, before vivid: a*b* and confidence 0…1. Only the network's own colour is evened out."""
    own_weight = 1 - output.hint_weight
    confidence = 1 - uncertainty(output.logits, centres) * own_weight
    ab = output.ab * own_weight + output.hint_ab
    # Detached: a loss on colours does not train the confidence.
    even = even_out(ab, confidence.detach(), luma4, output.edges)
    return (ab + (even - ab) * own_weight) * AB_SCALE, confidence


def apply_vivid(ab: Tensor, confidence: Tensor, vivid: Tensor) -> Tensor:
    """The result without hints: a*b* (N, 2, h, w), −110…110."""
    gain = picture_gain(vivid_gain(vivid), ab, confidence)
    return restrain(ab * gain, gain, torch.ones_like(ab[:, :1])).clamp(-AB_SCALE, AB_SCALE)


def merge_hints(
    output: DecoderOutput, luma4: Tensor, vivid: Tensor, centres: Tensor
) -> tuple[Tensor, Tensor]:
    """The result with hints that reach the whole picture, at stride 4: a*b* and confidence 0…1.

    vivid, 0…2, scales the network's own colour. Hint colour keeps its chroma, except near vivid 0, where everything
    becomes grey. The more a place is hint colour, the less vivid is added.
    """
    ab, confidence = even_color(output, luma4, centres)
    own_weight, hint_gain = 1 - output.hint_weight, full_hint_gain(vivid)
    own_gain = picture_gain(vivid_gain(vivid), ab, confidence)
    gain = hint_gain + (own_gain - hint_gain) * own_weight.square()
    return restrain(ab * gain, gain, own_weight).clamp(-AB_SCALE, AB_SCALE), confidence


def lay_hints(
    output: DecoderOutput, thing_logits: Tensor, thing_ab: Tensor, hint: Tensor, mask: Tensor, vivid: Tensor
) -> tuple[Tensor, Tensor]:
    """The hints alone, for those that are about one thing: their a*b* and how much they cover 0…1, at stride 4.

    They cover where they are painted, and the thing that they lie on. Two have a say in what that is: the embeddings
    (`ThingHead`) know things and pass over shade; the decoder with hints knows colours, and tells a tyre from a tank.
    """
    weight = ((thing_logits + AGREEMENT * output.hint_weight - THING_LOGIT) * THING_SLOPE).sigmoid()
    painted = F.avg_pool2d(mask, 4)
    painted_ab = F.avg_pool2d(hint * mask, 4) / (painted + 1e-4)
    ab = thing_ab * AB_SCALE
    ab = (ab + (painted_ab - ab) * painted) * full_hint_gain(vivid)
    return ab, weight + (1 - weight) * painted


def full_hint_gain(vivid: Tensor) -> Tensor:
    """The factor on the colour of hints: 0 at vivid 0, 1 from `FULL_HINT_VIVID` on."""
    return (vivid / FULL_HINT_VIVID).clamp(0, 1)
