"""Given colour, and the ways it has to the places it was not given for: to those that look alike, and to those near."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEADS = 2  # of the attention: one that looks far, one that looks near
LOOK = 16  # channels in which one head compares places
EDGE = 8.0  # L* units: colour is carried to places about as light as the one it was given for
REACH = 5  # places on a side that a drawn kernel sees
ALIKE, NEAR, AS_LIGHT = 3.0, 2.0, 4.0  # see `Look.agreed`; measured, see docs/training.md


@dataclass(slots=True)
class Level:
    """Given colour averaged over the places of one stride."""

    colour: Tensor  # (N, 2, h, w) times its coverage
    cover: Tensor  # (N, 1, h, w) 0…1
    light: Tensor  # (N, 1, h, w) L*/50 − 1 of what was given a colour, times its coverage

    def coarser(self, times: int) -> "Level":
        return Level(*(F.avg_pool2d(x, times) for x in (self.colour, self.cover, self.light)))

    def pure(self) -> Tensor:
        """The colour itself; 0 where nothing is known."""
        return self.colour / (self.cover + 1e-4)

    def channels(self) -> Tensor:
        """For a convolution: (N, 4, h, w). A small point in a large place is heard too."""
        small = torch.log1p(self.cover * 1000) / 7
        return torch.cat([self.pure(), self.cover, small], 1)


class Look(nn.Module):
    """Carries given colour to every place that looks like the place it was given for, near ones first.

    What a place is, is known at stride 16. So that colour stops at an edge all the same, each quarter of a place asks
    for itself, and is only told of colour given for something about as light.
    """

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Conv2d(HEADS * LOOK, HEADS * LOOK, 1)
        self.key = nn.Conv2d(HEADS * LOOK, HEADS * LOOK, 1)
        self.nobody = nn.Conv2d(HEADS * LOOK, HEADS, 1)  # how much it takes to be convinced
        self.near = nn.Parameter(torch.tensor([2.0, 30.0]).log())  # weight of squared distance, of each head
        self.cover = nn.Parameter(torch.full((HEADS,), 0.5))  # weight of the coverage's logarithm

    def forward(self, places: Tensor, level: Level, light: Tensor) -> Tensor:
        """(N, HEADS · LOOK, h, w), hints at the same stride, light at half of it → (N, HEADS · 3, 2h, 2w)."""
        n, _, h, w = places.shape
        # All of it in at most four dimensions: OpenVINO in bf16 answers nonsense where scores are spread out in seven.
        query = enlarge(self.query(places)).reshape(n, HEADS, LOOK, 4 * h * w)
        key = self.key(places).reshape(n, HEADS, LOOK, h * w)
        score = query.transpose(2, 3) @ key * LOOK**-0.5  # (N, HEADS, from, to)
        score = score - self.near.exp().view(1, HEADS, 1, 1) * distances(places, 2)
        cover = level.cover.reshape(n, 1, 1, h * w)
        score = (
            score
            + self.cover.view(1, HEADS, 1, 1) * torch.log(cover + 1e-5)
            - 50 * (cover <= 0).to(score.dtype)
        )
        source = (level.light / (level.cover + 1e-4)).reshape(n, 1, 1, h * w)
        gap = (light.reshape(n, 1, 4 * h * w, 1) - source) * (50 / EDGE)
        nobody = enlarge(self.nobody(places)).reshape(n, HEADS, 4 * h * w, 1)
        share = torch.cat([score - gap.square() / 2, nobody], 3).softmax(3)[..., :-1]
        colour = level.pure().reshape(n, 1, 2, h * w)
        value = torch.cat([colour, torch.ones_like(cover)], 2)  # (N, 1, 3, to)
        return (value @ share.transpose(2, 3)).reshape(n, HEADS * 3, 2 * h, 2 * w)

    def agreed(self, places: Tensor, light: Tensor, colour: Tensor) -> Tensor:
        """(N, 2, h, w) → its mean over places about as light and alike, to the head that looks far.

        Asked more sharply than for given colour: `ALIKE` times as alike, `NEAR` times as near, to `AS_LIGHT` L*.
        """
        n, _, h, w = places.shape
        query, key = (x(places)[:, :LOOK].reshape(n, LOOK, h * w) for x in (self.query, self.key))
        score = query.transpose(1, 2) @ key * (ALIKE * LOOK**-0.5)  # (N, from, to)
        score = score - NEAR * self.near[0].exp() * distances(places, 1)[0]
        gap = (light.reshape(n, h * w, 1) - light.reshape(n, 1, h * w)) * (50 / AS_LIGHT)
        share = (score - gap.square() / 2).softmax(2)
        mean: Tensor = colour.reshape(n, 2, h * w) @ share.transpose(1, 2)
        return mean.reshape(n, 2, h, w)


def distances(places: Tensor, finer: int) -> Tensor:
    """(…, h, w) → (1, 1, finer²·hw, hw): squared distance of each part of a place to each place, in sides."""
    _, _, h, w = places.shape
    row = torch.ones_like(places[:1, :1]).cumsum(2)
    column = torch.ones_like(places[:1, :1]).cumsum(3)
    side = (row[..., -1:, -1:] + column[..., -1:, -1:]) / 2
    parts = finer * finer * h * w
    gaps = [enlarge(x, finer).reshape(1, 1, parts, 1) - x.reshape(1, 1, 1, h * w) for x in (row, column)]
    return (gaps[0].square() + gaps[1].square()) / side.square()


class Spread(nn.Module):
    """Given colour of the 5×5 places around, weighted by a kernel that was drawn for this one place."""

    ones: Tensor

    def __init__(self) -> None:
        super().__init__()
        one = torch.eye(REACH * REACH).view(REACH * REACH, 1, REACH, REACH)
        self.register_buffer("ones", one, persistent=False)

    def forward(self, kernel: Tensor, level: Level) -> Tensor:
        """(N, 25, h, w) logits → (N, 3, h, w): colour × reach, reach."""
        n, _, h, w = kernel.shape
        known = torch.cat([level.colour, level.cover], 1).reshape(n * 3, 1, h, w)
        around = F.conv2d(known, self.ones.to(known.dtype), padding=REACH // 2).reshape(
            n, 3, REACH * REACH, h, w
        )
        # A softmax over channels, without its slow kernel.
        weight = kernel.float().clamp(-30, 30).exp()[:, None]
        return (around * weight).sum(2) / weight.sum(2)


def enlarge(x: Tensor, times: int = 2) -> Tensor:
    return F.interpolate(x, scale_factor=float(times), mode="nearest")
