"""Training runs without the libraries of the rest of the package."""

import subprocess
import sys

BLOCKED = (
    *(
        "pyvips",
        "onnxruntime",
        "openvino",
        "onnx",
        "onnxscript",
        "cyclopts",
        "psutil",
        "skimage",
    ),
    *("scipy", "av", "fastapi", "ray", "pynvml", "scenedetect"),
)
PROGRAM = f"""
import sys

class HideLibraries:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        hidden = name.split(".")[0] in {BLOCKED!r}
        return None if hidden else self.finder.find_spec(name, path, target)

sys.meta_path[:] = [HideLibraries(finder) for finder in sys.meta_path]
from autochrome.lab.__main__ import main
main()
assert not set(sys.modules) & set({BLOCKED!r})
"""


def test_a_run_needs_no_other_library(small_recipe, shard, tmp_path):
    arguments = [
        str(small_recipe),
        "--data",
        str(shard),
        "--valid",
        str(shard),
        "--out",
        str(tmp_path / "run"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments, "--device", "cpu"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "report.html").exists()
