"""Fingers on a page: touches sent to Chromium, and the controls that a finger cannot reach."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import CDPSession, Page

from browsing import screen_position

Point = tuple[float, float]  # CSS pixels on the screen
STEPS = 6  # touch events of one movement

_OUT_OF_REACH = """() => {
    const found = [];
    const controls = "button, a[href], input, select, summary, [role=slider], canvas.overlay";
    for (const control of document.querySelectorAll(controls)) {
        if (!control.checkVisibility() || control.closest(".visually-hidden, .skip")) continue;
        control.scrollIntoView({block: "nearest", inline: "nearest", behavior: "instant"});
        const box = control.getBoundingClientRect();
        const name = control.getAttribute("aria-label") || control.textContent.trim() || control.id;
        const inside = box.left >= -1 && box.top >= -1 && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
        if (!inside) found.push(`${name}: outside the window, ${JSON.stringify(box)}`);
        if (control.matches("canvas, [role=slider]")) continue;
        const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        const hit = top && (control.contains(top) || top.contains(control) || control.labels?.[0]?.contains(top));
        if (inside && !hit) found.push(`${name}: covered by ${top?.outerHTML.slice(0, 90)}`);
    }
    return found;
}"""


def controls_out_of_reach(page: Page) -> list[str]:
    """Visible controls that lie outside the window or below other elements, even after scrolling."""
    found: list[str] = page.evaluate(_OUT_OF_REACH)
    return found


def drag_fingers(page: Page, *paths: Sequence[Point]) -> None:
    """Move one finger along each path, all at the same time. Every path has a start and an end."""
    with _touch_session(page) as session:
        for step in range(STEPS + 1):
            part = step / STEPS
            points = [_between(start, end, part) for start, end in paths]
            session.send(
                "Input.dispatchTouchEvent",
                {
                    "type": "touchMove" if step else "touchStart",
                    "touchPoints": [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)],
                },
            )
            page.wait_for_timeout(16)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def touch_stroke(page: Page, start: Point, end: Point) -> None:
    """Draw with one finger, between two positions of the picture (0…1)."""
    drag_fingers(page, [screen_position(page, *start), screen_position(page, *end)])


def pinch(page: Page, factor: float) -> None:
    """Put two fingers on the middle of the picture, and change their distance by a factor."""
    x, y = screen_position(page, 0.5, 0.5)
    near = 40.0
    drag_fingers(
        page,
        [(x - near, y), (x - near * factor, y)],
        [(x + near, y), (x + near * factor, y)],
    )


@contextmanager
def _touch_session(page: Page) -> Iterator[CDPSession]:
    session = page.context.new_cdp_session(page)
    try:
        yield session
    finally:
        session.detach()


def _between(start: Point, end: Point, part: float) -> Point:
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
