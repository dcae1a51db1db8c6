"""A network of the size of "Colorful Image Colorization" (2016) with random weights: a reference for speed."""

from pathlib import Path

import torch
from torch import Tensor, nn

BINS = 313
# Blocks of 3×3 convolutions: channels out, how many, stride of the last one, dilation.
BLOCKS = (
    (64, 2, 2, 1),
    (128, 2, 2, 1),
    (256, 3, 2, 1),
    (512, 3, 1, 1),
    (512, 3, 1, 2),
    (512, 3, 1, 2),
    (512, 3, 1, 1),
)


class Eccv16Sized(nn.Module):
    """(1, 1, H, W) L* → (1, 2, H, W) a*b*."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for out, count, stride, dilation in BLOCKS:
            for i in range(count):
                step = stride if i == count - 1 else 1
                layers += [nn.Conv2d(channels, out, 3, step, dilation, dilation), nn.ReLU()]
                channels = out
            layers.append(nn.BatchNorm2d(out))
        layers += [nn.ConvTranspose2d(512, 256, 4, 2, 1), nn.ReLU()]
        layers += [nn.Conv2d(256, 256, 3, 1, 1), nn.ReLU(), nn.Conv2d(256, 256, 3, 1, 1), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Conv2d(256, BINS, 1), nn.Softmax(1))
        self.color = nn.Conv2d(BINS, 2, 1, bias=False)

    def forward(self, luma: Tensor) -> Tensor:
        ab = self.color(self.layers((luma - 50) / 100))
        return 110 * nn.functional.interpolate(ab, scale_factor=4.0, mode="bilinear")


def make_network() -> Eccv16Sized:
    """The network with weights from a fixed seed."""
    torch.manual_seed(0)
    return Eccv16Sized().eval()


def write_onnx(network: Eccv16Sized, size: int, path: Path) -> Path:
    """Write the network as an ONNX file for images of size × size."""
    program = torch.onnx.export(network, (torch.zeros(1, 1, size, size),), dynamo=True, verbose=False)
    assert program is not None
    program.save(str(path), external_data=False)
    return path
