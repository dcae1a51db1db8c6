"""The changes between two JSON values, and how to apply them. A small change of a large value is small itself."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict

from autochrome.studio.errors import WrongState

Path: TypeAlias = tuple[str | int, ...]
"""Keys of objects and positions in lists, from the outside in."""


class Change(BaseModel):
    """One place where two values differ."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    at: int | None = None  # position in the list at `path`; None: the value at `path` itself
    removed: tuple[Any, ...] = ()  # without `at`: one value, or none where there was none
    added: tuple[Any, ...] = ()

    @property
    def reverse(self) -> "Change":
        """The change that takes this one back."""
        return self.model_copy(update={"removed": self.added, "added": self.removed})


def find_changes(before: Any, after: Any, path: Path = ()) -> Iterator[Change]:
    """The changes that make `after` of `before`."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if key in before and key in after:
                yield from find_changes(before[key], after[key], (*path, key))
            else:
                removed, added = (tuple(each[key] for _ in "1" if key in each) for each in (before, after))
                yield Change(path=(*path, key), removed=removed, added=added)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _find_in_lists(before, after, path)
    else:
        yield Change(path=path, removed=(before,), added=(after,))


def apply_changes(value: Any, changes: Iterable[Change]) -> Any:
    """A copy of a value with these changes. `WrongState` where it is not the value that they were made for."""
    result = deepcopy(value)
    for change in changes:
        _apply(result, change)
    return result


def _find_in_lists(before: list[Any], after: list[Any], path: Path) -> Iterator[Change]:
    """One change for all that differs between the same beginning and the same end."""
    most = min(len(before), len(after))
    first = next((n for n in range(most) if before[n] != after[n]), most)
    last = next((n for n in range(most - first) if before[-1 - n] != after[-1 - n]), most - first)
    removed, added = before[first : len(before) - last], after[first : len(after) - last]
    if len(removed) == len(added) == 1 and isinstance(removed[0], dict) and isinstance(added[0], dict):
        yield from find_changes(removed[0], added[0], (*path, first))
    else:
        yield Change(path=path, at=first, removed=tuple(removed), added=tuple(added))


def _apply(value: Any, change: Change) -> None:
    try:
        if change.at is not None:
            items: list[Any] = _value_at(value, change.path)
            span = slice(change.at, change.at + len(change.removed))
            if items[span] != list(change.removed):
                raise KeyError
            items[span] = deepcopy(list(change.added))
            return
        key: Any = change.path[-1]
        parent = _value_at(value, change.path[:-1])
        found = [parent[key]] if key in parent or isinstance(parent, list) else []
        if found != list(change.removed):
            raise KeyError
        if change.added:
            parent[key] = deepcopy(change.added[0])
        else:
            del parent[key]
    except (KeyError, IndexError, TypeError) as error:
        raise WrongState(
            "This step does not fit the project any more: its files were changed by another program."
        ) from error


def _value_at(value: Any, path: Path) -> Any:
    found = value
    for key in path:
        found = found[key]
    return found
