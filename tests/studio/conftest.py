"""A studio in this process, with the tiny network, and pictures to upload."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from starlette.testclient import TestClient

from autochrome.studio.app import create_app
from autochrome.studio.limits import Limits
from autochrome.studio.service import Studio
from pictures import pil
from studiohelp import BASE, OpenStudio, project_path


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    """A grey photograph of 512×512."""
    return pil(np.asarray(skimage.data.astronaut()[..., 1]), "jpeg", quality=90)


@pytest.fixture
def open_studio(tmp_path: Path, tiny_model: Path) -> Iterator[OpenStudio]:
    """Opens a studio in the test's folder. A second call closes the first studio, as a restart does."""
    running: list[tuple[TestClient, Studio]] = []

    def close() -> None:
        while running:
            client, studio = running.pop()
            client.__exit__(None, None, None)
            studio.close()

    def open_it(limits: Limits | None = None, **options: Any) -> TestClient:
        close()
        studio = Studio(tmp_path / "studio", model=str(tiny_model), limits=limits)
        client = TestClient(create_app(studio, **options), base_url=BASE, raise_server_exceptions=True)
        client.__enter__()
        running.append((client, studio))
        return client

    yield open_it
    close()


@pytest.fixture
def client(open_studio: OpenStudio) -> TestClient:
    return open_studio()


@pytest.fixture
def photo(client: TestClient, jpeg: bytes) -> str:
    """The path of a project with the photograph."""
    return project_path(client.post("/api/projects?name=boat.jpg", content=jpeg))
