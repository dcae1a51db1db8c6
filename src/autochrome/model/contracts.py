"""The contract table: every kind of network we can use, how to know it, how to feed it, how to read its answer.

A new kind is one row. A file whose card names a row is taken at its word; one without a card is known by its doors:
the number, channels and names of its inputs and outputs. Rows are tried in the order they stand here.

Assumed of other people's files, because the files do not say: **ddcolor** sees a grey RGB picture 0…1 and answers a*b*
in physical units. **deoldify** is the public ONNX export, which holds its normalisation inside: RGB 0…255 in and out;
`deoldify-raw` is the bare generator, ImageNet-normalised in and out. **eccv16** and **siggraph17** are the public
PyTorch modules exported whole: L* 0…100, a*b* −110…110, mask 0…1, their scaling inside; the stacked form takes the same
three as four channels. Where that is wrong, a card (`with_card`) or `open_model(contract=…)` names another row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from autochrome.color.lab import Array, lab_from_srgb, srgb_from_lab
from autochrome.errors import ModelOutputInvalid
from autochrome.model.onnx_file import Interface, Port
from autochrome.types import Chroma, Floats, Hints, Luma

UNHINTED = "_alone"
"""`ab_alone` and `confidence_alone`: the answers, from a graph that is never given a hint and so is quicker."""
HINTS = ("hint", "mask")
"""What such a graph has no inputs for."""

IMAGENET_MEAN: Floats = np.array([0.485, 0.456, 0.406], np.float32)
IMAGENET_STD: Floats = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, slots=True)
class Question:
    """One picture at the network's size, and what is known of its colour."""

    luma: Luma  # (H, W) L*
    hints: Hints  # (H, W); a*b* are 0 wherever the mask is
    vivid: float  # 0…2
    file: str  # the network's, for errors


@dataclass(frozen=True, slots=True)
class Contract:
    """One kind of network."""

    about: str
    fits: Callable[[Interface], bool]  # without a card: could this be one?
    feed: Callable[[tuple[Port, ...], Question], Mapping[str, Floats]]  # → (1, C, H, W) for each input
    read: Callable[[Floats, Question], Chroma]  # (h, w, C) as the network said it → (h, w, 2) a*b*
    answers: int = 2  # channels of its answer
    multiple: int = 1  # size rule, where neither card nor file has one
    fixed: int | None = None
    hints: Literal[0, 2, 3] = 0  # channels of colour it can be told: 0, 2 (a*b*) or 3 (and a mask)


def chroma_port(interface: Interface) -> Port:
    """The output that is the colour: the one called `ab`, else the first."""
    return next((port for port in interface.outputs if port.name == "ab"), interface.outputs[0])


def _planes(*planes: Floats) -> Floats:
    """(H, W) and (H, W, C) → (1, ΣC, H, W)."""
    stacked = np.concatenate([p if p.ndim == 3 else p[..., None] for p in planes], axis=2)
    return np.ascontiguousarray(stacked.transpose(2, 0, 1)[None])


def _grey(luma: Luma) -> Floats:
    """(H, W) L* → (H, W, 3) sRGB 0…1 of the grey picture."""
    rgb: Floats = srgb_from_lab(np.stack((luma, luma * 0, luma * 0), -1)).astype(np.float32)
    return rgb


def _by_name(inputs: tuple[Port, ...], asked: Question) -> dict[str, Floats]:
    known: dict[str, Callable[[], Floats]] = {
        "luma": lambda: _planes(asked.luma),
        "hint": lambda: _planes(asked.hints.chroma),
        "mask": lambda: _planes(asked.hints.mask),
        "vivid": lambda: np.array(asked.vivid, np.float32),
    }
    return {port.name: known[port.name]() for port in inputs if port.name in known}


def _one(make: Callable[[Question], Floats]) -> Callable[[tuple[Port, ...], Question], dict[str, Floats]]:
    """A network with one input, whatever its name."""
    return lambda inputs, asked: {inputs[0].name: make(asked)}


def _siggraph(inputs: tuple[Port, ...], asked: Question) -> dict[str, Floats]:
    planes = (asked.luma, asked.hints.chroma, asked.hints.mask)
    return {port.name: _planes(plane) for port, plane in zip(inputs, planes, strict=True)}


