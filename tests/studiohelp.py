"""Helpers for tests of the studio."""

import time
from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

BASE = "http://127.0.0.1:8470"
OpenStudio = Callable[..., TestClient]


def project_path(response: Any) -> str:
    """The path of the project that a request has created."""
    assert response.status_code == 201, response.text
    return f"/api/projects/{response.json()['id']}"


def wait_for_end(client: TestClient, job: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
    """Wait until a job neither waits nor runs; returns the job. timeout: seconds."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        now: dict[str, Any] = client.get(f"/api/jobs/{job['id']}").json()
        if now["state"] not in ("waiting", "running"):
            return now
        time.sleep(0.05)
    raise AssertionError(f"the job did not end: {now}")
