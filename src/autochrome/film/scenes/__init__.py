"""Where does a new scene begin? Detectors that are told a film frame by frame, as small grey pictures.

A detector has one method, `see`, and says how late it may answer. A new one is a class and a line in `DETECTORS`.
"""

from collections.abc import Callable

from autochrome.film.scenes.continuity import Continuity
from autochrome.film.scenes.detector import Found, Frame, SceneDetector, find_cuts, mark_cuts, shrink
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
"""Those that need a library which is not installed say so when they are made (`ExtraMissing`)."""

__all__ = [
    "DEFAULT",
    "DETECTORS",
    "Found",
    "Frame",
    "SceneDetector",
    "Thesis",
    "find_cuts",
    "mark_cuts",
    "shrink",
]
