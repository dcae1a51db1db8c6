"""The API matches its OpenAPI document: thousands of valid and invalid requests, made from it, to a running server."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from autochrome.studio.app import create_app
from autochrome.studio.limits import Limits
from autochrome.studio.service import Studio
from filmmaking import make_film
from pictures import COLOR, pil

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES, FEWER = 26, 14  # valid and as many invalid requests of each operation; fewer for slow operations
_SLOW = ("/alike", "/hints", "/history", "/paint", "/variations", "/versions")
REQUESTS = 2000  # at least
TIMEOUT = 20  # seconds for one response; a longer time is a hang


@pytest.fixture
def studio(tmp_path: Path, tiny_model: Path) -> Iterator[Studio]:
    """A studio whose jobs do nothing, to save time."""
    studio = Studio(tmp_path / "studio", model=str(tiny_model), limits=Limits(listeners=0, projects=20))
    studio.jobs._run = lambda job, child, report: ""
    yield studio
    studio.close()


@pytest.fixture
def base(studio: Studio) -> Iterator[str]:
    """The URL of a server that runs in a thread."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(studio), port=0, log_level="critical", access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.slow
def test_no_request_made_from_the_document_causes_a_server_error(base: str, tmp_path: Path):
    projects = [
        requests.post(f"{base}/api/projects", data=data, timeout=TIMEOUT).json()["id"]
        for data in (
            pil(COLOR, "png"),
            make_film(tmp_path / "f.mp4", times=range(5), sound=None).read_bytes(),
        )
    ]
    schema = schemathesis.openapi.from_url(f"{base}/api/openapi.json")
    statuses: Counter[int] = Counter()
    for result in schema.get_all_operations():
        for mode in GenerationMode:
            _try(result.ok(), mode, projects, statuses)
    assert sum(statuses.values()) >= REQUESTS
    assert {200, 201, 202, 404, 415, 422} <= statuses.keys(), statuses
    assert max(statuses) < 500


def _try(operation: Any, mode: GenerationMode, projects: list[str], statuses: Counter[int]) -> None:
    """Send many requests to one operation. Most of those for a project use one that exists."""
    if mode is GenerationMode.NEGATIVE and not (
        operation.path_parameters or operation.query or operation.body
    ):
        return

    @seed(1)
    @settings(
        max_examples=FEWER if operation.path.endswith(_SLOW) else EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        turn = sum(statuses.values()) % 4
        if "/projects/{project_id}" in operation.path and operation.method != "delete" and turn < 3:
            case.path_parameters["project_id"] = projects[turn % 2]
        response = case.call(timeout=TIMEOUT)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    call()
