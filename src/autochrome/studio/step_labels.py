"""What a step of the history is called, and on which frame its change is seen."""

from collections.abc import Sequence
from typing import Any

from autochrome.studio.changes import Change
from autochrome.studio.schemas import HistoryStep

_NAMES = {
    "points": "Point",
    "strokes": "Stroke",
    "rectangles": "Rectangle",
    "areas": "Area",
    "reference": "Reference",
    "references": "Reference",
    "picture": "Picture",
}
"""The parts of hints, in words."""
_MACHINE = "Machine's points"


def describe_step(
    before: dict[str, Any], after: dict[str, Any], changes: Sequence[Change], *, film: bool
) -> HistoryStep:
    """before, after: the states of the project, as far as they were compared."""
    part = changes[0].path[0]
    if part == "settings":
        names = [str(change.path[1]) for change in changes if change.path[0] == part]
        values = [_words(change.added[0]) if change.added else "default" for change in changes]
        label = ", ".join(
            f"{name.replace('_', ' ')} {value}" for name, value in zip(names, values, strict=True)
        )
        return HistoryStep(label=label[:1].upper() + label[1:], part="settings", names=tuple(names))
    if part == "cuts":
        return _describe_cuts(before["cuts"], after["cuts"])
    frame = _frame_of(changes[0], before["hints"], after["hints"])
    return HistoryStep(
        label=_describe_marks([each for each in changes if each.path[0] == part]),
        part="marks",
        frame=frame or 0 if film else None,
    )


def _describe_cuts(before: list[int], after: list[int]) -> HistoryStep:
    added, removed = sorted({*after} - {*before}), sorted({*before} - {*after})
    label = (
        "Cut" if len(added) == 1 and not removed else "Cut removed" if len(removed) == 1 and not added else ""
    )
    return HistoryStep(label=label or "Shots", part="cuts", frame=[*added, *removed][0])


def _describe_marks(changes: Sequence[Change]) -> str:
    """'Stroke', 'Point removed', 'Area changed'; 'Marks' for several kinds."""
    kinds, effects = set(), set()
    for change in changes:
        for kind, removed, added in _parts_of(change):
            machine = any(
                isinstance(mark, dict) and mark.get("by") == "machine" for mark in (*removed, *added)
            )
            kinds.add(_MACHINE if machine else _NAMES.get(kind, "Marks"))
            effects.add(
                "removed" if len(added) < len(removed) else "" if len(added) > len(removed) else "changed"
            )
    kind = kinds.pop() if len(kinds) == 1 else "Marks"
    effect = effects.pop() if len(effects) == 1 else "changed"
    return f"{kind} {effect}".strip()


def _parts_of(change: Change) -> list[tuple[str, Sequence[Any], Sequence[Any]]]:
    """(a part of the hints, what was removed, what was added) of one change."""
    words = [part for part in change.path if isinstance(part, str)][1:]  # without "hints"
    name = next((word for word in words if word != "frames"), "")
    if name:
        inside = change.at is None and len(change.path) > 1 and change.path[-1] == name
        removed, added = (
            each[0] if inside and each and isinstance(each[0], list) else each
            for each in (change.removed, change.added)
        )
        return [(name, removed, added)]
    removed_keys, added_keys = (
        _key_frames(each, change.at is None) for each in (change.removed, change.added)
    )
    found: list[tuple[str, Sequence[Any], Sequence[Any]]] = []
    for key in (*removed_keys, *added_keys):
        for part, value in key.items():
            if part in _NAMES:
                values = value if isinstance(value, list) else [value]
                found.append(
                    (part, values if key in removed_keys else (), values if key in added_keys else ())
                )
    return found


def _key_frames(values: Sequence[Any], whole_list: bool) -> list[dict[str, Any]]:
    return list(values[0]) if whole_list and values else list(values)


def _frame_of(change: Change, before: dict[str, Any], after: dict[str, Any]) -> int | None:
    """The frame whose marks a change is about; None for marks outside of key frames."""
    if len(change.path) < 2 or change.path[1] != "frames":
        return None
    if len(change.path) > 2 and isinstance(change.path[2], int):
        frames = after["frames"]
        return frames[change.path[2]].get("frame") if change.path[2] < len(frames) else None
    keys = [*_key_frames(change.added, change.at is None), *_key_frames(change.removed, change.at is None)]
    return next((key.get("frame") for key in keys), None)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
