"""Thread pools for work outside the event loop. Of several paint requests for one picture only the newest runs."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from autochrome.studio.errors import Superseded

T = TypeVar("T")
_THREADS = 2  # of each pool


class Executors:
    """Thread pools, so that slow work never delays quick work."""

    def __init__(self) -> None:
        self._paint = ThreadPoolExecutor(_THREADS, "studio-paint")
        self._quick = ThreadPoolExecutor(_THREADS, "studio-quick")
        self._slow = ThreadPoolExecutor(_THREADS, "studio-slow")
        self._play = ThreadPoolExecutor(_THREADS, "studio-play")
        self._newest: dict[str, int] = {}  # number of the last paint request, by picture
        self._free_painters = asyncio.Semaphore(_THREADS)

    async def run_quick(self, work: Callable[[], T]) -> T:
        """Run work that takes milliseconds: a view, a list of colours."""
        return await asyncio.get_running_loop().run_in_executor(self._quick, work)

    async def run_slow(self, work: Callable[[], T]) -> T:
        """Run work that may take seconds: open an upload, colour a whole photograph."""
        return await asyncio.get_running_loop().run_in_executor(self._slow, work)

    async def run_play(self, work: Callable[[], T]) -> T:
        """Run the work for the next frame of a shot that is played."""
        return await asyncio.get_running_loop().run_in_executor(self._play, work)

    async def run_paint(self, key: str, work: Callable[[], T]) -> T:
        """Run the work for one brush stroke. `Superseded` if a newer one with the same key comes before it starts."""
        number = self._newest[key] = self._newest.get(key, 0) + 1
        async with self._free_painters:
            if self._newest.get(key) != number:
                raise Superseded("A newer stroke on this picture has arrived; wait for its result.")
            return await asyncio.get_running_loop().run_in_executor(self._paint, work)

    def close(self) -> None:
        for pool in (self._paint, self._play, self._quick, self._slow):
            pool.shutdown(wait=False, cancel_futures=True)
