"""The history of a project: every change of its hints, settings and shots, in order, on disk. Each can be undone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from autochrome.files import atomic_write
from autochrome.studio.changes import Change, apply_changes, find_changes
from autochrome.studio.errors import WrongState
from autochrome.studio.schemas import HistoryInfo, HistoryStep, Schema
from autochrome.studio.step_labels import describe_step

_FILE = "history.json"
_STEPS = 300  # that are kept
_BYTES = 4_000_000  # of the file; the oldest steps are dropped first

State = dict[str, Any]
"""What a person can change, as JSON: "hints", "settings" and "cuts" (the first frames of the shots)."""


class _Step(HistoryStep):
    changes: tuple[Change, ...]


class _History(Schema):
    version: Literal[1] = 1
    done: int = 0  # steps that count; those after them are undone
    steps: tuple[_Step, ...] = ()


def read_history(folder: Path) -> HistoryInfo:
    """The steps of the project in a folder."""
    history = _load(folder)
    steps = tuple(HistoryStep.model_validate(step.model_dump(exclude={"changes"})) for step in history.steps)
    return HistoryInfo(done=history.done, steps=steps)


def record_step(folder: Path, before: State, after: State, *, film: bool, label: str | None = None) -> None:
    """Add the step from one state to another. Undone steps are dropped. Equal states make no step.

    label: what it is called, instead of a description of its changes.
    """
    changes = tuple(find_changes(before, after))
    if not changes:
        return
    history = _load(folder)
    about = describe_step(before, after, changes, film=film)
    if label is not None:
        about = about.model_copy(update={"label": label})
    step = _Step(**about.model_dump(), changes=changes)
    _save(folder, (*history.steps[: history.done], step))


def go_to_step(folder: Path, state: State, done: int) -> State:
    """The state when so many steps count. state: the present one. `end_step` keeps the new number."""
    history = _load(folder)
    if done > len(history.steps):
        raise WrongState(f"This project has {len(history.steps)} steps, so step {done} does not exist.")
    undone = [
        change.reverse
        for step in reversed(history.steps[done : history.done])
        for change in step.changes[::-1]
    ]
    redone = [change for step in history.steps[history.done : done] for change in step.changes]
    result: State = apply_changes(state, [*undone, *redone])
    return result


def set_done(folder: Path, done: int) -> None:
    """Keep how many steps count."""
    _save(folder, _load(folder).steps, done)


def _load(folder: Path) -> _History:
    """An empty history where there is no file that can be read."""
    try:
        return _History.model_validate_json((folder / _FILE).read_bytes())
    except (OSError, ValidationError):
        return _History()


def _save(folder: Path, steps: Sequence[_Step], done: int | None = None) -> None:
    """done: all of them, if it is left out."""
    left = len(steps) if done is None else done
    kept = steps[max(0, len(steps) - _STEPS) :]
    while True:
        dropped = len(steps) - len(kept)
        text = _History(done=max(0, left - dropped), steps=tuple(kept)).model_dump_json(exclude_defaults=True)
        if len(text) <= _BYTES or not kept:
            break
        kept = kept[1 + len(kept) // 8 :]
    atomic_write(folder / _FILE, text, name=_FILE)
