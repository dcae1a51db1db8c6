"""`tint`, the network that ships: L* and hints → a*b*, a distribution over colours, and confidence.

The encoder (`prepare`) recognises objects; it gets L* only and runs once per picture. The decoder (`decoder`) is a
light U-Net over its features; it runs for each new set of hints. Hints enter the decoder at every level. In addition
their colour is carried to other pixels in three ways (`hint_propagation`): by attention to similar pixels, and by local
kernels at strides 8 and 4 that stop at edges. For each pixel the decoder weighs these colours against its own.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.color_bins import bin_centres
from autochrome.lab.networks.edgetpu import MobileNetEdgeTPU
from autochrome.lab.networks.tint.decoder import Decoder
from autochrome.lab.networks.tint.export_graphs import make_parts, pad_channels, unpad_channels
from autochrome.lab.networks.tint.features import Features
from autochrome.lab.networks.tint.hint_propagation import HEAD_CHANNELS, HEADS
from autochrome.lab.networks.tint.prediction import apply_vivid, even_color, lay_hints, merge_hints
from autochrome.lab.networks.tint.things import CHANNELS, ThingHead
from autochrome.lab.types import ColorNetwork, ExportPart, NetworkOutput

DETAIL_CHANNELS = 16

# Layers that lose nothing in 8 bits: the late stages of the encoder, and the decoder's blocks above stride 4.
INT8_LAYERS = (
    *(f"encoder.blocks.{i}." for i in range(9, 20)),
    *(f"decoder.blocks.{i}." for i in (1, 2, 3)),
)


class Tint(ColorNetwork):
    """The network.

    widths: channels of the decoder at strides 4, 8, 16, 32. encoder: a weights file of MobileNetEdgeTPU, or "none"
    to train from scratch; encoder_width: factor on its channels. bin_size: side of the bins of the a*b* plane, in a*b*
    units.
    """

    int8_layers = INT8_LAYERS
    centres: Tensor

    def __init__(
        self,
        widths: Sequence[int] = (40, 80, 128, 192),
        encoder: str = "none",
        encoder_width: float = 1.0,
        bin_size: float = 12.0,
    ) -> None:
        super().__init__()
        self.inputs, self.multiple, self.contract = ("luma", "hint", "mask"), 32, "tint"
        self.encoder = MobileNetEdgeTPU(encoder_width, encoder)
        channels = self.encoder.channels
        self.detail = nn.Conv2d(1, DETAIL_CHANNELS, 4, 4)  # edges inside a pixel of stride 4
        self.lateral = nn.ModuleList(
            nn.Conv2d(c, w, 1)
            for c, w in zip((channels[0] + DETAIL_CHANNELS, *channels[1:]), widths, strict=True)
        )  # the encoder's channels → the decoder's
        self.descriptor = nn.Conv2d(channels[2] + 1, HEADS * HEAD_CHANNELS, 1)
        self.register_buffer("centres", bin_centres(bin_size), persistent=False)
        self.palette = tuple((a, b) for a, b in self.centres.tolist())
        self.widths = tuple(widths)
        self.decoder = Decoder(widths, len(self.palette))
        self.things = ThingHead(widths)

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        """For training: the prediction without vivid, and what is painted while that is learnt."""
        features = self.prepare(luma)
        output = self.decoder(features, hint, mask)
        things = None
        if self.things.training:
            things, _ = self.things(self.things.embed(features[:4], features.luma4), hint, mask)
        ab, _ = even_color(output, features.luma4, self.centres)
        return NetworkOutput(ab, output.logits, thing_logits=things)

    def prepare(self, luma: Tensor) -> Features:
        """(N, 1, H, W) L* → the features of the picture."""
        features4, early8, luma4 = self.encode_early(luma)
        return Features(features4, *self.encode_late(early8, luma4), luma4)

    def encode_early(self, luma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """L* → features4, early8 (the input of the late stages), luma4.

        An exported file computes this part in full precision: the small steps of a dark sky do not survive bf16.
        """
        grey = luma / 50 - 1
        features4, early8 = self.encoder.early_stages(grey)
        features4 = self.lateral[0](torch.cat([features4, F.relu(self.detail(grey))], 1))
        return features4, early8, F.avg_pool2d(grey, 4)

    def encode_late(self, early8: Tensor, luma4: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """early8, luma4 → features8, features16, features32, descriptors."""
        f8, f16, f32 = self.encoder.late_stages(early8)
        descriptors = self.descriptor(torch.cat([f16, F.avg_pool2d(luma4, 4)], 1))
        return self.lateral[1](f8), self.lateral[2](f16), self.lateral[3](f32), descriptors

    def predict_unhinted(self, features: Features) -> tuple[Tensor, Tensor]:
        """Without hints, at stride 4: a*b*, and the confidence 0…1."""
        return even_color(self.decoder.forward_unhinted(features), features.luma4, self.centres)

    def export_parts(self) -> list[ExportPart]:
        """Its graphs, in the order of `make_parts`."""
        functions = (
            *(self._early_graph, self._late_graph, self._unhinted_graph),
            *(self._embedding_graph, self._laid_graph, self._hinted_graph),
        )
        return make_parts(self, functions, self.widths, self.encoder.early_channels)

    def _early_graph(self, luma: Tensor) -> tuple[Tensor, ...]:
        features4, early8, luma4 = self.encode_early(luma)
        return pad_channels(features4), pad_channels(early8), luma4

    def _late_graph(self, features4: Tensor, early8: Tensor, luma4: Tensor) -> tuple[Tensor, ...]:
        late = self.encode_late(unpad_channels(early8, self.encoder.early_channels), luma4)
        features = Features(unpad_channels(features4, self.widths[0]), *late, luma4)
        return *late, *self.predict_unhinted(features)

    def _unhinted_graph(self, ab: Tensor, confidence: Tensor, vivid: Tensor) -> tuple[Tensor, ...]:
        return apply_vivid(ab, confidence, vivid), confidence

    def _embedding_graph(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        features4, *others, luma4 = inputs
        features = (unpad_channels(features4, self.widths[0]), *others)
        return (pad_channels(self.things.embed(features, luma4)),)

    def _laid_graph(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        *planes, embedding, hint, mask, vivid = inputs
        output = self.decoder(self._unpad(planes), hint, mask)
        logits, ab = self.things(unpad_channels(embedding, CHANNELS), hint, mask)
        return lay_hints(output, logits, ab, hint, mask, vivid)

    def _hinted_graph(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        *planes, hint, mask, vivid = inputs
        features = self._unpad(planes)
        output = self.decoder(features, hint, mask)
        return *merge_hints(output, features.luma4, vivid, self.centres), output.logits.softmax(1)

    def _unpad(self, planes: Sequence[Tensor]) -> Features:
        """The features as a file has them → as the decoder takes them."""
        return Features(unpad_channels(planes[0], self.widths[0]), *planes[1:])
