"""The engine of a cluster: workers on the nodes of Ray. [only home of ray]

Each node gets as many workers as its processors and memory allow, also nodes that join later. A unit whose worker dies
is given to another one; the second time it is set aside. A node that cannot work (another version, a missing path) is
left out, and named.
"""

import logging
import os
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic

from autochrome import __version__
from autochrome.errors import AutochromeError, ClusterUnreachable, ExtraMissing
from autochrome.parallel.engine import Finished, R, U, Work
from autochrome.parallel.worker import MOST_DEATHS, Order, Worker, set_aside

_LOOK_AROUND = 5.0  # seconds between two looks at the nodes
_MOST_LOSSES = 5  # also counting nodes that went away
_OBJECT_STORE = 100 << 20  # bytes: nothing large passes through it
_OWN_ADDRESS = "ray"


@dataclass(slots=True)
class _Slot:
    """A worker, and the call that it is answering."""

    node: str  # id
    actor: Any
    number: int | None = None  # of the unit; None: it opens, or is idle
    is_open: bool = False


@dataclass(slots=True)
class _Node:
    """What is known of a node."""

    name: str
    slots: int = 0  # workers that exist
    refused: AutochromeError | None = None


@dataclass(slots=True)
class _Entry(Generic[U]):
    """A unit that is not finished, and the nodes where a worker died with it."""

    unit: U
    deaths: list[str] = field(default_factory=list)


