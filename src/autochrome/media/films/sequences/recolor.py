"""R′, G′ and B′ code values of a picture from its Y′ code values and its colour, so that Y′ stays exact.

R′ and B′ are rounded first. Then G′ is the whole number that brings the weighted mean of all three back to Y′: G′
weighs less than 1, so there always is one.
"""

import numpy as np

from autochrome.color.ycbcr import LUMA_WEIGHTS, chroma_middle, chroma_span, ycbcr_from_rgb
from autochrome.media.films.sequences.encode import PictureFormat, choose_format
from autochrome.media.films.sequences.names import Transfer
from autochrome.media.films.sequences.pixels import Codes, luma_of
from autochrome.media.films.sequences.reader import SequenceReader, codes_of
from autochrome.media.films.sequences.transfer import CURVES, Curve
from autochrome.types import CodeValues, Floats, Frame, Matrix, PlaneFormat

Channels = tuple[Codes, Codes, Codes]
CHROMA_DEPTH = 16  # bits of the Cb and Cr planes that are merged
_MARGIN = np.float32(2.0)  # code values by which a colour that leaves the range is shortened


class Recolor:
    """Merges Y′ and colour for the pictures of one sequence."""

    def __init__(self, suffix: str, plane_format: PlaneFormat, source: SequenceReader | None) -> None:
        """suffix: of the pictures; plane_format: of Y′ of the frames; source: None for frames of a film file."""
        self._plane_format, self._source = plane_format, source
        self._transfer: Transfer = source.transfer if source else "video"
        deep = 8 if suffix in (".jpg", ".jpeg") else 16
        depth = min(source.depth, deep if suffix != ".exr" else 32) if source else plane_format.depth
        self.format: PictureFormat = choose_format(suffix, depth)
        self._floating, self._jpeg = self.format.depth == 32, self.format.encoder == "mjpeg"
        if source and source.depth == 32 and not self._floating:
            self._transfer = "video"  # light becomes what a display shows
        self._color = _ColorDifferences(plane_format)
        self._clipped = False

    @property
    def notes(self) -> tuple[str, ...]:
        """Facts about the written pictures for the person."""
        notes = []
        stored = self._source.depth if self._source else self._plane_format.depth
        if self.format.depth < min(stored, 16):
            notes.append(
                f"the original has {stored} bits, these pictures store {self.format.depth}: Y′ is rounded"
            )
        if self._source and self._source.depth == 32 and not self._floating:
            notes.append("light above white is lost: these pictures hold what a display shows")
        if self._source and self._source.header is None:
            notes.append("tags of the pictures (resolution, profile, dates) are not carried over")
        if self._clipped:
            notes.append("Y′ darker than black or brighter than white is cut off: pictures cannot hold it")
        return tuple(notes)

    def merge(self, frame: Frame, blue: CodeValues, red: CodeValues) -> Channels:
        """R′, G′ and B′ (Y′, Cb and Cr for JPEG) in code values of `format`. blue, red: (H, W) Cb and Cr."""
        matrix = self._plane_format.matrix
        if self._floating:
            return _merge_light(self._light(frame), self._color.rgb(frame.y_plane, blue, red), matrix)
        largest = (1 << self.format.depth) - 1
        codes = self._codes(frame, largest)
        if self._jpeg and matrix == "bt601":
            return self._jpeg_planes(codes, blue, red)
        if self._transfer == "video":
            to_red, to_blue = self._color.differences(blue, red)
        else:
            curve = CURVES[self._transfer]
            to_red, to_blue = _coded_differences(self._color.rgb(frame.y_plane, blue, red), curve, matrix)
        scale = np.float32(largest)
        rgb = exact_rgb(codes, to_red * scale, to_blue * scale, largest, matrix)
        return _jpeg_from_rgb(rgb) if self._jpeg else rgb

    def _codes(self, frame: Frame, largest: int) -> Codes:
        """(H, W) Y′ in code values 0…largest."""
        plane_format = self._plane_format
        codes: Codes | None = codes_of(frame)
        if codes is None or codes.dtype.kind == "f":
            codes = frame.y_plane
            black, white = plane_format.black, plane_format.white
        else:
            black, white = 0, (1 << (self._source.depth if self._source else plane_format.depth)) - 1
        if (black, white) == (0, largest):
            return codes
        if not plane_format.full and not self._clipped:
            self._clipped = bool((codes < black).any() or (codes > white).any())
        scaled = (codes.astype(np.float64) - black) * (largest / (white - black))
        return np.rint(scaled).clip(0, largest).astype(np.uint8 if largest == 255 else np.uint16)

    def _light(self, frame: Frame) -> Floats:
        """(H, W) linear light of Y′."""
        codes = codes_of(frame)
        if codes is not None and codes.dtype.kind == "f":
            return codes.astype(np.float32)
        black, white = self._plane_format.black, self._plane_format.white
        shown = (frame.y_plane.astype(np.float32) - np.float32(black)) / np.float32(white - black)
        light: Floats = CURVES["linear"].from_display(shown)
        return light

    def _jpeg_planes(self, codes: Codes, blue: CodeValues, red: CodeValues) -> Channels:
        """Y′ as it is, Cb and Cr of 8 bits."""
        to_red, to_blue = self._color.differences(blue, red)
        weights = LUMA_WEIGHTS["bt601"]
        planes = (to_blue / np.float32(weights.cb_scale), to_red / np.float32(weights.cr_scale))
        cb, cr = (np.rint(one * 255 + 128).clip(0, 255).astype(np.uint8) for one in planes)
        return codes, cb, cr


