"""The file of defaults: its options hold where the command line has none, and its errors name it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import pyvips

from autochrome.cli.defaults import defaults_path
from autochrome.errors import UsageError
from conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture
def defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Writes the file of defaults."""

    def write(text: str) -> Path:
        file = tmp_path / "my.toml"
        file.write_text(text)
        monkeypatch.setenv("AUTOCHROME_CONFIG", str(file))
        return file

    return write


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.linspace(60, 200, 48 * 64).reshape(48, 64).astype(np.uint8)
    pyvips.Image.new_from_array(pixels).write_to_file(str(tmp_path / "a.jpg"))
    return tmp_path / "a.jpg"


def test_defaults_hold_and_the_command_line_comes_first(
    autochrome: Run, tiny_model: Path, picture: Path, defaults: Callable[[str], Path]
):
    defaults(
        f'[photo]\nformat = "png"\nvivid = 0.0\nskip-existing = true\nmodel = "{tiny_model}"\n[film]\nsize = 64\n'
    )
    assert autochrome("photo", picture).code == 0
    grey = pyvips.Image.new_from_file(str(picture.with_name("a-color.png"))).numpy()
    assert np.ptp(grey, axis=-1).max() <= 1
    assert autochrome("photo", picture, "--vivid", "2", "--skip-existing=false", "--overwrite").code == 0
    vivid = pyvips.Image.new_from_file(str(picture.with_name("a-color.png"))).numpy()
    assert np.ptp(vivid, axis=-1).max() > 3


WRONG = {
    "[photo]\nvivid = 9": "--vivid 9 (in {file}): must be at most 2.",
    "[photo]\nvivd = 1": "--vivd (in {file}): there is no such option; did you mean --vivid? "
    "`autochrome photo --help` lists all.",
    "[phot]\nvivid = 1": "{file}: 'phot' is no command; write a table for a command, such as [photo], "
    "and its options below it.",
    "vivid = 1": "{file}: 'vivid' is no command; write a table for a command, such as [photo], "
    "and its options below it.",
}


@pytest.mark.parametrize("content", WRONG)
def test_an_error_names_the_file(
    autochrome: Run, picture: Path, defaults: Callable[[str], Path], content: str
):
    file = defaults(content)
    ran = autochrome("photo", picture)
    assert ran.code == UsageError.exit_code
    assert ran.err == f"autochrome: {WRONG[content].format(file=file)}\n"


def test_what_is_no_toml_or_missing_is_told(
    autochrome: Run, picture: Path, defaults: Callable[[str], Path], tmp_path: Path
):
    defaults("[photo")
    assert "the file of defaults is not TOML" in autochrome("photo", picture).err
    defaults("").unlink()
    assert "the file of defaults cannot be read" in autochrome("photo", picture).err


def test_where_the_file_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("AUTOCHROME_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert defaults_path() == tmp_path / "autochrome" / "config.toml"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert defaults_path() == tmp_path / ".config" / "autochrome" / "config.toml"
    monkeypatch.setenv("AUTOCHROME_CONFIG", "")
    assert defaults_path() is None
