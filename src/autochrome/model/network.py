"""A network in an ONNX file, as a `ColorModel`."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.errors import ModelOutputInvalid, UsageError
from autochrome.model.card import Card
from autochrome.model.contracts import CONTRACTS, HINTS, UNHINTED, Question, chroma_port
from autochrome.model.likely_colors import LikelyColor, distinct
from autochrome.model.onnx_file import Interface
from autochrome.model.runtimes import Graph
from autochrome.model.sizes import crop_to_picture, pad, resize_hints
from autochrome.types import Chroma, Floats, Hints, Luma, Prediction, Prepared

CHROMA_LIMIT = 110.0
LIKELY = "likely"
"""The output with a share (1, K, h, w) for each colour of the card's palette, where a network has one."""
DTYPES: dict[int, Any] = {1: np.float32, 10: np.float16}
"""ONNX element types we can feed."""


def fixed_size(doors: Interface, card: Card) -> tuple[int, int] | None:
    """(height, width) the network must be fed at: what the file itself fixes, else what its card says."""
    sides = next((p for p in doors.inputs if p.name == "luma"), doors.inputs[0]).shape[2:]
    if len(sides) == 2 and sides[0] and sides[1]:
        return sides[0], sides[1]
    return (card.fixed, card.fixed) if card.fixed else None


@dataclass(frozen=True, slots=True)
class _State:
    """A prepared picture: at the network's size, and what the slow half made of it."""

    luma: Luma  # (H, W) padded or resized
    features: Mapping[str, Floats]  # inputs of the quick half; empty where there is no slow half


