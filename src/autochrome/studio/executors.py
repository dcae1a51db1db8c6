"""Where work is done beside the loop that talks: few threads, and of several questions about one picture the newest."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from autochrome.studio.errors import Superseded

T = TypeVar("T")


class Bench:
    """Threads for three kinds of work, so that a slow kind never makes a quick one wait."""

    def __init__(self) -> None:
        self._pools = {
            "paint": ThreadPoolExecutor(2, "studio-paint"),
            "look": ThreadPoolExecutor(2, "studio-look"),
            "chores": ThreadPoolExecutor(2, "studio-chores"),
        }
        self._newest: dict[str, int] = {}
        self._turns = asyncio.Semaphore(2)

    async def look(self, work: Callable[[], T]) -> T:
        """Something quick: a view, a colour."""
        return await asyncio.get_running_loop().run_in_executor(self._pools["look"], work)

    async def chore(self, work: Callable[[], T]) -> T:
        """Something that may take seconds: taking in a file, colouring at once."""
        return await asyncio.get_running_loop().run_in_executor(self._pools["chores"], work)

    async def paint(self, key: str, work: Callable[[], T]) -> T:
        """An answer to a brush. While it waits for its turn, a newer one with the same key takes its place."""
        ticket = self._newest[key] = self._newest.get(key, 0) + 1
        async with self._turns:
            if self._newest.get(key) != ticket:
                raise Superseded("A newer stroke of this picture came in; its answer counts.")
            return await asyncio.get_running_loop().run_in_executor(self._pools["paint"], work)

    def close(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
