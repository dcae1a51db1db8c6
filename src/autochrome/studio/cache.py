"""A cache for things that are expensive to open: photographs, films, networks."""

from collections.abc import Callable
from threading import Condition
from typing import Generic, Protocol, TypeVar

from cachetools import LRUCache, cached


class Sized(Protocol):
    @property
    def size(self) -> int: ...  # bytes of memory, about


T = TypeVar("T", bound=Sized)


class SizedCache(Generic[T]):
    """The things used last, as many as fit into `limit` bytes; at least one. Safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self._lock = Condition()
        self._items: LRUCache[str, T] = LRUCache(limit, getsizeof=lambda item: min(item.size, limit))
        # With a condition, one thread opens a thing, and others that need the same thing wait for it.
        self._get = cached(self._items, key=lambda key, make: key, condition=self._lock)(_make)

    def get(self, key: str, make: Callable[[], T]) -> T:
        """The thing of this key. `make` runs once, however many threads want it."""
        item: T = self._get(key, make)
        return item

    def remove(self, prefix: str) -> None:
        """Drop everything whose key begins with `prefix`."""
        with self._lock:
            for key in [key for key in self._items if key.startswith(prefix)]:
                del self._items[key]


def _make(key: str, make: Callable[[], T]) -> T:
    return make()
