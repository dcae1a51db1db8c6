"""What a release is made of agrees with itself: version, citation, container, workflows."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import autochrome

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def test_the_citation_has_the_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == autochrome.__version__
    assert citation["license"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_workflows_run_what_the_project_has(file):
    """Every `make` target and script that a workflow calls exists, and no job may write more than it says."""
    workflow = yaml.safe_load(file.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert set(re.findall(r"\bmake (\w+)", step.get("run", ""))) <= targets
            for script in re.findall(r"(?:\.ci|scripts)/\S+", step.get("run", "")):
                assert (ROOT / script).is_file()


def test_publishing_stores_no_secret():
    text = (ROOT / ".github/workflows/publish.yml").read_text()
    assert "id-token: write" in text
    assert "secrets." not in text


def test_the_container_runs_the_studio_as_a_plain_user():
    text = (ROOT / "Dockerfile").read_text()
    extras = set(re.search(r"\[([a-z,]+)\]", text).group(1).split(","))
    assert extras <= set(
        tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    )
    assert text.index("USER 1000") < text.index("CMD [")
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["studio"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def docker_runs():
    return (
        bool(shutil.which("docker"))
        and not subprocess.run(["docker", "info"], capture_output=True).returncode
    )


@pytest.mark.slow
@pytest.mark.skipif(not docker_runs(), reason="docker does not run here")
def test_the_container_builds_and_answers():
    subprocess.run(["docker", "build", "--tag", "autochrome-test", str(ROOT)], check=True)
    command = ["docker", "run", "--rm", "autochrome-test", "autochrome", "version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"autochrome {autochrome.__version__}" in ran.stdout