class OnnxModel:
    """One network file, opened. Several threads may share it: all that changes is which of its graphs are loaded."""

    def __init__(
        self,
        file: str,
        card: Card,
        doors: Interface,
        load: Callable[[Sequence[str]], Graph],
        edition: str = "",
        wait: bool = True,
    ) -> None:
        """`load` makes the graph that leads to some outputs; a file of several graphs is loaded as several.

        `edition`: changes whenever the file does; work that was begun with another one cannot go on.
        `wait`: for the graphs that everybody needs, so that a bad file shows at once; else its first use waits.
        """
        self.card, self.edition = card, edition
        self._file = file
        self._doors = doors
        self._contract = CONTRACTS[card.contract]
        self._answer = chroma_port(doors).name
        names = [port.name for port in doors.outputs]
        self._asked = tuple(name for name in names if name in (self._answer, "confidence"))
        alone = tuple(name + UNHINTED for name in self._asked)
        self._unhinted = alone if {*alone} <= {*names} else self._asked
        slow = {*card.features.values(), *(["luma"] if card.features else [])}
        self._painting = tuple(port for port in doors.inputs if port.name not in slow)
        self._size = fixed_size(doors, card)
        rest = tuple(name for name in card.features if name not in card.exact)
        self._looks = tuple(outputs for outputs in (card.exact, rest) if outputs)
        self._load = load
        needed = (*self._looks, self._unhinted)
        pool = ThreadPoolExecutor(len(needed))
        self._begun = {outputs: pool.submit(load, outputs) for outputs in needed}
        self._graphs: dict[tuple[str, ...], Graph] = {}
        pool.shutdown(wait=False)
        if wait:
            for outputs in needed:
                self._graph(outputs)

    def prepare(self, luma: Luma) -> Prepared:
        """The slow half, once a picture. luma: (H, W) L* 0…100, any size from 1×1."""
        if luma.ndim != 2 or not luma.size:
            raise UsageError(f"A luma plane is (H, W) and not empty; this one is {luma.shape}.")
        if not np.isfinite(luma).all():
            raise UsageError("The luma plane holds NaN or infinity; L* runs from 0 to 100.")
        fitted = np.asarray(luma, np.float32)
        fitted = resize(fitted, *self._size) if self._size else pad(fitted, self.card.multiple, repeat=True)
        features: dict[str, Floats] = {}
        for outputs in self._looks:
            known = self._typed({"luma": fitted[None, None], **features})
            answers = zip(outputs, self._graph(outputs).run(outputs, known), strict=True)
            features |= {self.card.features[name]: answer for name, answer in answers}
        return Prepared(luma, _State(fitted, features))

    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        """The quick half, as often as wanted.

        hints: (H, W), over the luma that was prepared; a network without hint channels does not look at them (its card
        says so). vivid: 0 grey … 1 neutral … 2 bold. The chroma, and the confidence where there is one, come back at
        the size the network speaks, over exactly the picture: at stride s, ceil(H/s) × ceil(W/s); for a network of
        fixed size, its own.
        """
        if not 0 <= vivid <= 2:
            raise UsageError(f"vivid is {vivid}; it goes from 0 (grey) to 2 (bold).")
        height, width = prepared.luma.shape
        state: _State = prepared.state
        question = Question(state.luma, self._fit(hints, prepared), vivid, self._file)
        outputs = self._asked if question.hints.present else self._unhinted
        answered = self._graph(outputs).run(outputs, self._feeds(state, question, outputs))
        answers = dict(zip(self._asked, answered, strict=True))
        raw = self._planes(answers[self._answer], self._contract.answers, state.luma, self.card.stride)
        chroma = self._vivid(self._contract.read(raw, question), vivid)
        chroma = self._back(np.clip(chroma, -CHROMA_LIMIT, CHROMA_LIMIT), state.luma, height, width)
        if "confidence" not in answers:
            return Prediction(chroma)
        sure = np.clip(self._planes(answers["confidence"], 1, state.luma)[..., 0], 0, 1)
        return Prediction(chroma, self._back(sure, state.luma, height, width))

    def likely_colors(
        self, prepared: Prepared, hints: Hints | None, x: float, y: float, count: int = 6
    ) -> list[LikelyColor]:
        """Other colours that a place may well have, the likeliest first; x, y: 0…1 of the picture's width and height.

        Empty where the network does not say. It costs about as much as `paint`.
        """
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise UsageError(f"x {x} and y {y} are no place in the picture; both go from 0 to 1.")
        if not self.card.palette or LIKELY not in {port.name for port in self._doors.outputs}:
            return []
        state: _State = prepared.state
        height, width = prepared.luma.shape
        question = Question(state.luma, self._fit(hints, prepared), 1.0, self._file)
        (answer,) = self._graph((LIKELY,)).run((LIKELY,), self._feeds(state, question, (LIKELY,)))
        shares = self._planes(answer, len(self.card.palette), state.luma)
        covered = (
            (1, 1) if self._size else np.divide((height, width), state.luma.shape)
        )  # the rest is padding
        row, column = (
            min(int(place * share * side), side - 1)
            for place, share, side in zip((y, x), covered, shares.shape[:2], strict=True)
        )
        return distinct(shares[row, column], np.array(self.card.palette, np.float32), count)

    def _graph(self, outputs: tuple[str, ...]) -> Graph:
        """The graph that leads to these outputs, loaded when it is first asked for."""
        if outputs not in self._graphs:
            begun = self._begun.get(outputs)
            self._graphs[outputs] = begun.result() if begun else self._load(outputs)
        return self._graphs[outputs]

    def _feeds(self, state: _State, question: Question, outputs: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        """Everything the graph of these outputs may want to be told."""
        silent = outputs == self._unhinted != self._asked
        ports = tuple(port for port in self._painting if not (silent and port.name in HINTS))
        return self._typed({**state.features, **self._contract.feed(ports, question)})

    def _vivid(self, chroma: Chroma, vivid: float) -> Chroma:
        """More or less colour, where the network has not seen to it itself; none is exactly none."""
        if vivid and any(port.name == "vivid" for port in self._doors.inputs):
            return chroma
        return chroma * np.float32(vivid)

    def _fit(self, hints: Hints | None, prepared: Prepared) -> Hints:
        """Hints at the network's size. Where nothing is known the colour is 0: a mask of zeros *is* no hints."""
        if hints is None or not self.card.hints:
            return Hints.none(*prepared.state.luma.shape)
        height, width = prepared.luma.shape
        if hints.mask.shape != (height, width):
            raise UsageError(f"The hints are {hints.mask.shape}, but the picture is {(height, width)}.")
        mask = np.clip(np.asarray(hints.mask, np.float32), 0, 1)
        chroma = np.clip(np.asarray(hints.chroma, np.float32), -CHROMA_LIMIT, CHROMA_LIMIT)
        known = Hints(np.where(mask[..., None] > 0, chroma, np.float32(0)), mask)
        if not (np.isfinite(known.chroma).all() and np.isfinite(mask).all()):
            raise UsageError("The hints hold NaN or infinity where their mask is not 0.")
        if self._size:
            return resize_hints(known, *self._size)
        multiple = self.card.multiple
        return Hints(*(pad(plane, multiple, repeat=False) for plane in (known.chroma, known.mask)))

    def _typed(self, feeds: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Each array in the element type and rank its input wants."""
        typed = {}
        for name, value in feeds.items():
            port = self._doors.input(name)
            array = np.asarray(value, DTYPES[port.kind])
            typed[name] = array if array.ndim else array.reshape((1,) * len(port.shape))  # vivid: () or (1,)
        return typed

    def _planes(self, answer: Floats, channels: int, luma: Luma, stride: int | None = None) -> Floats:
        """(1, C, h, w) → (h, w, C), once it has the right shape and holds numbers."""
        height, width = luma.shape
        shaped = answer.ndim == 4 and answer.shape[:2] == (1, channels) and answer.size > 0
        if shaped:
            found = height / answer.shape[2]
            shaped = found == width / answer.shape[3] and (found == stride if stride else found >= 1)
        if not shaped:
            raise ModelOutputInvalid(
                f"{self._file} answered in shape {answer.shape} for a picture of {height}×{width}; "
                f"its contract '{self.card.contract}' promises (1, {channels}, h, w) over the picture"
                f"{f' at stride {stride}' if stride else ''}."
            )
        if not np.isfinite(answer).all():
            raise ModelOutputInvalid(
                f"{self._file} answered with NaN or infinity; the file is damaged or was exported wrongly."
            )
        planes: Floats = answer[0].transpose(1, 2, 0)
        return planes

    def _back(self, plane: Floats, luma: Luma, height: int, width: int) -> Floats:
        """The answer over exactly the picture."""
        if self._size:
            return np.ascontiguousarray(plane)
        return crop_to_picture(plane, (luma.shape[0], luma.shape[1]), height, width)
