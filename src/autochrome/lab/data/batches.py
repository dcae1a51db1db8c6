"""From pictures to what a network learns on: old-looking grey, simulated hints, and the truth.

Everything is drawn from one generator for the whole batch at once, so a batch cut into parts for several processes
is the same batch.
"""

from typing import Annotated

import torch
from pydantic import Field, model_validator
from torch import Tensor

from autochrome.color.lab import lab_from_linear, linear_from_srgb
from autochrome.lab.data.blank_pages import on_sheets
from autochrome.lab.data.degrade import chosen, film_grey, uniform, weather
from autochrome.lab.data.simulate_hints import carry, dye, point_out, recolour, region
from autochrome.lab.types import Batch
from autochrome.options import Options

Chance = Annotated[float, Field(ge=0, le=1)]


class SampleOptions(Options):
    """How a sample is made of a picture. Without any settings: the picture as it is, mirrored half of the time."""

    flip: Annotated[Chance, Field(description="Share that is mirrored.")] = 0.5
    turn: Annotated[
        Chance, Field(description="Share that is turned by a quarter, a half or three quarters.")
    ] = 0.0
    collage: Annotated[
        Chance,
        Field(
            description="Share that is another picture right of a seam; points are painted left of it only."
        ),
    ] = 0.0
    sheet: Annotated[
        Chance,
        Field(description="Share on a grey sheet: a border around the picture, a page, an empty frame."),
    ] = 0.0
    film: Annotated[
        Chance,
        Field(description="Share whose grey is that of some film stock: other weights of red, green, blue."),
    ] = 0.0
    tone: Annotated[Chance, Field(description="Share with other contrast, brightness, gamma.")] = 0.0
    fade: Annotated[Chance, Field(description="Share with weak blacks and whites.")] = 0.0
    grain: Annotated[Chance, Field(description="Share with film grain.")] = 0.0
    blur: Annotated[Chance, Field(description="Share out of focus.")] = 0.0
    scratches: Annotated[Chance, Field(description="Share with scratches and specks.")] = 0.0

    points: Annotated[Chance, Field(description="Share with painted points and strokes.")] = 0.0
    most_points: Annotated[int, Field(ge=1, description="At most so many of them in a picture.")] = 50
    region: Annotated[Chance, Field(description="Share with one large region given.")] = 0.0
    carried: Annotated[
        Chance, Field(description="Share with a whole picture's colour, moved a little, with holes.")
    ] = 0.0
    moved: Annotated[float, Field(ge=0, description="Carried colour lies at most so many pixels off.")] = 8.0
    wrong: Annotated[
        Chance, Field(description="Share of those hints that are another picture's, and little believed.")
    ] = 0.0
    recolour: Annotated[
        Chance,
        Field(description="Share of hinted samples whose thing (whose all, if carried) has another colour."),
    ] = 0.0
    pair_mask: Annotated[
        float,
        Field(ge=0, le=1, description="How much the frame before is believed, where pictures come in pairs."),
    ] = 1.0

    @model_validator(mode="after")
    def _shares(self) -> "SampleOptions":
        if self.points + self.region + self.carried > 1:
            raise ValueError(
                "points, region and carried are shares of the samples and may not exceed 1 together"
            )
        return self


def make_batch(pictures: Tensor, options: SampleOptions, generator: torch.Generator) -> Batch:
    """(N, P, H, W, 3) uint8 sRGB → a batch on the same device. P is 1, or 2: the frame before, and this one."""
    pictures = mirror(pictures, options.flip, generator)
    pictures = turn(pictures, options.turn, generator) if options.turn else pictures
    pictures, seam = collage(pictures, options.collage, generator)
    linear = on_sheets(linear_planes(pictures[:, -1]), options.sheet, generator)
    truth = lab_from_linear(linear, 1)
    luma = film_grey(linear, truth[:, :1], options.film, generator)
    luma = weather(luma, options, generator)
    if pictures.shape[1] > 1:
        mask = torch.full_like(luma, options.pair_mask)
        before = lab_from_linear(linear_planes(pictures[:, 0]), 1)
        return Batch(luma, truth, before[:, 1:] * (mask > 0), mask)
    truth, hint, mask = _hints(truth, seam, options, generator)
    return Batch(luma, truth, hint, mask)


