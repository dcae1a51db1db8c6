"""The files of `autochrome plan`: the units of a command, and scripts that give them to other schedulers."""

import json
import shlex
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from autochrome import __version__
from autochrome.errors import InputMissing, UsageError
from autochrome.files import atomic_write
from autochrome.options import Options

UNITS = "units.json"


class Unit(Options):
    """One unit of work: some pictures, a film, or a run of shots of a film."""

    name: str
    files: tuple[tuple[Path, Path], ...]  # each source and its target
    run: tuple[int, int, float, float | None] | None = None  # see `film.found_shots.Run`


class UnitsFile(Options):
    """All units of one command."""

    version: Literal[1] = 1
    software: str = f"autochrome {__version__}"
    folder: Path  # in which the command was given
    words: tuple[str, ...]  # the command
    memory: int = Field(gt=0)  # bytes of one unit
    units: tuple[Unit, ...]
    joins: tuple[Unit, ...] = ()  # films to join when all units are done

    @classmethod
    def load(cls, path: Path) -> "UnitsFile":
        """Read the file of units."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise InputMissing(f"{path}: the file of units cannot be read ({error.strerror}).") from error
        except ValidationError as error:
            raise UsageError(f"{path}: this is not a file of units; `autochrome plan` writes one.") from error


def write_job_files(folder: Path, units: UnitsFile) -> list[Path]:
    """Write the units, an Open Job Description template and a Slurm script; returns their paths."""
    folder = folder.absolute()
    texts = {
        UNITS: units.model_dump_json(indent=1) + "\n",
        "openjd.json": json.dumps(_make_template(folder, units), indent=1, ensure_ascii=False) + "\n",
        "slurm.sh": _make_array_script(folder, units),
    }
    if units.joins:
        texts["slurm-join.sh"] = _make_join_script(folder, units)
    texts["submit.sh"] = _make_submit_script(folder, joins=bool(units.joins))
    return [atomic_write(folder / name, text, make_folder=True) for name, text in texts.items()]


def _make_template(folder: Path, units: UnitsFile) -> dict[str, Any]:
    """The Open Job Description template: one step for the units, and one that joins films after it."""
    steps = [_make_step("Color", folder, "unit", len(units.units), units.memory)]
    if units.joins:
        join = _make_step("Join", folder, "join", len(units.joins), units.memory)
        steps.append(join | {"dependencies": [{"dependsOn": "Color"}]})
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "name": f"autochrome {units.words[0]}",
        "steps": steps,
    }


def _make_step(name: str, folder: Path, kind: str, count: int, memory: int) -> dict[str, Any]:
    arguments = ["unit", str(folder / UNITS), "{{Task.Param.Number}}"]
    arguments += ["--join"] if kind == "join" else []
    number = {"name": "Number", "type": "INT", "range": f"0-{count - 1}"}
    return {
        "name": name,
        "parameterSpace": {"taskParameterDefinitions": [number]},
        "hostRequirements": {
            "amounts": [
                {"name": "amount.worker.vcpu", "min": 1},
                {"name": "amount.worker.memory", "min": memory >> 20},
            ]
        },
        "script": {"actions": {"onRun": {"command": "autochrome", "args": arguments}}},
    }


def _make_script(folder: Path, name: str, count: int, memory: int, arguments: str) -> str:
    """A Slurm array script: one task of the array is one unit."""
    path = shlex.quote(str(folder / UNITS))
    log = folder / "logs" / f"{name}-%a.log"
    return f"""#!/bin/bash
#SBATCH --job-name=autochrome-{name}
#SBATCH --array=0-{count - 1}
#SBATCH --cpus-per-task=1
#SBATCH --mem={memory >> 20}M
#SBATCH --output={log}
exec autochrome unit {path} "$SLURM_ARRAY_TASK_ID"{arguments}
"""


def _make_array_script(folder: Path, units: UnitsFile) -> str:
    return _make_script(folder, "color", len(units.units), units.memory, "")


def _make_join_script(folder: Path, units: UnitsFile) -> str:
    return _make_script(folder, "join", len(units.joins), units.memory, " --join")


def _make_submit_script(folder: Path, *, joins: bool) -> str:
    """The commands that hand the scripts to Slurm."""
    here = shlex.quote(str(folder))
    lines = ["#!/bin/bash", "set -e", f"mkdir -p {here}/logs", f"array=$(sbatch --parsable {here}/slurm.sh)"]
    if joins:
        lines.append(f'sbatch --dependency="afterok:$array" {here}/slurm-join.sh')
    return "\n".join([*lines, 'echo "submitted as job $array"']) + "\n"
