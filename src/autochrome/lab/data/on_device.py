"""Pictures held on the GPU and cut there: when they fit, nothing but numbers travels during training."""

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autochrome.errors import RecipeError
from autochrome.lab.data.crops import Cutter, Held, Pictures, boxes

_FINE = 2  # points a side and pixel: where a picture shrinks, none of it is jumped over
_ROOM = 0.4  # share of the free memory that pictures may take


def fits(pictures: Held, device: torch.device) -> bool:
    """Is this a GPU with room for all of them?"""
    if device.type != "cuda":
        return False
    free, _ = torch.cuda.mem_get_info(device)
    return sum(p.nbytes for sample in pictures.samples for p in sample) < _ROOM * free


class OnDevice:
    """Pictures of any size, one after the other in one tensor."""

    def __init__(self, pictures: Held, device: torch.device) -> None:
        flat = np.concatenate([p.reshape(-1, 3) for sample in pictures.samples for p in sample])
        shapes = np.array([[p.shape[:2] for p in sample] for sample in pictures.samples])  # (N, P, 2)
        ends = np.cumsum(shapes.prod(-1)).reshape(shapes.shape[:2])
        self.pixels = torch.from_numpy(flat).to(device)  # (all pixels, 3) uint8
        self._starts = torch.from_numpy(ends - shapes.prod(-1)).to(device)  # (N, P)
        self._shapes = shapes

    def cut(self, indices: NDArray[np.int64], windows: NDArray[np.float64], size: int, least: int) -> Tensor:
        """(B, P, size, size, 3) uint8: the same windows that `Cutter.cut` takes."""
        shapes = self._shapes[indices, 0]
        side, top, left = (
            torch.from_numpy(x).to(self.pixels.device)
            for x in boxes(shapes[:, 0], shapes[:, 1], windows, least)
        )
        width = torch.from_numpy(shapes[:, 1]).to(self.pixels.device)
        starts = self._starts[torch.from_numpy(indices).to(self.pixels.device)]
        return torch.stack(
            [self._sample(starts[:, p], width, top, left, side, size) for p in range(starts.shape[1])], 1
        )

    def _sample(
        self, start: Tensor, width: Tensor, top: Tensor, left: Tensor, side: Tensor, size: int
    ) -> Tensor:
        """Bilinear at `_FINE`² points a pixel, then their mean. All of (B,); → (B, size, size, 3) uint8."""
        fine = size * _FINE
        steps = (torch.arange(fine, device=start.device) + 0.5) / fine
        at = (steps * side[:, None] - 0.5).clamp_min(0)  # (B, fine), within the window
        low = at.floor().long()
        part = at - low
        high = torch.minimum(low + 1, side[:, None] - 1)
        total = torch.zeros(len(start), fine, fine, 3, device=start.device)
        for rows, row_share in ((low, 1 - part), (high, part)):
            for columns, column_share in ((low, 1 - part), (high, part)):
                y, x = top[:, None] + rows, left[:, None] + columns
                place = start[:, None, None] + y[:, :, None] * width[:, None, None] + x[:, None, :]
                share = row_share[:, :, None] * column_share[:, None, :]
                total += self.pixels[place] * share[..., None].float()
        mean = total.view(-1, size, _FINE, size, _FINE, 3).mean((2, 4))
        return mean.round().to(torch.uint8)

    def stream(self, cutter: Cutter, start: int, stop: int | None) -> Generator[Tensor, None, None]:
        """The crops of steps start…stop, or for ever."""
        step = start
        while stop is None or step < stop:
            epoch, place = divmod(step, cutter.steps_per_epoch)
            windows = cutter.windows(epoch, place)
            yield self.cut(cutter.indices(epoch, place), windows, cutter.size, cutter.least)
            step += 1


def on_device(pictures: Pictures, keep: str, device: torch.device) -> OnDevice | None:
    """On the GPU if the recipe says so, or leaves it to us and they fit."""
    if not isinstance(pictures, Held):
        return None
    wanted = keep == "device" or (keep == "auto" and fits(pictures, device))
    return OnDevice(pictures, device) if wanted else None


def pick_device(name: str) -> torch.device:
    """auto: the GPU if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as e:
        raise RecipeError(f"The device {name!r} cannot be used here: {str(e).splitlines()[0]}.") from e
    return device
