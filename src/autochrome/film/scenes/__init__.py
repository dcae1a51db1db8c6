"""Cut detectors: where does a new shot begin? A detector gets the proxy of each frame in order.

A detector is a class with one required method, `process_frame`; it states how late it may report a cut. To add one,
write the class and add a line to `DETECTORS`.
"""

from collections.abc import Callable

from autochrome.film.scenes.continuity import Continuity
from autochrome.film.scenes.detector import Detection, GreyFrame, SceneDetector, find_cuts, mark_cuts
from autochrome.film.scenes.pyscenedetect import PySceneDetect
from autochrome.film.scenes.techniques import Histogram, Orb, Scdet, Structure, Thesis

DEFAULT = "continuity"
DETECTORS: dict[str, Callable[[], SceneDetector]] = {
    "continuity": Continuity,
    "thesis": Thesis,
    "histogram": Histogram,
    "ssim": Structure,
    "orb": Orb,
    "scdet": Scdet,
    "pyscenedetect": PySceneDetect,
}
"""A detector raises `ExtraMissing` when it is created, if its library is not installed."""

__all__ = [
    "DEFAULT",
    "DETECTORS",
    "Detection",
    "GreyFrame",
    "SceneDetector",
    "Thesis",
    "find_cuts",
    "mark_cuts",
]