def _jpeg_from_rgb(rgb: Channels) -> Channels:
    """R′, G′, B′ of 8 bits → Y′, Cb, Cr as JPEG stores them."""
    y, cb, cr = ycbcr_from_rgb((one.astype(np.float32) for one in rgb), "bt601")
    planes = (np.rint(one).clip(0, 255).astype(np.uint8) for one in (y, cb + 128, cr + 128))
    luma, blue, red = planes
    return luma, blue, red


class _ColorDifferences:
    """Cb and Cr code values → R′ − Y′ and B′ − Y′, where white is 1."""

    def __init__(self, plane_format: PlaneFormat) -> None:
        weights = LUMA_WEIGHTS[plane_format.matrix]
        span = chroma_span(CHROMA_DEPTH, plane_format.full)
        self._middle = np.float32(chroma_middle(CHROMA_DEPTH))
        self._red, self._blue = np.float32(weights.cr_scale / span), np.float32(weights.cb_scale / span)
        self._green = np.float32(-weights.red / weights.green), np.float32(-weights.blue / weights.green)
        self._format = plane_format

    def differences(self, blue: CodeValues, red: CodeValues) -> tuple[Floats, Floats]:
        return (
            (red.astype(np.float32) - self._middle) * self._red,
            (blue.astype(np.float32) - self._middle) * self._blue,
        )

    def rgb(self, shown: CodeValues, blue: CodeValues, red: CodeValues) -> tuple[Floats, Floats, Floats]:
        """R′, G′, B′ 0…1 as displayed."""
        black, white = self._format.black, self._format.white
        y = (shown.astype(np.float32) - np.float32(black)) / np.float32(white - black)
        to_red, to_blue = self.differences(blue, red)
        green = self._green[0] * to_red + self._green[1] * to_blue
        return (y + to_red).clip(0, 1), (y + green).clip(0, 1), (y + to_blue).clip(0, 1)


def exact_rgb(codes: Codes, to_red: Floats, to_blue: Floats, largest: int, matrix: Matrix) -> Channels:
    """Code values whose weighted mean, rounded, is `codes`; to_red, to_blue: R′ − Y′ and B′ − Y′ in code values."""
    y = codes.astype(np.float32)
    red, green, blue = _solve(y, to_red, to_blue, largest, matrix)
    outside = (green < 0) | (green > largest)
    if outside.any():  # at the edge of the range, by rounding: shorten the colour by a little
        here = y[outside]
        far = np.maximum(np.abs(green[outside] - here), _MARGIN)
        factor = np.float32(1) - _MARGIN / far
        solved = _solve(here, to_red[outside] * factor, to_blue[outside] * factor, largest, matrix)
        inside = (solved[1] >= 0) & (solved[1] <= largest)
        for channel, better in zip((red, green, blue), solved, strict=True):
            channel[outside] = np.where(inside, better, here)
    kind = np.uint8 if largest == 255 else np.uint16
    return red.astype(kind), green.astype(kind), blue.astype(kind)


def _solve(
    y: Floats, to_red: Floats, to_blue: Floats, largest: int, matrix: Matrix
) -> tuple[Floats, Floats, Floats]:
    weights = LUMA_WEIGHTS[matrix]
    red = np.rint(y + to_red).clip(0, largest)
    blue = np.rint(y + to_blue).clip(0, largest)
    # Differences to Y′, not the channels: so that 16 bits fit into the 24 of float32.
    green = (y - red) * np.float32(weights.red / weights.green)
    green += (y - blue) * np.float32(weights.blue / weights.green)
    green += y
    return red, np.rint(green), blue


def _coded_differences(
    displayed: tuple[Floats, Floats, Floats], curve: Curve, matrix: Matrix
) -> tuple[Floats, Floats]:
    """R′ − Y′ and B′ − Y′ where the codes stand for density, not for a display."""
    red, green, blue = (curve.from_display(one) for one in displayed)
    mean = luma_of(red, green, blue, matrix)
    return red - mean, blue - mean


def _merge_light(
    light: Floats, displayed: tuple[Floats, Floats, Floats], matrix: Matrix
) -> tuple[Floats, Floats, Floats]:
    """Linear light of the three channels; its weighted mean is the light of the original."""
    channels = [CURVES["linear"].from_display(one) for one in displayed]
    mean = luma_of(channels[0], channels[1], channels[2], matrix)
    scale = np.where(mean > 1e-6, light / np.maximum(mean, 1e-6), 0)
    plain = mean <= 1e-6
    red, green, blue = (np.where(plain, light, one * scale).astype(np.float32) for one in channels)
    return red, green, blue
