"""The rules of docs/architecture.md: who may import whom, the homes of heavy libraries, what a start loads."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import autochrome

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "autochrome"

# From the lowest level up. A module may import lower levels and its own package; never up, never sideways.
GROUND = {"errors", "options", "types", "files", "leftovers", "cores", "color"}  # may import each other
STRANGERS = {
    *("media", "hints", "mark", "provenance", "parallel", "model.card", "model.onnx_file"),
    *("film.motion", "film.scenes", "evaluate.metrics", "evaluate.baselines"),
}
UPPER = (
    {"model"},
    {"variations"},
    {"photo", "film"},
    {"pages"},
    {"evaluate"},
    {"lab"},
    {"studio"},
    {"cli"},
)

HOMES = {
    "av": {"media.films"},
    "c2pa": {"provenance"},
    "cryptography": {"provenance"},
    "cv2": {"film", "lab", "media.films"},
    "fastapi": {"studio"},
    "imagecodecs": {"media.stills.formats"},
    "jinja2": {"evaluate"},
    "onnx": {"lab.export"},
    "onnxruntime": {"model", "lab.export"},
    "openvino": {"model"},
    "PIL": {"lab", "evaluate", "media.stills"},
    "pikepdf": {"media.stills.formats"},
    "pillow_heif": {"media.stills.formats"},
    "pillow_jxl": {"media.stills.formats"},
    "pyvips": {"media.stills"},
    "rawpy": {"media.stills.formats"},
    "ray": {"parallel"},
    "skimage": {"evaluate"},
    "starlette": {"studio"},
    "torch": {"lab"},
    "uvicorn": {"studio"},
}
TORCH_ARITHMETIC = {"color.lab"}  # serves tensors too, and loads torch only when it gets one

DOORS = {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}  # may name every package


def name_of(path: Path) -> str:
    """The module's name inside the package: 'media.stills', 'cli'; '' for the package itself."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").rstrip(".")


@cache
def imports(path: Path) -> list[tuple[str, int]]:
    """Every module that a file imports, wherever in the file, and the line."""
    return [*_imports(path)]


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            whole = node.module or ""
            submodules = [f"{whole}.{alias.name}" for alias in node.names]
            yield from ((name if is_ours(name) else whole, node.lineno) for name in submodules)


NAMES = {path: name_of(path) for path in sorted(PACKAGE.rglob("*.py"))}
"""Every module: its file → its name."""


def is_ours(name: str) -> bool:
    inside = PACKAGE.parent.joinpath(*name.split("."))
    return name.startswith("autochrome.") and (inside.is_dir() or inside.with_suffix(".py").is_file())


