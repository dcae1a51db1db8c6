"""From pictures to training batches: degraded luma, simulated hints, and the ground truth.

One generator draws all random numbers for the whole batch at once. So a batch that several processes share is the same
batch as in one process.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.color.lab import lab_from_linear, linear_from_srgb
from autochrome.lab.data.blank_pages import place_on_pages
from autochrome.lab.data.degrade import degrade, film_stock_luma
from autochrome.lab.data.options import SampleOptions
from autochrome.lab.data.random import choose, normal, uniform
from autochrome.lab.data.simulate_hints import simulate_hints
from autochrome.lab.data.things import draw_things, stroke_on_thing
from autochrome.lab.types import Batch


def make_batch(
    pictures: Tensor, options: SampleOptions, generator: torch.Generator, *, thing_maps: bool = False
) -> Batch:
    """(N, P, H, W, 3) uint8 sRGB → a batch on the same device.

    P is 1, or 2: the previous frame (or a map of things) and this one.
    """
    if options.drawn_things:
        pictures = draw_things(pictures, options.drawn_things, generator)
    pictures = mirror(pictures, options.flip, generator)
    pictures = rotate(pictures, options.rotate, generator) if options.rotate else pictures
    pictures, seam = join_side_by_side(pictures, options.side_by_side, generator)
    linear = place_on_pages(linear_planes(pictures[:, -1]), options.blank_page, generator)
    truth = lab_from_linear(linear, 1)
    luma = film_stock_luma(linear, truth[:, :1], options.film_stock, generator)
    luma = degrade(luma, options, generator)
    if thing_maps:
        maps = pictures[:, 0].permute(0, 3, 1, 2).float()
        hint, mask, thing = stroke_on_thing(maps, generator)
        return Batch(luma, truth, hint, mask, thing=thing)
    if pictures.shape[1] > 1:
        hint, mask = previous_frame_hints(pictures[:, 0], options.pair_mask)
        hint = spoil_color(hint, options.pair_errors, generator) if options.pair_errors else hint
    else:
        truth, hint, mask = simulate_hints(truth, seam, options, generator)
    return Batch(luma, truth, hint, mask)


def mirror(pictures: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """(N, P, H, W, 3): some pictures mirrored left to right."""
    flipped = choose(probability, len(pictures), generator).view(-1, 1, 1, 1, 1)
    return torch.where(flipped, pictures.flip(3), pictures)


def rotate(pictures: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """(N, P, S, S, 3): some pictures rotated by 90, 180 or 270 degrees. Square pictures only."""
    quarters = torch.randint(1, 4, (len(pictures),), generator=generator, device=pictures.device)
    quarters = (quarters * choose(probability, len(pictures), generator)).view(-1, 1, 1, 1, 1)
    rotated = pictures
    for times in (1, 2, 3):
        rotated = torch.where(quarters == times, pictures.rot90(times, (2, 3)), rotated)
    return rotated


def join_side_by_side(
    pictures: Tensor, probability: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Some samples show the next picture of the batch right of a vertical seam.

    Returns the pictures (N, P, H, W, 3) and the column of each seam (N,); without a seam it is W. Hints for the left
    picture say nothing about the right one: the network learns to stop colour at a strong edge.
    """
    n, width = len(pictures), pictures.shape[3]
    seam = torch.full((n,), float(width), device=pictures.device)
    if not probability:
        return pictures, seam
    column = uniform(0.3, 0.7, (n,), generator).mul(width).round()
    seam = torch.where(choose(probability, n, generator), column, seam)
    left = torch.arange(width, device=pictures.device) < seam.view(-1, 1, 1, 1)
    return torch.where(left[..., None], pictures, pictures.roll(1, 0)), seam


def linear_planes(pictures: Tensor) -> Tensor:
    """(N, H, W, 3) uint8 sRGB → (N, 3, H, W) linear RGB 0…1, through a table of the 256 code values."""
    codes = torch.arange(256, device=pictures.device, dtype=torch.float32) / 255
    table: Tensor = linear_from_srgb(codes)
    planes = pictures.permute(0, 3, 1, 2).contiguous()
    return table.index_select(0, planes.view(-1).int()).view(planes.shape)


def previous_frame_hints(frames: Tensor, mask_value: float) -> tuple[Tensor, Tensor]:
    """(N, H, W, 3) uint8 sRGB → the colour of these frames as hint (N, 2, H, W), and an even mask (N, 1, H, W)."""
    chroma = lab_from_linear(linear_planes(frames), 1)[:, 1:]
    mask = torch.full_like(chroma[:, :1], mask_value)
    return chroma * (mask > 0), mask


def spoil_color(chroma: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """(N, 2, H, W) a*b*: some pictures get paler or bolder colours, and soft patches."""
    count = len(chroma)
    gain = uniform(0, 1.4, (count, 1, 1, 1), generator)
    patches = normal((count, 2, 4, 4), generator) * uniform(0, 20, (count, 1, 1, 1), generator)
    patches = F.interpolate(patches, chroma.shape[2:], mode="bilinear", align_corners=True)
    chosen = choose(probability, count, generator).view(-1, 1, 1, 1)
    return torch.where(chosen, chroma * gain + patches, chroma)