def _as_ab(answer: Floats, asked: Question) -> Chroma:
    return answer


def _chroma_of(rgb: Array) -> Chroma:
    """(h, w, 3) sRGB 0…1 → (h, w, 2)."""
    chroma: Chroma = lab_from_srgb(np.clip(rgb, 0, 1))[..., 1:].astype(np.float32)
    return chroma


def _read_bytes_rgb(answer: Floats, asked: Question) -> Chroma:
    if np.abs(answer).max() < 4 and asked.luma.mean() > 10:
        # Read as 0…255 that is black, and black has no colour: it would come out silently grey.
        raise ModelOutputInvalid(
            f"{asked.file} answered RGB near 0 where 0…255 was expected; "
            "if it is a bare DeOldify generator, open it with contract='deoldify-raw'."
        )
    return _chroma_of(answer / 255)


def _has(interface: Interface, inputs: tuple[int, ...], *outputs: int | None) -> bool:
    """Are these the channels of its inputs, in order, and of its answer?"""
    return (
        tuple(port.channels for port in interface.inputs) == inputs
        and bool(interface.outputs)
        and chroma_port(interface).channels in outputs
    )


def _named(*inputs: str) -> Callable[[Interface], bool]:
    def fits(interface: Interface) -> bool:
        names = {port.name for port in interface.inputs} - {"vivid"}
        return names == set(inputs) and any(port.name == "ab" for port in interface.outputs)

    return fits


CONTRACTS: dict[str, Contract] = {
    "tint": Contract(
        "ours: luma → features, then features, hint, mask, vivid → ab, confidence; several graphs in one file",
        lambda interface: False,  # only its card says which feature goes where
        _by_name,
        _as_ab,
        multiple=32,
        hints=3,
    ),
    "lab-luma": Contract("our lab: luma → ab", _named("luma"), _by_name, _as_ab, multiple=32),
    "lab-pair": Contract(
        "our lab: luma and the colour of the frame before → ab",
        _named("luma", "hint"),
        _by_name,
        _as_ab,
        multiple=32,
        hints=2,
    ),
    "lab-hint": Contract(
        "our lab: luma, hint, mask → ab",
        _named("luma", "hint", "mask"),
        _by_name,
        _as_ab,
        multiple=32,
        hints=3,
    ),
    "ddcolor": Contract(
        "DDColor: grey RGB 0…1 → ab",
        lambda interface: _has(interface, (3,), 2, None),
        _one(lambda asked: _planes(_grey(asked.luma))),
        _as_ab,
        fixed=512,
    ),
    "deoldify": Contract(
        "DeOldify, the public export: grey RGB 0…255 → RGB 0…255",
        lambda interface: _has(interface, (3,), 3),
        _one(lambda asked: _planes(_grey(asked.luma) * 255)),
        _read_bytes_rgb,
        answers=3,
        multiple=32,
    ),
    "deoldify-raw": Contract(
        "DeOldify, the bare generator: grey RGB → RGB, ImageNet mean and deviation",
        lambda interface: False,  # looks like the one above
        _one(lambda asked: _planes((_grey(asked.luma) - IMAGENET_MEAN) / IMAGENET_STD)),
        lambda answer, asked: _chroma_of(answer * IMAGENET_STD + IMAGENET_MEAN),
        answers=3,
        multiple=32,
    ),
    "eccv16": Contract(
        "Colorful Image Colorization, or its successor without hints: L* → ab",
        lambda interface: _has(interface, (1,), 2, None),
        _one(lambda asked: _planes(asked.luma)),
        _as_ab,
        fixed=256,
    ),
    "siggraph17": Contract(
        "Real-Time User-Guided Colorization: L*, a*b*, mask → ab",
        lambda interface: _has(interface, (1, 2, 1), 2, None),
        _siggraph,
        _as_ab,
        fixed=256,
        hints=3,
    ),
    "siggraph17-stacked": Contract(
        "the same with its inputs as four channels",
        lambda interface: _has(interface, (4,), 2, None),
        _one(lambda asked: _planes(asked.luma, asked.hints.chroma, asked.hints.mask)),
        _as_ab,
        fixed=256,
        hints=3,
    ),
}
