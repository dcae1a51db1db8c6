"""What the command line refuses is explained in our words, not in those of the libraries that parse it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autochrome.cli.wording import count
from autochrome.errors import OutputNotWritable, UsageError
from autochrome.options import describe_range
from conftest import Ran

Run = Callable[..., Ran]

SENTENCES = {
    "photo": "IN is missing; `autochrome photo --help` explains it.",
    "models check": "FILE is missing; `autochrome models check --help` explains it.",
    "phot a.jpg": "phot: there is no such command; did you mean photo? `autochrome --help` lists all.",
    "data nonsense": "nonsense: there is no such command. `autochrome data --help` lists all.",
    "studio a b": "b: this is one word too many; `autochrome studio --help` shows what the command takes.",
    "photo a.jpg --vivd 1": "--vivd: there is no such option; did you mean --vivid? "
    "`autochrome photo --help` lists all.",
    "photo a.jpg --output": "--output: a value must follow; `autochrome photo --help` explains it.",
    "photo a.jpg --size 64 --size 65": "--size: this option is given twice; give it once.",
    "photo a.jpg --vivid much": "--vivid much: must be a number.",
    "photo a.jpg --size 5000": "--size 5000: must be at most 1024.",
    "photo a.jpg --format gif": "--format gif: must be auto, jpg, png, tif, webp or avif.",
    "photo a.jpg --jobs 0": "--jobs 0: must be at least 1.",
    "photo a.jpg -j many": "-j many: must be a whole number.",
    "photo a.jpg --quiet=maybe": "--quiet maybe: must be true or false.",
    "completion nushell": "SHELL nushell: must be one of bash, zsh, fish, powershell.",
    "film a.mp4 --end -3": "--end -3: must be more than 0.",
    "studio --port 99999": "--port 99999: must be at most 65535.",
}


@pytest.mark.parametrize("line", SENTENCES)
def test_an_invalid_command_line_is_told_in_one_sentence(autochrome: Run, line: str):
    ran = autochrome(*line.split())
    assert (ran.code, ran.out) == (UsageError.exit_code, "")
    assert ran.err == f"autochrome: {SENTENCES[line]}\n"


HELP = {
    "photo": {
        "--size": "[64 to 1024]",
        "--vivid": "[0 to 2]",
        "--quality": "[1 to 100]",
        "--jobs": "[at least 1]",
    },
    "film": {"--crf": "[0 to 51]", "--every": "[1 to 24]", "--end": "[more than 0]"},
    "studio": {"--port": "[0 to 65535]"},
    "shots": {"--ssim": "[at least -1, less than 1]"},
}


@pytest.mark.parametrize("command", HELP)
def test_help_shows_the_range_of_a_number(autochrome: Run, command: str):
    lines = [line.strip("│ ") for line in autochrome(command, "--help").out.splitlines()]
    for option, limits in HELP[command].items():
        start = next(n for n, line in enumerate(lines) if line.startswith(option))
        entry = [lines[start]]
        for line in lines[start + 1 :]:
            if line.startswith(("--", "╰")):
                break
            entry.append(line)
        assert limits in " ".join(entry)


def test_a_range_in_words():
    assert describe_range(ge=0, le=2) == "0 to 2"
    assert describe_range(le=2) == "at most 2"
    assert describe_range(gt=0, lt=1.5) == "more than 0, less than 1.5"


def test_one_is_not_a_plural():
    assert [count(n, "shot") for n in (0, 1, 2)] == ["0 shots", "1 shot", "2 shots"]


def test_a_file_is_no_folder_for_projects(autochrome: Run, tmp_path: Path):
    (tmp_path / "notes.txt").touch()
    ran = autochrome("studio", tmp_path / "notes.txt", "--port", "0", "--no-browser")
    assert ran.code == UsageError.exit_code
    assert ran.err == (
        f"autochrome: {tmp_path / 'notes.txt'}: this is a file; name a folder for the projects of the studio.\n"
    )
    below = autochrome("studio", tmp_path / "notes.txt" / "x", "--port", "0", "--no-browser")
    assert below.code == OutputNotWritable.exit_code
    assert "name another folder" in below.err
