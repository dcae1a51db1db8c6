"""PySceneDetect's adaptive detector, for comparison. It needs that package."""

import numpy as np

from autochrome.errors import ExtraMissing
from autochrome.film.scenes.detector import GreyFrame, SceneDetector


class PySceneDetect(SceneDetector):
    """`AdaptiveDetector` with its default settings, but `luma_only`: it takes colour frames, and ours are grey."""

    lookahead = 2
    threshold = 15.0

    def __init__(self) -> None:
        try:
            from scenedetect import AdaptiveDetector, FrameTimecode
        except ImportError as error:
            raise ExtraMissing(
                "The detector 'pyscenedetect' needs another package: pip install 'scenedetect>=0.7'."
            ) from error
        self._detector = AdaptiveDetector(min_scene_len=1, luma_only=True)
        self._timecode = FrameTimecode
        self._count = 0

    def process_frame(self, frame: GreyFrame) -> list[int]:
        time = self._timecode(self._count, fps=25.0)
        self._count += 1
        cuts = self._detector.process_frame(time, np.repeat(frame[..., None], 3, axis=2))
        self.score = float(getattr(self._detector, "_frame_score", None) or 0.0)
        return [cut.frame_num for cut in cuts]
