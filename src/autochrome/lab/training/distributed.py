"""Training in several processes that take the same steps. With one process everything here does nothing."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

import torch
import torch.distributed as dist
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class ProcessGroup:
    """The processes that train together, seen from this one."""

    rank: int = 0  # of this process, from 0
    size: int = 1  # number of processes

    @property
    def is_main(self) -> bool:
        """The main process writes the files of the run."""
        return self.rank == 0

    def split(self, batch: Tensor, parts: int = 1) -> list[Tensor]:
        """The rows of a whole batch that belong to this process, in `parts` smaller batches."""
        rows = len(batch) // self.size
        own = batch[self.rank * rows : (self.rank + 1) * rows]
        return list(own.chunk(parts))

    def wait(self) -> None:
        """Wait until every process is here."""
        if self.size > 1:
            dist.barrier()

    def mean(self, values: Tensor) -> Tensor:
        """The mean over all processes."""
        if self.size > 1:
            dist.all_reduce(values)
            values = values / self.size
        return values

    def broadcast(self, values: list[float]) -> list[float]:
        """The values of the main process, in every process."""
        if self.size == 1:
            return values
        tensor = torch.tensor(values, dtype=torch.float64)
        if dist.get_backend() == "nccl":
            tensor = tensor.cuda()
        dist.broadcast(tensor, 0)
        return [float(x) for x in tensor.tolist()]

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace every gradient by its mean over all processes. All gradients travel in one tensor."""
        if self.size == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([g.reshape(-1) for g in gradients])
        dist.all_reduce(flat)
        flat /= self.size
        for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))


@contextmanager
def join_process_group(device: torch.device) -> Iterator[ProcessGroup]:
    """Join the group that `torchrun` starts; without it this process is alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ProcessGroup()
        return
    rank = int(os.environ["RANK"])
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    # Optimizers import this module late. If a group exists by then, the module keeps it in default arguments for ever,
    # its threads do not end, and Python aborts at exit. Imported before, it keeps nothing.
    import_module("torch.distributed.nn.functional")
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield ProcessGroup(rank, size)
    finally:
        dist.destroy_process_group()
