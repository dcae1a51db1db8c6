"""PySceneDetect's adaptive detector, where that package is installed: for comparison."""

import numpy as np

from autochrome.errors import ExtraMissing
from autochrome.film.scenes.detector import Frame, SceneDetector


class PySceneDetect(SceneDetector):
    """`AdaptiveDetector` as its makers set it, but for grey: it wants colour pictures, and is told to look at light."""

    lookahead = 2
    threshold = 15.0

    def __init__(self) -> None:
        try:
            from scenedetect import AdaptiveDetector, FrameTimecode
        except ImportError as error:
            raise ExtraMissing(
                "This detector needs another package: pip install 'scenedetect>=0.7'."
            ) from error
        self._inner = AdaptiveDetector(min_scene_len=1, luma_only=True)
        self._at = FrameTimecode
        self._seen = 0

    def see(self, frame: Frame) -> list[int]:
        time = self._at(self._seen, fps=25.0)
        self._seen += 1
        cuts = self._inner.process_frame(time, np.repeat(frame[..., None], 3, axis=2))
        self.score = float(getattr(self._inner, "_frame_score", None) or 0.0)
        return [cut.frame_num for cut in cuts]
