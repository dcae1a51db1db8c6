"""A studio in this process, with the tiny network, and pictures to bring to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from starlette.testclient import TestClient

from autochrome.studio.app import create_app
from autochrome.studio.limits import Bounds
from autochrome.studio.service import Studio
from pictures import pil
from studiohelp import BASE, Open, address


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    """A grey photograph of 512×512."""
    return pil(np.asarray(skimage.data.astronaut()[..., 1]), "jpeg", quality=90)


@pytest.fixture
def open_studio(tmp_path: Path, tiny_model: Path) -> Iterator[Open]:
    """Opens the studio of this test's folder: again and again, as after a restart."""
    running: list[tuple[TestClient, Studio]] = []

    def close() -> None:
        while running:
            client, studio = running.pop()
            client.__exit__(None, None, None)
            studio.close()

    def open_it(bounds: Bounds | None = None, **words: Any) -> TestClient:
        close()
        studio = Studio(tmp_path / "studio", model=str(tiny_model), bounds=bounds)
        client = TestClient(create_app(studio, **words), base_url=BASE, raise_server_exceptions=True)
        client.__enter__()
        running.append((client, studio))
        return client

    yield open_it
    close()


@pytest.fixture
def web(open_studio: Open) -> TestClient:
    return open_studio()


@pytest.fixture
def photo(web: TestClient, jpeg: bytes) -> str:
    """The address of a project with the photograph."""
    return address(web.post("/api/projects?name=boat.jpg", content=jpeg))