def lies_in(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def room_of(name: str) -> str:
    """The package of a module; some modules stand lower than their package."""
    return next((room for room in STRANGERS if lies_in(name, room)), name.split(".")[0])


def floor_of(room: str) -> int:
    """The level: 0 is the lowest, 1 the packages that know nothing of each other, then upwards."""
    if room in GROUND:
        return 0
    if room in STRANGERS:
        return 1
    return next(floor for floor, rooms in enumerate(UPPER, start=2) if room in rooms)


def may_import(room: str, other: str) -> bool:
    """Whether a module of one package may import one of another."""
    at_home = room.split(".")[0] == other.split(".")[0] or (room in GROUND and other in GROUND)
    return floor_of(other) < floor_of(room) or (at_home and floor_of(other) == floor_of(room))


def test_imports_only_go_down():
    wrong = [
        f"{path}:{line}: {name} may not import {other}"
        for path, name in NAMES.items()
        for other, line in imports(path)
        if path not in DOORS
        and other.startswith("autochrome.")
        and not may_import(room_of(name), room_of(other.removeprefix("autochrome.")))
    ]
    assert not wrong, "\n".join(wrong)


def test_heavy_libraries_stay_at_home():
    wrong = [
        f"{path}:{line}: {other} has its home in {', '.join(sorted(HOMES[library]))}"
        for path, name in NAMES.items()
        for other, line in imports(path)
        if (library := other.split(".")[0]) in HOMES
        and not any(lies_in(name, home) for home in HOMES[library])
        and not (library == "torch" and name in TORCH_ARITHMETIC)
    ]
    assert not wrong, "\n".join(wrong)


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other in a circle (strongly connected, two or more)."""
    found: list[list[str]] = []
    sorter = TopologicalSorter(arrows)
    try:
        sorter.prepare()
    except CycleError as error:
        found.append(error.args[1])
    return found


def test_no_circles_inside_packages_either():
    modules = {name: path for path, name in NAMES.items() if path not in DOORS}
    arrows = {
        name: {
            other.removeprefix("autochrome.")
            for other, _ in imports(path)
            if other.startswith("autochrome.") and other.removeprefix("autochrome.") != name
        }
        for name, path in modules.items()
    }
    assert not circles(arrows)


def test_the_rules_themselves_tell_right_from_wrong():
    assert may_import("photo", "model")
    assert may_import("color", "types")
    assert may_import("cli", "lab")
    assert may_import("evaluate", "model")
    assert not may_import("model", "photo")
    assert not may_import("media", "provenance")
    assert not may_import("types", "hints")
    assert not may_import("photo", "film")
    assert not may_import("evaluate.metrics", "model")
    assert not may_import("evaluate.metrics", "evaluate")
    assert not may_import("film.motion", "film")
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert not circles({"a": {"b", "c"}, "b": {"c"}, "c": set()})


def test_no_file_is_longer_than_a_person_reads():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in NAMES}
    assert not {path: length for path, length in lengths.items() if length > 400}


def test_files_that_texts_name_are_there():
    """`benchmarks/upsampling.py` or `color/upsample.py`, in pages and docstrings, is a file of this repository."""
    places = (ROOT, PACKAGE)
    texts = [
        *PACKAGE.rglob("*.py"),
        *(ROOT / "docs").glob("*.md"),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
    ]
    missing = {
        f"{text.relative_to(ROOT)}: {name}"
        for text in texts
        for name in re.findall(r"`([a-z_]+/[a-z0-9_/]+\.(?:py|sh))`", text.read_text(encoding="utf-8"))
        if any((place / name.split("/")[0]).is_dir() for place in places)
        and not any((place / name).exists() for place in places)
    }
    assert not missing


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running `code`."""
    report = "import sys, json; print('\\n' + json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


START = {
    "import autochrome": "import autochrome",
    "--help": "import autochrome.cli\ntry: autochrome.cli.main(['--help'])\nexcept SystemExit: pass",
    "--version": "import autochrome.cli\ntry: autochrome.cli.main(['--version'])\nexcept SystemExit: pass",
    "photo --help": "import autochrome.cli\ntry: autochrome.cli.main(['photo', '--help'])\nexcept SystemExit: pass",
}


@pytest.mark.parametrize("start", START)
def test_a_start_loads_nothing_heavy(start: str):
    loaded = loaded_by(START[start])
    assert "autochrome" in loaded
    assert not loaded & HOMES.keys()


def test_import_and_help_do_not_even_load_numpy_or_pydantic():
    assert not (loaded_by(START["import autochrome"]) | loaded_by(START["--help"])) & {"numpy", "pydantic"}


def test_the_public_names_are_all_there():
    for name in autochrome.__all__:
        assert getattr(autochrome, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = autochrome.nonsense
    assert set(dir(autochrome)) == set(autochrome.__all__)


def test_version_changelog_and_tags_agree():
    """The newest release in the changelog is the version of the package, and every tag is one of its releases."""
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert "Unreleased" not in headings[1:]
    releases = [heading.split()[0] for heading in headings if heading != "Unreleased"]
    assert releases[0] == autochrome.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", autochrome.__version__)
    tags = subprocess.run(["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True)
    assert {tag.removeprefix("v") for tag in tags.stdout.split()} <= {*releases}
