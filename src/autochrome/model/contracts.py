"""The contract table: every kind of model that we can use, how to recognise it, feed it, and read its output.

A new kind is one row. If a file has a card, the card names the row. If it has none, its interface decides: the number,
the channels and the names of its inputs and outputs. Rows are tried in order.

Files of other projects do not state their ranges, so we assume: **ddcolor** takes a grey RGB picture 0…1 and returns
a*b* in physical units. **deoldify** is the public ONNX export with its normalisation inside: RGB 0…255 in and out;
`deoldify-raw` is the bare generator with ImageNet normalisation in and out. **eccv16** and **siggraph17** are the
public PyTorch modules with their scaling inside: L* 0…100, a*b* −110…110, mask 0…1; the stacked form takes the same
three as four channels. If that is wrong, a card (`with_card`) or `open_model(contract=…)` names another row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from autochrome.color.lab import Array, lab_from_srgb, srgb_from_lab
from autochrome.errors import ModelOutputInvalid
from autochrome.model.onnx_file import Interface, Port
from autochrome.types import Chroma, Floats, Hints, Luma

UNHINTED = "_unhinted"
"""Suffix of the outputs of the graph without hint inputs, which is faster."""
LAID = ("local_ab", "local_weight")
"""The outputs with the hints alone, if a model has them: a*b* and how much they cover 0…1, at the size of `ab`."""
EMBEDDING = "embedding"
"""The feature that only `LAID` needs, if a model has it. It is computed when the first such hint of a picture comes."""
HINT_INPUTS = ("hint", "mask")
"""The inputs that this graph does not have."""

IMAGENET_MEAN: Floats = np.array([0.485, 0.456, 0.406], np.float32)
IMAGENET_STD: Floats = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One picture at the model's size, with its hints."""

    luma: Luma  # (H, W) L*
    hints: Hints  # (H, W); a*b* are 0 where the mask is 0
    vivid: float  # 0…2
    file: str  # the model file's name, for error messages


@dataclass(frozen=True, slots=True)
class Contract:
    """One kind of model."""

    about: str
    fits: Callable[[Interface], bool]  # without a card: does this interface match?
    feed: Callable[[tuple[Port, ...], ModelInput], Mapping[str, Floats]]  # → (1, C, H, W) for each input
    read: Callable[[Floats, ModelInput], Chroma]  # (h, w, C) raw output → (h, w, 2) a*b*
    output_channels: int = 2
    multiple: int = 1  # the size rule if neither card nor file has one
    fixed: int | None = None
    hints: Literal[0, 2, 3] = 0  # hint channels: 0, 2 (a*b*) or 3 (a*b* and mask)


def chroma_port(interface: Interface) -> Port:
    """The output that holds the colour: the one named `ab`, else the first."""
    return next((port for port in interface.outputs if port.name == "ab"), interface.outputs[0])


def _to_nchw(*planes: Floats) -> Floats:
    """(H, W) and (H, W, C) → (1, ΣC, H, W)."""
    stacked = np.concatenate([p if p.ndim == 3 else p[..., None] for p in planes], axis=2)
    return np.ascontiguousarray(stacked.transpose(2, 0, 1)[None])


def _grey_rgb(luma: Luma) -> Floats:
    """(H, W) L* → (H, W, 3) sRGB 0…1 of the grey picture."""
    rgb: Floats = srgb_from_lab(np.stack((luma, luma * 0, luma * 0), -1)).astype(np.float32)
    return rgb


def _feed_by_name(inputs: tuple[Port, ...], data: ModelInput) -> dict[str, Floats]:
    sources: dict[str, Callable[[], Floats]] = {
        "luma": lambda: _to_nchw(data.luma),
        "hint": lambda: _to_nchw(data.hints.chroma),
        "mask": lambda: _to_nchw(data.hints.mask),
        "vivid": lambda: np.array(data.vivid, np.float32),
    }
    return {port.name: sources[port.name]() for port in inputs if port.name in sources}


def _feed_one(
    make: Callable[[ModelInput], Floats],
) -> Callable[[tuple[Port, ...], ModelInput], dict[str, Floats]]:
    """For a model with one input, whatever its name."""
    return lambda inputs, data: {inputs[0].name: make(data)}


def _feed_siggraph(inputs: tuple[Port, ...], data: ModelInput) -> dict[str, Floats]:
    planes = (data.luma, data.hints.chroma, data.hints.mask)
    return {port.name: _to_nchw(plane) for port, plane in zip(inputs, planes, strict=True)}


