"""Several processes as one: who am I, and how gradients and clocks are shared. Alone, all of it does nothing."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """This process among those that train together."""

    rank: int = 0
    world: int = 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    def share(self, batch: Tensor, portions: int = 1) -> list[Tensor]:
        """My rows of a whole batch, in so many portions."""
        rows = len(batch) // self.world
        mine = batch[self.rank * rows : (self.rank + 1) * rows]
        return list(mine.chunk(portions))

    def wait(self) -> None:
        if self.world > 1:
            dist.barrier()

    def average(self, values: Tensor) -> Tensor:
        """The mean over all processes."""
        if self.world > 1:
            dist.all_reduce(values)
            values = values / self.world
        return values

    def from_first(self, values: list[float]) -> list[float]:
        """What the first process says, for everybody."""
        if self.world == 1:
            return values
        box = torch.tensor(values, dtype=torch.float64)
        if dist.get_backend() == "nccl":
            box = box.cuda()
        dist.broadcast(box, 0)
        return [float(x) for x in box.tolist()]

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """One message for all gradients, so that every process takes the same step."""
        if self.world == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([g.reshape(-1) for g in gradients])
        dist.all_reduce(flat)
        flat /= self.world
        for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))


@contextmanager
def joined(device: torch.device) -> Iterator[Place]:
    """My place under `torchrun`, or alone without it."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Place()
        return
    rank = int(os.environ["RANK"])
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    # What optimizers import sooner or later keeps the group of that moment as default arguments, for ever. Before there
    # is one it keeps none, and the group's threads end with it; else one that outlives Python aborts the process.
    import_module("torch.distributed.nn.functional")
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Place(rank, world)
    finally:
        dist.destroy_process_group()
