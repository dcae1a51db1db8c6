"""The API's document is true: thousands of requests made from it, right ones and wrong ones, to a running server."""

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
from autochrome.studio.limits import Bounds
from autochrome.studio.service import Studio
from filmmaking import make_film
from pictures import COLOR, pil

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES, FEWER = 44, 25  # right and as many wrong ones of each operation; fewer where each takes its time
REQUESTS = 2000  # at least, in all
PATIENCE = 20  # seconds for one answer: longer is a hang


@pytest.fixture
def studio(tmp_path: Path, tiny_model: Path) -> Iterator[Studio]:
    """Its jobs do nothing: their children would only warm the machine."""
    studio = Studio(tmp_path / "studio", model=str(tiny_model), bounds=Bounds(listeners=0, projects=20))
    studio.jobs._work = lambda job, child, tell: None
    yield studio
    studio.close()


@pytest.fixture
def base(studio: Studio) -> Iterator[str]:
    """The address of a server that runs in a thread."""
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
def test_no_request_made_from_the_document_breaks_anything(base: str, tmp_path: Path):
    real = [
        requests.post(f"{base}/api/projects", data=data, timeout=PATIENCE).json()["id"]
        for data in (
            pil(COLOR, "png"),
            make_film(tmp_path / "f.mp4", times=range(5), sound=None).read_bytes(),
        )
    ]
    schema = schemathesis.openapi.from_url(f"{base}/api/openapi.json")
    seen: Counter[int] = Counter()
    for result in schema.get_all_operations():
        for mode in GenerationMode:
            _try(result.ok(), mode, real, seen)
    assert sum(seen.values()) >= REQUESTS
    assert {200, 201, 202, 404, 415, 422} <= seen.keys(), seen
    assert max(seen) < 500


def _try(operation: Any, mode: GenerationMode, real: list[str], seen: Counter[int]) -> None:
    """Many requests to one operation. Where a project is asked for it is mostly one that is there."""
    if mode is GenerationMode.NEGATIVE and not (
        operation.path_parameters or operation.query or operation.body
    ):
        return

    @seed(1)
    @settings(
        max_examples=FEWER if operation.path.endswith(("/hints", "/paint")) else EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        turn = sum(seen.values()) % 4
        if "/projects/{number}" in operation.path and operation.method != "delete" and turn < 3:
            case.path_parameters["number"] = real[turn % 2]
        answer = case.call(timeout=PATIENCE)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    call()