def mirror(pictures: Tensor, share: float, generator: torch.Generator) -> Tensor:
    flipped = chosen(share, len(pictures), generator).view(-1, 1, 1, 1, 1)
    return torch.where(flipped, pictures.flip(3), pictures)


def turn(pictures: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Square pictures only."""
    quarters = torch.randint(1, 4, (len(pictures),), generator=generator, device=pictures.device)
    quarters = (quarters * chosen(share, len(pictures), generator)).view(-1, 1, 1, 1, 1)
    turned = pictures
    for times in (1, 2, 3):
        turned = torch.where(quarters == times, pictures.rot90(times, (2, 3)), turned)
    return turned


def collage(pictures: Tensor, share: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Some pictures go on as another one right of a seam: (N, P, H, W, 3), and (N,) the column where that begins.

    What is said of the one says nothing of the other, and there is no sharper edge than the one between them.
    """
    n, width = len(pictures), pictures.shape[3]
    seam = torch.full((n,), float(width), device=pictures.device)
    if not share:
        return pictures, seam
    somewhere = uniform(0.3, 0.7, (n,), generator).mul(width).round()
    seam = torch.where(chosen(share, n, generator), somewhere, seam)
    own = torch.arange(width, device=pictures.device) < seam.view(-1, 1, 1, 1)
    return torch.where(own[..., None], pictures, pictures.roll(1, 0)), seam


def linear_planes(pictures: Tensor) -> Tensor:
    """(N, H, W, 3) uint8 sRGB → (N, 3, H, W) linear light 0…1. There are only 256 codes: they are looked up."""
    codes = torch.arange(256, device=pictures.device, dtype=torch.float32) / 255
    table: Tensor = linear_from_srgb(codes)
    planes = pictures.permute(0, 3, 1, 2).contiguous()
    return table.index_select(0, planes.view(-1).int()).view(planes.shape)


def _hints(
    truth: Tensor, seam: Tensor, options: SampleOptions, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """(N, 3, H, W) → the truth (perhaps in other colours), hint (N, 2, H, W), mask (N, 1, H, W)."""
    n = len(truth)
    kind = torch.rand(n, generator=generator, device=truth.device)
    dotted = kind < options.points
    broad = (kind >= options.points) & (kind < options.points + options.region)
    whole = kind >= 1 - options.carried
    height, width = truth.shape[2:]
    first = uniform(0, 1, (n, 2), generator) * torch.stack([torch.full_like(seam, height), seam], 1)
    here = torch.arange(width, device=truth.device) < seam.view(-1, 1, 1, 1)
    odd = chosen(options.recolour, n, generator)
    ab = truth[:, 1:].clone()
    if (dyed := odd & dotted).any():
        ab[dyed] = torch.where(here[dyed], dye(truth[dyed], first[dyed], generator), ab[dyed])
    if (turned := odd & whole).any():
        ab[turned] = recolour(truth[turned, 1:], generator)
    truth = torch.cat([truth[:, :1], ab.clamp(-110, 110)], 1)
    ab = truth[:, 1:]
    hint, mask = torch.zeros_like(ab), torch.zeros_like(truth[:, :1])
    if dotted.any():
        hint[dotted], mask[dotted] = point_out(ab[dotted], options.most_points, first[dotted], generator)
        hint[dotted], mask[dotted] = hint[dotted] * here[dotted], mask[dotted] * here[dotted]
    if broad.any():
        hint[broad], mask[broad] = region(ab[broad], generator)
    if whole.any():
        hint[whole], mask[whole] = carry(ab[whole], options.moved, generator)
    astray = chosen(options.wrong, n, generator).view(-1, 1, 1, 1)
    hint = torch.where(astray, hint.roll(1, 0), hint)
    mask = torch.where(astray, mask.roll(1, 0).clamp(max=0.25), mask)
    return truth, hint * (mask > 0), mask
