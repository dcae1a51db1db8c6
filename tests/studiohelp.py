"""What tests of the studio share."""

import time
from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

BASE = "http://127.0.0.1:8470"
Open = Callable[..., TestClient]


def address(answer: Any) -> str:
    assert answer.status_code == 201, answer.text
    return f"/api/projects/{answer.json()['id']}"


def ended(web: TestClient, job: dict[str, Any], patience: float = 60) -> dict[str, Any]:
    """The job when it neither waits nor runs any more."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        now: dict[str, Any] = web.get(f"/api/jobs/{job['id']}").json()
        if now["state"] not in ("waiting", "running"):
            return now
        time.sleep(0.05)
    raise AssertionError(f"the job did not end: {now}")
