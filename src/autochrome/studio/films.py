"""Films: make projects of them, show single frames, keep their shots and coloured pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from autochrome.color.lab import lab_from_srgb, lightness, recolor
from autochrome.color.tone import shift_chroma
from autochrome.color.upsample import apply, fit
from autochrome.errors import PictureTooLarge
from autochrome.film.inspect import FilmInspector
from autochrome.film.key_positions import key_frames
from autochrome.film.playback import ShotPlayback
from autochrome.film.proxy import PROXY_SIDE
from autochrome.film.survey import ALIKE, Samples, look_of
from autochrome.hints.file import HintsFile, KeyFrame
from autochrome.hints.references import Match
from autochrome.media.stills.pyramid import encode_image
from autochrome.media.timecode import Timecode
from autochrome.studio.cache import SizedCache
from autochrome.studio.color_suggestions import doubt_map, suggest_colors
from autochrome.studio.errors import NotFound
from autochrome.studio.library import Library
from autochrome.studio.limits import THUMBNAIL_SIDE, Limits
from autochrome.studio.networks import Networks
from autochrome.studio.open_film import OpenFilm
from autochrome.studio.open_photo import hints_or_none
from autochrome.studio.references import check_pictures, match_references
from autochrome.studio.schemas import (
    AlikeShot,
    FilmInfo,
    FrameDoubts,
    PaintFrame,
    Project,
    ShotSpan,
    ShotStart,
    TimecodeInfo,
)
from autochrome.studio.settings import Settings, film_options
from autochrome.studio.shots import check_frames, film_of, first_frames, make_spans, poster_frame, shot_of
from autochrome.studio.uploads import Upload, new_project
from autochrome.types import Chroma, Luma
from autochrome.variations import Variation, make_variations

Image = NDArray[np.uint8]
Side = Literal["before", "after"]
_LONGEST = 1024  # pixels of a frame that is varied
_ALIKE_SHOTS = 50  # that are listed, at most
_DRAFT_FRAMES = 250  # of a shot that may be coloured for a draft of one of them
_SUGGEST_WIDTH = 340  # pixels at the longer side of a frame for which colours are suggested


class FilmService:
    """The films of a library. It keeps the last ones open."""

    def __init__(self, library: Library, networks: Networks, limits: Limits) -> None:
        self._library, self._networks, self._limits = library, networks, limits
        self._open: SizedCache[OpenFilm] = SizedCache(limits.open_film_bytes)

    def make_project(self, upload: Upload, name: str) -> Project:
        """Read the facts of an uploaded film and write its thumbnail."""
        with FilmInspector(upload.path, self._networks.open(self._networks.default)) as inspector:
            facts = inspector.facts
            width, height = facts.width, facts.height
            if width * height > self._limits.frame_megapixels * 1e6:
                raise PictureTooLarge(
                    f"The frames of this film have {width}×{height} pixels; the limit is "
                    f"{self._limits.frame_megapixels:g} megapixels."
                )
            long_side = round(THUMBNAIL_SIDE * max(width, height) / min(width, height))
            (upload.folder / "before.jpg").write_bytes(
                encode_image(inspector.before(poster_frame(inspector.frames), long_side))
            )
            seconds = round(inspector.times[-1] - inspector.times[0] + float(1 / facts.rate), 3)
            fps = round(inspector.frames / max(seconds, 1e-3), 4)
            film = FilmInfo(
                seconds=seconds, fps=fps, frames=inspector.frames, timecode=_timecode_info(facts.timecode)
            )
        if facts.turn % 180:
            width, height = height, width
        return new_project(upload, name, width, height, film=film)

    def frame(self, project: Project, number: int, side: Side, width: int, *, draft: bool = False) -> Image:
        """(h, w, 3) sRGB: one frame before, or after with the saved hints and settings; width: longer side.

        draft: a frame that is far from the first one of its shot is coloured alone.
        """
        _check_number(project, number)
        if side == "before":
            return self._open_film(project, project.settings).before(number, width)
        hints, patience = self._library.hints_of(project.id), _DRAFT_FRAMES if draft else None
        return self._color(project, number, hints, project.settings, width, patience)

    def paint_frame(self, project: Project, number: int, request: PaintFrame) -> Image:
        """(h, w, 3) sRGB: one frame with hints and settings that are not saved."""
        _check_number(project, number)
        check_pictures(request.hints, self._library.folder_of(project.id))
        return self._color(project, number, request.hints, request.settings, request.width)

    def play(self, project: Project, first: int, last: int, width: int) -> ShotPlayback:
        """Play frames of one shot with the saved hints and settings: up to `last`, or to the end of the shot."""
        _check_number(project, first)
        film, firsts = film_of(project), first_frames(project)
        end = next((stop - 1 for stop in firsts or () if stop > first), film.frames - 1)
        options = film_options(project.settings, self._networks)
        hints = hints_or_none(self._library.hints_of(project.id))
        part = first, min(last, end) + 1
        return self._open_film(project, project.settings).play(part, hints, firsts, width, options)

    def doubt(self, project: Project, number: int) -> Image:
        """(h, w) grey: white where the network is not sure of this frame with the saved hints and settings."""
        _check_number(project, number)
        options = film_options(project.settings, self._networks)
        hints = hints_or_none(self._library.hints_of(project.id))
        film = self._open_film(project, project.settings)
        confidence = film.confidence(number, hints, first_frames(project), options)
        if confidence is None:
            raise NotFound("This network does not report a confidence.")
        return doubt_map(confidence)

    def doubts(self, project: Project) -> FrameDoubts:
        """How unsure the network is of some frames of the film, with no hints."""
        samples = self._samples(project)
        doubts = tuple(None if np.isnan(one) else float(np.clip(one, 0, 1)) for one in samples.doubt)
        return FrameDoubts(frames=tuple(samples.frames.tolist()), doubts=doubts)

    def find_alike(self, project: Project, number: int, hints: HintsFile) -> list[AlikeShot]:
        """The other shots that look like a frame, the most similar first, with the marks of that frame in them."""
        _check_number(project, number)
        key = next((one for one in key_frames(hints) if one.frame == number), KeyFrame(frame=number))
        samples, film = self._samples(project), self._open_film(project, project.settings)
        look = look_of(film.proxy(number))
        found = []
        for shot in film_of(project).shots or ():
            frame, similarity = samples.most_alike(look, shot.first, shot.last + 1)
            if similarity >= ALIKE and not shot.first <= number <= shot.last:
                found.append((similarity, shot.first, frame))
        found.sort(reverse=True)
        return [
            AlikeShot(first=first, frame=frame, similarity=min(1.0, similarity), marks=marks, lost=lost)
            for similarity, first, frame in found[:_ALIKE_SHOTS]
            for marks, lost in [film.copy_marks(key, number, frame)]
        ]

    def suggest_colors(self, project: Project, number: int, x: float, y: float) -> list[tuple[str, float]]:
        """(#rrggbb, probability 0…1) of the likely colours at a point of a frame; x, y 0…1."""
        network = self._networks.open(film_options(project.settings, self._networks).model)
        before = self.frame(project, number, "before", _SUGGEST_WIDTH)
        after = self.frame(project, number, "after", _SUGGEST_WIDTH)
        chroma = lab_from_srgb(after.astype(np.float32) / np.float32(255))[..., 1:]
        return suggest_colors(network, network.prepare(lightness(before)), chroma, x, y)

    def vary(self, project: Project, number: int, count: int, seed: int = 0) -> list[tuple[Variation, Image]]:
        """The first answer and variations of one frame with its saved marks, each with a small picture."""
        options = film_options(project.settings, self._networks)
        network = self._networks.open(options.model)
        longest = round(
            options.size * max(project.width, project.height) / min(project.width, project.height)
        )
        prepared = network.prepare(lightness(self.frame(project, number, "before", min(_LONGEST, longest))))
        keys = [key for key in self._library.hints_of(project.id).frames if key.frame == number]
        marks = keys[0].without_machine() if keys else None
        known = marks.rasterize(*prepared.luma.shape) if marks and marks.all_marks else None
        look = options.look
        first = Variation((), network.paint(prepared, known, look.vivid).chroma)
        found = make_variations(network, prepared, count, known=known, vivid=look.vivid, seed=seed)
        return [
            (each, _color(prepared.luma, shift_chroma(each.chroma, look.warmth, look.tint)))
            for each in (first, *found)
        ]

    def save_shots(self, project_id: str, starts: Sequence[ShotStart]) -> tuple[ShotSpan, ...]:
        """Set where the shots begin."""
        film = film_of(self._library.get(project_id))
        shots = make_spans(film, starts)
        self._library.update(project_id, recolored=True, film=film.model_copy(update={"shots": shots}))
        return shots

    def preview(self, project_id: str, shot: int) -> Path:
        """The preview of a shot, if it was made for the current revision."""
        project = self._library.get(project_id)
        path = self._library.preview_of(project, shot_of(project, shot))
        if not path.is_file():
            raise NotFound("There is no preview of this shot with the current hints and settings; start one.")
        return path

    def match(self, project: Project, number: int, hints: HintsFile) -> tuple[Match, ...]:
        """How much of a frame each of its references matches, and each of those for all shots."""
        keys = [key for key in hints.frames if key.frame == number]
        references = [*hints.references, *(each for key in keys for each in key.all_references)]
        grey = self.frame(project, number, "before", PROXY_SIDE)
        return match_references(references, grey, self._library.folder_of(project.id))

    def check_hints(self, project: Project, hints: HintsFile) -> None:
        """Refuse hints for frames or pictures that the project does not have."""
        check_frames(project, hints)
        check_pictures(hints, self._library.folder_of(project.id))

    def close(self, project_id: str) -> None:
        """Free the memory of a film."""
        self._open.remove(project_id)

    def _samples(self, project: Project) -> Samples:
        film_of(project)
        return Samples.load(self._library.samples_of(project.id))

    def _color(
        self,
        project: Project,
        number: int,
        hints: HintsFile,
        settings: Settings,
        width: int,
        patience: int | None = None,
    ) -> Image:
        """(h, w, 3) sRGB: the frame that an export with these hints and settings has."""
        options = film_options(settings, self._networks)
        film = self._open_film(project, settings)
        return film.after(number, hints_or_none(hints), first_frames(project), width, options, patience)

    def _open_film(self, project: Project, settings: Settings) -> OpenFilm:
        film_of(project)
        model = film_options(settings, self._networks).model
        path, network = self._library.source_of(project.id), self._networks.open_for_film(model)
        return self._open.get(f"{project.id} {model}", lambda: OpenFilm(path, network))


def _color(luma: Luma, chroma: Chroma) -> Image:
    """(h, w, 3) sRGB."""
    colors = recolor(luma, apply(fit(luma, chroma), luma, 0, len(luma)), 8)
    return np.asarray(colors, np.uint8)


def _timecode_info(timecode: Timecode | None) -> TimecodeInfo | None:
    if timecode is None:
        return None
    return TimecodeInfo(frame=timecode.frame, count=timecode.count, drop=timecode.drop)


def _check_number(project: Project, number: int) -> None:
    frames = film_of(project).frames
    if number >= frames:
        raise NotFound(f"There is no frame {number}; the film has {frames} frames, numbered from 0.")
