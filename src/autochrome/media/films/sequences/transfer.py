"""From code values to what a display shows, and back: video, printing density (Cineon log) and linear light."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autochrome.media.films.sequences.names import Transfer
from autochrome.types import Floats

# Cineon: a code value of 10 bits is 0.002 printing density, reference white is 685, and the negative's gamma 0.6.
_WHITE, _STEP, _GAMMA = 685.0, 0.002, 0.6
_BLACK_LIGHT = 10 ** ((95 - _WHITE) * _STEP / _GAMMA)  # light at reference black
_SLOPE, _KNEE, _POWER = 12.92, 0.0031308, 2.4  # the curve of sRGB


@dataclass(frozen=True, slots=True)
class Curve:
    """Code values and display values, both 0…1."""

    to_display: Callable[[Any], Any]
    from_display: Callable[[Any], Any]


def _encode(light: Floats) -> Floats:
    """Light → display value, by the curve of sRGB."""
    light = np.clip(light, 0, 1)
    curved = 1.055 * np.power(light, 1 / _POWER) - 0.055
    return np.where(light > _KNEE, curved, light * _SLOPE).astype(np.float32)


def _decode(display: Floats) -> Floats:
    """Display value → light."""
    display = np.clip(display, 0, 1)
    return np.where(
        display > _KNEE * _SLOPE, np.power((display + 0.055) / 1.055, _POWER), display / _SLOPE
    ).astype(np.float32)


def _light_from_density(codes: Floats) -> Floats:
    light = np.power(10.0, (codes * 1023 - _WHITE) * (_STEP / _GAMMA))
    return np.asarray((light - _BLACK_LIGHT) / (1 - _BLACK_LIGHT), np.float32)


def _density_from_light(light: Floats) -> Floats:
    light = light * (1 - _BLACK_LIGHT) + _BLACK_LIGHT
    return np.asarray((np.log10(light) * (_GAMMA / _STEP) + _WHITE) / 1023, np.float32)


CURVES: dict[Transfer, Curve] = {
    "video": Curve(lambda codes: codes, lambda display: display),
    "linear": Curve(_encode, _decode),
    "log": Curve(
        lambda codes: _encode(_light_from_density(codes)),
        lambda display: _density_from_light(_decode(display)),
    ),
}
