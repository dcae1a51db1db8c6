"""A model in an ONNX file: runs its graphs, checks what goes in and what comes out."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.errors import ModelOutputInvalid, UsageError
from autochrome.model.card import Card
from autochrome.model.connected import lay, lay_outlined, limit_to_thing, thin_out
from autochrome.model.contracts import (
    CONTRACTS,
    EMBEDDING,
    HINT_INPUTS,
    LAID,
    UNHINTED,
    ModelInput,
    chroma_port,
)
from autochrome.model.likely_colors import ColorDistribution, LikelyColor, group_bins
from autochrome.model.onnx_file import Interface
from autochrome.model.runtimes import Graph
from autochrome.model.sizes import crop_to_picture, pad, resize_hints
from autochrome.types import CHROMA_LIMIT, OUTLINED, Chroma, Floats, Hints, Luma, Prediction, Prepared

DISTRIBUTION = "likely"
"""The output (1, K, h, w) with a probability for each colour of the card's palette, if a model has one."""
DTYPES: dict[int, Any] = {1: np.float32, 10: np.float16}
"""The ONNX element types that we can feed."""


def fixed_size(interface: Interface, card: Card) -> tuple[int, int] | None:
    """(height, width) of the input if it is fixed: by the file itself, else by its card."""
    sides = next((p for p in interface.inputs if p.name == "luma"), interface.inputs[0]).shape[2:]
    if len(sides) == 2 and sides[0] and sides[1]:
        return sides[0], sides[1]
    return (card.fixed, card.fixed) if card.fixed else None


@dataclass(frozen=True, slots=True)
class _State:
    """A prepared picture at the model's size, with the encoder's features."""

    luma: Luma  # (H, W) padded or resized
    features: dict[str, Floats]  # inputs of the decoder; empty if the model has no separate encoder


