"""Short ways: a file without a command, `-` for a stream, `--dry-run`, completion in a shell."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import pyvips

from autochrome.cli.shorthand import add_command
from autochrome.errors import BatchIncomplete, InputMissing, UsageError
from conftest import Ran

Run = Callable[..., Ran]
SKY = np.linspace(60, 200, 48 * 64).reshape(48, 64).astype(np.uint8)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the test, with pictures; commands run in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "in/b.png", "in/c.png"):
        Path(name).parent.mkdir(exist_ok=True)
        pyvips.Image.new_from_array(SKY).write_to_file(name)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("a.jpg -o film.mp4", "photo"),
        ("none.TIF --vivid 1", "photo"),
        ("reel.mp4", "film"),
        ("reel.y4m", "film"),
        ("reel.ASF", "film"),
        ("moving.gif", "photo"),
        ("./- -o ./-", "photo"),
        ("in/../a.jpg", "photo"),
    ],
)
def test_a_file_needs_no_command(here: Path, line: str, command: str):
    assert add_command(line.split()) == [command, *line.split()]


@pytest.mark.parametrize("line", ["--help", "nonsense", "phto a.jpg", ""])
def test_other_words_stay(here: Path, line: str):
    assert add_command(line.split()) == line.split()


def test_a_folder_or_a_mixture_needs_one(autochrome: Run, here: Path):
    assert "say `autochrome photo in -o RESULTS/`" in autochrome("in", "-o", "out").err
    assert autochrome("a.jpg", "b.mp4").code == UsageError.exit_code


def test_a_file_alone_is_coloured(autochrome: Run, tiny_model: Path, here: Path):
    assert autochrome("a.jpg", "--model", tiny_model).code == 0
    assert Path("a-color.jpg").is_file()


def piped(tiny_model: Path, *words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-m", "autochrome", "photo", *words, "--model", str(tiny_model)]
    return subprocess.run(line, input=data, capture_output=True, timeout=60)


def test_a_picture_goes_through_a_pipe(tiny_model: Path, here: Path):
    done = piped(tiny_model, "-", data=Path("a.jpg").read_bytes())
    assert done.returncode == 0, done.stderr
    assert done.stdout[:3] == b"\xff\xd8\xff"
    assert pyvips.Image.new_from_buffer(done.stdout, "").bands == 3
    png = piped(tiny_model, "a.jpg", "-o", "-", "--format", "png")
    assert png.stdout[:4] == b"\x89PNG"
    assert not list(here.glob("*color*"))


def test_a_picture_from_a_pipe_goes_to_a_file(tiny_model: Path, here: Path):
    assert piped(tiny_model, "-", "-o", "b.png", data=Path("a.jpg").read_bytes()).stdout == b""
    assert pyvips.Image.new_from_file("b.png").width == 64


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("-", "Standard input is empty"),
        ("- a.jpg", "only one picture"),
        ("- -o out/", "has no name"),
        ("a.jpg -o - --json", "do not go with a picture on standard output"),
        ("a.jpg -o - --compare", "do not go with a picture on standard output"),
        ("in -o -", "only one picture"),
    ],
)
def test_a_pipe_that_cannot_be_is_told(
    autochrome: Run, tiny_model: Path, here: Path, monkeypatch: pytest.MonkeyPatch, line: str, says: str
):
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        ran = autochrome("photo", *line.split(), "--model", tiny_model)
    assert ran.code in (UsageError.exit_code, 13)
    assert says in ran.err
    assert ran.out == ""


def test_a_dry_run_shows_and_writes_nothing(autochrome: Run, here: Path):
    before = sorted(here.rglob("*"))
    ran = autochrome("photo", "in", "-o", "out", "--dry-run", "--model", "none.onnx")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "in/b.png → out/b-color.png",
        "in/c.png → out/c-color.png",
        "dry run: 2 to do, 0 to skip, 0 would fail",
    ]
    assert sorted(here.rglob("*")) == before


def test_a_dry_run_finds_what_would_fail(autochrome: Run, here: Path):
    shutil.copy("a.jpg", "a-color.jpg")
    words = ["a.jpg", "none.jpg", "in/b.png", "--dry-run"]
    skipping = autochrome("photo", *words, "--skip-existing")
    assert "a.jpg: skipped, because a-color.jpg exists" in skipping.out
    assert "failed: none.jpg: there is no such file" in skipping.out
    assert skipping.code == BatchIncomplete.exit_code
    lines = [json.loads(line) for line in autochrome("photo", *words, "--json").out.splitlines()]
    assert [line.get("status") for line in lines] == ["failed", "failed", "planned", None]
    assert lines[-1]["planned"] == 1
    assert autochrome("photo", "none.jpg", "--dry-run").code == InputMissing.exit_code


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_completes_commands_options_and_values(autochrome: Run, tmp_path: Path):
    (tmp_path / "script").write_text(autochrome("completion", "bash").out)

    def complete(*words: str) -> list[str]:
        quoted = " ".join(f"'{word}'" for word in words)
        code = f"source ./script; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _autochrome"
        code += "; echo ${COMPREPLY[@]}"
        done = subprocess.run(["bash", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert complete("autochrome", "fi") == ["film"]
    assert complete("autochrome", "photo", "--viv") == ["--vivid"]
    assert complete("autochrome", "film", "--codec", "h") == ["h264", "hevc"]


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell"])
def test_other_shells_have_a_script(autochrome: Run, shell: str):
    ran = autochrome("completion", shell)
    assert ran.code == 0
    assert "vivid" in ran.out
