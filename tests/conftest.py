"""What all tests share."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests run side by side; each has one core

import pytest
from hypothesis import settings

from tiny import tiny_tint

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is started deaf to Ctrl-C


class Ran(NamedTuple):
    """What one command line left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network file with random weights that keeps the real one's contract."""
    return tiny_tint(tmp_path_factory.mktemp("model") / "tiny.onnx")


@pytest.fixture
def autochrome(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run one command line in this process."""
    from autochrome.cli import main

    monkeypatch.setenv("AUTOCHROME_DEBUG", "")  # so that what --debug sets is taken back
    if "AUTOCHROME_CONFIG" not in os.environ:
        monkeypatch.setenv("AUTOCHROME_CONFIG", "")  # not the defaults of the person who runs the tests

    def run(*words: object) -> Ran:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        return Ran(int(left.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture(autouse=True)
def _no_error_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not errors
