#!/usr/bin/env bash
# Builds the wheel, installs it without extras into an empty environment, and colours a picture from outside the
# repository. Says how large the installation is.
#
#   scripts/check_wheel.sh [PYTHON]     a Python that has the package `build`
set -euo pipefail
cd "$(dirname "$0")/.."
python="$(realpath --no-symlinks "${1:-python3}")"
constraints="$PWD/constraints.txt"
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT

"$python" -m build --wheel --outdir "$place" . >"$place/build.log" 2>&1 || { cat "$place/build.log"; exit 1; }
"$python" -m venv "$place/venv"
before=$(du -sk "$place/venv" | cut -f1)
"$place/venv/bin/pip" install --quiet --constraint "$constraints" "$place"/*.whl
after=$(du -sk "$place/venv" | cut -f1)
echo "the base install takes $(((after - before) / 1024)) MB"

cd "$place"
bin="$place/venv/bin"
"$bin/autochrome" --version
"$bin/python" - <<'PYTHON'
import importlib.util
from importlib.resources import files
import numpy, pyvips

page = files("autochrome") / "studio" / "static"
assert all((page / part).is_file() for part in ("index.html", "js/main.js", "css/base.css", "icon.svg")), "no page"

for name in ("torch", "cv2", "openvino", "onnx", "PIL", "skimage"):
    assert importlib.util.find_spec(name) is None, f"the base install brought {name}"
y, x = numpy.mgrid[:300, :400]
pyvips.Image.new_from_array(((x + y) % 256).astype("uint8")).write_to_file("grey.jpg")
PYTHON
"$bin/autochrome" models
"$bin/autochrome" photo grey.jpg -o color.jpg
"$bin/python" - <<'PYTHON'
import numpy, pyvips

pixels = pyvips.Image.new_from_file("color.jpg").numpy()
assert pixels.shape == (300, 400, 3), pixels.shape
assert numpy.ptp(pixels.astype(int), axis=-1).max() > 0, "the result has no colour"
PYTHON
echo "the wheel works"
