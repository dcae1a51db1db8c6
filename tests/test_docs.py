"""What the documentation says works: its Python runs, its commands are parsed or run, its tables are true.

Blocks of one page share their names and run from top to bottom, in a folder with the files that the pages speak of.
A block below a line `<!-- not run: why -->` is only read.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import pyvips

from autochrome import errors
from autochrome.cli import app
from autochrome.hints.file import HintsFile
from conftest import Ran
from filmmaking import make_film
from tiny import tint_card, tiny_tint

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = {
    "film",
    "merge",
    "models",
    "photo",
    "shots",
    "verify",
    "version",
}  # commands that run here; others are only parsed
BLOCK = re.compile(
    r"(?P<mark><!-- not run: .+ -->\n+)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    kind: str
    text: str
    line: int
    runs: bool


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("text"))
        yield Block(found["kind"], found["text"], line, found["mark"] is None)


def commands(text: str) -> Iterator[list[str]]:
    """The `autochrome …` lines of a shell block, split into words."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["autochrome"]:
            yield words[1:]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything the pages speak of, and a tiny network in the place of the shipped one."""
    (tmp_path / "weights").mkdir()
    tiny_tint(tmp_path / "weights" / "tint.onnx", card=tint_card(name="tint"), likely=True)
    monkeypatch.setattr("autochrome.model.open._weights_folder", lambda: tmp_path / "weights")
    here = tmp_path / "here"
    for folder in ("album/deep", "archive", "masters"):
        (here / folder).mkdir(parents=True)
    monkeypatch.chdir(here)
    grey = pyvips.Image.new_from_array(np.linspace(40, 220, 60 * 80).reshape(60, 80).astype(np.uint8))
    for name in (
        "grandma.jpg",
        "holiday.jpg",
        "tinted.png",
        "album/one.jpg",
        "album/two.jpg",
        "album/deep/scan1.tif",
        "archive/a.jpg",
    ):
        grey.write_to_file(name)
    for name in ("scan.tif", "masters/a.tif", "masters/b.png"):
        (grey * 257.0).cast("ushort").copy(interpretation="grey16").write_to_file(name)
    tiny_tint(here / "network.onnx")
    make_film(here / "reel.mp4")
    (here / "cuts.json").write_text('{"cuts": []}')
    HintsFile(version=1, points=[{"x": 0.5, "y": 0.5, "color": "#c83c28"}]).save("hints.json")
    return here


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_code_runs(page: Path, place: Path, autochrome: Callable[..., Ran]):
    names: dict[str, object] = {"__name__": "docs"}
    for block in blocks(page):
        where = f"{name_of(page)}:{block.line}"
        if block.kind == "python" and block.runs:
            exec(compile("\n" * block.line + block.text, str(page), "exec"), names)
        if block.kind in ("bash", "sh", "shell", "console"):
            for words in commands(block.text):
                if block.runs and words[:1] and words[0] in RUN:
                    ran = autochrome(*words)
                    assert ran.code == 0, f"{where}: autochrome {shlex.join(words)}: {ran.err}"
                else:
                    app.parse_args(words, print_error=False, exit_on_error=False)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_json_is_json_and_hints_are_hints(page: Path):
    for block in blocks(page):
        if block.kind == "json" and block.runs:
            for document in [block.text] if block.text.startswith("{\n") else block.text.splitlines():
                content = json.loads(document)
                if "version" in content:
                    HintsFile.model_validate(content)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{name_of(page)} links to {target}"


def test_the_page_of_errors_has_every_error():
    """The tree in the docstring, the classes and the page say the same."""

    def below(kind: type[errors.AutochromeError]) -> Iterator[type[errors.AutochromeError]]:
        yield kind
        for child in kind.__subclasses__():
            if child.__module__ == "autochrome.errors":
                yield from below(child)

    classes = {kind.__name__: kind.exit_code for kind in below(errors.AutochromeError)}
    tree = re.findall(r"^[│├└─ ]*(\w+) +(\d+) {2,}(.+)$", errors.__doc__ or "", re.MULTILINE)
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    assert {name: int(code) for name, code, _ in tree} == classes
    assert {(name, code, meaning) for code, name, meaning in rows} == set(tree)
    assert len(set(classes.values())) == len(classes), "exit codes are distinct"


def test_the_site_shows_every_page():
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert str(page.relative_to(ROOT / "docs")) in nav, f"{page.name} is missing in mkdocs.yml"


def test_the_test_itself_finds_what_is_wrong(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "```python\n1 / 0\n```\n\n<!-- not run: takes hours -->\n```bash\n$ x\nautochrome photo \\\n  a # b\n```\n"
    )
    first, second = blocks(page)
    assert (first.kind, first.line, first.runs) == ("python", 1, True)
    assert not second.runs
    assert list(commands(second.text)) == [["photo", "a"]]