def _read_ab(output: Floats, data: ModelInput) -> Chroma:
    return output


def _rgb_to_chroma(rgb: Array) -> Chroma:
    """(h, w, 3) sRGB 0…1 → (h, w, 2)."""
    chroma: Chroma = lab_from_srgb(np.clip(rgb, 0, 1))[..., 1:].astype(np.float32)
    return chroma


def _read_rgb_255(output: Floats, data: ModelInput) -> Chroma:
    if np.abs(output).max() < 4 and data.luma.mean() > 10:
        # Read as 0…255 this is black, and black has no chroma: the result would be grey without a message.
        raise ModelOutputInvalid(
            f"{data.file} returned RGB near 0 where 0…255 is expected; "
            "if it is a bare DeOldify generator, open it with contract='deoldify-raw'."
        )
    return _rgb_to_chroma(output / 255)


def _has_channels(interface: Interface, inputs: tuple[int, ...], *outputs: int | None) -> bool:
    """Whether the inputs have these channels, in order, and the output has one of those."""
    return (
        tuple(port.channels for port in interface.inputs) == inputs
        and bool(interface.outputs)
        and chroma_port(interface).channels in outputs
    )


def _has_names(*inputs: str) -> Callable[[Interface], bool]:
    def fits(interface: Interface) -> bool:
        names = {port.name for port in interface.inputs} - {"vivid"}
        return names == set(inputs) and any(port.name == "ab" for port in interface.outputs)

    return fits


CONTRACTS: dict[str, Contract] = {
    "tint": Contract(
        "ours: luma → features, then features, hint, mask, vivid → ab, confidence; several graphs in one file",
        lambda interface: False,  # only a card says which feature goes where
        _feed_by_name,
        _read_ab,
        multiple=32,
        hints=3,
    ),
    "lab-luma": Contract("our lab: luma → ab", _has_names("luma"), _feed_by_name, _read_ab, multiple=32),
    "lab-pair": Contract(
        "our lab: luma and the colour of the frame before → ab",
        _has_names("luma", "hint"),
        _feed_by_name,
        _read_ab,
        multiple=32,
        hints=2,
    ),
    "lab-hint": Contract(
        "our lab: luma, hint, mask → ab",
        _has_names("luma", "hint", "mask"),
        _feed_by_name,
        _read_ab,
        multiple=32,
        hints=3,
    ),
    "ddcolor": Contract(
        "DDColor: grey RGB 0…1 → ab",
        lambda interface: _has_channels(interface, (3,), 2, None),
        _feed_one(lambda data: _to_nchw(_grey_rgb(data.luma))),
        _read_ab,
        fixed=512,
    ),
    "deoldify": Contract(
        "DeOldify, the public export: grey RGB 0…255 → RGB 0…255",
        lambda interface: _has_channels(interface, (3,), 3),
        _feed_one(lambda data: _to_nchw(_grey_rgb(data.luma) * 255)),
        _read_rgb_255,
        output_channels=3,
        multiple=32,
    ),
    "deoldify-raw": Contract(
        "DeOldify, the bare generator: grey RGB → RGB, ImageNet mean and deviation",
        lambda interface: False,  # the same interface as the row above
        _feed_one(lambda data: _to_nchw((_grey_rgb(data.luma) - IMAGENET_MEAN) / IMAGENET_STD)),
        lambda output, data: _rgb_to_chroma(output * IMAGENET_STD + IMAGENET_MEAN),
        output_channels=3,
        multiple=32,
    ),
    "eccv16": Contract(
        "Colorful Image Colorization, or its successor without hints: L* → ab",
        lambda interface: _has_channels(interface, (1,), 2, None),
        _feed_one(lambda data: _to_nchw(data.luma)),
        _read_ab,
        fixed=256,
    ),
    "siggraph17": Contract(
        "Real-Time User-Guided Colorization: L*, a*b*, mask → ab",
        lambda interface: _has_channels(interface, (1, 2, 1), 2, None),
        _feed_siggraph,
        _read_ab,
        fixed=256,
        hints=3,
    ),
    "siggraph17-stacked": Contract(
        "the same with its inputs as four channels",
        lambda interface: _has_channels(interface, (4,), 2, None),
        _feed_one(lambda data: _to_nchw(data.luma, data.hints.chroma, data.hints.mask)),
        _read_ab,
        fixed=256,
        hints=3,
    ),
}
