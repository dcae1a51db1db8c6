"""Small pictures whose colour follows their lightness, and a recipe that learns them in a blink."""

import numpy as np

RECIPE = """
name: small
network: {family: unet, down: [8, 8, 8], up: [8, 8], norm: none, dropout: 0}
data: {size: 16}
samples: {points: 0.3}
phases:
  - {name: one, epochs: 2, batch: 8, losses: {l1: 1}, optimizer: {lr: 3e-3}}
"""


def picture(seed: int, height: int = 24, width: int = 32) -> np.ndarray:
    """(height, width, 3) sRGB uint8, smooth."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / 32
    light = 0.5 + 0.4 * np.sin(6 * (x * random.normal() + y * random.normal()) + random.random() * 6)
    rgb = np.stack((light, 0.6 * light + 0.2, 1 - light), -1)
    return (255 * rgb.clip(0, 1)).astype(np.uint8)
