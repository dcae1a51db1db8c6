"""Help, versions, the other small commands, and unexpected errors."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import autochrome as package
from autochrome.cli import COMMANDS
from autochrome.cli.errors import EXTRAS, as_autochrome_error
from autochrome.errors import AutochromeError, ExtraMissing, NoMemory
from conftest import Ran

Run = Callable[..., Ran]


@pytest.mark.parametrize("words", [[], ["--help"]])
def test_help_names_every_command(autochrome: Run, words: list[str]):
    ran = autochrome(*words)
    assert ran.code == 0
    for name, (_, says) in COMMANDS.items():
        assert name in ran.out
        assert says.split()[0] in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(autochrome: Run, name: str):
    home, attribute = COMMANDS[name][0].split(":")
    assert callable(getattr(import_module(home), attribute))
    ran = autochrome(name, "--help")
    assert ran.code == 0
    assert f"Usage: autochrome {name}" in ran.out


def test_version(autochrome: Run):
    assert autochrome("--version").out.strip() == f"autochrome {package.__version__}"
    ran = autochrome("version")
    assert ran.code == 0
    assert "onnxruntime" in ran.out


def test_an_unknown_command_is_told(autochrome: Run):
    ran = autochrome("phot")
    assert ran.code == 2
    assert ran.err.startswith("autochrome: ")
    assert "photo" in ran.err


def test_models_lists_the_installed_ones(autochrome: Run):
    listed = json.loads(autochrome("models", "--json").out)
    ran = autochrome("models")
    assert ran.code == 0
    for model in listed:
        assert model["name"] in ran.out
        assert model["sha256"] in ran.out
        assert model["card"]["licence"] in ran.out


def test_models_check_tells_how_a_file_can_be_used(autochrome: Run, tiny_model: Path):
    ran = autochrome("models", "check", tiny_model)
    assert ran.code == 0
    assert "can be used" in ran.out
    assert "tint" in ran.out
    assert json.loads(autochrome("models", "check", tiny_model, "--json").out)["usable"] is True


def test_models_check_tells_why_a_file_cannot_be_used(autochrome: Run, tmp_path: Path):
    (tmp_path / "x.onnx").write_bytes(b"no network")
    ran = autochrome("models", "check", tmp_path / "x.onnx")
    assert ran.code == 32
    assert "x.onnx" in ran.err
    as_json = autochrome("models", "check", tmp_path / "x.onnx", "--json")
    assert as_json.code == 32
    assert json.loads(as_json.out)["usable"] is False


def missing(name: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(f"No module named '{name}'", name=name)


def test_foreign_errors_become_ours():
    assert isinstance(as_autochrome_error(MemoryError()), NoMemory)
    assert isinstance(as_autochrome_error(missing("torch")), ExtraMissing)
    assert "autochrome[lab]" in str(as_autochrome_error(missing("torch.nn")))
    wrapped = ImportError("cannot import")
    wrapped.__cause__ = missing("yaml")
    assert isinstance(as_autochrome_error(wrapped), ExtraMissing)
    strange = as_autochrome_error(ZeroDivisionError("by zero"), "a.jpg")
    assert type(strange) is AutochromeError
    assert str(strange).startswith("a.jpg: ")
    assert "--debug" in str(strange)
    assert strange.__cause__ is not None
    ours = NoMemory("x")
    assert as_autochrome_error(ours) is ours


def test_every_extra_named_in_a_remedy_exists():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    for extra in set(EXTRAS.values()):
        assert f"\n{extra} = [" in text


def test_a_reader_that_goes_away_is_no_error():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "autochrome", "version"], stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)
    assert done.stderr == ""
