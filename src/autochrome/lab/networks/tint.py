"""`tint`, the network that ships: L* (slow half) and hints (quick half) → a*b*, a distribution over colours, doubt.

The slow half is an encoder that knows what things are; it sees L* only. The quick half is a light U-Net over its maps.
Hints enter at every level at once, and given colour has three ways of its own to the answer, so that nothing has to be
learnt twice: to places that look alike (attention), and to the neighbourhood at strides 8 and 4 (kernels drawn for each
place, which stop at edges). Everywhere in the answer the network decides which of these, or its own idea, to believe.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.color_bins import bin_centres, mean_and_spread
from autochrome.lab.networks.flow import flowed
from autochrome.lab.networks.given import HEADS, LOOK, REACH, Level, Look, Spread, enlarge
from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.networks.mobilenet import MobileNet
from autochrome.lab.types import Answer, ColorNetwork, Part
from autochrome.model import UNHINTED

Features: TypeAlias = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
"""The slow half says: maps at strides 4, 8, 16, 32, what each place at stride 16 is, how light each at stride 4 is."""
MAPS = ("map4", "map8", "map16", "map32", "places", "light")  # their names in a file
SEEN = ("map4", "edges", "light")  # what the first graph of the slow half answers
WIDE = 72  # channels of map4 in a file: OpenVINO takes ten times as long to hand on 16 to 64 of them
IDEAS = ("own", "second", "sure")  # see `Tint.imagine`
KNOWN = ("map8", "map16", "map32", "places", *IDEAS)  # and the second

# What 8 bits do not hurt: the wide layers that say what things are, and the painter where it does not draw.
STURDY = (
    *(f"encoder.conv_pw_{block}." for block in range(6, 13)),
    *(f"painter.level.{i}." for i in (1, 2, 3)),
)

HINT_CHANNELS = 4  # a*, b*, coverage, and coverage so that small points count

# From what the network found to colour; measured on held-out pictures, see docs/training.md.
WEIGHT = 2 / 3  # of each of two ideas of a large place: bolder than their mean
HEARD = 0.6  # of the second thoughts beside hints, which make some of them needless
BOLD, BEND = 1.10, 0.22  # see `gain`
FIRST_COLOUR = 0.1  # vividness from which given colour is whole
UNSURE = 20.0  # a*b* units of spread at which the network is half sure


@dataclass(slots=True)
class Painting:
    """What the quick half found, before any vividness. All a*b* in network units."""

    own: Tensor  # (N, 2, h, w) a*b* at stride 4: the network's idea
    given: Tensor  # (N, 2, h, w) given colour that reached here, already weighted by how much it is believed
    trust: Tensor  # (N, 1, h, w) 0…1: how much of the answer is given colour
    logits: Tensor  # (N, bins, h/2, w/2)


class Residual(nn.Module):
    """x plus two plain 3×3 convolutions of it; begins as the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(channels, channels, 3, padding=1)
        self.two = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.two.weight)
        assert self.two.bias is not None
        nn.init.zeros_(self.two.bias)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.two(F.relu(self.one(x))))


