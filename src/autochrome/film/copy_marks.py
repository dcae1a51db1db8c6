"""Copy the marks of a key frame to a frame of another shot that looks alike: each moves with the thing under it."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.film.motion import Motion, MotionFinder
from autochrome.hints.file import KeyFrame
from autochrome.hints.marks import Area, Point, Rectangle, Stroke

Path: TypeAlias = tuple[tuple[float, float], ...]

_FOUND = 0.3  # motion confidence from which the thing under a mark is found in the other frame
_PART = 0.5  # part of a stroke or an outline that must be found


def copy_marks(
    key: KeyFrame, grey: NDArray[np.uint8], other_grey: NDArray[np.uint8], number: int, turn: int
) -> tuple[KeyFrame, int]:
    """The key frame with its marks on another frame, and how many marks found no place there.

    grey, other_grey: (h, w) proxies of both frames, stored orientation; number: of the other frame; turn: degrees
    counter-clockwise from the stored frame to the upright one, on which marks are drawn.
    """
    here, there = (np.ascontiguousarray(np.rot90(one, turn // 90)) for one in (grey, other_grey))
    way = _Way(MotionFinder(precise=True).between(there, here))
    points = tuple(filter(None, map(way.move_point, key.points)))
    strokes = tuple(filter(None, map(way.move_stroke, key.strokes)))
    areas = tuple(filter(None, map(way.move_area, key.areas)))
    rectangles = tuple(filter(None, map(way.move_rectangle, key.rectangles)))
    lost = len(key.all_marks) - len(points) - len(strokes) - len(areas) - len(rectangles)
    fields = {
        "frame": number,
        "time": None,
        "points": points,
        "strokes": strokes,
        "areas": areas,
        "rectangles": rectangles,
        "picture": None,
        "reference": key.reference
        or key.picture,  # the frame itself in colour is a picture of similar things there
    }
    return key.model_copy(update=fields), lost


class _Way:
    """Where things of one frame are in another one."""

    def __init__(self, motion: Motion) -> None:
        """motion: from the other frame to this one."""
        self._motion = motion

    def _look_up(self, x: float, y: float) -> tuple[float, float, float]:
        """Position 0…1 → how far the thing there is moved, of the width and of the height; and the confidence."""
        height, width = self._motion.confidence.shape
        row, column = min(height - 1, int(y * height)), min(width - 1, int(x * width))
        right, down = self._motion.flow[row, column]
        return float(right) / width, float(down) / height, float(self._motion.confidence[row, column])

    def move_point(self, point: Point) -> Point | None:
        right, down, confidence = self._look_up(point.x, point.y)
        if confidence < _FOUND:
            return None
        return point.model_copy(update={"x": _inside(point.x + right), "y": _inside(point.y + down)})

    def move_rectangle(self, box: Rectangle) -> Rectangle | None:
        right, down, confidence = self._look_up(box.x + box.width / 2, box.y + box.height / 2)
        if confidence < _FOUND:
            return None
        x, y = _inside(box.x + right, 1 - box.width), _inside(box.y + down, 1 - box.height)
        return box.model_copy(update={"x": x, "y": y})

    def move_stroke(self, stroke: Stroke) -> Stroke | None:
        path = self._move_all(stroke.path)
        return None if path is None else stroke.model_copy(update={"path": path})

    def move_area(self, area: Area) -> Area | None:
        outline = self._move_all(area.outline)
        return None if outline is None else area.model_copy(update={"outline": outline})

    def _move_all(self, path: Path) -> Path | None:
        """Positions that are not found move like the others; None if most are not found."""
        steps = np.array([self._look_up(x, y) for x, y in path])
        found = steps[:, 2] >= _FOUND
        if found.mean() < _PART:
            return None
        shift = np.where(found[:, None], steps[:, :2], np.median(steps[found, :2], axis=0))
        moved = np.array(path) + shift
        return tuple((_inside(float(x)), _inside(float(y))) for x, y in moved)


def _inside(value: float, most: float = 1.0) -> float:
    return round(min(max(value, 0.0), max(0.0, most)), 5)