class OnnxModel:
    """One open model file. Several threads may share it: the only state that changes is which graphs are loaded."""

    def __init__(
        self,
        file: str,
        card: Card,
        interface: Interface,
        load: Callable[[Sequence[str]], Graph],
        edition: str = "",
        device: str = "cpu",
        wait: bool = True,
    ) -> None:
        """file: its name, for error messages. load: makes the graph that computes some outputs.

        edition: see `ColorModel`. device: where it runs. wait: load the graphs that every picture needs now, so that a
        bad file is noticed at once; else the first use waits for them.
        """
        self.card, self.edition, self.device = card, edition, device
        self._file = file
        self._interface = interface
        self._contract = CONTRACTS[card.contract]
        self._chroma = chroma_port(interface).name
        names = [port.name for port in interface.outputs]
        self._hinted = tuple(name for name in names if name in (self._chroma, "confidence"))
        unhinted = tuple(name + UNHINTED for name in self._hinted)
        self._unhinted = unhinted if {*unhinted} <= {*names} else self._hinted
        encoder_inputs = {*card.features.values(), *(["luma"] if card.features else [])}
        self._has_reach = {*LAID} <= {*names}
        self._decoder_inputs = tuple(port for port in interface.inputs if port.name not in encoder_inputs)
        self._size = fixed_size(interface, card)
        rounded = tuple(name for name in card.features if name not in (*card.exact, EMBEDDING))
        self._embedding = card.features.get(EMBEDDING)
        self._encoder = tuple(outputs for outputs in (card.exact, rounded) if outputs)
        self._load = load
        needed = (*self._encoder, self._unhinted)
        pool = ThreadPoolExecutor(len(needed))
        self._loading = {outputs: pool.submit(load, outputs) for outputs in needed}
        self._graphs: dict[tuple[str, ...], Graph] = {}
        pool.shutdown(wait=False)
        if wait:
            for outputs in needed:
                self._graph(outputs)

    def prepare(self, luma: Luma) -> Prepared:
        """Run the encoder, once per picture. luma: (H, W) L* 0…100, any size from 1×1."""
        if luma.ndim != 2 or not luma.size:
            raise UsageError(f"A luma plane is (H, W) and not empty; this one is {luma.shape}.")
        if not np.isfinite(luma).all():
            raise UsageError("The luma plane holds NaN or infinity; L* runs from 0 to 100.")
        fitted = np.asarray(luma, np.float32)
        fitted = resize(fitted, *self._size) if self._size else pad(fitted, self.card.multiple, repeat=True)
        state = _State(fitted, {})
        for outputs in self._encoder:
            self._add_features(state, outputs)
        return Prepared(luma, state)

    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        """Run the decoder, as often as needed.

        hints: (H, W), over the prepared luma; a model without hint channels ignores them (its card says so). For a
        model without the outputs `LAID` every hint reaches the whole picture.
        vivid: 0 grey … 1 neutral … 2 bold. Chroma and confidence come at the model's own size, over exactly the
        picture: at stride s, ceil(H/s) × ceil(W/s).
        """
        if not 0 <= vivid <= 2:
            raise UsageError(f"vivid is {vivid}; it goes from 0 (grey) to 2 (bold).")
        height, width = prepared.luma.shape
        state: _State = prepared.state
        fitted = self._fit_hints(hints, prepared)
        prediction = self._predict(state, ModelInput(state.luma, fitted.far(), vivid, self._file))
        if (outlined := fitted.outlined()) is not None:
            prediction = lay_outlined(prediction, outlined, state.luma, vivid)
        if (near := fitted.near()) is not None:
            prediction = self._lay(prediction, state, near, vivid)
        confidence = prediction.confidence
        return Prediction(
            self._crop(prediction.chroma, state.luma, height, width),
            None if confidence is None else self._crop(confidence, state.luma, height, width),
        )

    def _add_features(self, state: _State, outputs: tuple[str, ...]) -> None:
        """Run one graph of the encoder."""
        feeds = self._typed({"luma": state.luma[None, None], **state.features})
        values = self._graph(outputs).run(outputs, feeds)
        state.features.update(
            {self.card.features[n]: value for n, value in zip(outputs, values, strict=True)}
        )

    def _predict(self, state: _State, data: ModelInput) -> Prediction:
        """What the model predicts for the padded picture."""
        outputs = self._hinted if data.hints.present else self._unhinted
        values = self._graph(outputs).run(outputs, self._feeds(state, data, outputs))
        by_name = dict(zip(self._hinted, values, strict=True))
        raw = self._checked(
            by_name[self._chroma], self._contract.output_channels, state.luma, self.card.stride
        )
        chroma = self._scale(self._contract.read(raw, data), data.vivid)
        confidence = None
        if "confidence" in by_name:
            confidence = self._checked(by_name["confidence"], 1, state.luma)[..., 0].clip(0, 1)
        return Prediction(chroma.clip(-CHROMA_LIMIT, CHROMA_LIMIT), confidence)

    def _lay(self, prediction: Prediction, state: _State, hints: Hints, vivid: float) -> Prediction:
        """Lay hints on a prediction that was made without them: each colours its thing, the rest stays as it is."""
        if self._embedding and self._embedding not in state.features:
            self._add_features(state, (EMBEDDING,))
        few = thin_out(hints, len(state.luma) // len(prediction.chroma))
        data = ModelInput(state.luma, few, vivid, self._file)
        values = self._graph(LAID).run(LAID, self._feeds(state, data, LAID))
        ab = self._scale(self._checked(values[0], 2, state.luma, self.card.stride), vivid)
        weight = self._checked(values[1], 1, state.luma, self.card.stride)[..., 0].clip(0, 1)
        return lay(prediction, *limit_to_thing(ab, weight, hints, state.luma, vivid))

    def likely_colors(
        self, prepared: Prepared, hints: Hints | None, x: float, y: float, count: int = 6
    ) -> list[LikelyColor]:
        """Other likely colours of one pixel, the likeliest first; x, y: 0…1 of the picture's width and height.

        Empty if the model has no distribution over colours. It costs about as much as `paint`.
        """
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise UsageError(f"x {x}, y {y} lies outside the picture; both go from 0 to 1.")
        distribution = self.predict_distribution(prepared, hints)
        return group_bins(distribution.at(x, y), distribution.palette, count) if distribution else []

    def predict_distribution(
        self, prepared: Prepared, hints: Hints | None = None
    ) -> ColorDistribution | None:
        """How likely each colour of the card's palette is; None if the model has no such output.

        Each hint counts by its reach. It costs about as much as `paint`.
        """
        if not self.card.palette or DISTRIBUTION not in {port.name for port in self._interface.outputs}:
            return None
        state: _State = prepared.state
        data = ModelInput(state.luma, self._fit_hints(hints, prepared).far(), 1.0, self._file)
        outputs = (DISTRIBUTION,)
        (value,) = self._graph(outputs).run(outputs, self._feeds(state, data, outputs))
        probabilities = self._checked(value, len(self.card.palette), state.luma)
        covered = self._crop(probabilities, state.luma, *prepared.luma.shape)
        return ColorDistribution(covered, np.array(self.card.palette, np.float32))

    def _graph(self, outputs: tuple[str, ...]) -> Graph:
        """The graph that computes these outputs. It is loaded on first use."""
        if outputs not in self._graphs:
            loading = self._loading.get(outputs)
            self._graphs[outputs] = loading.result() if loading else self._load(outputs)
        return self._graphs[outputs]

    def _feeds(self, state: _State, data: ModelInput, outputs: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        """Every input that the graph of these outputs may need."""
        without_hints = outputs == self._unhinted != self._hinted
        ports = tuple(
            port for port in self._decoder_inputs if not (without_hints and port.name in HINT_INPUTS)
        )
        return self._typed({**state.features, **self._contract.feed(ports, data)})

    def _scale(self, chroma: Chroma, vivid: float) -> Chroma:
        """Apply `vivid` here if the model has no input for it. At 0 the result is exactly grey."""
        if vivid and any(port.name == "vivid" for port in self._interface.inputs):
            return chroma
        return chroma * np.float32(vivid)

    def _fit_hints(self, hints: Hints | None, prepared: Prepared) -> Hints:
        """Hints at the model's size. Chroma is 0 where the mask is 0: a mask of zeros equals no hints."""
        if hints is None or not self.card.hints:
            return Hints.none(*prepared.state.luma.shape)
        height, width = prepared.luma.shape
        if hints.mask.shape != (height, width):
            raise UsageError(f"The hints are {hints.mask.shape}, but the picture is {(height, width)}.")
        mask = np.clip(np.asarray(hints.mask, np.float32), 0, 1)
        chroma = np.clip(np.asarray(hints.chroma, np.float32), -CHROMA_LIMIT, CHROMA_LIMIT)
        reach = None
        if self._has_reach and hints.reach is not None:
            reach = np.clip(np.nan_to_num(np.asarray(hints.reach, np.float32), nan=1.0), OUTLINED, 1)
        known = Hints(np.where(mask[..., None] > 0, chroma, np.float32(0)), mask, reach)
        if not (np.isfinite(known.chroma).all() and np.isfinite(mask).all()):
            raise UsageError("The hints hold NaN or infinity where their mask is not 0.")
        if self._size:
            return resize_hints(known, *self._size)
        multiple = self.card.multiple
        return Hints(
            pad(known.chroma, multiple, repeat=False),
            pad(known.mask, multiple, repeat=False),
            None if reach is None else pad(reach, multiple, repeat=False),
        )

    def _typed(self, feeds: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Each array in the element type and rank of its input."""
        typed = {}
        for name, value in feeds.items():
            port = self._interface.input(name)
            array = np.asarray(value, DTYPES[port.kind])
            typed[name] = array if array.ndim else array.reshape((1,) * len(port.shape))  # vivid: () or (1,)
        return typed

    def _checked(self, output: Floats, channels: int, luma: Luma, stride: int | None = None) -> Floats:
        """(1, C, h, w) → (h, w, C), after a check of shape and values."""
        height, width = luma.shape
        fits = output.ndim == 4 and output.shape[:2] == (1, channels) and output.size > 0
        if fits:
            found = height / output.shape[2]
            fits = found == width / output.shape[3] and (found == stride if stride else found >= 1)
        if not fits:
            raise ModelOutputInvalid(
                f"{self._file} returned shape {output.shape} for a picture of {height}×{width}; "
                f"its contract '{self.card.contract}' promises (1, {channels}, h, w) over the picture"
                f"{f' at stride {stride}' if stride else ''}."
            )
        if not np.isfinite(output).all():
            raise ModelOutputInvalid(
                f"{self._file} returned NaN or infinity; the file is damaged or its export is wrong."
            )
        plane: Floats = output[0].transpose(1, 2, 0)
        return plane

    def _crop(self, plane: Floats, luma: Luma, height: int, width: int) -> Floats:
        """The output over exactly the picture, without the padding."""
        if self._size:
            return np.ascontiguousarray(plane)
        return crop_to_picture(plane, (luma.shape[0], luma.shape[1]), height, width)