class Painter(nn.Module):
    """The quick half: maps and hints → Painting. `widths` are of its maps at strides 4, 8, 16, 32."""

    def __init__(self, widths: Sequence[int], bins: int) -> None:
        super().__init__()
        told = (HINT_CHANNELS + 3, HINT_CHANNELS + 3 * HEADS, HINT_CHANNELS + 3 * HEADS, HINT_CHANNELS)
        self.look = Look()
        self.hint = nn.ModuleList(nn.Conv2d(c, w, 3, padding=1) for c, w in zip(told, widths, strict=True))
        self.down = nn.ModuleList(
            nn.Conv2d(a, b, 1) for a, b in zip(widths[1:], widths[:-1], strict=True)
        )  # from the coarser level
        self.level = nn.ModuleList(Residual(w) for w in widths)
        self.spread = Spread()
        self.kernel8 = nn.Conv2d(widths[1], REACH * REACH, 1)
        self.kernel4 = nn.Conv2d(widths[0], REACH * REACH, 1)
        self.bins = nn.Conv2d(widths[1], bins, 1)
        self.own = nn.Conv2d(widths[0], 2, 1)
        self.believe = nn.Conv2d(widths[0], 3 + HEADS, 1)  # itself, near, wider, and each head

    def forward(self, maps: Features, hint: Tensor, mask: Tensor) -> Painting:
        f4, f8, f16, f32, places, light = maps
        cover = F.avg_pool2d(mask, 4)
        level4 = Level(F.avg_pool2d(hint * mask / AB_SCALE, 4), cover, light * cover)
        level8, level16, level32 = (level4.coarser(n) for n in (2, 4, 8))
        looked = self.look(places, level16, F.avg_pool2d(light, 2))
        x = self.level[3](F.relu(f32 + self.hint[3](level32.channels())))
        x = self._join(2, x, f16, self._told(2, level16, F.avg_pool2d(looked, 2)))
        x = self._join(1, x, f8, self._told(1, level8, looked))
        logits = self.bins(x)
        wider = self.spread(self.kernel8(x), level8)
        x = self._join(0, x, f4, self._told(0, level4, enlarge(wider)))
        near = self.spread(self.kernel4(x), level4)
        return self._believed(x, logits, [near, enlarge(wider), *enlarge(looked).split(3, 1)])

    def alone(self, f4: Tensor, f8: Tensor, f16: Tensor, f32: Tensor) -> Painting:
        """`forward` where nothing is given, in half the time: a convolution over no hints says its bias everywhere."""
        silent = [hint.bias.view(1, -1, 1, 1) for hint in self.hint if isinstance(hint.bias, Tensor)]
        x = self.level[3](F.relu(f32 + silent[3]))
        x = self._join(2, x, f16, silent[2])
        x = self._join(1, x, f8, silent[1])
        logits = self.bins(x)
        nothing = f4.new_zeros(1, 1, 1, 1)
        return Painting(self.own(self._join(0, x, f4, silent[0])), nothing, nothing, logits)

    def _told(self, i: int, level: Level, reached: Tensor) -> Tensor:
        """What is known of colour here."""
        told: Tensor = self.hint[i](torch.cat([level.channels(), reached], 1))
        return told

    def _join(self, i: int, x: Tensor, skip: Tensor, told: Tensor) -> Tensor:
        """One step up: the coarser map, the encoder's, and what is known of colour here."""
        joined: Tensor = self.level[i](F.relu(skip + enlarge(self.down[i](x)) + told))
        return joined

    def _believed(self, x: Tensor, logits: Tensor, ways: list[Tensor]) -> Painting:
        """Weigh the network's own idea against the colours that reached each place, each by how much of it did."""
        reach = torch.cat([way[:, 2:] for way in ways], 1)
        vote = self.believe(x) + torch.cat([torch.zeros_like(reach[:, :1]), torch.log(reach + 1e-6)], 1)
        vote = vote.softmax(1)
        given = torch.stack(
            [vote[:, i : i + 1] * way[:, :2] / (way[:, 2:] + 1e-4) for i, way in enumerate(ways, 1)]
        )
        return Painting(self.own(x), given.sum(0), 1 - vote[:, :1], logits)


