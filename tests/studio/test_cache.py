"""The cache of open photographs and films."""

import threading

from autochrome.studio.cache import SizedCache


class Item:
    def __init__(self, size: int = 10) -> None:
        self.size = size


def test_items_are_made_once_and_the_least_recently_used_is_dropped():
    cache, made = SizedCache[Item](25), []

    def make() -> Item:
        made.append(1)
        return Item()

    threads = [threading.Thread(target=cache.get, args=("a", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    for key in ("b", "c", "a"):
        cache.get(key, make)
    assert len(made) == 4, "a was the least recently used when the cache was full"
    cache.remove("a")
    cache.get("a", make)
    assert len(made) == 5


def test_an_item_larger_than_the_limit_is_kept_alone():
    cache = SizedCache[Item](25)
    small, large = cache.get("small", Item), cache.get("large", lambda: Item(100))
    assert cache.get("large", Item) is large
    assert cache.get("small", Item) is not small
