"""The output of the encoder."""

from typing import NamedTuple

from torch import Tensor


class Features(NamedTuple):
    """What `prepare` computes once per picture, for any number of calls of the decoder."""

    features4: Tensor  # (N, C, H/4, W/4); the number of channels C differs at each stride
    features8: Tensor  # (N, C, H/8, W/8)
    features16: Tensor  # (N, C, H/16, W/16)
    features32: Tensor  # (N, C, H/32, W/32)
    descriptors: Tensor  # (N, HEADS · HEAD_CHANNELS, H/16, W/16): what the hint attention compares
    luma4: Tensor  # (N, 1, H/4, W/4) L*/50 − 1
