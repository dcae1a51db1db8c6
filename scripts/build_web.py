"""Build the page that colours photos in the browser: `make web` writes it to site/app.

It is a static folder: the sources in `web/`, files that the studio's page has too, ONNX Runtime for browsers (from
node_modules), and the shipped model cut into the graphs that run one after the other.

    python scripts/build_web.py [FOLDER]
"""

import json
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from autochrome import __version__
from autochrome.model import EMBEDDING, LAID, list_models
from autochrome.model.onnx_file import cut, interface, load

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "src/autochrome/studio/static"
RUNTIME = ROOT / "node_modules/onnxruntime-web/dist"
SHARED = ("js/compare-slider.js", "js/dom.js", "css/compare-slider.css")
RUNTIME_FILES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


def build(target: Path) -> None:
    """Write the page; what is in the folder already is removed."""
    if not RUNTIME.is_dir():
        sys.exit("onnxruntime-web is missing; run: npm ci")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "web", target, ignore=shutil.ignore_patterns("*.d.mts"))
    for folder, source, names in (
        ("studio", STATIC, SHARED),
        ("ort", RUNTIME, RUNTIME_FILES),
        (".", STATIC, ("icon.svg",)),
    ):
        (target / folder).mkdir(exist_ok=True)
        for name in names:
            shutil.copy(source / name, target / folder)
    write_model(target / "model")
    page = target / "index.html"
    software = f'content="autochrome {__version__}"'
    page.write_text(page.read_text().replace('content="autochrome"', software, 1))
    write_service_worker(target)


def write_model(folder: Path) -> None:
    """Cut the shipped model into its graphs, and describe their inputs and outputs."""
    folder.mkdir()
    (model,) = (each for each in list_models() if each.name == "tint")
    data, card = load(model.path), model.card
    late = [name for name in card.features if name not in (*card.exact, EMBEDDING)]
    parts = {
        "early": [*card.exact],
        "late": late,
        "unhinted": ["ab_unhinted"],
        "hinted": ["ab", "likely"],
        "embedding": [EMBEDDING],
        "laid": [*LAID],
    }
    names = {feature: name for name, feature in card.features.items()}  # input → the output that it takes
    described = {}
    for part, outputs in parts.items():
        graph = cut(data, outputs, model.path.name)
        (folder / f"{part}.onnx").write_bytes(graph)
        inputs = {port.name: names.get(port.name, port.name) for port in interface(graph, part).inputs}
        described[part] = {"inputs": inputs, "outputs": outputs}
    text = json.dumps({"parts": described, "palette": card.palette})
    (folder / "model.json").write_text(text)


def write_service_worker(target: Path) -> None:
    """Put the list of all files into the service worker, and their digest as its version."""
    worker = target / "service-worker.js"
    files = sorted(path for path in target.rglob("*") if path.is_file() and path != worker)
    digest = sha256(worker.read_bytes())
    for path in files:
        digest.update(path.read_bytes())
    names = json.dumps(["./", *(f"./{path.relative_to(target).as_posix()}" for path in files)])
    text = worker.read_text().replace('["__FILES__"]', names).replace("__VERSION__", digest.hexdigest()[:16])
    worker.write_text(text)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "site/app")
