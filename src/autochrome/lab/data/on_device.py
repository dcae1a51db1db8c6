"""Pictures kept on the GPU and cropped there, so that no pixels are copied to it during training."""

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autochrome.errors import RecipeError
from autochrome.lab.data.crops import Cropper, crop_boxes
from autochrome.lab.data.sources import PicturesInMemory, PictureSource

_OVERSAMPLING = 2  # points per pixel and direction; their mean is a pixel, so that shrinking does not alias
_MAX_MEMORY = 0.4  # fraction of the free GPU memory that pictures may take


def fits_on_gpu(pictures: PicturesInMemory, device: torch.device) -> bool:
    """Whether the device is a GPU with enough free memory for all pictures."""
    if device.type != "cuda":
        return False
    free, _ = torch.cuda.mem_get_info(device)
    return sum(p.nbytes for sample in pictures.samples for p in sample) < _MAX_MEMORY * free


class PicturesOnDevice:
    """Pictures of any size, one after the other in one tensor on the device."""

    def __init__(self, pictures: PicturesInMemory, device: torch.device) -> None:
        flat = np.concatenate([p.reshape(-1, 3) for sample in pictures.samples for p in sample])
        shapes = np.array([[p.shape[:2] for p in sample] for sample in pictures.samples])  # (N, P, 2)
        ends = np.cumsum(shapes.prod(-1)).reshape(shapes.shape[:2])
        self.pixels = torch.from_numpy(flat).to(device)  # (all pixels, 3) uint8
        self._starts = torch.from_numpy(ends - shapes.prod(-1)).to(device)  # (N, P)
        self._shapes = shapes

    def crop(
        self, indices: NDArray[np.int64], windows: NDArray[np.float64], size: int, min_side: int
    ) -> Tensor:
        """(B, P, size, size, 3) uint8: the same windows as `Cropper.crop`."""
        shapes = self._shapes[indices, 0]
        side, top, left = (
            torch.from_numpy(x).to(self.pixels.device)
            for x in crop_boxes(shapes[:, 0], shapes[:, 1], windows, min_side)
        )
        width = torch.from_numpy(shapes[:, 1]).to(self.pixels.device)
        starts = self._starts[torch.from_numpy(indices).to(self.pixels.device)]
        return torch.stack(
            [self._sample(starts[:, p], width, top, left, side, size) for p in range(starts.shape[1])], 1
        )

    def _sample(
        self, start: Tensor, width: Tensor, top: Tensor, left: Tensor, side: Tensor, size: int
    ) -> Tensor:
        """Bilinear at `_OVERSAMPLING`² points per pixel, then their mean. Inputs (B,) → (B, size, size, 3) uint8."""
        points = size * _OVERSAMPLING
        steps = (torch.arange(points, device=start.device) + 0.5) / points
        position = (steps * side[:, None] - 0.5).clamp_min(0)  # (B, points), within the window
        low = position.floor().long()
        fraction = position - low
        high = torch.minimum(low + 1, side[:, None] - 1)
        total = torch.zeros(len(start), points, points, 3, device=start.device)
        for rows, row_weight in ((low, 1 - fraction), (high, fraction)):
            for columns, column_weight in ((low, 1 - fraction), (high, fraction)):
                y, x = top[:, None] + rows, left[:, None] + columns
                index = start[:, None, None] + y[:, :, None] * width[:, None, None] + x[:, None, :]
                weight = row_weight[:, :, None] * column_weight[:, None, :]
                total += self.pixels[index] * weight[..., None].float()
        mean = total.view(-1, size, _OVERSAMPLING, size, _OVERSAMPLING, 3).mean((2, 4))
        return mean.round().to(torch.uint8)

    def stream(self, cropper: Cropper, start: int, stop: int | None) -> Generator[Tensor, None, None]:
        """The crops of steps start…stop (None: without end)."""
        step = start
        while stop is None or step < stop:
            epoch, in_epoch = divmod(step, cropper.steps_per_epoch)
            windows = cropper.windows(epoch, in_epoch)
            yield self.crop(cropper.indices(epoch, in_epoch), windows, cropper.size, cropper.min_side)
            step += 1


def move_to_device(pictures: PictureSource, storage: str, device: torch.device) -> PicturesOnDevice | None:
    """The pictures on the device, if the recipe's storage is "device", or "auto" and they fit; else None."""
    if not isinstance(pictures, PicturesInMemory):
        return None
    wanted = storage == "device" or (storage == "auto" and fits_on_gpu(pictures, device))
    return PicturesOnDevice(pictures, device) if wanted else None


def choose_device(name: str) -> torch.device:
    """The torch device of this name; "auto" is the GPU if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as e:
        raise RecipeError(f"The device {name!r} cannot be used: {str(e).splitlines()[0]}.") from e
    return device
