"""Thread pools: of several strokes on one picture only the newest is painted."""

import asyncio
import threading

from autochrome.studio.errors import Superseded
from autochrome.studio.executors import Executors


def test_only_the_newest_waiting_stroke_of_a_picture_is_painted():
    async def run() -> list[object]:
        executors, release = Executors(), threading.Event()
        busy = [asyncio.create_task(executors.run_paint(key, release.wait)) for key in ("a", "b")]
        await asyncio.sleep(0.05)
        tasks = [asyncio.create_task(executors.run_paint("c", lambda n=n: n)) for n in range(3)]
        other = asyncio.create_task(executors.run_paint("d", lambda: "other"))
        await asyncio.sleep(0.05)
        release.set()
        results = await asyncio.gather(*tasks, other, *busy, return_exceptions=True)
        executors.close()
        return results

    first, second, third, other, *_ = asyncio.run(run())
    assert isinstance(first, Superseded)
    assert isinstance(second, Superseded)
    assert (third, other) == (2, "other")