def smooth(x: Tensor) -> Tensor:
    """Twice the size, straight lines between the places."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear")


class Tint(ColorNetwork):
    """`widths` are of the painter's maps at strides 4, 8, 16, 32. `encoder` is a MobileNet v1 file, or "none".

    `cell` is the grid of the quantised a*b* plane; its bins that sRGB can show are the classes of the logits.
    """

    sturdy = STURDY
    centres: Tensor

    def __init__(
        self,
        widths: Sequence[int] = (40, 80, 128, 192),
        encoder: str = "none",
        encoder_width: float = 1.0,
        cell: float = 12.0,
    ) -> None:
        super().__init__()
        self.inputs, self.multiple, self.contract = ("luma", "hint", "mask"), 32, "tint"
        self.encoder = MobileNet(encoder_width, encoder)
        deep = self.encoder.channels
        self.grain = nn.Conv2d(1, 16, 4, 4)  # the edges inside a place of the answer
        self.side = nn.ModuleList(
            nn.Conv2d(c, w, 1) for c, w in zip((deep[0] + 16, *deep[1:]), widths, strict=True)
        )
        self.handed_on = max(widths[0], WIDE)
        self.place = nn.Conv2d(deep[2] + 1, HEADS * LOOK, 1)
        self.register_buffer("centres", bin_centres(cell), persistent=False)
        self.palette = tuple((a, b) for a, b in self.centres.tolist())
        self.painter = Painter(widths, len(self.palette))
        reading = nn.Conv2d(sum(widths[1:]), 2, 1)
        for zeros in reading.parameters():
            nn.init.zeros_(zeros)
        # With most of what it reads left out while it learns, it leans on nothing that only these pictures have.
        self.gist = nn.Sequential(nn.Dropout(0.75), reading)

    def prepare(self, luma: Tensor) -> Features:
        """(N, 1, H, W) L* → the slow half's word."""
        map4, edges, light = self.see(luma)
        return map4, *self.know(edges, light), light

    def see(self, luma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The part that must count exactly, for the sake of the small steps in a dark sky: `SEEN`."""
        grey = luma / 50 - 1
        map4, edges = self.encoder.near(grey)
        map4 = self.side[0](torch.cat([map4, F.relu(self.grain(grey))], 1))
        return map4, edges, F.avg_pool2d(grey, 4)

    def know(self, edges: Tensor, light: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The part that knows what things are: `KNOWN`."""
        f8, f16, f32 = self.encoder.far(edges)
        places = self.place(torch.cat([f16, F.avg_pool2d(light, 4)], 1))
        return self.side[1](f8), self.side[2](f16), self.side[3](f32), places

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        maps = self.prepare(luma)
        painting = self.painter(maps, hint, mask)
        ab = painting.own * (1 - painting.trust) + painting.given
        return Answer(ab * AB_SCALE, painting.logits, gist=self.first_thought(maps))

    def first_thought(self, maps: Features) -> Tensor:
        """(N, 2, h, w) a*b* at stride 16, read off the maps by one linear layer: less wrong than it is fine."""
        _, f8, f16, f32, *_ = maps
        gist: Tensor = self.gist(torch.cat([F.avg_pool2d(f8, 2), f16, smooth(f32)], 1))
        return gist * AB_SCALE

    def imagine(self, maps: Features) -> tuple[Tensor, Tensor, Tensor]:
        """What it thinks before anybody says anything, at stride 4: a*b*, what to add on second thoughts, how sure.

        Second thoughts are of the whole of a place: the mean of the distribution, which is bolder than the regression;
        the first thought as much again; that places which look alike agree; and colour flows over what has no edge.
        """
        *drawn, places, light = maps
        painting = self.painter.alone(*drawn)
        own = painting.own * AB_SCALE
        mean, doubt = self._doubted(painting)
        whole = F.avg_pool2d(mean, 2)
        both = WEIGHT * (whole + self.first_thought(maps))
        agreed = self.painter.look.agreed(places, F.avg_pool2d(light, 4), both)
        second = mean - F.avg_pool2d(own, 2) + smooth(agreed - whole)
        return own, flowed(own + smooth(second), light) - own, 1 - doubt

    def decode(self, painting: Painting, second: Tensor, vivid: Tensor) -> tuple[Tensor, Tensor]:
        """What was found beside hints → a*b* (N, 2, h, w) at stride 4, and how sure it is (N, 1, h, w), 0…1.

        `vivid`, 0…2, moves the network's own idea from grey over the mean of what is likely to bold; colour that was
        given stays as it was given, and only at 0 is everything grey. Near given colour all is likely right already,
        and not made bolder; elsewhere the `second` thoughts are those it would have alone, so that a stroke does not
        move what it says nothing of.
        """
        free = 1 - painting.trust
        known = (vivid / FIRST_COLOUR).clamp(0, 1)
        idea = (painting.own * AB_SCALE + HEARD * free * second) * (known + (gain(vivid) - known) * free)
        ab = idea * free + painting.given * AB_SCALE * known
        _, doubt = self._doubted(painting)
        return ab.clamp(-AB_SCALE, AB_SCALE), 1 - doubt * free

    def _doubted(self, painting: Painting) -> tuple[Tensor, Tensor]:
        """The mean of the distribution, at stride 8, and 0…1 how torn it is, at stride 4."""
        mean, spread = mean_and_spread(painting.logits, self.centres)
        return mean, smooth(spread / (spread + UNSURE))

    def export_parts(self) -> list[Part]:
        """luma → `SEEN` → `KNOWN`; ideas, vivid → ab, confidence; or all maps, hint, mask, vivid → the same."""
        widths = [side.out_channels for side in self.side if isinstance(side, nn.Conv2d)]
        channels = [self.handed_on, *widths[1:], HEADS * LOOK, 1]
        maps = dict(zip(MAPS, zip(channels, (4, 8, 16, 32, 16, 4), strict=True), strict=True))
        seen = {"map4": maps["map4"], "edges": (self.encoder.edges, 8), "light": maps["light"]}
        ideas = dict(zip(IDEAS, ((2, 4), (2, 4), (1, 4)), strict=True))
        told = {"hint": (2, 1), "mask": (1, 1), "second": ideas["second"]}
        answers, numbers = ("ab", "confidence"), ("vivid",)
        return [
            Part(_Graph(self, self._seen), {"luma": (1, 1)}, SEEN),
            Part(_Graph(self, self._known), seen, KNOWN),
            Part(_Graph(self, self._alone), ideas, tuple(name + UNHINTED for name in answers), numbers),
            Part(_Graph(self, self._told), maps | told, (*answers, "likely"), numbers),
        ]

    def _seen(self, luma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        map4, edges, light = self.see(luma)
        return F.pad(map4, (0, 0, 0, 0, 0, self.handed_on - map4.shape[1])), edges, light

    def _known(self, map4: Tensor, edges: Tensor, light: Tensor) -> tuple[Tensor, ...]:
        f8, f16, f32, places = self.know(edges, light)
        return f8, f16, f32, places, *self.imagine((self._filled(map4), f8, f16, f32, places, light))

    def _filled(self, map4: Tensor) -> Tensor:
        """Without the channels that `_seen` added, and before a runtime sorts all of them by place."""
        n, _, h, w = map4.shape
        channels = self.painter.own.in_channels
        return map4.flatten(2)[:, :channels].reshape(n, channels, h, w)

    def _alone(self, own: Tensor, second: Tensor, sure: Tensor, vivid: Tensor) -> tuple[Tensor, Tensor]:
        return ((own + second) * gain(vivid)).clamp(-AB_SCALE, AB_SCALE), sure

    def _told(self, *given: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        f4, f8, f16, f32, places, light, hint, mask, second, vivid = given
        painting = self.painter((self._filled(f4), f8, f16, f32, places, light), hint, mask)
        return *self.decode(painting, second, vivid), painting.logits.softmax(1)


def gain(vivid: Tensor) -> Tensor:
    """How many times the likely colour: 0 at 0, `BOLD` at 1, rising ever more gently."""
    return BOLD * vivid * (1 + BEND * (1 - vivid))


class _Graph(nn.Module):
    """One of its ways as a module, for the exporter."""

    def __init__(self, network: Tint, way: Callable[..., tuple[Tensor, ...]]) -> None:
        super().__init__()
        self.network, self.way = network, way

    def forward(self, *planes: Tensor) -> tuple[Tensor, ...]:
        return self.way(*planes)