class RayCluster(Generic[U, R]):
    """Runs units on the workers of a Ray cluster."""

    def __init__(
        self, address: str, work: Work[U, R], note: Callable[[str], None] = lambda text: None
    ) -> None:
        """address: `ray` (the cluster of this machine; without one, its own) or `ray://HOST:PORT`.

        note: gets sentences about nodes that are left out or lost.
        """
        self._ray = _import_ray()
        self._work, self._note = work, note
        self._began = _connect(self._ray, address)
        order = Order(self._ray.cloudpickle.dumps(work), str(Path.cwd()), __version__, work.cpus)
        self._order = self._ray.put(order)
        self._nodes: dict[str, _Node] = {}
        self._calls: dict[Any, _Slot] = {}  # running calls
        self._idle: deque[_Slot] = deque()
        self._entries: dict[int, _Entry[U]] = {}
        self._waiting: deque[int] = deque()
        self._finished: deque[Finished[U, R]] = deque()
        self._count, self._looked = 0, 0.0
        self._look_around()

    @property
    def capacity(self) -> int:
        """See `Engine`."""
        return max(2, 2 * sum(node.slots for node in self._nodes.values()))

    def submit(self, unit: U) -> None:
        """See `Engine`."""
        self._entries[self._count] = _Entry(unit)
        self._waiting.append(self._count)
        self._count += 1
        self._assign()

    def take(self) -> Finished[U, R]:
        """See `Engine`."""
        while not self._finished:
            if time.monotonic() - self._looked > _LOOK_AROUND or not self._calls:
                self._look_around()
            self._assign()
            self._wait()
        return self._finished.popleft()

    def cancel(self) -> None:
        """See `Engine`. Units that run are broken off; what they have finished is on the disk."""
        for slot in (*self._calls.values(), *self._idle):
            self._ray.kill(slot.actor)
        self._calls.clear()
        self._idle.clear()
        if self._began:
            self._ray.shutdown()

    def _look_around(self) -> None:
        """Start workers on new nodes, and forget nodes that are gone."""
        self._looked = time.monotonic()
        for facts in self._ray.nodes():
            key, node = facts["NodeID"], self._nodes.get(facts["NodeID"])
            if facts["Alive"] and node is None:
                self._nodes[key] = _Node(facts["NodeManagerHostname"])
                self._start_workers(key, facts["Resources"])
            elif not facts["Alive"] and node is not None:
                self._note(f"the node {node.name} is gone; its units are done by others")
                del self._nodes[key]
        if not self._calls and not self._idle:
            raise self._describe_standstill()

    def _start_workers(self, key: str, resources: dict[str, float]) -> None:
        work = self._work
        limits = [(resources.get("CPU", 0), work.cpus), (resources.get("memory", 0), work.memory)]
        limits += [(resources.get("GPU", 0), work.accelerators)] if work.accelerators else []
        for _ in range(min(int(there // each) for there, each in limits)):
            self._start_worker(key)

    def _start_worker(self, key: str) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        actor_class = self._ray.remote(Worker).options(
            num_cpus=self._work.cpus,
            num_gpus=self._work.accelerators,
            memory=self._work.memory,
            scheduling_strategy=NodeAffinitySchedulingStrategy(key, soft=False),
        )
        slot = _Slot(key, actor_class.remote())
        self._nodes[key].slots += 1
        self._calls[slot.actor.open.remote(self._order)] = slot

    def _describe_standstill(self) -> AutochromeError:
        """Why no worker can do anything."""
        refused = [node.refused for node in self._nodes.values() if node.refused]
        if refused:
            return refused[0]
        return ClusterUnreachable(
            f"No node of the cluster has {self._work.cpus:g} free processors and "
            f"{self._work.memory / (1 << 30):.1f} GB of memory for a worker; add a larger node."
        )

    def _assign(self) -> None:
        """Give waiting units to idle workers."""
        while self._waiting and self._idle:
            number, slot = self._waiting.popleft(), self._idle.popleft()
            slot.number = number
            self._calls[slot.actor.do.remote(self._entries[number].unit)] = slot

    def _wait(self) -> None:
        """Wait for calls to end, and look at all that have."""
        calls = list(self._calls)
        ready, _ = self._ray.wait(calls, num_returns=1, timeout=_LOOK_AROUND)
        if ready and len(calls) > 1:
            ready, _ = self._ray.wait(calls, num_returns=len(calls), timeout=0)
        for call in ready:
            slot = self._calls.pop(call)
            try:
                answer = self._ray.get(call)
            except self._ray.exceptions.RayError:
                self._bury(slot)
                continue
            if slot.is_open:
                self._finish(slot, *answer)
            elif answer is None:
                slot.is_open = True
                self._idle.append(slot)
            else:
                self._refuse(slot, answer)
        self._assign()

    def _finish(self, slot: _Slot, value: Any, error: Exception | None) -> None:
        assert slot.number is not None
        entry = self._entries.pop(slot.number)
        self._finished.append(Finished(slot.number, entry.unit, value, error))
        slot.number = None
        self._idle.append(slot)

    def _refuse(self, slot: _Slot, reason: AutochromeError) -> None:
        """A node that cannot work gets no units."""
        self._ray.kill(slot.actor)
        if (node := self._nodes.get(slot.node)) is None:
            return
        node.slots -= 1
        if node.refused is None:
            node.refused = reason
            self._note(f"{str(reason).rstrip('.')}; this node is left out.")

    def _bury(self, slot: _Slot) -> None:
        """A worker has died: another one takes its place, and its unit is tried again or set aside."""
        self._ray.kill(slot.actor)
        alive = {facts["NodeID"] for facts in self._ray.nodes() if facts["Alive"]}
        if slot.node in self._nodes:
            self._nodes[slot.node].slots -= 1
        if slot.number is not None:
            entry = self._entries[slot.number]
            entry.deaths.append(slot.node)
            self._judge(slot.number, entry, alive)
        if slot.node in alive and slot.node in self._nodes and not self._nodes[slot.node].refused:
            self._restart(slot)

    def _restart(self, slot: _Slot) -> None:
        """A new worker on the same node, unless workers die there before they have begun."""
        node = self._nodes[slot.node]
        if slot.is_open:
            self._start_worker(slot.node)
        elif not node.slots:
            node.refused = ClusterUnreachable(
                f"The node {node.name} starts no worker; look at Ray's logs there."
            )
            self._note(str(node.refused))

    def _judge(self, number: int, entry: _Entry[U], alive: set[str]) -> None:
        """Try a unit again, or set it aside. That a node went away is not the fault of a unit."""
        own = Counter(node in alive for node in entry.deaths)[True]
        if own < MOST_DEATHS and len(entry.deaths) < _MOST_LOSSES:
            self._waiting.appendleft(number)
            return
        name = self._work.name(entry.unit)
        del self._entries[number]
        self._finished.append(Finished(number, entry.unit, error=set_aside(name, len(entry.deaths))))


def _import_ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a cluster that we start reports nothing to anyone
    try:
        import ray
    except ImportError as error:
        raise ExtraMissing("--on ray needs Ray: pip install 'autochrome[ray]'.") from error
    return ray


def _connect(ray: Any, address: str) -> bool:
    """Connect to a cluster; returns whether it was us, so that we disconnect."""
    # Ray prints what happens to its workers on stdout, which may be a report for programs; we name units and nodes.
    ray._private.worker._worker_logs_enabled = False
    if ray.is_initialized():
        return False
    quiet: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}
    try:
        if address != _OWN_ADDRESS:
            ray.init(address, **quiet)
            return True
        try:
            ray.init("auto", **quiet)
        except ConnectionError:
            ray.init(include_dashboard=False, object_store_memory=_OBJECT_STORE, **quiet)
    except Exception as error:  # Ray raises errors of many libraries here
        reason = " ".join(str(error).split())[:200].rstrip(".")
        raise ClusterUnreachable(
            f"--on {address}: the cluster cannot be reached ({reason}); check the address, and that it runs "
            "the same versions of Ray and Python."
        ) from error
    return True
